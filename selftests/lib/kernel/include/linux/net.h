/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets of a process, which are what a test says of its descriptors. */
#ifndef FAKE_LINUX_NET_H
#define FAKE_LINUX_NET_H

struct socket {
	int unused;
};

struct socket *sockfd_lookup(int fd, int *err);
void sockfd_put(struct socket *sock);

#endif /* FAKE_LINUX_NET_H */
