/* SPDX-License-Identifier: GPL-2.0 */
/* Which CPU runs. */
#ifndef FAKE_LINUX_SMP_H
#define FAKE_LINUX_SMP_H

#include <fake_kernel.h>

#define smp_processor_id() fake_cpu

#endif /* FAKE_LINUX_SMP_H */
