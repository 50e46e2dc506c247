/* SPDX-License-Identifier: GPL-2.0 */
/* Atomic numbers of a single thread. */
#ifndef FAKE_LINUX_ATOMIC_H
#define FAKE_LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

static inline int atomic_read(const atomic_t *a)
{
	return a->counter;
}

static inline void atomic_set(atomic_t *a, int n)
{
	a->counter = n;
}

static inline void atomic_add(int n, atomic_t *a)
{
	a->counter += n;
}

static inline void atomic_sub(int n, atomic_t *a)
{
	a->counter -= n;
}

#define atomic_inc(a) atomic_add(1, a)
#define atomic_dec(a) atomic_sub(1, a)
#define atomic_inc_return(a) (++(a)->counter)

static inline bool atomic_dec_and_test(atomic_t *a)
{
	return !--a->counter;
}

static inline s64 atomic64_read(const atomic64_t *a)
{
	return a->counter;
}

static inline void atomic64_add(s64 n, atomic64_t *a)
{
	a->counter += n;
}

#define atomic64_inc(a) atomic64_add(1, a)
#define atomic64_set(a, value) ((void)((a)->counter = (value)))

#define xchg(p, value) __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)
#define cmpxchg(p, expected, value) ({							\
	__typeof__(*(p)) cmpxchg_old_ = (expected);					\
	__atomic_compare_exchange_n(p, &cmpxchg_old_, value, false, __ATOMIC_SEQ_CST,	\
				    __ATOMIC_SEQ_CST);					\
	cmpxchg_old_;									\
})

#endif /* FAKE_LINUX_ATOMIC_H */
