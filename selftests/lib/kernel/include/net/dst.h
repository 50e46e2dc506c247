/* SPDX-License-Identifier: GPL-2.0 */
/* What packets have of a route: it is counted. */
#ifndef FAKE_NET_DST_H
#define FAKE_NET_DST_H

#include <assert.h>

struct dst_entry {
	unsigned int refs;
	int error;
};

static inline void dst_release(struct dst_entry *dst)
{
	if (!dst)
		return;
	assert(dst->refs);
	dst->refs--;
}

#endif /* FAKE_NET_DST_H */
