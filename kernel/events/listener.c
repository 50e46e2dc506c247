// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that have registered for a device: uapi/linux/culvert.h, DOC: Knocks and DOC: Wants.
 * Called by knock.c and want.c, and by netlink_listener.c when a netlink socket is closed.
 */
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "listener.h"

/* Those of all devices, for sockets that are closed. */
static LIST_HEAD(cv_listener_all);
static DEFINE_MUTEX(cv_listener_all_lock);

/**
 * cv_listener_init() - no program listens yet
 * @listener: of a device
 * @netdev: the link
 * @hang_up: see &cv_listener.hang_up; may sleep, must not call back
 *
 * Context: process, may sleep.
 */
void cv_listener_init(struct cv_listener *listener, const struct net_device *netdev,
		      void (*hang_up)(struct cv_listener *listener,
				      const struct cv_listener_socket *socket))
{
	listener->netdev = netdev;
	listener->hang_up = hang_up;
	listener->is_open = false;
	mutex_lock(&cv_listener_all_lock);
	list_add_tail(&listener->link, &cv_listener_all);
	mutex_unlock(&cv_listener_all_lock);
}

/**
 * cv_listener_exit() - undo cv_listener_init()
 * @listener: on return its hang_up() is neither running nor called again
 *
 * Context: process, may sleep; holds no lock that hang_up() takes.
 */
void cv_listener_exit(struct cv_listener *listener)
{
	mutex_lock(&cv_listener_all_lock);
	list_del(&listener->link);
	mutex_unlock(&cv_listener_all_lock);
}

/**
 * cv_listener_has_socket() - whether a program listens by this socket
 * @listener: the listener
 * @socket: the socket
 *
 * Context: holds the owner's lock.
 * Return: true if it does, in whichever namespace the link is.
 */
bool cv_listener_has_socket(const struct cv_listener *listener,
			    const struct cv_listener_socket *socket)
{
	return listener->is_open && listener->socket.net == socket->net &&
	       listener->socket.portid == socket->portid;
}

/**
 * cv_listener_is_heard() - whether a program listens that may
 * @listener: the listener
 *
 * Context: any.
 * Return: false too if the link has been moved away from the program's namespace.
 */
bool cv_listener_is_heard(const struct cv_listener *listener)
{
	bool here;

	if (!READ_ONCE(listener->is_open))
		return false;
	rcu_read_lock();
	here = net_eq(dev_net(listener->netdev), READ_ONCE(listener->socket.net));
	rcu_read_unlock();
	return here;
}

/**
 * cv_listener_open() - a program wants to listen
 * @listener: the listener
 * @socket: of the program
 *
 * A link may have been moved away from a program that still listens: then another one may.
 *
 * Context: holds the owner's lock.
 * Return: 1 if it listens from now on, 0 if it did already, -EBUSY if another socket does.
 */
int cv_listener_open(struct cv_listener *listener, const struct cv_listener_socket *socket)
{
	if (cv_listener_is_heard(listener))
		return cv_listener_has_socket(listener, socket) ? 0 : -EBUSY;
	WRITE_ONCE(listener->socket.net, socket->net);
	WRITE_ONCE(listener->socket.portid, socket->portid);
	WRITE_ONCE(listener->is_open, true);
	return 1;
}

/**
 * cv_listener_close() - the program listens no more
 * @listener: the listener
 *
 * Context: holds the owner's lock.
 */
void cv_listener_close(struct cv_listener *listener)
{
	WRITE_ONCE(listener->is_open, false);
}

/**
 * cv_listener_hang_up() - a netlink socket has been closed
 * @socket: whichever
 *
 * Context: process, may sleep; takes no RTNL.
 */
void cv_listener_hang_up(const struct cv_listener_socket *socket)
{
	struct cv_listener *listener;

	mutex_lock(&cv_listener_all_lock);
	list_for_each_entry(listener, &cv_listener_all, link)
		if (READ_ONCE(listener->is_open) &&
		    READ_ONCE(listener->socket.portid) == socket->portid)
			listener->hang_up(listener, socket);
	mutex_unlock(&cv_listener_all_lock);
}
