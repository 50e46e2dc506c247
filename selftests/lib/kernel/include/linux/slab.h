/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is counted and can be made to run out; see fake_kernel.h. */
#ifndef FAKE_LINUX_SLAB_H
#define FAKE_LINUX_SLAB_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>

struct kmem_cache;

#define KMEM_CACHE(type, flags) kmem_cache_create_bytes(sizeof(struct type))

struct kmem_cache *kmem_cache_create_bytes(size_t bytes);
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *object);
void *kmalloc(size_t bytes, gfp_t gfp);
char *kstrdup(const char *text, gfp_t gfp);
void *kvzalloc(size_t bytes, gfp_t gfp);
void kvfree(const void *object);

#define kvcalloc(count, bytes, gfp) kvzalloc((count) * (bytes), gfp)
#define kzalloc(bytes, gfp) kvzalloc(bytes, gfp)
#define kzalloc_node(bytes, gfp, node) kvzalloc(bytes, gfp)
#define kfree(object) kvfree(object)
#define kfree_sensitive(object) kvfree(object)

#endif /* FAKE_LINUX_SLAB_H */
