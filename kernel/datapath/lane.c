// SPDX-License-Identifier: GPL-2.0
/*
 * Lanes: the last step of the way in. rx.c pushes opened packets, NAPI polls them
 * into GRO.
 */
#include <linux/error-injection.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/gro.h>

#include "lane.h"
#include "../core/device.h"

/* Memory of packets that may wait in one lane, and as much again while it is polled. */
#define CV_LANE_MAX_BYTES (2 << 20)

/*
 * How many packets count as one in a poll's budget: what comes in by super-packets of
 * dozens, each of which counted as one in the poll that brought it, must also get away.
 */
#define CV_LANE_PACKETS_PER_UNIT 4

/* More lanes than this cost memory in every link and spread no better. */
#define CV_LANE_MAX 16

static int cv_lane_poll(struct napi_struct *napi, int budget);

static unsigned int cv_lane_count(void)
{
	return min_t(unsigned int, num_possible_cpus(), CV_LANE_MAX);
}

/**
 * cv_lane_create() - give a device its lanes, one for each CPU up to CV_LANE_MAX
 * @dev: the device
 *
 * Context: RTNL, may sleep.
 * Return: 0 or -ENOMEM.
 */
int cv_lane_create(struct cv_device *dev)
{
	unsigned int i;

	dev->lane_count = cv_lane_count();
	dev->lanes = kvcalloc(dev->lane_count, sizeof(*dev->lanes), GFP_KERNEL);
	if (!dev->lanes)
		return -ENOMEM;
	for (i = 0; i < dev->lane_count; i++) {
		struct cv_lane *lane = &dev->lanes[i];

		skb_queue_head_init(&lane->packets);
		__skb_queue_head_init(&lane->polling);
		lane->dev = dev;
		/* Nobody waits on a socket by this NAPI's id: no need of a busy poll. */
		set_bit(NAPI_STATE_NO_BUSY_POLL, &lane->napi.state);
		netif_napi_add(dev->netdev, &lane->napi, cv_lane_poll);
		napi_enable(&lane->napi);
	}
	return 0;
}

ALLOW_ERROR_INJECTION(cv_lane_create, ERRNO);

/**
 * cv_lane_destroy() - take the lanes away
 * @dev: the device, whose link is down and unregistered: nothing is pushed after
 *       the grace period that we wait for here, once a link
 *
 * Context: RTNL, may sleep.
 */
void cv_lane_destroy(struct cv_device *dev)
{
	unsigned int i;

	if (!dev->lanes)
		return;
	WRITE_ONCE(dev->lane_count, 0);
	/* cv_lane_push() looks at the count under RCU. */
	synchronize_net();
	for (i = 0; i < cv_lane_count(); i++) {
		struct cv_lane *lane = &dev->lanes[i];

		napi_disable(&lane->napi);
		__netif_napi_del(&lane->napi);
		__skb_queue_purge(&lane->packets);
		__skb_queue_purge(&lane->polling);
	}
	/* As __netif_napi_del() asks, before the memory goes. */
	synchronize_net();
	kvfree(dev->lanes);
	dev->lanes = NULL;
}

/* A peer's lane, or NULL when there is none any more. */
static struct cv_lane *cv_lane_of(struct cv_device *dev, u32 id)
{
	unsigned int lanes = READ_ONCE(dev->lane_count);

	return likely(lanes) ? &dev->lanes[reciprocal_scale(id, lanes)] : NULL;
}

/**
 * cv_lane_is_full() - would packets that are opened now be dropped
 * @dev: the device
 * @id: as for cv_lane_push()
 *
 * So that no work is spent on them. Context: BH off, RCU.
 * Return: a hint: without a lock it may be wrong a moment later.
 */
bool cv_lane_is_full(struct cv_device *dev, u32 id)
{
	const struct cv_lane *lane = cv_lane_of(dev, id);

	return lane && READ_ONCE(lane->bytes) >= CV_LANE_MAX_BYTES;
}

/**
 * cv_lane_push() - packets go up
 * @dev: the device
 * @id: the same for all packets that must keep their order
 * @packets: emptied
 * @bytes: memory of theirs
 *
 * Context: BH off, RCU.
 */
void cv_lane_push(struct cv_device *dev, u32 id, struct sk_buff_head *packets,
		  unsigned int bytes)
{
	struct cv_lane *lane = cv_lane_of(dev, id);
	enum cv_drop reason = CV_DROP_RX_LINK_DOWN;
	struct sk_buff *skb;

	if (skb_queue_empty(packets))
		return;
	if (likely(lane && netif_running(dev->netdev))) {
		spin_lock(&lane->packets.lock);
		if (likely(lane->bytes < CV_LANE_MAX_BYTES)) {
			skb_queue_splice_tail_init(packets, &lane->packets);
			WRITE_ONCE(lane->bytes, lane->bytes + bytes);
		}
		spin_unlock(&lane->packets.lock);
		if (likely(skb_queue_empty(packets))) {
			napi_schedule(&lane->napi);
			return;
		}
		reason = CV_DROP_RX_BUSY;
	}
	while ((skb = __skb_dequeue(packets)))
		cv_drop_skb(dev, skb, reason, max_t(u16, 1, skb_shinfo(skb)->gso_segs));
}

/*
 * Hand up what waits, at most so many. Super-packets pass GRO by: it would take what
 * merge.c made of segments with consecutive IPv4 IDs for one of segments with all the
 * same ID. But what GRO holds must go up before them: then this stops. GRO may hold some
 * from an earlier poll as well, by gro_flush_timeout.
 */
static int cv_lane_hand_up(struct cv_lane *lane, int max)
{
	struct sk_buff *skb;
	int done = 0;

	while (done < max && (skb = skb_peek(&lane->polling))) {
		bool super = skb_is_gso(skb);

		if (super && cv_compat_napi_holds(&lane->napi))
			break;
		__skb_unlink(skb, &lane->polling);
		if (super)
			netif_receive_skb(skb);
		else
			napi_gro_receive(&lane->napi, skb);
		done++;
	}
	return done;
}

static int cv_lane_poll(struct napi_struct *napi, int budget)
{
	struct cv_lane *lane = container_of(napi, struct cv_lane, napi);
	int done, max = budget * CV_LANE_PACKETS_PER_UNIT;
	bool more;

	if (skb_queue_empty(&lane->polling)) {
		spin_lock(&lane->packets.lock);
		skb_queue_splice_init(&lane->packets, &lane->polling);
		WRITE_ONCE(lane->bytes, 0);
		spin_unlock(&lane->packets.lock);
	}
	done = cv_lane_hand_up(lane, max);
	if (done == max)
		return budget;
	done /= CV_LANE_PACKETS_PER_UNIT;
	more = !skb_queue_empty(&lane->polling);
	/* Completing would leave in GRO what gro_flush_timeout says, before a super-packet. */
	if (more)
		napi_gro_flush(napi, false);
	/* From here on another CPU may poll. */
	napi_complete_done(napi, done);
	/* What came in after the splice has had napi_schedule() called for it. */
	if (more)
		napi_schedule(napi);
	return done;
}
