// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: allocations are counted and can be made to fail, each has its very size.
 */
#include <fake_kernel.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

struct kmem_cache {
	size_t bytes;
	unsigned int live;
};

static unsigned int fake_memory_live;
static long fake_memory_countdown = -1;

unsigned int fake_memory_objects(void)
{
	return fake_memory_live;
}

void fake_memory_fail_after(long count)
{
	fake_memory_countdown = count;
}

static bool fake_memory_may_allocate(void)
{
	if (fake_memory_countdown < 0)
		return true;
	return fake_memory_countdown-- > 0 || (fake_memory_countdown = 0);
}

struct kmem_cache *kmem_cache_create_bytes(size_t bytes)
{
	struct kmem_cache *cache;

	if (!fake_memory_may_allocate())
		return NULL;
	cache = calloc(1, sizeof(*cache));
	assert(cache);
	cache->bytes = bytes;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	assert(!cache->live);
	free(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object;

	(void)gfp;
	if (!fake_memory_may_allocate())
		return NULL;
	object = malloc(cache->bytes);
	assert(object);
	/* A member that is not set must not be zero by luck. */
	memset(object, 0xa5, cache->bytes);
	cache->live++;
	fake_memory_live++;
	return object;
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = kmem_cache_alloc(cache, gfp);

	return object ? memset(object, 0, cache->bytes) : NULL;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	assert(cache->live);
	cache->live--;
	fake_memory_live--;
	free(object);
}

void *kvzalloc(size_t bytes, gfp_t gfp)
{
	(void)gfp;
	if (!fake_memory_may_allocate())
		return NULL;
	fake_memory_live++;
	return calloc(1, bytes);
}

void *kmalloc(size_t bytes, gfp_t gfp)
{
	void *object = kvzalloc(bytes, gfp);

	return object ? memset(object, 0xa5, bytes) : NULL;
}

char *kstrdup(const char *text, gfp_t gfp)
{
	char *copy = kmalloc(strlen(text) + 1, gfp);

	return copy ? strcpy(copy, text) : NULL;
}

void kvfree(const void *object)
{
	if (!object)
		return;
	fake_memory_live--;
	free((void *)object);
}
