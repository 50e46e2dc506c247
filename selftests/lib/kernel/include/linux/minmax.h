/* SPDX-License-Identifier: GPL-2.0 */
/* The smaller and the greater. */
#ifndef FAKE_LINUX_MINMAX_H
#define FAKE_LINUX_MINMAX_H

#define min_t(type, a, b) ({			\
	type min_a_ = (a);			\
	type min_b_ = (b);			\
	min_a_ < min_b_ ? min_a_ : min_b_;	\
})
#define max_t(type, a, b) max((type)(a), (type)(b))
#define max(a, b) ({				\
	__typeof__(a) max_a_ = (a);		\
	__typeof__(b) max_b_ = (b);		\
	max_a_ > max_b_ ? max_a_ : max_b_;	\
})
#define min(a, b) ({				\
	__typeof__(a) min_a_ = (a);		\
	__typeof__(b) min_b_ = (b);		\
	min_a_ < min_b_ ? min_a_ : min_b_;	\
})

#define swap(a, b) do {				\
	__typeof__(a) swap_ = (a);		\
						\
	(a) = (b);				\
	(b) = swap_;				\
} while (0)

#endif /* FAKE_LINUX_MINMAX_H */
