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
 * moved (listen port, mark) needs it in the namespace where the link was made
 * too.
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

/* Name and version of the family, and kind of the link. */
#define CV_GENL_NAME "culvert"
#define CV_GENL_VERSION 1
#define CV_LINK_KIND "culvert"

/* Bytes of a public, private or pre-shared key. */
#define CV_KEY_LEN 32

/* Commands and attributes from here on are culvert's own, at each level. */
#define CV_OWN_FIRST 64

/**
 * enum cv_cmd - commands of the family
 * @CV_CMD_GET_DEVICE: dump one device with its peers
 * @CV_CMD_SET_DEVICE: change one device and any of its peers
 * @__CV_CMD_LAST: internal
 * @CV_CMD_MAX: the greatest command
 */
enum cv_cmd {
	CV_CMD_GET_DEVICE = 0,
	CV_CMD_SET_DEVICE = 1,
	__CV_CMD_LAST,
	CV_CMD_MAX = __CV_CMD_LAST - 1
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
	/* What is culvert's own comes here: the first is %CV_OWN_FIRST. */
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
	/* What is culvert's own comes here: the first is %CV_OWN_FIRST. */
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

#endif /* _UAPI_LINUX_CULVERT_H */
