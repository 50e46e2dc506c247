/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is counted and can be made to run out; see shim.h. */
#ifndef UNIT_LINUX_SLAB_H
#define UNIT_LINUX_SLAB_H

#include <errno.h>

#include <linux/gfp.h>
#include <linux/kernel.h>

struct kmem_cache;

#define KMEM_CACHE(type, flags) kmem_cache_create_bytes(sizeof(struct type))

struct kmem_cache *kmem_cache_create_bytes(size_t bytes);
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *object);
void *kvzalloc(size_t bytes, gfp_t gfp);
void kvfree(const void *object);

#endif /* UNIT_LINUX_SLAB_H */
