// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs, their clocks, and what each of them has of a per-CPU variable. One thread plays them all.
 */
#include <fake_kernel.h>

#include <assert.h>
#include <stdlib.h>

#include <linux/percpu.h>
#include <linux/time64.h>

/* More than the code under test has. */
#define FAKE_PERCPU_MAX 32

struct fake_percpu {
	void *first;
	void *others[FAKE_CPUS];
};

unsigned int fake_cpu;
unsigned int fake_cpus_online = FAKE_CPUS;
unsigned int fake_bh_off[FAKE_CPUS];
u32 fake_backlog_head[FAKE_CPUS];
u32 fake_backlog_tail[FAKE_CPUS];
u64 fake_boottime_ns;
struct timespec64 fake_realtime;
unsigned long fake_jiffies;

static struct fake_percpu fake_percpus[FAKE_PERCPU_MAX];

static struct fake_percpu *fake_percpu_find(const void *first)
{
	unsigned int i;

	for (i = 0; i < FAKE_PERCPU_MAX; i++)
		if (fake_percpus[i].first == first)
			return &fake_percpus[i];
	return NULL;
}

void *fake_percpu_copy(void *first, size_t bytes, unsigned int cpu)
{
	struct fake_percpu *percpu;

	assert(cpu < FAKE_CPUS);
	if (!cpu)
		return first;
	percpu = fake_percpu_find(first) ?: fake_percpu_find(NULL);
	assert(percpu);
	percpu->first = first;
	if (!percpu->others[cpu])
		percpu->others[cpu] = calloc(1, bytes);
	assert(percpu->others[cpu]);
	return percpu->others[cpu];
}

void free_percpu(void *first)
{
	struct fake_percpu *percpu = first ? fake_percpu_find(first) : NULL;
	unsigned int cpu;

	for (cpu = 0; percpu && cpu < FAKE_CPUS; cpu++)
		free(percpu->others[cpu]);
	if (percpu)
		*percpu = (struct fake_percpu){};
	kvfree(first);
}
