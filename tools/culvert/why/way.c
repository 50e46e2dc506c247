// SPDX-License-Identifier: GPL-2.0
/*
 * The way from a link to the endpoint of one peer: what doctor finds on it, and what the host
 * there does. All of it is asked in the network namespace of the link's sockets.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "common/diagnose.h"
#include "common/ethtool.h"
#include "common/netns.h"
#include "doctor/wire.h"
#include "firewall/firewall.h"
#include "route.h"
#include "why/why.h"

/* What doctor finds; nothing is in the way of a handshake that was completed. */
static void why_way_blocked(struct why_facts *facts, struct doctor_wire *wire)
{
	struct cmd_firewall *firewall;

	if (facts->handshake)
		return;
	firewall = cmd_firewall_read();
	wire->firewall = firewall;
	doctor_wire(wire);
	cmd_firewall_destroy(firewall);
	memcpy(facts->blocked, wire->doctor->first, sizeof(facts->blocked));
}

/* Only where an answer is missing is the host asked: it takes a second. */
static void why_way_here(struct why_facts *facts, struct doctor_wire *wire)
{
	const union cvl_address *endpoint = &wire->only->endpoint;
	struct cvl_route route;

	if (!endpoint->any.sa_family) {
		why_way_blocked(facts, wire);
		return;
	}
	facts->has_route = !cvl_route_to(&route, endpoint, wire->dev->fwmark);
	if (facts->has_route)
		facts->mtu_fits = cmd_diagnose_mtu(doctor_wire_path(endpoint, wire->dev->fwmark),
						   cvl_address_is_ipv6(endpoint));
	if (facts->handshake || !facts->has_route)
		return;
	why_way_blocked(facts, wire);
	if (!*facts->blocked)
		facts->host = why_ping_host(endpoint, wire->dev->fwmark);
}

/**
 * why_way() - look at the way to a peer
 * @facts: has what the active look has shown; route, MTU and what blocks are set
 * @dev: the link as it is set
 * @peer: one of its peers
 */
void why_way(struct why_facts *facts, const struct cvl_device *dev, const struct cvl_peer *peer)
{
	struct doctor doctor = { .is_silent = true };
	struct doctor_wire wire = {
		.doctor = &doctor,
		.dev = dev,
		.mtu = facts->mtu,
		.is_up = facts->is_up && facts->has_socket,
		.only = peer,
	};
	struct cvl_route_link link;
	uint64_t count;
	int back = -1;

	facts->has_route = true;
	if (cvl_route_link(&link, dev->ifindex))
		return;
	wire.counter_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	wire.is_counting = cmd_ethtool_counter(&count, wire.counter_fd, dev->name, "rx_short");
	wire.is_moved = link.netns_id >= 0;
	if (wire.is_moved)
		back = cmd_netns_enter(link.netns_id);
	if (!wire.is_moved || back >= 0)
		why_way_here(facts, &wire);
	if (back >= 0)
		cmd_netns_leave(back);
	if (wire.counter_fd >= 0)
		close(wire.counter_fd);
}
