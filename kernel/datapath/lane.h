/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lanes: opened packets go up through a NAPI instance of the device, so that GRO
 * sees them. A peer always takes the same lane, which keeps its packets in order.
 */
#ifndef CV_DATAPATH_LANE_H
#define CV_DATAPATH_LANE_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

struct cv_device;

/**
 * struct cv_lane - one NAPI instance and what waits for it
 */
struct cv_lane {
	/** @napi: polls @packets */
	struct napi_struct napi;
	/** @packets: opened packets, in order; shared by all CPUs */
	struct sk_buff_head packets;
	/** @bytes: memory of @packets; under its lock, but see cv_lane_is_full() */
	unsigned int bytes;
	/** @polling: taken from @packets, on their way up; the poll's own */
	struct sk_buff_head polling;
	/** @dev: whose lane */
	struct cv_device *dev;
} ____cacheline_aligned_in_smp;

int cv_lane_create(struct cv_device *dev);
void cv_lane_destroy(struct cv_device *dev);
bool cv_lane_is_full(struct cv_device *dev, u32 id);
void cv_lane_push(struct cv_device *dev, u32 id, struct sk_buff_head *packets,
		  unsigned int bytes);

#endif /* CV_DATAPATH_LANE_H */
