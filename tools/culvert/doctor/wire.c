// SPDX-License-Identifier: GPL-2.0
/*
 * The part of culvert doctor that looks at the way between a link and its peers: routes,
 * MTU, the kernel's reverse path filter, and the firewall for what peers answer. All of it
 * is asked in the network namespace of the link's sockets.
 */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "common/clock.h"
#include "common/diagnose.h"
#include "common/proc.h"
#include "doctor/wire.h"
#include "firewall/firewall.h"
#include "route.h"

/* Devices that a finding is told of once each. */
#define DOCTOR_MAX_DEVICES 8

/* How long the rules of the firewall are held against packets of one peer after the other. */
#define DOCTOR_RULES_S 5

/* What several peers have in common and is told once. */
struct doctor_wire_once {
	char devices[DOCTOR_MAX_DEVICES][CVL_IFNAME_SIZE];
	size_t count;
};

/* What was told of peers before, and how many were looked at in part. */
struct doctor_wire_told {
	struct doctor_wire_once filters;
	struct doctor_wire_once rules;
	int64_t rules_until_ms;
	unsigned int skipped;
};

/* One peer, and the way to it. */
struct doctor_wire_way {
	const struct doctor_wire *wire;
	const struct cvl_peer *peer;
	struct cvl_route route;
	bool ipv6;
	char text[CVL_ENDPOINT_TEXT_SIZE];
	struct cmd_fw_fate in;
	struct cmd_fw_fate out;
};

static bool doctor_wire_is_first(struct doctor_wire_once *once, const char *device)
{
	size_t i;

	for (i = 0; i < once->count; i++) {
		if (!strcmp(once->devices[i], device))
			return false;
	}
	if (once->count < DOCTOR_MAX_DEVICES)
		snprintf(once->devices[once->count++], CVL_IFNAME_SIZE, "%s", device);
	return true;
}

/**
 * doctor_wire_path() - MTU of the way to an endpoint
 * @endpoint: the endpoint
 * @fwmark: mark of what is sent there
 *
 * Return: bytes, or 0 if there is no route.
 */
unsigned int doctor_wire_path(const union cvl_address *endpoint, uint32_t fwmark)
{
	bool ipv6 = cvl_address_is_ipv6(endpoint);
	int fd = socket(endpoint->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(int);
	int mtu = 0;

	if (fd < 0)
		return 0;
	if (fwmark)
		setsockopt(fd, SOL_SOCKET, SO_MARK, &fwmark, sizeof(fwmark));
	if (connect(fd, &endpoint->any, cvl_address_size(endpoint)) ||
	    getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &mtu, &size))
		mtu = 0;
	close(fd);
	return mtu > 0 ? (unsigned int)mtu : 0;
}

static void doctor_wire_mtu(const struct doctor_wire_way *way)
{
	const struct doctor_wire *wire = way->wire;
	const char *name = wire->dev->name;
	unsigned int path = doctor_wire_path(&way->peer->endpoint, wire->dev->fwmark);
	unsigned int fits = cmd_diagnose_mtu(path, way->ipv6);

	if (!path)
		doctor_say_wire(wire, DOCTOR_BAD, "there is no route to %s", way->text);
	else if (wire->mtu <= fits)
		doctor_say_wire(wire, DOCTOR_OK, "MTU %u fits the path to %s", wire->mtu,
				way->text);
	else if (fits)
		doctor_say_wire(wire, DOCTOR_NOTE,
				"MTU %u is too large for the path to %s, whose MTU is %u: long packets are fragmented, which is slow, and many networks drop fragments: ip link set %s mtu %u",
				wire->mtu, way->text, path, name, fits);
	else
		doctor_say_wire(wire, DOCTOR_BAD,
				"the path to %s has an MTU of %u, too small for any tunnel",
				way->text, path);
}

static void doctor_wire_say_filter(const struct doctor_wire_way *way, enum cmd_reverse reverse,
				   long filter)
{
	const char *device = way->route.device;

	if (reverse == CMD_REVERSE_DROPPED && filter == 1)
		doctor_say_wire(way->wire, DOCTOR_BAD,
				"replies from %s are dropped: rp_filter of %s is strict, and without the mark the route back is not by %s: sysctl net.ipv4.conf.%s.rp_filter=2",
				way->text, device, device, device);
	else if (reverse == CMD_REVERSE_DROPPED)
		doctor_say_wire(way->wire, DOCTOR_BAD,
				"replies from %s are dropped: rp_filter is on for %s, and without the mark there is no route back: sysctl net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.%s.rp_filter=0",
				way->text, device, device);
	else if (reverse == CMD_REVERSE_MARK_IGNORED)
		doctor_say_wire(way->wire, DOCTOR_BAD,
				"replies from %s are dropped: the firewall restores the mark, but rp_filter of %s ignores it: sysctl net.ipv4.conf.all.src_valid_mark=1",
				way->text, device);
	else if (reverse == CMD_REVERSE_MARK_MISSING)
		doctor_say_wire(way->wire, DOCTOR_BAD,
				"replies from %s are dropped: rp_filter of %s uses marks (src_valid_mark), but no firewall rule restores the mark of the connection: sysctl net.ipv4.conf.%s.rp_filter=2",
				way->text, device, device);
	else if (reverse == CMD_REVERSE_UNKNOWN)
		doctor_say_wire(way->wire, DOCTOR_NOTE,
				"replies from %s are dropped by rp_filter of %s unless the firewall restores the mark of the connection, and its rules cannot be read",
				way->text, device);
}

/* IPv6 has no such filter but in firewalls. */
static void doctor_wire_filter(const struct doctor_wire_way *way, struct doctor_wire_once *once)
{
	const struct in_addr *from = &way->peer->endpoint.v4.sin_addr;
	const struct in_addr *to = &way->route.source.v4.sin_addr;
	uint32_t fwmark = way->wire->dev->fwmark;
	unsigned int ifindex = way->route.ifindex;
	long filter = cmd_proc_rp_filter(way->route.device);
	struct cmd_reverse_facts facts = {
		.is_filtered = filter > 0,
		.passes = !cvl_route_check(ifindex, from, to, 0),
		.passes_marked = fwmark && !cvl_route_check(ifindex, from, to, fwmark),
		.rules_known = way->wire->firewall,
		.restores_mark = way->in.sets_mark && way->out.saves_mark,
	};
	enum cmd_reverse reverse = cmd_diagnose_reverse(&facts);

	if (reverse != CMD_REVERSE_PASSES && doctor_wire_is_first(once, way->route.device))
		doctor_wire_say_filter(way, reverse, filter);
}

/* What the rules do with what the link sends to the peer, and with what that answers. */
static void doctor_wire_judge(struct doctor_wire_way *way, enum cmd_fw_match way_back)
{
	const struct cvl_device *dev = way->wire->dev;
	const union cvl_address *endpoint = &way->peer->endpoint;
	int is_incoming;

	for (is_incoming = 0; is_incoming <= 1; is_incoming++) {
		struct cmd_fw_packet packet;

		cmd_fw_packet(&packet, way->ipv6, is_incoming);
		cmd_fw_packet_device(&packet, way->route.device, way->route.ifindex);
		cmd_fw_packet_address(&packet, is_incoming, endpoint);
		if (way->route.source.any.sa_family)
			cmd_fw_packet_address(&packet, !is_incoming, &way->route.source);
		cmd_fw_packet_port(&packet, is_incoming, cvl_address_port(endpoint));
		cmd_fw_packet_port(&packet, !is_incoming, dev->listen_port);
		packet.ct_state = is_incoming ? CMD_FW_CT_ESTABLISHED : CMD_FW_CT_NEW;
		/* to an answer, a packet that went out untracked is none */
		if (is_incoming && way->out.untracks)
			packet.ct_state = 0;
		packet.mark = is_incoming ? 0 : dev->fwmark;
		packet.way_back = way_back;
		cmd_firewall_judge(way->wire->firewall, &packet,
				   is_incoming ? &way->in : &way->out);
	}
}

/*
 * Whether a packet that comes from the peer would go back by the same device, unmarked. For
 * IPv6, kernels differ in what a rule takes for that: the best way, or any by that device.
 */
static enum cmd_fw_match doctor_wire_back(const struct doctor_wire_way *way)
{
	union cvl_address bound = way->peer->endpoint;
	struct cvl_route back;

	if (!cvl_route_to(&back, &way->peer->endpoint, 0) && back.ifindex == way->route.ifindex)
		return CMD_FW_YES;
	if (!way->ipv6)
		return CMD_FW_NO;
	bound.v6.sin6_scope_id = way->route.ifindex;
	return !cvl_route_to(&back, &bound, 0) && back.ifindex == way->route.ifindex ?
	       CMD_FW_MAYBE : CMD_FW_NO;
}

static void doctor_wire_say_back(const struct doctor_wire_way *way, enum doctor_state state,
				 const struct cmd_fw_fate *fate)
{
	doctor_say_wire(way->wire, state,
			"replies from %s are dropped%s: a rule (table %s %s, chain %s) checks the reverse path, which without the mark is not by %s: remove the rule (firewalld: IPv6_rpfilter=no)",
			way->text,
			state == DOCTOR_BAD ? "" : " by some kernels",
			fate->family, fate->table, fate->chain, way->route.device);
}

static void doctor_wire_say_in(const struct doctor_wire_way *way, const struct cmd_fw_fate *fate)
{
	uint16_t port = way->wire->dev->listen_port;
	char remedy[256];

	cmd_firewall_remedy(way->wire->firewall, fate, remedy, sizeof(remedy), port);
	doctor_say_wire(way->wire, DOCTOR_BAD,
			"the firewall drops replies from %s to UDP port %u (table %s %s, chain %s): %s",
			way->text, port, fate->family, fate->table, fate->chain, remedy);
}

static void doctor_wire_firewall(struct doctor_wire_way *way, struct doctor_wire_once *once)
{
	enum cmd_fw_match back = doctor_wire_back(way);
	const struct cmd_fw_fate *out = &way->out;
	struct cmd_fw_fate fate;
	bool by_way_back;

	doctor_wire_judge(way, back);
	if (out->can == CMD_FW_DROP && doctor_wire_is_first(once, "out"))
		doctor_say_wire(way->wire, DOCTOR_BAD,
				"the firewall drops packets sent to %s (table %s %s, chain %s): allow UDP to it",
				way->text, out->family, out->table, out->chain);
	fate = way->in;
	if (!(fate.can & CMD_FW_DROP) || (fate.can != CMD_FW_DROP && back != CMD_FW_MAYBE))
		return;
	doctor_wire_judge(way, CMD_FW_YES);
	by_way_back = way->in.can != fate.can;
	if (by_way_back && doctor_wire_is_first(once, "back"))
		doctor_wire_say_back(way, fate.can == CMD_FW_DROP ? DOCTOR_BAD : DOCTOR_NOTE,
				     &fate);
	else if (!by_way_back && fate.can == CMD_FW_DROP && doctor_wire_is_first(once, "in"))
		doctor_wire_say_in(way, &fate);
}

/*
 * The way leads into the link itself: another of its peers may take it further. What fits
 * then is less than the MTU of the link, so it is a matter of routes. Return: whether one does.
 */
static bool doctor_wire_nested(const struct doctor_wire_way *way)
{
	const struct doctor_wire *wire = way->wire;
	const char *name = wire->dev->name;
	const struct cvl_peer *next = cmd_diagnose_owner(wire->dev, &way->peer->endpoint);
	unsigned int fits = cmd_diagnose_mtu(wire->mtu, way->ipv6);

	if (!next || next == way->peer)
		doctor_say_wire(wire, DOCTOR_BAD,
				"the route to %s leads into %s itself: add a route to that address by another device, or set a fwmark on the link and add a rule for it",
				way->text, name);
	else if (!fits)
		doctor_say_wire(wire, DOCTOR_BAD,
				"the route to %s is through another peer of %s, whose MTU of %u is too small for that",
				way->text, name, wire->mtu);
	else
		doctor_say_wire(wire, DOCTOR_OK,
				"the route to %s is through another peer of %s: packets of up to %u bytes are not fragmented",
				way->text, name, fits);
	return next && next != way->peer;
}

static void doctor_wire_peer(const struct doctor_wire *wire, const struct cvl_peer *peer,
			     struct doctor_wire_told *told)
{
	struct doctor_wire_way way = {
		.wire = wire,
		.peer = peer,
		.ipv6 = cvl_address_is_ipv6(&peer->endpoint),
	};

	if (!peer->endpoint.any.sa_family)
		return;
	cvl_endpoint_to_text(way.text, &peer->endpoint);
	if (cvl_route_to(&way.route, &peer->endpoint, wire->dev->fwmark)) {
		doctor_say_wire(wire, DOCTOR_BAD, "there is no route to %s", way.text);
		return;
	}
	if (wire->is_moved || way.route.ifindex != wire->dev->ifindex)
		doctor_wire_mtu(&way);
	else if (!doctor_wire_nested(&way))
		return;
	/* to this machine itself no filter applies */
	if (way.route.type != RTN_UNICAST)
		return;
	/* what the filter does depends on the rules */
	if (wire->firewall && cmd_clock_ms() > told->rules_until_ms) {
		told->skipped++;
		return;
	}
	if (wire->firewall)
		doctor_wire_firewall(&way, &told->rules);
	if (!way.ipv6 && way.route.source.any.sa_family)
		doctor_wire_filter(&way, &told->filters);
}

/**
 * doctor_wire() - look at what carries a link
 * @wire: the link; the calling thread is in the namespace of its sockets
 */
void doctor_wire(const struct doctor_wire *wire)
{
	struct doctor_wire_told told = { 0 };
	const struct cvl_peer *peer;

	if (!doctor_port(wire))
		return;
	told.rules_until_ms = cmd_clock_ms() + DOCTOR_RULES_S * 1000;
	for (peer = wire->dev->peers; peer; peer = peer->next) {
		if (doctor_wire_wants(wire, peer))
			doctor_wire_peer(wire, peer, &told);
	}
	if (told.skipped)
		doctor_say_wire(wire, DOCTOR_NOTE,
				"evaluating the firewall rules took more than %d s: they and rp_filter were not checked for %u of the peers",
				DOCTOR_RULES_S, told.skipped);
}
