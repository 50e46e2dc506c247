/* SPDX-License-Identifier: GPL-2.0 */
/* Ordered accesses. */
#ifndef FAKE_ASM_BARRIER_H
#define FAKE_ASM_BARRIER_H

#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)

#endif /* FAKE_ASM_BARRIER_H */
