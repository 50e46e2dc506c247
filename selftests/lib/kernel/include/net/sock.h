/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets, of which there are none. */
#ifndef FAKE_NET_SOCK_H
#define FAKE_NET_SOCK_H

#include <linux/netdevice.h>

struct sock {
	int sk_bound_dev_if;
};

#endif /* FAKE_NET_SOCK_H */
