/* SPDX-License-Identifier: GPL-2.0 */
/* The CPUs that are there: the first fake_cpus_online of FAKE_CPUS. */
#ifndef FAKE_LINUX_CPUMASK_H
#define FAKE_LINUX_CPUMASK_H

#include <linux/smp.h>

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < FAKE_CPUS; (cpu)++)
#define num_online_cpus() fake_cpus_online
#define nr_cpu_ids fake_cpus_online
#define cpu_online_mask NULL
#define cpumask_next(cpu, mask) ((void)(mask), (cpu) + 1)
#define cpumask_first(mask) 0

#endif /* FAKE_LINUX_CPUMASK_H */
