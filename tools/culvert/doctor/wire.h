/* SPDX-License-Identifier: GPL-2.0 */
/* The part of culvert doctor that looks at what carries a link. */
#ifndef CULVERT_DOCTOR_WIRE_H
#define CULVERT_DOCTOR_WIRE_H

#include "doctor/doctor.h"

struct cmd_firewall;

/**
 * struct doctor_wire - a link, and the network namespace that its sockets are in
 * @doctor: where the findings go
 * @dev: the link as it is set
 * @mtu: of the link, in bytes
 * @is_up: the link is
 * @is_moved: the link itself is in another namespace
 * @is_counting: it counts the datagrams that are too short
 * @counter_fd: any socket in the namespace of the link
 * @only: the peer that is asked about, or NULL: all
 * @firewall: rules of this namespace, or NULL: they cannot be read
 */
struct doctor_wire {
	struct doctor *doctor;
	const struct cvl_device *dev;
	unsigned int mtu;
	bool is_up;
	bool is_moved;
	bool is_counting;
	int counter_fd;
	const struct cvl_peer *only;
	const struct cmd_firewall *firewall;
};

/* Whether a peer is asked about. */
static inline bool doctor_wire_wants(const struct doctor_wire *wire, const struct cvl_peer *peer)
{
	return !wire->only || wire->only == peer;
}

/* say.c */
void doctor_say_wire(const struct doctor_wire *wire, enum doctor_state state,
		     const char *format, ...) CVL_PRINTF(3, 4);

/* wire.c */
void doctor_wire(const struct doctor_wire *wire);
unsigned int doctor_wire_path(const union cvl_address *endpoint, uint32_t fwmark);

/* port.c */
bool doctor_port(const struct doctor_wire *wire);

#endif /* CULVERT_DOCTOR_WIRE_H */
