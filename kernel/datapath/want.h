/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inner packets for which there is no peer, or that has no endpoint: they wait while a program is
 * asked for it. uapi/linux/culvert.h, DOC: Wants.
 */
#ifndef CV_DATAPATH_WANT_H
#define CV_DATAPATH_WANT_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

#include "../wire.h"

struct cv_device;
struct cv_listener_socket;
struct sk_buff;

/**
 * struct cv_want_ops - what becomes of a packet that has waited
 *
 * want.c calls tx.c by this only.
 */
struct cv_want_ops {
	/**
	 * @leave: send it, or refuse it if there still is no peer; it has been through @depth
	 * tunnels. BH off, no lock held.
	 */
	void (*leave)(struct cv_device *dev, struct sk_buff *skb, u8 depth);
};

/**
 * struct cv_want_told - what a program is told of one destination
 */
struct cv_want_told {
	/** @address: the destination */
	union {
		/** @address.v4: when @family is AF_INET */
		struct in_addr v4;
		/** @address.v6: when @family is AF_INET6 */
		struct in6_addr v6;
	} address;
	/** @family: of @address */
	u16 family;
	/** @has_key: a peer has the destination, but no endpoint */
	bool has_key;
	/** @public_key: of that peer */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @age_ms: for how long the first packet has waited */
	u32 age_ms;
	/** @packets: how many wait */
	u32 packets;
};

int cv_want_init(void);
void cv_want_exit(void);
void cv_want_destroy(struct cv_device *dev);

int cv_want_listen(struct cv_device *dev, const struct cv_listener_socket *socket,
		   const struct cv_want_ops *ops);
int cv_want_get(struct cv_device *dev, const struct cv_listener_socket *socket,
		struct cv_want_told *told);
void cv_want_untell(struct cv_device *dev, const struct cv_want_told *told);

bool cv_want_hold(struct cv_device *dev, struct sk_buff *skb, u8 depth);
void cv_want_show_source(struct sk_buff *skb);
void cv_want_check(struct cv_device *dev);
void cv_want_forget(struct cv_device *dev);

#endif /* CV_DATAPATH_WANT_H */
