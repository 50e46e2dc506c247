/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outer packets are routed and sent.
 */
#ifndef CV_DATAPATH_XMIT_H
#define CV_DATAPATH_XMIT_H

#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/types.h>
#include <linux/udp.h>

#include "../core/drop.h"

/* Room for all outer headers before a payload. */
#define CV_XMIT_HEADROOM_BYTES (LL_MAX_HEADER + sizeof(struct ipv6hdr) + sizeof(struct udphdr))

struct cv_device;
struct cv_endpoint;
struct cv_peer;
struct sk_buff;

/**
 * struct cv_xmit - from where to where something is sent, and for whom
 */
struct cv_xmit {
	/** @dev: the device */
	struct cv_device *dev;
	/** @peer: for its path and its byte counter, or NULL */
	struct cv_peer *peer;
	/** @endpoint: where to, and from which address */
	const struct cv_endpoint *endpoint;
	/** @ds: DS field of the outer header */
	u8 ds;
	/** @off_path: @endpoint is not that of the peer's path: its route cache is left alone */
	bool off_path;
	/** @to_host: it must be the address of one host, not a broadcast address */
	bool to_host;
};

int cv_xmit_payload(const struct cv_xmit *xmit, struct sk_buff *skb);
int cv_xmit_message(const struct cv_xmit *xmit, const void *message, size_t bytes);
enum cv_drop cv_xmit_drop_reason(int err);

#endif /* CV_DATAPATH_XMIT_H */
