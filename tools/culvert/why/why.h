/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of culvert why share: what there is to know of one peer, and what it means. */
#ifndef CULVERT_WHY_H
#define CULVERT_WHY_H

#include "doctor/doctor.h"

/* No longer packet is tried in the tunnel. */
#define WHY_INNER_BYTES_MAX 9000

/* Room for the name of a host with its port, and for a path. */
#define WHY_NAME_SIZE 320
#define WHY_PATH_SIZE 256

/**
 * struct why_count - how often the module has refused something
 * @now: while it was looked at
 * @before: from when the link was made until then
 */
struct why_count {
	uint64_t now;
	uint64_t before;
};

/**
 * enum why_name - what becomes of the name that a file has for the endpoint
 * @WHY_NAME_NONE: no file has one
 * @WHY_NAME_SAME: it is where the link sends to
 * @WHY_NAME_ELSEWHERE: it is somewhere else now
 * @WHY_NAME_UNKNOWN: it does not resolve
 */
enum why_name {
	WHY_NAME_NONE,
	WHY_NAME_SAME,
	WHY_NAME_ELSEWHERE,
	WHY_NAME_UNKNOWN,
};

/**
 * enum why_host - what the host of the endpoint does
 * @WHY_HOST_UNASKED: it was not asked, or could not be
 * @WHY_HOST_SILENT: it answers nothing
 * @WHY_HOST_ANSWERS: it answers a ping
 * @WHY_HOST_REFUSES: it says that nothing has that port
 * @WHY_HOST_UNREACHABLE: a router says that it cannot be reached
 */
enum why_host {
	WHY_HOST_UNASKED,
	WHY_HOST_SILENT,
	WHY_HOST_ANSWERS,
	WHY_HOST_REFUSES,
	WHY_HOST_UNREACHABLE,
};

/**
 * enum why_inner - what an address in the tunnel does
 * @WHY_INNER_UNASKED: there is none that could be asked
 * @WHY_INNER_SILENT: it answers nothing
 * @WHY_INNER_SHORT: it answers a short packet, and not one as long as the MTU
 * @WHY_INNER_LONG: it answers both
 */
enum why_inner {
	WHY_INNER_UNASKED,
	WHY_INNER_SILENT,
	WHY_INNER_SHORT,
	WHY_INNER_LONG,
};

/**
 * struct why_facts - what there is to know of a peer
 * @dev: name of the link
 * @own: public key of the link, as text
 * @key: of the peer, as text
 * @peer: its name, or else its key
 * @endpoint: where the link sends to, as text for people, or ""
 * @has_endpoint: that is an endpoint, and not only candidates
 * @port: of the link
 * @is_up: the link is
 * @has_socket: it has a UDP socket
 * @has_key: it has a private key
 * @has_route: there is a way to the endpoint
 * @blocked: what doctor has found on that way, or ""
 * @name_state: of @name
 * @name: of the endpoint, in @file
 * @name_now: where @name is, or why it does not resolve
 * @file: of the tunnel, or ""
 * @is_only: the link has no other peer
 * @handshake: one was completed; or, where none can be asked for, the session is at work
 * @session: there was a session before, younger than three minutes
 * @is_begun: a handshake was asked for
 * @handshake_ms: so soon after it was begun, or 0: it was not begun now
 * @heard: something authentic has come from the peer meanwhile
 * @response: hs_bad_response
 * @mac1: hs_bad_mac1
 * @unknown: hs_unknown_peer
 * @replay: hs_replay
 * @elsewhere: hs_from_elsewhere and rx_from_elsewhere
 * @source: of this peer: inner packets with a source that is not in its allowed IPs
 * @host: what the host of the endpoint does
 * @inner: what @inner_address does
 * @inner_address: an address of the peer in the tunnel, as text, or ""
 * @inner_is_asked: the user has named that address
 * @mtu: of the link, in bytes
 * @mtu_fits: what fits the way to the endpoint, in bytes, or 0: not known
 * @clock_is_old: the clock of this machine is before the time of this very program
 */
struct why_facts {
	char dev[CVL_IFNAME_SIZE];
	char own[CVL_KEY_TEXT_SIZE];
	char key[CVL_KEY_TEXT_SIZE];
	char peer[CVL_NAME_SIZE];
	char endpoint[CVL_ENDPOINT_TEXT_SIZE];
	bool has_endpoint;
	uint16_t port;
	bool is_up;
	bool has_socket;
	bool has_key;
	bool has_route;
	char blocked[DOCTOR_TEXT_SIZE];
	enum why_name name_state;
	char name[WHY_NAME_SIZE];
	char name_now[CVL_ENDPOINT_TEXT_SIZE];
	char file[WHY_PATH_SIZE];
	bool is_only;
	bool handshake;
	bool session;
	bool is_begun;
	unsigned int handshake_ms;
	bool heard;
	struct why_count response;
	struct why_count mac1;
	struct why_count unknown;
	struct why_count replay;
	struct why_count elsewhere;
	struct why_count source;
	enum why_host host;
	enum why_inner inner;
	char inner_address[INET6_ADDRSTRLEN];
	bool inner_is_asked;
	unsigned int mtu;
	unsigned int mtu_fits;
	bool clock_is_old;
};

/**
 * struct why_verdict - what that means
 * @cause: a word for programs; "sound" if the tunnel works
 * @text: a sentence
 * @remedy: what to do, or ""
 */
struct why_verdict {
	const char *cause;
	char text[1024];
	char remedy[1024];
};

/* judge.c */
void why_judge(struct why_verdict *verdict, const struct why_facts *facts);
bool why_is_sound(const struct why_verdict *verdict);

/* file.c */
void why_file(struct why_facts *facts, const char *file, const union cvl_address *endpoint);

/* way.c */
void why_way(struct why_facts *facts, const struct cvl_device *dev, const struct cvl_peer *peer);

/* look.c */
int why_look(struct why_facts *facts, struct cvl_netlink *nl, const struct cvl_link *link,
	     const struct cvl_peer *peer, struct cvl_error *err);

/* ping.c */
enum why_host why_ping_host(const union cvl_address *endpoint, uint32_t fwmark);
enum why_inner why_ping_inner(const union cvl_address *address, const char *device,
			      unsigned int mtu);
void why_ping_inner_once(const union cvl_address *address, const char *device);

#endif /* CULVERT_WHY_H */
