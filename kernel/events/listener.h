/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program that has registered for what happens at a device, to decide about it: knocks
 * (knock.c) and wants (want.c). One netlink socket at most for each, until it is closed.
 */
#ifndef CV_EVENTS_LISTENER_H
#define CV_EVENTS_LISTENER_H

#include <linux/list.h>
#include <linux/types.h>

struct cv_listener;
struct net;
struct net_device;

/**
 * struct cv_listener_socket - the netlink socket of a program
 */
struct cv_listener_socket {
	/** @net: its namespace; only compared */
	const struct net *net;
	/** @portid: its port id there */
	u32 portid;
};

/**
 * struct cv_listener - whether a program listens, and which one
 *
 * Written under a lock of its owner's, who calls cv_listener_open() and cv_listener_close().
 */
struct cv_listener {
	/** @link: in the list of all */
	struct list_head link;
	/** @netdev: the link */
	const struct net_device *netdev;
	/** @hang_up: the owner's: a socket has been closed, perhaps that of this listener */
	void (*hang_up)(struct cv_listener *listener, const struct cv_listener_socket *socket);
	/** @is_open: a program listens; also read without the lock */
	bool is_open;
	/** @socket: of the program, while @is_open; also read without the lock */
	struct cv_listener_socket socket;
};

void cv_listener_init(struct cv_listener *listener, const struct net_device *netdev,
		      void (*hang_up)(struct cv_listener *listener,
				      const struct cv_listener_socket *socket));
void cv_listener_exit(struct cv_listener *listener);

int cv_listener_open(struct cv_listener *listener, const struct cv_listener_socket *socket);
void cv_listener_close(struct cv_listener *listener);
void cv_listener_hang_up(const struct cv_listener_socket *socket);

bool cv_listener_is_heard(const struct cv_listener *listener);
bool cv_listener_has_socket(const struct cv_listener *listener,
			    const struct cv_listener_socket *socket);

#endif /* CV_EVENTS_LISTENER_H */
