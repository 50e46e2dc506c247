/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why something is refused: the one list, of which everything else is made: enum cv_drop, the
 * names of `ethtool -S`, what is counted where in `ip -s link`, the reasons that dropwatch
 * and perf see, the manual's section "DROPS" and `culvert show DEV drops`.
 *
 *   R(ID, NAME, CLASS, CLASS_WIREGUARD, SKB_REASON, HELP)
 *
 * ID              CV_DROP_ID
 * NAME            for `ethtool -S`: users and tests see it, so it is never changed or reused
 * CLASS           CV_DROP_AS_CLASS, what it adds to in `ip -s link`
 * CLASS_WIREGUARD the same for a link of kind wireguard: unauthenticated input and missing
 *                 routes do not count there, since monitoring of such links must not see more
 *                 errors than with wireguard.ko
 * SKB_REASON      SKB_DROP_REASON_SKB_REASON, the nearest of the kernel's own: those that
 *                 register more are built into it
 * HELP            one line for users
 *
 * Documentation/adding.md says what else a new reason needs.
 */
#ifndef CV_CORE_DROP_REASONS_H
#define CV_CORE_DROP_REASONS_H

#define CV_DROP_REASONS(R)									\
	/* an inner packet on its way out */							\
	R(TX_NOT_IP, "tx_not_ip", TX_ERRORS, TX_ERRORS, UNHANDLED_PROTO,			\
	  "neither IPv4 nor IPv6, or a truncated header")					\
	R(TX_NO_PEER, "tx_no_peer", TX_ERRORS, TX_ERRORS, IP_OUTNOROUTES,			\
	  "no peer's allowed IPs contain the destination")					\
	R(TX_NO_ENDPOINT, "tx_no_endpoint", TX_ERRORS, TX_ERRORS, IP_OUTNOROUTES,		\
	  "the peer has no endpoint yet")							\
	R(TX_WANT_FULL, "tx_want_full", TX_DROPPED, TX_DROPPED, NEIGH_QUEUEFULL,		\
	  "more than 16 packets to one address waited for a peer; this was the oldest")		\
	R(TX_LOOP, "tx_loop", TX_ERRORS, TX_ERRORS, IP_OUTNOROUTES,				\
	  "the route to the peer loops, or goes through too many nested tunnels")		\
	R(TX_NO_ROUTE, "tx_no_route", TX_ERRORS, NONE, IP_OUTNOROUTES,				\
	  "no route to the peer's endpoint")							\
	R(TX_TOO_LONG, "tx_too_long", TX_ERRORS, TX_ERRORS, PKT_TOO_BIG,			\
	  "longer than the maximum UDP payload")						\
	R(TX_SEGMENT, "tx_segment_failed", TX_ERRORS, TX_ERRORS, SKB_GSO_SEG,			\
	  "a super-packet (GSO) could not be segmented or read")				\
	R(TX_SEND, "tx_send_failed", TX_ERRORS, TX_ERRORS, NOT_SPECIFIED,			\
	  "the outer packet could not be sent for another reason")				\
	R(TX_STAGE_FULL, "tx_stage_full", TX_DROPPED, TX_DROPPED, NEIGH_QUEUEFULL,		\
	  "more than 128 packets waited for a session; this was the oldest")			\
	R(TX_GAVE_UP, "tx_handshake_gave_up", TX_DROPPED, TX_DROPPED, NEIGH_FAILED,		\
	  "no handshake was completed")								\
	R(TX_BUSY, "tx_busy", TX_DROPPED, TX_DROPPED, FULL_RING,				\
	  "too many bytes waiting to be encrypted or sent")					\
	R(TX_NO_MEMORY, "tx_no_memory", TX_DROPPED, TX_DROPPED, NOMEM,				\
	  "no memory for the outer packet")							\
	R(TX_STALE, "tx_session_gone", TX_DROPPED, TX_DROPPED, NOT_SPECIFIED,			\
	  "the session ended before the packet was sent")					\
	R(TX_LINK_DOWN, "tx_link_down", TX_DROPPED, TX_DROPPED, DEV_READY,			\
	  "the link went down before the packet was sent")					\
	/* a datagram as it comes in */								\
	R(RX_SHORT, "rx_short", RX_LENGTH, NONE, PKT_TOO_SMALL,					\
	  "a datagram too short for its message type")						\
	R(RX_LENGTH, "rx_wrong_length", RX_LENGTH, NONE, PKT_TOO_SMALL,				\
	  "a handshake message of the wrong size")						\
	R(RX_TYPE, "rx_unknown_type", RX_FRAME, NONE, UNHANDLED_PROTO,				\
	  "unknown message type, or reserved bytes that are not zero")				\
	R(RX_FILTER, "rx_filtered", RX_DROPPED, NONE, SOCKET_FILTER,				\
	  "refused by a filter on the control group of the program that owns the socket")	\
	R(RX_UNKNOWN_INDEX, "rx_unknown_index", RX_ERRORS, NONE, NO_SOCKET,			\
	  "no session has that receiver index")							\
	R(RX_ELSEWHERE, "rx_from_elsewhere", RX_ERRORS, NONE, IP_RPFILTER,			\
	  "a data message from outside the prefixes that its peer may be followed to")		\
	R(RX_EXPIRED, "rx_session_expired", RX_ERRORS, NONE, NO_SOCKET,				\
	  "the session has expired, or ended before the packet was delivered")			\
	R(RX_TAG, "rx_bad_tag", RX_ERRORS, NONE, NOT_SPECIFIED,					\
	  "the authentication tag is wrong")							\
	R(RX_REPLAY, "rx_replay", RX_ERRORS, NONE, NOT_SPECIFIED,				\
	  "a counter received before, or older than the replay window")				\
	R(RX_BUSY, "rx_busy", RX_DROPPED, RX_DROPPED, CPU_BACKLOG,				\
	  "too many bytes or packets waiting to be decrypted or delivered")			\
	R(RX_NO_MEMORY, "rx_no_memory", RX_DROPPED, RX_DROPPED, NOMEM,				\
	  "no memory for the inner packet")							\
	R(RX_LINK_DOWN, "rx_link_down", RX_DROPPED, RX_DROPPED, DEV_READY,			\
	  "the link went down before the packet was delivered")					\
	/* an inner packet after it was opened */						\
	R(RX_INNER_SHORT, "rx_inner_short", RX_LENGTH, RX_FRAME, HDR_TRUNC,			\
	  "the inner packet has a truncated header")						\
	R(RX_INNER_LENGTH, "rx_inner_length", RX_LENGTH, RX_LENGTH, PKT_TOO_SMALL,		\
	  "the inner packet is shorter than its length field")					\
	R(RX_INNER_VERSION, "rx_inner_version", RX_FRAME, RX_FRAME, UNHANDLED_PROTO,		\
	  "the inner packet is neither IPv4 nor IPv6")						\
	R(RX_INNER_SOURCE, "rx_inner_source", RX_ERRORS, RX_FRAME, IP_RPFILTER,			\
	  "the inner source address is not in the peer's allowed IPs")				\
	/* a handshake message */								\
	R(HS_QUEUE_FULL, "hs_queue_full", RX_DROPPED, NONE, NOT_SPECIFIED,			\
	  "too many handshake messages are waiting to be processed")				\
	R(HS_NO_MEMORY, "hs_no_memory", RX_DROPPED, NONE, NOT_SPECIFIED,			\
	  "no memory to process a handshake message")						\
	R(HS_NO_RANDOM, "hs_no_random", RX_DROPPED, NONE, NOT_SPECIFIED,			\
	  "the kernel's random number generator is not initialized yet")			\
	R(HS_NO_IDENTITY, "hs_no_private_key", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "a handshake message, but the link has no private key")				\
	R(HS_MAC1, "hs_bad_mac1", RX_ERRORS, NONE, NOT_SPECIFIED,				\
	  "wrong mac1: a handshake message for another public key")				\
	R(HS_NO_COOKIE, "hs_cookie_demanded", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "under load: answered with a cookie reply only")					\
	R(HS_RATE_LIMITED, "hs_rate_limited", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "under load: too many initiations from one source")					\
	R(HS_STATIC, "hs_bad_static", RX_ERRORS, NONE, NOT_SPECIFIED,				\
	  "an initiation whose static key cannot be decrypted")					\
	R(HS_UNKNOWN_PEER, "hs_unknown_peer", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "an initiation from a public key that no peer has")					\
	R(HS_REFUSED, "hs_knock_refused", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "an initiation from a public key that a program has refused")			\
	R(HS_KNOCKS_FULL, "hs_knocks_full", RX_DROPPED, NONE, NOT_SPECIFIED,			\
	  "too many initiations are waiting for a program to decide")				\
	R(HS_ELSEWHERE, "hs_from_elsewhere", RX_ERRORS, NONE, IP_RPFILTER,			\
	  "a handshake message from outside the prefixes that its peer may be followed to")	\
	R(HS_TIMESTAMP, "hs_bad_timestamp", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "an initiation whose timestamp cannot be decrypted")					\
	R(HS_REPLAY, "hs_replay", RX_ERRORS, NONE, NOT_SPECIFIED,				\
	  "an initiation with a timestamp no newer than the last accepted one")			\
	R(HS_FLOOD, "hs_flood", RX_ERRORS, NONE, NOT_SPECIFIED,					\
	  "an initiation too soon after the last one")						\
	R(HS_DH, "hs_zero_dh", RX_ERRORS, NONE, NOT_SPECIFIED,					\
	  "a Diffie-Hellman result of zero")							\
	R(HS_UNKNOWN_INDEX, "hs_unknown_index", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "a response that matches no handshake in progress")					\
	R(HS_SUPERSEDED, "hs_superseded", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "a response to a handshake, or a message for a private key, that was replaced")	\
	R(HS_RESPONSE, "hs_bad_response", RX_ERRORS, NONE, NOT_SPECIFIED,			\
	  "a response that cannot be decrypted")						\
	R(HS_COOKIE_INDEX, "hs_cookie_unknown_index", RX_ERRORS, NONE, NOT_SPECIFIED,		\
	  "a cookie reply that matches no handshake in progress")				\
	R(HS_COOKIE, "hs_bad_cookie", RX_ERRORS, NONE, NOT_SPECIFIED,				\
	  "a cookie reply that cannot be decrypted, or a second one")

#endif /* CV_CORE_DROP_REASONS_H */
