// SPDX-License-Identifier: GPL-2.0
/*
 * The part of culvert doctor that looks at links: their state and their key, and what they
 * carry. What carries them is asked in the network namespace of their sockets.
 */
#include <errno.h>
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/diagnose.h"
#include "common/ethtool.h"
#include "common/netns.h"
#include "common/proc.h"
#include "doctor/wire.h"
#include "firewall/firewall.h"
#include "route.h"

/* Return: whether it can carry anything. */
static bool doctor_link_state(struct doctor *doctor, const char *name,
			      const struct cvl_route_link *facts)
{
	if (!(facts->flags & IFF_UP))
		doctor_say(doctor, DOCTOR_BAD, name, "is down: ip link set %s up", name);
	else if (!(facts->flags & IFF_LOWER_UP))
		doctor_say(doctor, DOCTOR_BAD, name,
			   "has no socket, because the network namespace in which it was created no longer exists: delete the link and create it again");
	else
		return true;
	return false;
}

/* By its kind alone nobody can tell. */
static void doctor_link_module(struct doctor *doctor, const struct cvl_device *dev)
{
	char driver[CMD_ETHTOOL_DRIVER_SIZE];

	if (dev->kind == CVL_KIND_WIREGUARD && cmd_ethtool_driver(driver, dev->name))
		doctor_say(doctor, DOCTOR_OK, dev->name,
			   "of kind wireguard, is served by the module %s", driver);
}

static void doctor_link_key(struct doctor *doctor, const struct cvl_device *dev)
{
	if (cvl_key_is_zero(dev->private_key))
		doctor_say(doctor, DOCTOR_BAD, dev->name,
			   "has no private key: culvert set %s private-key FILE", dev->name);
}

/* What marked packets get back through a link. */
struct doctor_link_inner {
	struct doctor *doctor;
	const struct cvl_device *dev;
	const struct cmd_firewall *firewall;
	struct in_addr own;
	bool is_told;
};

/* Answers through the link to a packet that went there because of its mark. */
static void doctor_link_marked(void *arg, uint32_t mark, const struct in_addr *to)
{
	struct doctor_link_inner *inner = arg;
	const char *name = inner->dev->name;
	unsigned int ifindex = inner->dev->ifindex;
	struct cmd_reverse_facts facts = {
		.is_filtered = true,
		.rules_known = inner->firewall,
	};
	union cvl_address from = { .v4 = { .sin_family = AF_INET, .sin_addr = *to } };
	char text[CVL_ENDPOINT_TEXT_SIZE];
	struct cmd_fw_packet packet;
	struct cmd_fw_fate fate;

	if (inner->is_told)
		return;
	facts.passes = !cvl_route_check(ifindex, to, &inner->own, 0);
	facts.passes_marked = !cvl_route_check(ifindex, to, &inner->own, mark);
	if (inner->firewall) {
		cmd_fw_packet(&packet, false, true);
		cmd_fw_packet_device(&packet, name, ifindex);
		packet.ct_state = CMD_FW_CT_ESTABLISHED;
		cmd_firewall_judge(inner->firewall, &packet, &fate);
		/* who gives the mark may be a program: what is saved does not matter */
		facts.restores_mark = fate.sets_mark;
	}
	if (cmd_diagnose_reverse(&facts) == CMD_REVERSE_PASSES ||
	    cmd_diagnose_reverse(&facts) == CMD_REVERSE_UNKNOWN)
		return;
	inner->is_told = true;
	cvl_endpoint_to_text(text, &from);
	text[strcspn(text, ":")] = '\0';
	doctor_say(inner->doctor, DOCTOR_BAD, name,
		   "packets with mark 0x%x go through %s to %s, and the replies are dropped: rp_filter of %s is strict, and without the mark the route back is by another device: sysctl net.ipv4.conf.%s.rp_filter=2",
		   mark, name, text, name, name);
}

static void doctor_link_filter(struct doctor *doctor, const struct cvl_device *dev,
			       const struct cmd_firewall *firewall)
{
	struct doctor_link_inner inner = {
		.doctor = doctor,
		.dev = dev,
		.firewall = firewall,
	};

	if (cmd_proc_rp_filter(dev->name) == 1 && !cvl_route_address(&inner.own, dev->ifindex))
		cvl_route_each_marked(dev->ifindex, doctor_link_marked, &inner);
}

/* What carries the link, in the namespace where that is. */
static void doctor_link_wire(struct doctor_wire *wire, int netns_id)
{
	struct cmd_firewall *firewall;
	int back;

	if (netns_id < 0) {
		doctor_wire(wire);
		return;
	}
	wire->is_moved = true;
	back = cmd_netns_enter(netns_id);
	if (back < 0) {
		doctor_say_wire(wire, DOCTOR_NOTE,
				"its UDP port is in the network namespace in which it was created, which cannot be entered from here (%s): port, routes and MTU are not checked; on the host, with the PID of a process in this namespace, run: nsenter -t PID -n culvert doctor",
				strerror(-back));
		return;
	}
	doctor_say_wire(wire, DOCTOR_OK,
			"its UDP port is in the network namespace in which it was created, and is checked there");
	firewall = cmd_firewall_read();
	wire->firewall = firewall;
	doctor_wire(wire);
	cmd_firewall_destroy(firewall);
	cmd_netns_leave(back);
}

static void doctor_link_look(struct doctor_wire *wire, const struct cvl_route_link *facts)
{
	struct doctor *doctor = wire->doctor;
	const struct cvl_device *dev = wire->dev;
	const struct cmd_firewall *firewall = wire->firewall;
	uint64_t count;

	doctor_link_module(doctor, dev);
	wire->is_up = doctor_link_state(doctor, dev->name, facts);
	wire->mtu = facts->mtu;
	wire->counter_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	wire->is_counting = cmd_ethtool_counter(&count, wire->counter_fd, dev->name, "rx_short");
	doctor_link_key(doctor, dev);
	if (wire->is_up || !(facts->flags & IFF_UP))
		doctor_link_wire(wire, facts->netns_id);
	doctor_link_filter(doctor, dev, firewall);
	if (wire->counter_fd >= 0)
		close(wire->counter_fd);
}

static void doctor_link(struct doctor *doctor, struct cvl_netlink *nl, const struct cvl_link *link,
			const struct cmd_firewall *firewall)
{
	struct doctor_wire wire = { .doctor = doctor, .firewall = firewall };
	struct cvl_route_link facts;
	struct cvl_device *dev = NULL;
	struct cvl_error err = { 0 };
	int code = cvl_route_link(&facts, link->ifindex);

	if (code || cvl_netlink_get(nl, link, &dev, &err)) {
		doctor_say(doctor, DOCTOR_NOTE, link->name, "not checked: %s",
			   code ? strerror(-code) : err.text);
	} else {
		wire.dev = dev;
		doctor_link_look(&wire, &facts);
	}
	cvl_device_destroy(dev);
}

static void doctor_link_forwarding(struct doctor *doctor)
{
	bool ipv4 = cmd_proc_sysctl("net/ipv4/ip_forward") == 1;
	bool ipv6 = cmd_proc_sysctl("net/ipv6/conf/all/forwarding") == 1;

	if (ipv4 && ipv6)
		doctor_say(doctor, DOCTOR_OK, "forwarding", "is on");
	else
		doctor_say(doctor, DOCTOR_NOTE, "forwarding",
			   "%s: tunnels reach this machine only; for a gateway, run: sysctl%s%s",
			   ipv4 ? "is on for IPv4 only" : ipv6 ? "is on for IPv6 only" : "is off",
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
	struct cmd_firewall *firewall = NULL;
	size_t count = 0;
	size_t i;

	if (!nl || cvl_netlink_list(nl, &links, &count, &err))
		doctor_say(doctor, DOCTOR_BAD, "links", "%s", err.text);
	else if (!count)
		doctor_say(doctor, DOCTOR_NOTE, "links",
			   "there are none: ip link add cv0 type culvert");
	if (count)
		firewall = cmd_firewall_read();
	for (i = 0; i < count; i++)
		doctor_link(doctor, nl, &links[i], firewall);
	if (count)
		doctor_link_forwarding(doctor);
	cmd_firewall_destroy(firewall);
	free(links);
	cvl_netlink_destroy(nl);
}
