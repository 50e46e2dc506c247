// SPDX-License-Identifier: GPL-2.0
/*
 * The part of culvert doctor that looks at the UDP port of a link: a packet of this
 * machine is sent there, and the link's own counter shows whether it has come; and the
 * rules of the firewall are read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "common/ethtool.h"
#include "doctor/wire.h"
#include "firewall/firewall.h"
#include "route.h"

/* How long an answer from this very machine may take. */
#define DOCTOR_WAIT_MS 200

/* What has been sent to the link is counted so soon, in steps. */
#define DOCTOR_COUNT_MS 1000
#define DOCTOR_STEP_MS 10

/* Addresses of this machine that are knocked at. */
#define DOCTOR_MAX_KNOCKS 8

/**
 * enum doctor_knock - what became of a packet of this machine to the port
 * @KNOCK_COUNTED: it came to the link
 * @KNOCK_SILENT: it did not, and nothing was said
 * @KNOCK_TAKEN: it was not refused; the link does not count
 * @KNOCK_REFUSED: no socket has the port, or a firewall says so
 * @KNOCK_FORBIDDEN: a firewall keeps this machine from sending it
 * @KNOCK_IMPOSSIBLE: it cannot be sent, for another reason
 */
enum doctor_knock {
	KNOCK_COUNTED,
	KNOCK_SILENT,
	KNOCK_TAKEN,
	KNOCK_REFUSED,
	KNOCK_FORBIDDEN,
	KNOCK_IMPOSSIBLE,
};

/* The counter of what is shorter than any message. */
static bool doctor_port_count(const struct doctor_wire *wire, uint64_t *count)
{
	return wire->is_counting &&
	       cmd_ethtool_counter(count, wire->counter_fd, wire->dev->name, "rx_short");
}

/* Waits until the link has counted, or a firewall has answered. */
static enum doctor_knock doctor_port_wait(const struct doctor_wire *wire, int fd, uint64_t before)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int limit = wire->is_counting ? DOCTOR_COUNT_MS : DOCTOR_WAIT_MS;
	uint64_t now = before;
	int waited;
	char byte;

	for (waited = 0; waited < limit; waited += DOCTOR_STEP_MS) {
		if (doctor_port_count(wire, &now) && now != before)
			return KNOCK_COUNTED;
		if (poll(&wait, 1, DOCTOR_STEP_MS) > 0 && recv(fd, &byte, 1, MSG_DONTWAIT) < 0)
			return errno == ECONNREFUSED ? KNOCK_REFUSED : KNOCK_SILENT;
	}
	return wire->is_counting ? KNOCK_SILENT : KNOCK_TAKEN;
}

static void doctor_port_set(const struct doctor_wire *wire, union cvl_address *to)
{
	if (cvl_address_is_ipv6(to))
		to->v6.sin6_port = htons(wire->dev->listen_port);
	else
		to->v4.sin_port = htons(wire->dev->listen_port);
}

/* What this machine sends to itself takes the way through lo. */
static bool doctor_port_has_lo(void)
{
	struct cvl_route_link lo;

	return !cvl_route_link(&lo, if_nametoindex("lo")) && lo.flags & IFF_UP;
}

/* A datagram of one byte to the port: culvert counts it and drops it. */
static enum doctor_knock doctor_port_knock(const struct doctor_wire *wire,
					   const union cvl_address *to)
{
	int fd = socket(to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	enum doctor_knock knock = KNOCK_IMPOSSIBLE;
	uint64_t before = 0;
	char byte = 0;
	int code = 0;

	if (fd < 0)
		return KNOCK_IMPOSSIBLE;
	if (!doctor_port_has_lo()) {
		close(fd);
		errno = ENETDOWN;
		return KNOCK_IMPOSSIBLE;
	}
	doctor_port_count(wire, &before);
	if (connect(fd, &to->any, cvl_address_size(to)) ||
	    send(fd, &byte, 1, 0) < 0) {
		code = errno;
		if (code == EPERM || code == EACCES)
			knock = KNOCK_FORBIDDEN;
		else if (code == ECONNREFUSED)
			knock = KNOCK_REFUSED;
	} else {
		knock = doctor_port_wait(wire, fd, before);
	}
	close(fd);
	errno = code;
	return knock;
}

/* What is read of the rules for new packets from outside, one entry a family. */
struct doctor_port_new {
	struct cmd_fw_fate fates[2];
	bool has_ipv6;
};

/*
 * Packets from outside come to an address of this machine, and the way back to a peer, or to
 * some place of the Internet, is by the device that they come by unless that depends on the
 * mark.
 */
static void doctor_port_route(const struct doctor_wire *wire, bool ipv6,
			      struct cmd_fw_packet *packet)
{
	union cvl_address anywhere = { .any.sa_family = ipv6 ? AF_INET6 : AF_INET };
	const struct cvl_peer *peer = wire->dev->peers;
	struct cvl_route route, back;

	while (peer && peer->endpoint.any.sa_family != anywhere.any.sa_family)
		peer = peer->next;
	inet_pton(anywhere.any.sa_family, ipv6 ? "2001:4860:4860::8888" : "8.8.8.8",
		  ipv6 ? (void *)&anywhere.v6.sin6_addr : (void *)&anywhere.v4.sin_addr);
	if (peer)
		anywhere = peer->endpoint;
	if (cvl_route_to(&route, &anywhere, wire->dev->fwmark))
		return;
	if (route.source.any.sa_family)
		cmd_fw_packet_address(packet, false, &route.source);
	if (!cvl_route_to(&back, &anywhere, 0) && back.ifindex == route.ifindex)
		packet->way_back = CMD_FW_YES;
}

/* Whether any device but lo has a global address of IPv6. */
static bool doctor_port_has_ipv6(void)
{
	FILE *file = fopen("/proc/net/if_inet6", "re");
	unsigned int scope;
	bool found = false;
	char line[128];

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %*x %*x %x", &scope) == 1 && !scope;
	if (file)
		fclose(file);
	return found;
}

static void doctor_port_judge(const struct doctor_wire *wire, struct doctor_port_new *from)
{
	int ipv6;

	memset(from, 0, sizeof(*from));
	from->has_ipv6 = doctor_port_has_ipv6();
	for (ipv6 = 0; wire->firewall && ipv6 <= 1; ipv6++) {
		struct cmd_fw_packet packet;

		cmd_fw_packet(&packet, ipv6, true);
		cmd_fw_packet_port(&packet, false, wire->dev->listen_port);
		if (!wire->is_moved) {
			memcpy(packet.other, wire->dev->name, sizeof(packet.other));
			packet.other_ifindex = wire->dev->ifindex;
		}
		doctor_port_route(wire, ipv6, &packet);
		cmd_firewall_judge(wire->firewall, &packet, &from->fates[ipv6]);
	}
}

/* Whether a peer has to send first. */
static bool doctor_port_waits(const struct doctor_wire *wire)
{
	const struct cvl_peer *peer = wire->dev->peers;

	while (peer && (peer->endpoint.any.sa_family || !doctor_wire_wants(wire, peer)))
		peer = peer->next;
	return peer;
}

/* The family that is closed to new packets, if any is. */
static const struct cmd_fw_fate *doctor_port_closed(const struct doctor_port_new *from, bool *all)
{
	bool ipv4 = from->fates[0].can == CMD_FW_DROP;
	bool ipv6 = from->fates[1].can == CMD_FW_DROP;

	*all = ipv4 && (ipv6 || !from->has_ipv6);
	return ipv4 ? &from->fates[0] : ipv6 && from->has_ipv6 ? &from->fates[1] : NULL;
}

static void doctor_port_say_closed(const struct doctor_wire *wire,
				   const struct cmd_fw_fate *closed, bool ipv6, bool all)
{
	bool waits = doctor_port_waits(wire);
	char remedy[256];

	cmd_firewall_remedy(wire->firewall, closed, remedy, sizeof(remedy),
			    wire->dev->listen_port);
	doctor_say_wire(wire, all && waits ? DOCTOR_BAD : DOCTOR_NOTE,
			"the firewall drops %spackets from outside to UDP port %u (table %s %s, chain %s)%s: %s",
			all ? "new " : ipv6 ? "new IPv6 " : "new IPv4 ",
			wire->dev->listen_port, closed->family, closed->table, closed->chain,
			waits ? "" : ", so this machine must send first", remedy);
}

/* What the rules say of packets from outside. */
static void doctor_port_rules(const struct doctor_wire *wire, const struct doctor_port_new *from)
{
	const struct cmd_fw_fate *unsure = &from->fates[0];
	const struct cmd_fw_fate *closed;
	bool all;

	if (!wire->firewall) {
		doctor_say_wire(wire, DOCTOR_NOTE,
				"the firewall rules cannot be read: test from another machine whether UDP port %u is reachable",
				wire->dev->listen_port);
		return;
	}
	closed = doctor_port_closed(from, &all);
	if (closed) {
		doctor_port_say_closed(wire, closed, closed == &from->fates[1], all);
		return;
	}
	if (!(unsure->can & CMD_FW_DROP) && from->has_ipv6)
		unsure = &from->fates[1];
	if (unsure->can & CMD_FW_DROP)
		doctor_say_wire(wire, DOCTOR_NOTE,
				"whether the firewall drops packets from outside to UDP port %u cannot be told from its rules alone (table %s %s, chain %s): test from another machine",
				wire->dev->listen_port, unsure->family, unsure->table,
				unsure->chain);
	else
		doctor_say_wire(wire, DOCTOR_OK,
				"no nftables or iptables rule in this namespace drops packets to UDP port %u; whether they are dropped elsewhere, test from another machine",
				wire->dev->listen_port);
}

/* @to: address and port that the packet was sent to; @is_open: rules let others in. */
static void doctor_port_say(const struct doctor_wire *wire, enum doctor_knock knock,
			    const union cvl_address *to, bool is_open)
{
	enum doctor_state bad = is_open ? DOCTOR_NOTE : DOCTOR_BAD;
	const char *others = is_open ? ", but not those from outside" : ": allow the port";
	uint16_t port = wire->dev->listen_port;
	char text[CVL_ENDPOINT_TEXT_SIZE];
	int code = errno;

	cvl_endpoint_to_text(text, to);
	switch (knock) {
	case KNOCK_COUNTED:
		doctor_say_wire(wire, DOCTOR_OK,
				"UDP port %u receives packets from this machine", port);
		break;
	case KNOCK_TAKEN:
		doctor_say_wire(wire, DOCTOR_OK,
				"UDP port %u does not refuse packets from this machine; the module of this link has no counter that shows whether they arrive",
				port);
		break;
	case KNOCK_SILENT:
		doctor_say_wire(wire, bad,
				"a packet from this machine to %s did not reach the link: the firewall drops such packets%s",
				text, others);
		break;
	case KNOCK_REFUSED:
		doctor_say_wire(wire, wire->is_counting ? bad : DOCTOR_NOTE,
				"a packet from this machine to %s is refused: the firewall rejects such packets%s",
				text, wire->is_counting ? others :
				", or the link was created in another network namespace, where its port is: port, routes and MTU are not checked");
		break;
	case KNOCK_FORBIDDEN:
		doctor_say_wire(wire, DOCTOR_NOTE,
				"UDP port %u cannot be tested: the firewall prevents this machine from sending to itself",
				port);
		break;
	case KNOCK_IMPOSSIBLE:
		doctor_say_wire(wire, DOCTOR_NOTE,
				"UDP port %u cannot be tested (%s): is lo up? ip link set lo up",
				port, strerror(code));
		break;
	}
}

/* Addresses that have been knocked at. */
struct doctor_port_knocks {
	union cvl_address addresses[DOCTOR_MAX_KNOCKS];
	size_t count;
};

static bool doctor_port_is_new(struct doctor_port_knocks *knocks, const union cvl_address *address)
{
	size_t i;

	for (i = 0; i < knocks->count; i++) {
		if (!memcmp(&knocks->addresses[i], address, sizeof(*address)))
			return false;
	}
	if (knocks->count == DOCTOR_MAX_KNOCKS)
		return false;
	knocks->addresses[knocks->count++] = *address;
	return true;
}

/* Once for each address that packets to peers go out from; the first bad one is told. */
static bool doctor_port_knock_own(const struct doctor_wire *wire,
				  const struct doctor_port_new *from)
{
	struct doctor_port_knocks knocks = { 0 };
	const struct cvl_peer *peer;

	for (peer = wire->dev->peers; peer; peer = peer->next) {
		bool ipv6 = cvl_address_is_ipv6(&peer->endpoint);
		enum doctor_knock knock;
		struct cvl_route route;

		if (!peer->endpoint.any.sa_family || !doctor_wire_wants(wire, peer) ||
		    cvl_route_to(&route, &peer->endpoint, wire->dev->fwmark) ||
		    !route.source.any.sa_family || !doctor_port_is_new(&knocks, &route.source))
			continue;
		doctor_port_set(wire, &route.source);
		knock = doctor_port_knock(wire, &route.source);
		if (knock != KNOCK_SILENT && knock != KNOCK_REFUSED)
			continue;
		doctor_port_say(wire, knock, &route.source,
				from->fates[ipv6].can == CMD_FW_ACCEPT);
		return true;
	}
	return false;
}

/* An address of this machine at which the sockets are, those of IPv4 first. */
static void doctor_port_here(const struct cvl_device *dev, union cvl_address *here)
{
	memset(here, 0, sizeof(*here));
	if (dev->bind4_off) {
		here->v6.sin6_family = AF_INET6;
		here->v6.sin6_addr = IN6_IS_ADDR_UNSPECIFIED(&dev->bind6) ? in6addr_loopback :
				     dev->bind6;
		return;
	}
	here->v4.sin_family = AF_INET;
	here->v4.sin_addr = dev->bind4;
	if (!here->v4.sin_addr.s_addr)
		here->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

/* Where the link is up. */
static enum doctor_knock doctor_port_try(const struct doctor_wire *wire,
					 const struct doctor_port_new *from)
{
	bool is_bound = wire->dev->has & CVL_DEVICE_BIND_ADDRESSES;
	union cvl_address here;
	enum doctor_knock knock;
	bool is_fine;

	doctor_port_here(wire->dev, &here);
	doctor_port_set(wire, &here);
	knock = doctor_port_knock(wire, &here);
	is_fine = knock == KNOCK_COUNTED || knock == KNOCK_TAKEN;
	if (!is_fine || is_bound || !doctor_port_knock_own(wire, from))
		doctor_port_say(wire, knock, &here,
				from->fates[cvl_address_is_ipv6(&here)].can == CMD_FW_ACCEPT);
	return knock;
}

/* Where it is, and what may come to it, that program knows. */
static void doctor_port_of_program(const struct doctor_wire *wire)
{
	if (wire->dev->socket_state == CVL_SOCKET_LOST)
		doctor_say_wire(wire, DOCTOR_BAD,
				"the program that owned its UDP socket has closed it: start that program again, or culvert set %s socket own",
				wire->dev->name);
	else
		doctor_say_wire(wire, DOCTOR_NOTE,
				"UDP port %u is the socket of a program: it is not tested here",
				wire->dev->listen_port);
}

/**
 * doctor_port() - look at the port of a link
 * @wire: the link; the calling thread is in the namespace of its sockets
 *
 * Return: whether its sockets may be here: not all modules tell where they are.
 */
bool doctor_port(const struct doctor_wire *wire)
{
	enum doctor_knock knock = KNOCK_COUNTED;
	struct doctor_port_new from;

	if (wire->dev->socket_state != CVL_SOCKET_OWN) {
		doctor_port_of_program(wire);
		return true;
	}
	doctor_port_judge(wire, &from);
	/* What this machine sends to itself comes in by lo. */
	if (wire->is_up && *wire->dev->bind_device)
		doctor_say_wire(wire, DOCTOR_NOTE,
				"UDP port %u takes packets that come in by %s only: test it from another machine",
				wire->dev->listen_port, wire->dev->bind_device);
	else if (wire->is_up)
		knock = doctor_port_try(wire, &from);
	if (knock == KNOCK_REFUSED && !wire->is_counting)
		return false;
	doctor_port_rules(wire, &from);
	return true;
}
