/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU data. What a pointer to it points to is the first CPU's; those of others are made when
 * they are first asked for, zeroed, each in memory of its very size.
 */
#ifndef FAKE_LINUX_PERCPU_H
#define FAKE_LINUX_PERCPU_H

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define alloc_percpu(type) ((type *)kvzalloc(sizeof(type), GFP_KERNEL))
#define per_cpu_ptr(pointer, cpu) \
	((__typeof__(pointer))fake_percpu_copy(pointer, sizeof(*(pointer)), cpu))
#define per_cpu(variable, cpu) (*per_cpu_ptr(&(variable), cpu))
#define this_cpu_ptr(pointer) per_cpu_ptr(pointer, fake_cpu)
#define this_cpu_read(variable) per_cpu(variable, fake_cpu)
#define this_cpu_add(variable, n) (per_cpu(variable, fake_cpu) += (n))

void *fake_percpu_copy(void *first, size_t bytes, unsigned int cpu);
void free_percpu(void *first);

#endif /* FAKE_LINUX_PERCPU_H */
