// SPDX-License-Identifier: GPL-2.0
/*
 * The half of culvert doctor that looks at links: their ports, their MTU against that
 * of the way to their peers, and the settings of the network that break tunnels.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "doctor.h"
#include "module.h"

/* How long an answer from this very machine may take. */
#define DOCTOR_WAIT_MS 200

/* A setting of the network below /proc/sys/net, or -1. */
static long doctor_link_sysctl(const char *name, const char *device)
{
	char path[256];
	char text[32];

	snprintf(path, sizeof(path), "/proc/sys/net/%s%s%s", name, device,
		 *device ? "/rp_filter" : "");
	return cmd_module_read(text, sizeof(text), path) ? strtol(text, NULL, 10) : -1;
}

/*
 * A datagram of one byte to the port: culvert counts it and drops it. Without a
 * socket there, the kernel refuses it; a firewall may refuse to send it.
 */
static int doctor_link_knock(uint16_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int code = 0;
	char byte = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) || send(fd, &byte, 1, 0) < 0)
		code = -errno;
	else if (poll(&wait, 1, DOCTOR_WAIT_MS) > 0 && recv(fd, &byte, 1, MSG_DONTWAIT) < 0)
		code = -errno;
	close(fd);
	return code;
}

static void doctor_link_port(struct doctor *doctor, const struct cvl_device *dev, bool is_up)
{
	int code;

	if (!is_up) {
		doctor_say(doctor, DOCTOR_BAD, dev->name, "is down: ip link set %s up", dev->name);
		return;
	}
	code = doctor_link_knock(dev->listen_port);
	if (!code)
		doctor_say(doctor, DOCTOR_OK, dev->name,
			   "UDP port %u takes packets of this machine", dev->listen_port);
	else if (code == -ECONNREFUSED)
		doctor_say(doctor, DOCTOR_BAD, dev->name,
			   "nobody has UDP port %u in this network namespace: the link was made in another, or a firewall rejects",
			   dev->listen_port);
	else
		doctor_say(doctor, DOCTOR_BAD, dev->name,
			   "a packet to UDP port %u cannot be sent (%s): look at the firewall",
			   dev->listen_port, strerror(-code));
}

/* By its kind alone nobody can tell. */
static void doctor_link_module(struct doctor *doctor, const struct cvl_device *dev)
{
	char driver[CMD_MODULE_DRIVER_SIZE];

	if (dev->kind == CVL_KIND_WIREGUARD && cmd_module_of_link(driver, dev->name))
		doctor_say(doctor, DOCTOR_OK, dev->name,
			   "of kind wireguard, is served by the module %s", driver);
}

static void doctor_link_key(struct doctor *doctor, const struct cvl_device *dev)
{
	if (cvl_key_is_zero(dev->private_key))
		doctor_say(doctor, DOCTOR_BAD, dev->name,
			   "has no private key: culvert set %s private-key FILE", dev->name);
}

/* MTU of the route to an endpoint, or 0. */
static unsigned int doctor_link_path(const union cvl_address *endpoint, uint32_t fwmark)
{
	bool ipv6 = endpoint->any.sa_family == AF_INET6;
	int fd = socket(endpoint->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(int);
	int mtu = 0;

	if (fd < 0)
		return 0;
	if (fwmark)
		setsockopt(fd, SOL_SOCKET, SO_MARK, &fwmark, sizeof(fwmark));
	if (connect(fd, &endpoint->any, ipv6 ? sizeof(endpoint->v6) : sizeof(endpoint->v4)) ||
	    getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &mtu, &size))
		mtu = 0;
	close(fd);
	return mtu > 0 ? (unsigned int)mtu : 0;
}

static void doctor_link_peer(struct doctor *doctor, const struct cvl_device *dev,
			     const struct cvl_peer *peer, unsigned int mtu)
{
	char text[CVL_ENDPOINT_TEXT_SIZE];
	unsigned int path;
	unsigned int fits;

	if (!peer->endpoint.any.sa_family)
		return;
	cvl_endpoint_to_text(text, &peer->endpoint);
	path = doctor_link_path(&peer->endpoint, dev->fwmark);
	fits = cmd_diagnose_mtu(path, peer->endpoint.any.sa_family == AF_INET6);
	if (!path)
		doctor_say(doctor, DOCTOR_BAD, dev->name, "there is no route to %s", text);
	else if (mtu > fits)
		doctor_say(doctor, DOCTOR_BAD, dev->name,
			   "MTU %u is too much for the way to %s, which carries %u: ip link set %s mtu %u",
			   mtu, text, path, dev->name, fits);
	else
		doctor_say(doctor, DOCTOR_OK, dev->name, "MTU %u fits the way to %s", mtu, text);
}

static void doctor_link_filter(struct doctor *doctor, const struct cvl_device *dev)
{
	long all = doctor_link_sysctl("ipv4/conf/", "all");
	long own = doctor_link_sysctl("ipv4/conf/", dev->name);

	/* the stricter of the two counts: 1 is strict, 2 is loose */
	if ((all == 1 && own != 2) || (own == 1 && all != 2))
		doctor_say(doctor, dev->fwmark ? DOCTOR_BAD : DOCTOR_NOTE, dev->name,
			   "rp_filter is strict: packets whose way back is another one are dropped silently: sysctl net.ipv4.conf.%s.rp_filter=2",
			   dev->name);
}

static void doctor_link(struct doctor *doctor, struct cvl_netlink *nl, const struct cvl_link *link)
{
	struct cvl_device *dev = NULL;
	struct cvl_error err = { 0 };
	const struct cvl_peer *peer;
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_up;

	memcpy(request.ifr_name, link->name, sizeof(request.ifr_name) - 1);
	is_up = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &request) && request.ifr_flags & IFF_UP;
	if (fd < 0 || ioctl(fd, SIOCGIFMTU, &request) ||
	    cvl_netlink_get(nl, link, &dev, &err)) {
		doctor_say(doctor, DOCTOR_NOTE, link->name, "not looked at: %s",
			   *err.text ? err.text : strerror(errno));
	} else {
		doctor_link_module(doctor, dev);
		doctor_link_port(doctor, dev, is_up);
		doctor_link_key(doctor, dev);
		for (peer = dev->peers; peer; peer = peer->next)
			doctor_link_peer(doctor, dev, peer, (unsigned int)request.ifr_mtu);
		doctor_link_filter(doctor, dev);
	}
	if (fd >= 0)
		close(fd);
	cvl_device_destroy(dev);
}

static void doctor_link_forwarding(struct doctor *doctor)
{
	bool ipv4 = doctor_link_sysctl("ipv4/ip_forward", "") == 1;
	bool ipv6 = doctor_link_sysctl("ipv6/conf/all/forwarding", "") == 1;

	if (ipv4 && ipv6)
		doctor_say(doctor, DOCTOR_OK, "forwarding", "is on");
	else
		doctor_say(doctor, DOCTOR_NOTE, "forwarding",
			   "%s: a tunnel leads to this machine only; for a gateway: sysctl%s%s",
			   ipv4 || ipv6 ? "is on in part" : "is off",
			   ipv4 ? "" : " net.ipv4.ip_forward=1",
			   ipv6 ? "" : " net.ipv6.conf.all.forwarding=1");
}

/**
 * doctor_links() - look at all links of this network namespace
 * @doctor: where the findings go
 */
void doctor_links(struct doctor *doctor)
{
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl = cvl_netlink_create(&err);
	struct cvl_link *links = NULL;
	size_t count = 0;
	size_t i;

	if (!nl || cvl_netlink_list(nl, &links, &count, &err))
		doctor_say(doctor, DOCTOR_BAD, "links", "%s", err.text);
	else if (!count)
		doctor_say(doctor, DOCTOR_NOTE, "links",
			   "there are none: ip link add cv0 type culvert");
	for (i = 0; i < count; i++)
		doctor_link(doctor, nl, &links[i]);
	if (count)
		doctor_link_forwarding(doctor);
	free(links);
	cvl_netlink_destroy(nl);
}
