// SPDX-License-Identifier: GPL-2.0
/*
 * Lanes: the last step of the way in. rx.c pushes opened packets, NAPI polls them
 * into GRO.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "lane.h"
#include "../control/device.h"

/* Packets that may wait in one lane. */
#define CV_LANE_MAX_PACKETS 4096

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
 * Context: RTNL, may sleep. Return: 0 or -ENOMEM.
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

/**
 * cv_lane_push() - packets go up
 * @dev: the device
 * @id: the same for all packets that must keep their order
 * @packets: emptied
 *
 * Context: BH off, RCU.
 */
void cv_lane_push(struct cv_device *dev, u32 id, struct sk_buff_head *packets)
{
	unsigned int lanes = READ_ONCE(dev->lane_count);
	enum cv_drop reason = CV_DROP_RX_LINK_DOWN;
	struct cv_lane *lane;

	if (skb_queue_empty(packets))
		return;
	if (likely(lanes && netif_running(dev->netdev))) {
		lane = &dev->lanes[reciprocal_scale(id, lanes)];
		spin_lock(&lane->packets.lock);
		if (likely(skb_queue_len(&lane->packets) < CV_LANE_MAX_PACKETS))
			skb_queue_splice_tail_init(packets, &lane->packets);
		spin_unlock(&lane->packets.lock);
		if (likely(skb_queue_empty(packets))) {
			napi_schedule(&lane->napi);
			return;
		}
		reason = CV_DROP_RX_BUSY;
	}
	cv_drop_add(dev, reason, skb_queue_len(packets));
	__skb_queue_purge(packets);
}

static int cv_lane_poll(struct napi_struct *napi, int budget)
{
	struct cv_lane *lane = container_of(napi, struct cv_lane, napi);
	struct sk_buff *skb;
	int done = 0;

	if (skb_queue_empty(&lane->polling)) {
		spin_lock(&lane->packets.lock);
		skb_queue_splice_init(&lane->packets, &lane->polling);
		spin_unlock(&lane->packets.lock);
	}
	while (done < budget && (skb = __skb_dequeue(&lane->polling))) {
		napi_gro_receive(napi, skb);
		done++;
	}
	/* What came in after the splice has had napi_schedule() called for it. */
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}
