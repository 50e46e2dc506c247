// SPDX-License-Identifier: GPL-2.0
/*
 * Limits handshake messages per source address while under load. For the exchange,
 * after mac2 has shown that the source address is no forgery.
 *
 * A token bucket is one number: the time at which it will be full again. A message is
 * allowed while that is less than a burst away, and moves it by the time of one token.
 * The buckets stand in a table of fixed size, a few to a set; the hash that picks the
 * set has a secret key, so that no sender can aim at the bucket of another.
 */
#include "ratelimit.h"

#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/unaligned.h>

#include "../wire.h"

#define CV_RATELIMIT_SETS 2048
#define CV_RATELIMIT_WAYS 4
#define CV_RATELIMIT_TOKEN_NS (NSEC_PER_SEC / CV_WIRE_SOURCE_PER_S)
#define CV_RATELIMIT_BURST_NS (CV_RATELIMIT_TOKEN_NS * CV_WIRE_SOURCE_BURST)

/* The bucket of one source. */
struct cv_ratelimit_bucket {
	/* Hash of the source, which stands for it; 0 is an unused bucket. */
	u64 source;
	/* When the bucket is full again. */
	u64 full_ns;
};

struct cv_ratelimit_set {
	/* Guards the buckets of this set; nothing is taken inside it. */
	spinlock_t lock;
	struct cv_ratelimit_bucket way[CV_RATELIMIT_WAYS];
};

struct cv_ratelimit {
	siphash_key_t key;
	struct cv_ratelimit_set set[CV_RATELIMIT_SETS];
};

struct cv_ratelimit *cv_ratelimit_create(void)
{
	struct cv_ratelimit *limit = kvzalloc(sizeof(*limit), GFP_KERNEL);
	unsigned int i;

	if (!limit)
		return NULL;
	get_random_bytes(&limit->key, sizeof(limit->key));
	for (i = 0; i < CV_RATELIMIT_SETS; i++)
		spin_lock_init(&limit->set[i].lock);
	return limit;
}

void cv_ratelimit_destroy(struct cv_ratelimit *limit)
{
	kvfree(limit);
}

static u64 cv_ratelimit_source(const struct cv_ratelimit *limit, u64 scope, int family,
			       const void *addr)
{
	u64 network = family == AF_INET6 ? get_unaligned_be64(addr) : get_unaligned_be32(addr);
	u64 source = siphash_3u64(network, family, scope, &limit->key);

	return source ? source : 1;
}

/* The bucket of a source: its own, or else the one that has been full for longest. */
static struct cv_ratelimit_bucket *
cv_ratelimit_bucket(struct cv_ratelimit_set *set, u64 source)
{
	struct cv_ratelimit_bucket *oldest = &set->way[0];
	unsigned int i;

	lockdep_assert_held(&set->lock);

	for (i = 0; i < CV_RATELIMIT_WAYS; i++) {
		if (set->way[i].source == source)
			return &set->way[i];
		if (set->way[i].full_ns < oldest->full_ns)
			oldest = &set->way[i];
	}
	oldest->source = source;
	oldest->full_ns = 0;
	return oldest;
}

bool cv_ratelimit_allow(struct cv_ratelimit *limit, u64 scope, int family,
			const void *addr, u64 now_ns)
{
	u64 source = cv_ratelimit_source(limit, scope, family, addr);
	struct cv_ratelimit_set *set = &limit->set[source % CV_RATELIMIT_SETS];
	struct cv_ratelimit_bucket *bucket;
	u64 full_ns;
	bool allowed;

	spin_lock_bh(&set->lock);
	bucket = cv_ratelimit_bucket(set, source);
	full_ns = max(bucket->full_ns, now_ns) + CV_RATELIMIT_TOKEN_NS;
	allowed = full_ns <= now_ns + CV_RATELIMIT_BURST_NS;
	if (allowed)
		bucket->full_ns = full_ns;
	spin_unlock_bh(&set->lock);
	return allowed;
}
