/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * The netlink numbers of culvert, for the module, for libculvert and for any
 * other program that talks to a culvert link.
 */
#ifndef _UAPI_LINUX_CULVERT_H
#define _UAPI_LINUX_CULVERT_H

/**
 * DOC: The generic netlink family "culvert"
 *
 * A culvert link has the rtnetlink kind %CV_LINK_KIND and is made, moved and
 * deleted with rtnetlink. Everything else about it is read and written with
 * the generic netlink family %CV_GENL_NAME.
 *
 * Every command, attribute and flag below has the number that its namesake has
 * in linux/wireguard.h, so that a program for the one family serves the other.
 * Commands and attributes of culvert's own start at %CV_OWN_FIRST at every
 * level of nesting; flags of its own live in flag attributes of its own.
 * A number is never used again for something else. Ask CTRL_CMD_GETPOLICY
 * what a loaded module accepts; the version does not tell.
 *
 * All commands need CAP_NET_ADMIN in the user namespace that owns the network
 * namespace the link is in. What acts on the UDP socket of a link that was
 * moved (listen port, mark, DSCP, bind address and device) needs it in the
 * namespace where the link was made too.
 *
 * %CV_CMD_GET_DEVICE is a dump (NLM_F_REQUEST | NLM_F_DUMP). The request names
 * the link by either %CVDEVICE_A_IFINDEX or %CVDEVICE_A_IFNAME. The answer is
 * one or more messages. Only the first carries the attributes of the device
 * itself; the later ones have its name and more of %CVDEVICE_A_PEERS. A peer
 * whose allowed IPs do not fit is continued in the next message by an element
 * with the same %CVPEER_A_PUBLIC_KEY and nothing else but
 * %CVPEER_A_ALLOWEDIPS. A set that runs between two messages of a dump makes
 * the kernel mark it NLM_F_DUMP_INTR: begin again.
 *
 * %CV_CMD_SET_DEVICE is a plain request (NLM_F_REQUEST | NLM_F_ACK) and names
 * the link in the same way. What is absent stays as it is. A request that is
 * refused has changed nothing and says why in its extended ACK. A configuration
 * that is too large for one message is sent as several, in which only the first
 * mention of the device or of a peer carries its flags.
 */

/**
 * DOC: Events
 *
 * Programs that join the multicast groups %CV_MCGRP_CONFIG and %CV_MCGRP_SESSION are told what
 * happens, of the links in the network namespace of their socket. Joining needs CAP_NET_ADMIN
 * there, as everything else does.
 *
 * An event is a message %CV_CMD_EVENT with the attributes of an answer to %CV_CMD_GET_DEVICE:
 * index and name of the link, and what it is about: the device itself, or one peer in
 * %CVDEVICE_A_PEERS, or several that were removed together. It holds neither a private nor a
 * pre-shared key. Besides it has the kind of the event, its number, its time, and what else there
 * is to say of it. What is said of a peer is so when the event is sent; the counters of one that
 * is removed are without what other CPUs have in hand then.
 *
 * A request tells of each peer once. Allowed IPs are in %CVEVENT_PEER_ADDED, and in
 * %CVEVENT_PEER_CHANGED if the request was about them: then these are all that the peer has, as
 * %CVDEVICE_A_EVENT_MORE says. What does not fit comes in the next events, with nothing else of
 * the peer but its key. A prefix that a peer is said to have is no other peer's.
 *
 * %CVDEVICE_A_EVENT_NUMBER grows by one with each event of the link and group. The first message
 * of a dump has the numbers of the last ones before it. A number that is left out, or ENOBUFS
 * from the socket, says that events were lost: dump again. As long as no program on the machine
 * listens to a group, its events do not exist and take no number.
 *
 * Events of a session come at most ten times a second for each peer and kind. What happens
 * faster than that is merged: the next event tells how many others it stands for. Those that undo
 * each other (session made and over, peer silent and back) are merged as one kind, so that the
 * last one is how things are. That a session is too old is told if there was a listener when it was
 * made. Packets that are not authenticated cause no event.
 */

/**
 * DOC: Knocks
 *
 * A knock is an initiation of an unknown key, one that no peer has. Usually it is dropped. A
 * program that has sent %CV_CMD_KNOCK_LISTEN for a link decides instead, until it closes that
 * socket; a second program gets EBUSY. A knock has proven that its sender owns the key and knows
 * that of the link, though not a pre-shared key. It may have been recorded and sent again, but
 * never is one as old as the last of a key that was refused, or of a peer that was removed
 * since the first %CV_CMD_KNOCK_LISTEN; of 8192 of these, the latest.
 *
 * Group %CV_MCGRP_KNOCK has %CVEVENT_KNOCK, without a number, when there is a new one: then
 * %CV_CMD_KNOCK_GET until it fails with EAGAIN. Each answers with %CVDEVICE_A_KNOCK: the oldest
 * that has not been asked for yet. There are three verdicts, for 5 s:
 *
 * - %CV_CMD_SET_DEVICE with a peer that has this key and %CVPEER_A_KNOCK_ID, and whatever else it
 *   is to have. It is answered at once, and a session is made.
 * - %CV_CMD_KNOCK_REFUSE with %CVKNOCK_A_ID, and %CVKNOCK_A_SECONDS for which that key is dropped
 *   without being told of.
 * - None. After that the next initiation of that key is another knock.
 *
 * Until then there is no answer. 1024 are kept for a link, 16 of an IPv4 /24 or IPv6 /64, one of
 * a key: the newest, with the id of the one before it. A verdict comes from the socket that
 * listens, or it is refused: with ESTALE if that knock is over, or another's.
 */

/**
 * DOC: Wants
 *
 * A want is an address that packets are sent to by the link, but no peer has it among its allowed
 * IPs, or that peer has no endpoint. Usually the packets are dropped, and their sender learns it by
 * ICMP. A program that has sent %CV_CMD_WANT_LISTEN for a link is asked first, until it closes that
 * socket; a second program gets EBUSY.
 *
 * Group %CV_MCGRP_WANT has %CVEVENT_WANT, without a number, when there is a new one: then
 * %CV_CMD_WANT_GET until it fails with EAGAIN. Each answers with %CVDEVICE_A_WANT: the oldest
 * that has not been asked for yet. An address is told of once a second at most, and again when
 * another packet is sent to it after that.
 *
 * Each packet waits for 5 s, 16 for an address, with up to 4 MiB of memory together. When
 * %CV_CMD_SET_DEVICE gives a peer that allowed IP or an endpoint, or the peer shows where it is,
 * they are sent in their order: of what is sent to a peer before its handshake is over, the last
 * 128 are kept, segments counted singly. What is sent to the address right then may overtake them.
 * When their time is up they are refused as usual, by ICMP alone. So are those to more than 256
 * addresses, or for which there is no memory left; all, when the program closes its socket; and
 * always those to multicast and broadcast addresses. Of more than 16 to one address the oldest is
 * dropped without ICMP. When the link is set down or deleted, what waits is dropped.
 */

/**
 * DOC: Sockets
 *
 * A link has a UDP socket for IPv4 and one for IPv6, with the same port, in the network namespace
 * where it was made, as long as it is up. They are bound to all addresses and interfaces there
 * unless a set says otherwise: nothing comes in and nothing leaves elsewhere. Two links may have
 * the same port at different addresses or interfaces.
 *
 * A set with %CVDEVICE_A_BIND_ADDRESS4 or %CVDEVICE_A_BIND_ADDRESS6 replaces both: a family that
 * it does not name has no socket from then on, and 0.0.0.0 and :: together are what a link begins
 * with. A dump has neither then, or those of the families that have a socket.
 *
 * While the link is up the interface or VRF of %CVDEVICE_A_BIND_DEVICE is kept when its name
 * changes, and the dump has the new one; when it has gone, the next one with its name takes its
 * place, unless another link has the port there. A link that is down keeps the name only, and
 * cannot be set up while there is no such interface or address, or while an IPv6 address is
 * tentative (EADDRNOTAVAIL). A link-local address needs an interface; peers with one are not
 * reached by a link that is bound to a VRF.
 *
 * While the link is up a set moves the sockets at once, and no session is lost. The new address is
 * refused if another program or link has the port there, but for addresses that are new because a
 * socket is not bound to one, or to an interface, any more: what another program has there it
 * keeps.
 */

/**
 * DOC: Sockets of a program
 *
 * With %CVDEVICE_A_SOCKET_FD a program hands in UDP sockets that it has opened and bound, in any
 * network namespace: one that may serve both families, or one for each (IPV6_V6ONLY) with the same
 * port. The descriptor is all that is asked for, beside CAP_NET_ADMIN where the link is. The link
 * sends and receives by them as by its own: from their address and port, with their SO_MARK and
 * SO_BINDTODEVICE as they are at each packet. What it sends and receives is the socket's for
 * firewalls (owner, control group), security modules and filters of the control group
 * (cgroup_skb). Where programs decide about each sendmsg(2) (cgroup/sendmsg4, cgroup/sendmsg6)
 * the socket is refused (EPERM), or lost when they come later. Its other options (IP_TOS, IP_TTL,
 * filters, buffers) are for what the program itself sends and receives.
 *
 * The program can go on sending. A datagram that begins with a message type (1 to 4) and three
 * zeros is the link's; of others those that are shaped like STUN messages, or with %CVPASS_ALL
 * all, are left in the socket's receive queue, one by one, even if the program has not asked for
 * them to be split (UDP_GRO). No other user may have the socket: one with an encapsulation
 * (UDP_ENCAP), in a sock map, that shares its port by SO_REUSEPORT, or that is another link's is
 * refused.
 *
 * When the last descriptor of one is closed (or UDP_ENCAP is set, or the socket is unbound by
 * connecting it to nowhere), the link has lost them: its carrier goes off and %CVEVENT_SOCKET_LOST
 * is told; peers and sessions stay, and others may be handed in at any time. A program that ends
 * must leave a descriptor to one that stays. While the link is down it keeps them, and drops what
 * comes.
 *
 * Such a link cannot have a %CVDEVICE_A_FWMARK, another %CVDEVICE_A_LISTEN_PORT or a bind address
 * or device (EBUSY) until %CVDEVICE_A_SOCKET_FD of -1 gives it sockets of its own again. A dump
 * has the program's port, and neither bind address nor device.
 */

/**
 * DOC: Ways to a peer
 *
 * A peer is sent to where its last authentic packet came from, or where %CVPEER_A_ENDPOINT has
 * said it is: that is the way in use. %CVPEER_A_CANDIDATES are up to %CV_CANDIDATES_MAX others, in
 * classes: the less %CVCANDIDATE_A_PREFERENCE, the sooner it is tried. They never move the peer;
 * an authentic packet does, as always. Where it was before is forgotten: an endpoint that is to be
 * tried again is to be among the candidates.
 *
 * When there is no session, or data was sent and for %CVPEER_A_SILENT_S nothing authentic came, the
 * same initiation goes to the way in use, and then to the candidates one after another until it
 * is answered: 50 ms apart, and 300 ms before those of a less preferred class. A responder answers
 * the first copy that comes, so that the quickest way that works is the next one in use; it
 * need not know of this. Packets sent before that handshake which arrive later do not move the peer
 * back. It stays there until that way is silent, or a rekey is asked for, even if one that is
 * preferred works again. If no answer comes, every second initiation begins one way later, for a
 * way that works in one direction only. When nothing can be sent by the way in use, the others are
 * tried at once.
 *
 * As always there are 5 s between two initiations of a peer; and in 5 s the peers of a link
 * together send one to a candidate, and eight to an address: others wait or leave it out. A
 * candidate cannot be a multicast or broadcast address, and must be within %CVPEER_A_SOURCES.
 *
 * %CVPEER_A_REKEY_NOW sends an initiation at once, or 5 s after the last one, by the order of the
 * candidates' preference; the way in use comes last if it is none of them. It is forgotten when
 * the link goes down. Two ends that send at the same moment through address translation open the
 * way for each other. If only one candidate has been sent the initiation when the answer comes, the
 * peer is moved there, even if the answer came by the way in use: under load a responder that does
 * not know of this sends it where data came from last.
 *
 * %CVPEER_A_FOLLOW is where authentic packets move a peer that is somewhere: anywhere; never, but
 * to its candidates; or within %CVPEER_A_SOURCES, up to %CV_SOURCES_MAX prefixes: then packets from
 * elsewhere are dropped, data before it is decrypted, counted as rx_from_elsewhere and
 * hs_from_elsewhere.
 */

/* Name and version of the family, and kind of the link. */
#define CV_GENL_NAME "culvert"
#define CV_GENL_VERSION 1
#define CV_LINK_KIND "culvert"

/* Multicast groups of the family. */
#define CV_MCGRP_CONFIG "config"
#define CV_MCGRP_SESSION "session"
#define CV_MCGRP_KNOCK "knock"
#define CV_MCGRP_WANT "want"

/* Bytes of a public, private or pre-shared key. */
#define CV_KEY_LEN 32

/* Bytes of a peer's name at most, without its final zero. */
#define CV_NAME_LEN_MAX 63

/* Seconds after which a peer expires, at most: 20 days. */
#define CV_IDLE_S_MAX 1728000

/* Candidates of a peer, and prefixes that it may be followed to, at most. */
#define CV_CANDIDATES_MAX 8
#define CV_SOURCES_MAX 8

/* Seconds after which a peer is called silent: at most, and unless a set says otherwise. */
#define CV_SILENT_S_MAX 60
#define CV_SILENT_S_DEFAULT 15

/* In place of a DSCP: that of the inner packet. */
#define CV_DSCP_COPY 64

/* Commands and attributes from here on are culvert's own, at each level. */
#define CV_OWN_FIRST 64

/**
 * enum cv_cmd - commands of the family
 * @CV_CMD_GET_DEVICE: dump one device with its peers
 * @CV_CMD_SET_DEVICE: change one device and any of its peers
 * @__CV_CMD_LAST: internal
 * @CV_CMD_MAX: the greatest command shared with linux/wireguard.h
 * @CV_CMD_EVENT: what a listener is told; never a request
 * @CV_CMD_KNOCK_LISTEN: be told of knocks at a device, as long as the socket is open
 * @CV_CMD_KNOCK_GET: the oldest knock that has not been asked for; EAGAIN if there is none
 * @CV_CMD_KNOCK_REFUSE: refuse a knock
 * @CV_CMD_WANT_LISTEN: be told of wants at a device, as long as the socket is open
 * @CV_CMD_WANT_GET: the oldest want that has not been asked for; EAGAIN if there is none
 * @__CV_CMD_OWN_LAST: internal
 * @CV_CMD_OWN_MAX: the greatest command that family %CV_GENL_NAME has
 */
enum cv_cmd {
	CV_CMD_GET_DEVICE = 0,
	CV_CMD_SET_DEVICE = 1,
	__CV_CMD_LAST,
	CV_CMD_MAX = __CV_CMD_LAST - 1,
	CV_CMD_EVENT = CV_OWN_FIRST,
	CV_CMD_KNOCK_LISTEN = 65,
	CV_CMD_KNOCK_GET = 66,
	CV_CMD_KNOCK_REFUSE = 67,
	CV_CMD_WANT_LISTEN = 68,
	CV_CMD_WANT_GET = 69,
	__CV_CMD_OWN_LAST,
	CV_CMD_OWN_MAX = __CV_CMD_OWN_LAST - 1
};

/**
 * enum cv_event_kind - values of %CVDEVICE_A_EVENT
 * @CVEVENT_UNSPEC: never sent
 * @CVEVENT_DEVICE_CHANGED: group config: key, mark, DSCP, port or place of its sockets were set,
 *	or the interface that they are bound to has another name
 * @CVEVENT_PEER_ADDED: group config
 * @CVEVENT_PEER_CHANGED: group config: a request was about this peer
 * @CVEVENT_PEER_REMOVED: group config; has the reason, and the counters of the peer
 * @CVEVENT_SESSION_MADE: group session: a handshake is complete
 * @CVEVENT_SESSION_OVER: group session: nothing can be sent to the peer or received from it
 *	before the next handshake; has the reason
 * @CVEVENT_KEYS_WIPED: group session: all that was agreed on with the peer has been forgotten;
 *	has the reason
 * @CVEVENT_ENDPOINT_MOVED: group session: an authenticated packet came from somewhere else;
 *	has %CVPEER_A_ENDPOINT_BEFORE
 * @CVEVENT_PEER_SILENT: group session: data or initiations were sent, and for
 *	%CVPEER_A_SILENT_S nothing has come back; of initiations as many as fit into that time
 * @CVEVENT_PEER_BACK: group session: after that something has come
 * @CVEVENT_SOCKET_LOST: group session: the namespace of the link's UDP socket has ended, or a
 *	program's socket that the link had was closed
 * @CVEVENT_KNOCK: group knock: there is a new one; says no more
 * @CVEVENT_WANT: group want: there is a new one; says no more
 * @__CVEVENT_LAST: internal
 * @CVEVENT_MAX: the greatest kind
 */
enum cv_event_kind {
	CVEVENT_UNSPEC = 0,
	CVEVENT_DEVICE_CHANGED = 1,
	CVEVENT_PEER_ADDED = 2,
	CVEVENT_PEER_CHANGED = 3,
	CVEVENT_PEER_REMOVED = 4,
	CVEVENT_SESSION_MADE = 5,
	CVEVENT_SESSION_OVER = 6,
	CVEVENT_KEYS_WIPED = 7,
	CVEVENT_ENDPOINT_MOVED = 8,
	CVEVENT_PEER_SILENT = 9,
	CVEVENT_PEER_BACK = 10,
	CVEVENT_SOCKET_LOST = 11,
	CVEVENT_KNOCK = 12,
	CVEVENT_WANT = 13,
	__CVEVENT_LAST,
	CVEVENT_MAX = __CVEVENT_LAST - 1
};

/**
 * enum cv_event_reason - values of %CVDEVICE_A_EVENT_REASON
 * @CVREASON_UNSPEC: never sent
 * @CVREASON_ASKED: a request was about this peer
 * @CVREASON_REPLACED: a request has replaced all peers, or gave the device the peer's own key
 * @CVREASON_LINK_GONE: the link has been deleted
 * @CVREASON_LINK_DOWN: the link was set down
 * @CVREASON_TIME: the session, or what was agreed on, was too old
 * @CVREASON_KEY: the private key of the device has changed
 * @CVREASON_SLEEP: the machine is going to sleep, or was cloned
 * @CVREASON_REMOVED: the peer has been removed
 * @CVREASON_EXPIRED: nothing has come from the peer for %CVPEER_A_IDLE_S
 * @__CVREASON_LAST: internal
 * @CVREASON_MAX: the greatest reason
 */
enum cv_event_reason {
	CVREASON_UNSPEC = 0,
	CVREASON_ASKED = 1,
	CVREASON_REPLACED = 2,
	CVREASON_LINK_GONE = 3,
	CVREASON_LINK_DOWN = 4,
	CVREASON_TIME = 5,
	CVREASON_KEY = 6,
	CVREASON_SLEEP = 7,
	CVREASON_REMOVED = 8,
	CVREASON_EXPIRED = 9,
	__CVREASON_LAST,
	CVREASON_MAX = __CVREASON_LAST - 1
};

/**
 * enum cv_device_flag - bits of %CVDEVICE_A_FLAGS
 * @CVDEVICE_F_REPLACE_PEERS: remove all peers first, then add those given
 * @__CVDEVICE_F_ALL: all of them
 */
enum cv_device_flag {
	CVDEVICE_F_REPLACE_PEERS = 1U << 0,
	__CVDEVICE_F_ALL = CVDEVICE_F_REPLACE_PEERS
};

/**
 * enum cv_socket_pass - values of %CVDEVICE_A_SOCKET_PASS: what of the datagrams that are not the
 *	link's is left in the receive queue of the program's socket
 * @CVPASS_STUN: what is shaped like a STUN message; everything else is dropped
 * @CVPASS_ALL: everything
 * @__CVPASS_LAST: internal
 * @CVPASS_MAX: the greatest
 */
enum cv_socket_pass {
	CVPASS_STUN = 0,
	CVPASS_ALL = 1,
	__CVPASS_LAST,
	CVPASS_MAX = __CVPASS_LAST - 1
};

/**
 * enum cv_socket_state - values of %CVDEVICE_A_SOCKET_STATE: the owner of the UDP sockets of a link
 * @CVSOCKET_OWN: its own, opened by the kernel
 * @CVSOCKET_HANDED_IN: a program's
 * @CVSOCKET_LOST: none, since the program has closed it
 * @__CVSOCKET_LAST: internal
 * @CVSOCKET_MAX: the greatest
 */
enum cv_socket_state {
	CVSOCKET_OWN = 0,
	CVSOCKET_HANDED_IN = 1,
	CVSOCKET_LOST = 2,
	__CVSOCKET_LAST,
	CVSOCKET_MAX = __CVSOCKET_LAST - 1
};

/**
 * enum cv_device_attr - attributes of a message
 * @CVDEVICE_A_UNSPEC: never sent
 * @CVDEVICE_A_IFINDEX: u32, index of the link
 * @CVDEVICE_A_IFNAME: string with its final zero, name of the link, at most
 *	IFNAMSIZ - 1 characters
 * @CVDEVICE_A_PRIVATE_KEY: %CV_KEY_LEN bytes; in a set, all zero removes it;
 *	absent from a dump while there is none
 * @CVDEVICE_A_PUBLIC_KEY: %CV_KEY_LEN bytes, dump only; absent while there is
 *	no private key
 * @CVDEVICE_A_FLAGS: u32, set only, bits of &enum cv_device_flag
 * @CVDEVICE_A_LISTEN_PORT: u16 in host order; in a set, 0 picks a free one
 * @CVDEVICE_A_FWMARK: u32, mark of outgoing packets, 0 for none
 * @CVDEVICE_A_PEERS: nest of nests of &enum cv_peer_attr; the type of the
 *	inner nests says nothing
 * @__CVDEVICE_A_LAST: internal
 * @CVDEVICE_A_MAX: the greatest attribute shared with linux/wireguard.h
 * @CVDEVICE_A_EVENT: u16 of &enum cv_event_kind; events only
 * @CVDEVICE_A_EVENT_NUMBER: u32, of this event, or in a dump of the last one of group config
 * @CVDEVICE_A_EVENT_TIME: struct __kernel_timespec of the real time clock; events only
 * @CVDEVICE_A_EVENT_REASON: u16 of &enum cv_event_reason; events only, of some kinds
 * @CVDEVICE_A_EVENT_MERGED: u32, for how many more of its kind and peer it stands, none if it is
 *	absent; events only
 * @CVDEVICE_A_EVENT_PORTID: u32, netlink port id of the socket that asked for it; events only,
 *	of group config, absent if none did
 * @CVDEVICE_A_KNOCK: nest of &enum cv_knock_attr; answer to %CV_CMD_KNOCK_GET, and in
 *	%CV_CMD_KNOCK_REFUSE
 * @CVDEVICE_A_EVENT_SESSION_NUMBER: u32, of the last event of group session; dump only
 * @CVDEVICE_A_EVENT_MORE: u8, in events that tell allowed IPs: 1 if the next event goes on with
 *	them, 0 if these are all
 * @CVDEVICE_A_WANT: nest of &enum cv_want_attr; answer to %CV_CMD_WANT_GET
 * @CVDEVICE_A_BIND_ADDRESS4: struct in_addr, the address of this machine that the UDP socket is
 *	bound to, 0.0.0.0 for all; see DOC: Sockets
 * @CVDEVICE_A_BIND_ADDRESS6: struct in6_addr, the same for IPv6
 * @CVDEVICE_A_BIND_DEVICE: string with its final zero, name of the interface or VRF that the UDP
 *	sockets are bound to; the empty one is for all; absent from a dump while it is that
 * @CVDEVICE_A_DSCP: u8, DSCP of the outer packets that carry data: 0 to 63, or %CV_DSCP_COPY for
 *	that of the inner packet; absent from a dump while it is 0. Handshakes have AF41 always
 * @CVDEVICE_A_SOCKET_FD: one or two s32, set only: descriptors of UDP sockets that become those of
 *	the link, or -1 for sockets that the kernel opens; see DOC: Sockets of a program
 * @CVDEVICE_A_SOCKET_PASS: u8 of &enum cv_socket_pass; with %CVDEVICE_A_SOCKET_FD, and in a dump
 *	while the link has such sockets
 * @CVDEVICE_A_SOCKET_STATE: u8 of &enum cv_socket_state, dump only; absent while it is
 *	%CVSOCKET_OWN
 * @__CVDEVICE_A_OWN_LAST: internal
 * @CVDEVICE_A_OWN_MAX: the greatest attribute that family %CV_GENL_NAME has
 */
enum cv_device_attr {
	CVDEVICE_A_UNSPEC = 0,
	CVDEVICE_A_IFINDEX = 1,
	CVDEVICE_A_IFNAME = 2,
	CVDEVICE_A_PRIVATE_KEY = 3,
	CVDEVICE_A_PUBLIC_KEY = 4,
	CVDEVICE_A_FLAGS = 5,
	CVDEVICE_A_LISTEN_PORT = 6,
	CVDEVICE_A_FWMARK = 7,
	CVDEVICE_A_PEERS = 8,
	__CVDEVICE_A_LAST,
	CVDEVICE_A_MAX = __CVDEVICE_A_LAST - 1,
	CVDEVICE_A_EVENT = CV_OWN_FIRST,
	CVDEVICE_A_EVENT_NUMBER = 65,
	CVDEVICE_A_EVENT_TIME = 66,
	CVDEVICE_A_EVENT_REASON = 67,
	CVDEVICE_A_EVENT_MERGED = 68,
	CVDEVICE_A_EVENT_PORTID = 69,
	CVDEVICE_A_KNOCK = 70,
	CVDEVICE_A_EVENT_SESSION_NUMBER = 71,
	CVDEVICE_A_EVENT_MORE = 72,
	CVDEVICE_A_WANT = 73,
	CVDEVICE_A_BIND_ADDRESS4 = 74,
	CVDEVICE_A_BIND_ADDRESS6 = 75,
	CVDEVICE_A_BIND_DEVICE = 76,
	CVDEVICE_A_DSCP = 77,
	CVDEVICE_A_SOCKET_FD = 78,
	CVDEVICE_A_SOCKET_PASS = 79,
	CVDEVICE_A_SOCKET_STATE = 80,
	__CVDEVICE_A_OWN_LAST,
	CVDEVICE_A_OWN_MAX = __CVDEVICE_A_OWN_LAST - 1
};

/**
 * enum cv_peer_flag - bits of %CVPEER_A_FLAGS
 * @CVPEER_F_REMOVE_ME: remove this peer
 * @CVPEER_F_REPLACE_ALLOWEDIPS: remove its allowed IPs first, then add those
 *	given
 * @CVPEER_F_UPDATE_ONLY: do nothing if there is no such peer
 * @__CVPEER_F_ALL: all of them
 */
enum cv_peer_flag {
	CVPEER_F_REMOVE_ME = 1U << 0,
	CVPEER_F_REPLACE_ALLOWEDIPS = 1U << 1,
	CVPEER_F_UPDATE_ONLY = 1U << 2,
	__CVPEER_F_ALL = CVPEER_F_REMOVE_ME | CVPEER_F_REPLACE_ALLOWEDIPS |
			 CVPEER_F_UPDATE_ONLY
};

/**
 * enum cv_follow - values of %CVPEER_A_FOLLOW: where authentic packets move a peer
 * @CVFOLLOW_ANYWHERE: where they come from
 * @CVFOLLOW_NEVER: to none but its candidates
 * @CVFOLLOW_WITHIN: within %CVPEER_A_SOURCES; what comes from elsewhere is dropped
 * @__CVFOLLOW_LAST: internal
 * @CVFOLLOW_MAX: the greatest
 */
enum cv_follow {
	CVFOLLOW_ANYWHERE = 0,
	CVFOLLOW_NEVER = 1,
	CVFOLLOW_WITHIN = 2,
	__CVFOLLOW_LAST,
	CVFOLLOW_MAX = __CVFOLLOW_LAST - 1
};

/**
 * enum cv_endpoint_reason - values of %CVPEER_A_ENDPOINT_REASON: why a peer is where it is
 * @CVENDPOINT_UNSPEC: never sent
 * @CVENDPOINT_SET: a request has said so
 * @CVENDPOINT_HANDSHAKE: an authentic handshake message came from there
 * @CVENDPOINT_DATA: an authentic data message or keepalive came from there
 * @__CVENDPOINT_LAST: internal
 * @CVENDPOINT_MAX: the greatest
 */
enum cv_endpoint_reason {
	CVENDPOINT_UNSPEC = 0,
	CVENDPOINT_SET = 1,
	CVENDPOINT_HANDSHAKE = 2,
	CVENDPOINT_DATA = 3,
	__CVENDPOINT_LAST,
	CVENDPOINT_MAX = __CVENDPOINT_LAST - 1
};

/**
 * enum cv_peer_attr - attributes of one peer
 * @CVPEER_A_UNSPEC: carries nothing; may fill up before a u64
 * @CVPEER_A_PUBLIC_KEY: %CV_KEY_LEN bytes, always there: it names the peer
 * @CVPEER_A_PRESHARED_KEY: %CV_KEY_LEN bytes, all zero for none
 * @CVPEER_A_FLAGS: u32, set only, bits of &enum cv_peer_flag
 * @CVPEER_A_ENDPOINT: struct sockaddr_in or struct sockaddr_in6
 * @CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL: u16 seconds, 0 for off
 * @CVPEER_A_LAST_HANDSHAKE_TIME: struct __kernel_timespec of the real time
 *	clock, dump only, zero for never
 * @CVPEER_A_RX_BYTES: u64, bytes received from the peer, dump only
 * @CVPEER_A_TX_BYTES: u64, bytes sent to the peer, dump only
 * @CVPEER_A_ALLOWEDIPS: nest of nests of &enum cv_allowedip_attr; the type of
 *	the inner nests says nothing
 * @CVPEER_A_PROTOCOL_VERSION: u32, 1; optional in a set
 * @__CVPEER_A_LAST: internal
 * @CVPEER_A_MAX: the greatest attribute shared with linux/wireguard.h
 * @CVPEER_A_ENDPOINT_BEFORE: struct sockaddr_in or struct sockaddr_in6, where the peer was; event
 *	%CVEVENT_ENDPOINT_MOVED only
 * @CVPEER_A_SESSION_INITIATOR: u8, 1 if this end has begun the session, 0 if the peer has; absent
 *	while there is no session
 * @CVPEER_A_KNOCK_ID: u64, set only: the knock of this peer is to be answered
 * @CVPEER_A_NAME: string with its final zero, for people: at most %CV_NAME_LEN_MAX bytes of UTF-8
 *	without control characters; the empty one removes it; absent from a dump while there is none
 * @CVPEER_A_IDLE_S: u32, the peer is removed when for so many seconds nothing authentic has come
 *	from it, 0: never, at most %CV_IDLE_S_MAX; an initiation is authentic. The time begins when
 *	another number is set and when the link comes up, and stands still while the link is down
 *	or the machine asleep; absent from a dump while it is 0
 * @CVPEER_A_RX_PACKETS: u64, packets received from the peer, counted as the link counts them; as
 *	all counters below dump only, and absent while it is 0
 * @CVPEER_A_TX_PACKETS: u64, packets sent to the peer, counted as the link counts them
 * @CVPEER_A_SESSION_AGE_S: u32, seconds since the session that sends was made; absent while there
 *	is none; dump only
 * @CVPEER_A_LAST_HEARD_TIME: struct __kernel_timespec of the real time clock, when the last
 *	authentic message came, absent for never; dump only
 * @CVPEER_A_DROPS_SOURCE: u64, inner packets of the peer with a source address that is not in its
 *	allowed IPs
 * @CVPEER_A_DROPS_REPLAY: u64, data messages that came before, or too late
 * @CVPEER_A_DROPS_EXPIRED: u64, data messages for a session that is over; they have not been
 *	authenticated
 * @CVPEER_A_DROPS_MEMORY: u64, packets either way for which there was no memory, as far as the
 *	peer was known by then
 * @CVPEER_A_CANDIDATES: nest of nests of &enum cv_candidate_attr; the type of the inner nests says
 *	nothing; in a set these replace all that the peer has; in a dump by preference, and absent
 *	while there are none; see DOC: Ways to a peer
 * @CVPEER_A_FOLLOW: u8 of &enum cv_follow; absent from a dump while it is %CVFOLLOW_ANYWHERE
 * @CVPEER_A_SOURCES: nest of nests of &enum cv_allowedip_attr, without flags; in a set these
 *	replace all, and %CVPEER_A_FOLLOW is %CVFOLLOW_WITHIN or absent; in a dump absent while it
 *	is another
 * @CVPEER_A_SILENT_S: u32, the peer is silent when data was sent and for so many seconds nothing
 *	has come back: at most %CV_SILENT_S_MAX, 0: %CV_SILENT_S_DEFAULT; absent from a dump while
 *	it is 0. One that has nothing to send is heard of after 10 s: with less than that a flow
 *	in one direction causes a handshake every 5 s or so
 * @CVPEER_A_REKEY_NOW: flag, set only: send an initiation
 * @CVPEER_A_ENDPOINT_SINCE: struct __kernel_timespec of the real time clock, since when the peer
 *	is where it is; dumps and events only. Absent, as the next, while it has neither
 *	candidates nor %CVPEER_A_FOLLOW, or has not moved since it got the first of them
 * @CVPEER_A_ENDPOINT_REASON: u8 of &enum cv_endpoint_reason
 * @__CVPEER_A_OWN_LAST: internal
 * @CVPEER_A_OWN_MAX: the greatest attribute that family %CV_GENL_NAME has
 */
enum cv_peer_attr {
	CVPEER_A_UNSPEC = 0,
	CVPEER_A_PUBLIC_KEY = 1,
	CVPEER_A_PRESHARED_KEY = 2,
	CVPEER_A_FLAGS = 3,
	CVPEER_A_ENDPOINT = 4,
	CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL = 5,
	CVPEER_A_LAST_HANDSHAKE_TIME = 6,
	CVPEER_A_RX_BYTES = 7,
	CVPEER_A_TX_BYTES = 8,
	CVPEER_A_ALLOWEDIPS = 9,
	CVPEER_A_PROTOCOL_VERSION = 10,
	__CVPEER_A_LAST,
	CVPEER_A_MAX = __CVPEER_A_LAST - 1,
	CVPEER_A_ENDPOINT_BEFORE = CV_OWN_FIRST,
	CVPEER_A_SESSION_INITIATOR = 65,
	CVPEER_A_KNOCK_ID = 66,
	CVPEER_A_NAME = 67,
	CVPEER_A_IDLE_S = 68,
	CVPEER_A_RX_PACKETS = 69,
	CVPEER_A_TX_PACKETS = 70,
	CVPEER_A_SESSION_AGE_S = 71,
	CVPEER_A_LAST_HEARD_TIME = 72,
	CVPEER_A_DROPS_SOURCE = 73,
	CVPEER_A_DROPS_REPLAY = 74,
	CVPEER_A_DROPS_EXPIRED = 75,
	CVPEER_A_DROPS_MEMORY = 76,
	CVPEER_A_CANDIDATES = 77,
	CVPEER_A_FOLLOW = 78,
	CVPEER_A_SOURCES = 79,
	CVPEER_A_SILENT_S = 80,
	CVPEER_A_REKEY_NOW = 81,
	CVPEER_A_ENDPOINT_SINCE = 82,
	CVPEER_A_ENDPOINT_REASON = 83,
	__CVPEER_A_OWN_LAST,
	CVPEER_A_OWN_MAX = __CVPEER_A_OWN_LAST - 1
};

/**
 * enum cv_allowedip_flag - bits of %CVALLOWEDIP_A_FLAGS
 * @CVALLOWEDIP_F_REMOVE_ME: take this allowed IP from the peer, if it has
 *	exactly this one
 * @__CVALLOWEDIP_F_ALL: all of them
 */
enum cv_allowedip_flag {
	CVALLOWEDIP_F_REMOVE_ME = 1U << 0,
	__CVALLOWEDIP_F_ALL = CVALLOWEDIP_F_REMOVE_ME
};

/**
 * enum cv_allowedip_attr - attributes of one allowed IP
 * @CVALLOWEDIP_A_UNSPEC: never sent
 * @CVALLOWEDIP_A_FAMILY: u16 in host order, AF_INET or AF_INET6
 * @CVALLOWEDIP_A_IPADDR: struct in_addr or struct in6_addr
 * @CVALLOWEDIP_A_CIDR_MASK: u8, length of the prefix in bits
 * @CVALLOWEDIP_A_FLAGS: u32, set only, bits of &enum cv_allowedip_flag
 * @__CVALLOWEDIP_A_LAST: internal
 * @CVALLOWEDIP_A_MAX: the greatest attribute shared with linux/wireguard.h
 * @__CVALLOWEDIP_A_OWN_LAST: internal
 * @CVALLOWEDIP_A_OWN_MAX: the greatest attribute that family %CV_GENL_NAME has
 */
enum cv_allowedip_attr {
	CVALLOWEDIP_A_UNSPEC = 0,
	CVALLOWEDIP_A_FAMILY = 1,
	CVALLOWEDIP_A_IPADDR = 2,
	CVALLOWEDIP_A_CIDR_MASK = 3,
	CVALLOWEDIP_A_FLAGS = 4,
	__CVALLOWEDIP_A_LAST,
	CVALLOWEDIP_A_MAX = __CVALLOWEDIP_A_LAST - 1,
	/* What is culvert's own comes here: the first is %CV_OWN_FIRST. */
	__CVALLOWEDIP_A_OWN_LAST,
	CVALLOWEDIP_A_OWN_MAX = __CVALLOWEDIP_A_OWN_LAST - 1
};

/**
 * enum cv_candidate_attr - attributes of a candidate, numbered from %CV_OWN_FIRST as all of ours
 * @CVCANDIDATE_A_ENDPOINT: struct sockaddr_in or struct sockaddr_in6
 * @CVCANDIDATE_A_PREFERENCE: u8, its class: the less, the sooner it is tried; 0 if absent
 * @CVCANDIDATE_A_IN_USE: flag, dumps and events only: the peer is there now
 * @__CVCANDIDATE_A_LAST: internal
 * @CVCANDIDATE_A_MAX: the greatest
 */
enum cv_candidate_attr {
	CVCANDIDATE_A_ENDPOINT = CV_OWN_FIRST,
	CVCANDIDATE_A_PREFERENCE = 65,
	CVCANDIDATE_A_IN_USE = 66,
	__CVCANDIDATE_A_LAST,
	CVCANDIDATE_A_MAX = __CVCANDIDATE_A_LAST - 1
};

/**
 * enum cv_knock_attr - attributes of a knock, numbered from %CV_OWN_FIRST as all of ours
 * @CVKNOCK_A_PAD: carries nothing; may fill up before a u64
 * @CVKNOCK_A_ID: u64, names the knock; the same for a key as long as it is kept
 * @CVKNOCK_A_PUBLIC_KEY: %CV_KEY_LEN bytes, of its sender
 * @CVKNOCK_A_ENDPOINT: struct sockaddr_in or struct sockaddr_in6, where from
 * @CVKNOCK_A_TIME: struct __kernel_timespec, the time that its message has
 * @CVKNOCK_A_AGE_MS: u32, milliseconds since it came
 * @CVKNOCK_A_SECONDS: u32, %CV_CMD_KNOCK_REFUSE only: for how long its key is dropped
 * @__CVKNOCK_A_LAST: internal
 * @CVKNOCK_A_MAX: the greatest
 */
enum cv_knock_attr {
	CVKNOCK_A_PAD = CV_OWN_FIRST,
	CVKNOCK_A_ID = 65,
	CVKNOCK_A_PUBLIC_KEY = 66,
	CVKNOCK_A_ENDPOINT = 67,
	CVKNOCK_A_TIME = 68,
	CVKNOCK_A_AGE_MS = 69,
	CVKNOCK_A_SECONDS = 70,
	__CVKNOCK_A_LAST,
	CVKNOCK_A_MAX = __CVKNOCK_A_LAST - 1
};

/**
 * enum cv_want_attr - attributes of a want, numbered from %CV_OWN_FIRST as all of ours
 * @CVWANT_A_DESTINATION: struct in_addr or struct in6_addr
 * @CVWANT_A_PUBLIC_KEY: %CV_KEY_LEN bytes, of the peer that has the address; absent if none has:
 *	with it an endpoint is wanted, without it a peer
 * @CVWANT_A_AGE_MS: u32, milliseconds since the first of the packets came
 * @CVWANT_A_PACKETS: u32, how many wait
 * @__CVWANT_A_LAST: internal
 * @CVWANT_A_MAX: the greatest
 */
enum cv_want_attr {
	CVWANT_A_DESTINATION = CV_OWN_FIRST,
	CVWANT_A_PUBLIC_KEY = 65,
	CVWANT_A_AGE_MS = 66,
	CVWANT_A_PACKETS = 67,
	__CVWANT_A_LAST,
	CVWANT_A_MAX = __CVWANT_A_LAST - 1
};

#endif /* _UAPI_LINUX_CULVERT_H */
