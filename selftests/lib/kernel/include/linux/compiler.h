/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes and accesses that the compiler must not tear or repeat. */
#ifndef FAKE_LINUX_COMPILER_H
#define FAKE_LINUX_COMPILER_H

#define __must_check __attribute__((__warn_unused_result__))
#define __printf(format, first) __attribute__((__format__(printf, format, first)))
#define __nonstring
#define __rcu
#define __force
#define __percpu
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#define ____cacheline_aligned_in_smp
#define fallthrough __attribute__((__fallthrough__))
#define __init
#define __initconst
#define __ro_after_init
#define noinline_for_stack __attribute__((noinline))

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)

#define __must_hold(lock)

#endif /* FAKE_LINUX_COMPILER_H */
