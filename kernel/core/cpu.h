/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taking turns among CPUs, for what hands work to per-CPU workers.
 */
#ifndef CV_CORE_CPU_H
#define CV_CORE_CPU_H

#include <linux/cpumask.h>

/**
 * cv_cpu_next() - the online CPU whose turn it is
 * @last: whose turn it was; several CPUs may write it at once: then two pieces of
 *	work go to one CPU, which is no harm
 *
 * Return: a CPU that was online just now. Should it go offline before the work is
 * queued, the workqueue runs it elsewhere.
 */
static inline int cv_cpu_next(unsigned int *last)
{
	unsigned int cpu = cpumask_next(READ_ONCE(*last), cpu_online_mask);

	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	WRITE_ONCE(*last, cpu);
	return cpu;
}

#endif /* CV_CORE_CPU_H */
