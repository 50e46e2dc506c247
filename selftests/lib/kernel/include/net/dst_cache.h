/* SPDX-License-Identifier: GPL-2.0 */
/* A cache of routes, which is memory and nothing more. */
#ifndef FAKE_NET_DST_CACHE_H
#define FAKE_NET_DST_CACHE_H

#include <linux/err.h>
#include <linux/slab.h>

struct dst_cache {
	void *cache;
};

static inline int dst_cache_init(struct dst_cache *cache, gfp_t gfp)
{
	cache->cache = kzalloc(1, gfp);
	return cache->cache ? 0 : -ENOMEM;
}

static inline void dst_cache_destroy(struct dst_cache *cache)
{
	kfree(cache->cache);
}

#endif /* FAKE_NET_DST_CACHE_H */
