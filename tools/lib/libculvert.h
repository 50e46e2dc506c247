/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * libculvert: read, write and compare the configuration of culvert and
 * wireguard links. This is the whole public interface; programs include this.
 *
 * Nothing here prints, exits or keeps global state. No function returns a
 * pointer to static memory. A handle or a model belongs to one thread at a
 * time; different ones may be used at once.
 *
 * struct cvl_device, cvl_peer, cvl_candidate, cvl_event, cvl_knock and cvl_want grow at their end:
 * programs take them from the library, and neither allocate, copy nor embed them. All other
 * structs and all sizes here stay as they are; COMPATIBILITY in libculvert(3) says more.
 */
#ifndef LIBCULVERT_H
#define LIBCULVERT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the shared library exports, everything else in it being hidden. */
#define CVL_API __attribute__((visibility("default")))

#define CVL_KEY_BYTES 32
/* 44 characters of base64 and the final zero */
#define CVL_KEY_TEXT_SIZE 45
/* same as IFNAMSIZ of the kernel */
#define CVL_IFNAME_SIZE 16
/* "[", an IPv6 address with "%" and a link name, "]:", a port, zero */
#define CVL_ENDPOINT_TEXT_SIZE 80
/* UTF-8, and the final zero */
#define CVL_NAME_SIZE 64
/* an IPv6 address, "/", 128, zero */
#define CVL_ALLOWED_IP_TEXT_SIZE 52
/* an endpoint, "@", 255 */
#define CVL_CANDIDATE_TEXT_SIZE (CVL_ENDPOINT_TEXT_SIZE + 4)

/* candidates of a peer, and prefixes that it may be followed to, at most */
#define CVL_CANDIDATES_MAX 8
#define CVL_SOURCES_MAX 8

/* seconds after which a peer is silent: at most, and unless a set says otherwise */
#define CVL_SILENT_S_MAX 60
#define CVL_SILENT_S_DEFAULT 15

/**
 * struct cvl_error - why a function failed
 * @code: negative errno
 * @line: line of the file at fault, counted from 1, or 0
 * @word: the word at fault, shortened and printable, or "". Never a secret
 * @text: one line for the user, without a newline, with file, line and word
 */
struct cvl_error {
	int code;
	unsigned int line;
	char word[64];
	char text[640];
};

/**
 * enum cvl_kind - the kinds of link that can be talked to
 * @CVL_KIND_CULVERT: made by the module culvert
 * @CVL_KIND_WIREGUARD: made by the module wireguard
 */
enum cvl_kind {
	CVL_KIND_CULVERT,
	CVL_KIND_WIREGUARD,
};

/**
 * struct cvl_allowed_ip - one prefix of a peer
 * @next: the next one of the same peer, or NULL
 * @family: AF_INET or AF_INET6
 * @prefix_bits: length of the prefix
 * @remove: in a change: take it away instead of adding it
 * @v4: the address if @family is AF_INET
 * @v6: the address if @family is AF_INET6
 */
struct cvl_allowed_ip {
	struct cvl_allowed_ip *next;
	uint16_t family;
	uint8_t prefix_bits;
	bool remove;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/**
 * union cvl_address - an address and port of either family
 * @any: for the family
 * @v4: if the family is AF_INET
 * @v6: if the family is AF_INET6
 */
union cvl_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/**
 * struct cvl_candidate - another place where a peer may be
 * @next: the next one of the same peer, of the same class or a less preferred one, or NULL
 * @endpoint: where that is; the family is 0 until it is known
 * @host: a name or address that is still to be resolved, or NULL
 * @service: the port that goes with it, or NULL
 * @preference: its class: the less, the sooner it is tried
 * @in_use: the peer is there now; never sent
 */
struct cvl_candidate {
	struct cvl_candidate *next;
	union cvl_address endpoint;
	char *host;
	char *service;
	uint8_t preference;
	bool in_use;
};

/**
 * enum cvl_follow - where authentic packets move a peer
 * @CVL_FOLLOW_ANYWHERE: where they come from
 * @CVL_FOLLOW_NEVER: to none but its candidates
 * @CVL_FOLLOW_WITHIN: within some prefixes; what comes from elsewhere is dropped
 */
enum cvl_follow {
	CVL_FOLLOW_ANYWHERE,
	CVL_FOLLOW_NEVER,
	CVL_FOLLOW_WITHIN,
};

/**
 * enum cvl_endpoint_reason - why a peer is where it is
 * @CVL_ENDPOINT_UNTOLD: the kernel has not said
 * @CVL_ENDPOINT_SET: a request has said so
 * @CVL_ENDPOINT_HANDSHAKE: an authentic handshake message came from there
 * @CVL_ENDPOINT_DATA: an authentic data message or keepalive came from there
 */
enum cvl_endpoint_reason {
	CVL_ENDPOINT_UNTOLD,
	CVL_ENDPOINT_SET,
	CVL_ENDPOINT_HANDSHAKE,
	CVL_ENDPOINT_DATA,
};

/**
 * enum cvl_session - the session that sends to a peer
 * @CVL_SESSION_NONE: there is none, or the kernel has not said
 * @CVL_SESSION_OURS: this end has begun it
 * @CVL_SESSION_THEIRS: the peer has begun it
 */
enum cvl_session {
	CVL_SESSION_NONE,
	CVL_SESSION_OURS,
	CVL_SESSION_THEIRS,
};

/* Bits of &struct cvl_peer.has */
#define CVL_PEER_PRESHARED_KEY 0x1U
#define CVL_PEER_ENDPOINT 0x2U
#define CVL_PEER_KEEPALIVE 0x4U
#define CVL_PEER_NAME 0x8U
#define CVL_PEER_IDLE 0x10U
#define CVL_PEER_CANDIDATES 0x20U
#define CVL_PEER_FOLLOW 0x40U
#define CVL_PEER_SILENT 0x80U

/**
 * struct cvl_peer - one peer of a device, or a change to one
 * @next: the next one of the same device, or NULL
 * @has: which of the fields below mean something, CVL_PEER_*
 * @remove: in a change: remove the peer
 * @replace_allowed_ips: in a change: remove all its allowed IPs first
 * @update_only: in a change: do nothing if there is no such peer
 * @rekey_now: in a change: send an initiation
 * @public_key: names the peer
 * @preshared_key: all zero for none
 * @endpoint: where it is; the family is 0 until it is known
 * @endpoint_host: a name or address that is still to be resolved, or NULL
 * @endpoint_service: the port that goes with it, or NULL
 * @endpoint_place: where the text stands, for error messages, or NULL
 * @keepalive_s: persistent keepalive in seconds, 0 for off
 * @name: for people; "" for none
 * @idle_s: removed after so many seconds without anything from it, 0 for never
 * @candidates: the first of its candidates, by preference, or NULL; in a change these are all
 * @candidates_place: where their text stands, for error messages, or NULL
 * @follow: where authentic packets move it
 * @sources: the first of the prefixes that it is followed to, or NULL, if @follow is
 *	CVL_FOLLOW_WITHIN
 * @silent_s: it is silent when data was sent and for so many seconds nothing has come back, 0 for
 *	the kernel's default
 * @endpoint_since_s: since when it is at @endpoint in seconds since 1970, or 0 if not told
 * @endpoint_reason: why it is there
 * @handshake_s: time of the latest handshake in seconds since 1970, or 0
 * @handshake_ns: nanoseconds of that second
 * @rx_bytes: bytes received from the peer
 * @tx_bytes: bytes sent to the peer
 * @protocol_version: of the peer, or 0 if not told
 * @allowed_ips: first of its prefixes, or NULL
 * @last_allowed_ip: last of them, or NULL
 * @session: whether there is one that sends, and the end that has begun it
 * @session_age_s: since when there is, in seconds
 * @heard_s: when its last authentic message came, in seconds since 1970, or 0
 * @heard_ns: nanoseconds of that second
 * @rx_packets: packets received from the peer
 * @tx_packets: packets sent to the peer
 * @drops_source: its packets with a source that is not among its allowed IPs
 * @drops_replay: its data messages that came before, or too late
 * @drops_expired: its data messages for a session that is over
 * @drops_memory: its packets either way for which there was no memory
 * @endpoint_before: in %CVL_EVENT_ENDPOINT_MOVED: where it was
 *
 * Kind wireguard tells nothing of @session and what follows it.
 */
struct cvl_peer {
	struct cvl_peer *next;
	unsigned int has;
	bool remove;
	bool replace_allowed_ips;
	bool update_only;
	bool rekey_now;
	uint8_t public_key[CVL_KEY_BYTES];
	uint8_t preshared_key[CVL_KEY_BYTES];
	union cvl_address endpoint;
	char *endpoint_host;
	char *endpoint_service;
	char *endpoint_place;
	uint16_t keepalive_s;
	char name[CVL_NAME_SIZE];
	uint32_t idle_s;
	struct cvl_candidate *candidates;
	char *candidates_place;
	enum cvl_follow follow;
	struct cvl_allowed_ip *sources;
	uint32_t silent_s;
	int64_t endpoint_since_s;
	enum cvl_endpoint_reason endpoint_reason;
	int64_t handshake_s;
	int64_t handshake_ns;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint32_t protocol_version;
	struct cvl_allowed_ip *allowed_ips;
	struct cvl_allowed_ip *last_allowed_ip;
	enum cvl_session session;
	uint32_t session_age_s;
	int64_t heard_s;
	int64_t heard_ns;
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t drops_source;
	uint64_t drops_replay;
	uint64_t drops_expired;
	uint64_t drops_memory;
	union cvl_address endpoint_before;
};

/* Bits of &struct cvl_device.has */
#define CVL_DEVICE_PRIVATE_KEY 0x1U
#define CVL_DEVICE_PUBLIC_KEY 0x2U
#define CVL_DEVICE_LISTEN_PORT 0x4U
#define CVL_DEVICE_FWMARK 0x8U
#define CVL_DEVICE_BIND_ADDRESSES 0x10U
#define CVL_DEVICE_BIND_DEVICE 0x20U
#define CVL_DEVICE_DSCP 0x40U
#define CVL_DEVICE_SOCKET_FDS 0x80U
#define CVL_DEVICE_SOCKET_PASS 0x100U

/* in place of a DSCP: that of the inner packet */
#define CVL_DSCP_COPY 64

/* UDP sockets that a program hands in, at most: one for each family */
#define CVL_SOCKETS_MAX 2

/**
 * enum cvl_socket_state - the owner of the UDP sockets of a device
 * @CVL_SOCKET_OWN: its own, which the kernel has opened
 * @CVL_SOCKET_HANDED_IN: a program's
 * @CVL_SOCKET_LOST: none, since the program has closed its own
 */
enum cvl_socket_state {
	CVL_SOCKET_OWN,
	CVL_SOCKET_HANDED_IN,
	CVL_SOCKET_LOST,
};

/**
 * struct cvl_device - a device with its peers, or a change to one
 * @name: name of the link
 * @ifindex: its index, 0 if not known: then the name is used
 * @kind: its kind
 * @has: which of the fields below mean something, CVL_DEVICE_*
 * @replace_peers: in a change: remove all peers first
 * @private_key: all zero for none
 * @public_key: belongs to @private_key, never sent
 * @listen_port: UDP port; in a change, 0 lets the kernel choose
 * @fwmark: mark of outgoing packets, 0 for none
 * @dscp: of outer packets that carry data, 0 to 63, or CVL_DSCP_COPY
 * @bind4_off: there is no UDP socket for IPv4
 * @bind6_off: there is no UDP socket for IPv6
 * @bind4: address that the UDP socket for IPv4 is bound to, 0.0.0.0 for all
 * @bind6: the same for IPv6
 * @bind_device: interface or VRF that the UDP sockets are bound to, "" for all
 * @socket_state: the owner of its UDP sockets, never sent
 * @socket_fd_count: how many of @socket_fds there are
 * @socket_fds: in a change: descriptors of bound UDP sockets that the device is to have, or one of
 *	-1 for its own; never read
 * @socket_pass_all: everything that is not the device's is left to the program that owns the
 *	sockets, not only what is shaped like STUN
 * @peers: the first peer, or NULL
 * @last_peer: the last peer, or NULL
 */
struct cvl_device {
	char name[CVL_IFNAME_SIZE];
	unsigned int ifindex;
	enum cvl_kind kind;
	unsigned int has;
	bool replace_peers;
	uint8_t private_key[CVL_KEY_BYTES];
	uint8_t public_key[CVL_KEY_BYTES];
	uint16_t listen_port;
	uint32_t fwmark;
	uint8_t dscp;
	bool bind4_off;
	bool bind6_off;
	struct in_addr bind4;
	struct in6_addr bind6;
	char bind_device[CVL_IFNAME_SIZE];
	enum cvl_socket_state socket_state;
	unsigned int socket_fd_count;
	int32_t socket_fds[CVL_SOCKETS_MAX];
	bool socket_pass_all;
	struct cvl_peer *peers;
	struct cvl_peer *last_peer;
};

/* device.c */
CVL_API struct cvl_device *cvl_device_create(void);
CVL_API void cvl_device_destroy(struct cvl_device *dev);
CVL_API struct cvl_peer *cvl_peer_append(struct cvl_device *dev);
CVL_API struct cvl_allowed_ip *cvl_allowed_ip_append(struct cvl_peer *peer,
						     const struct cvl_allowed_ip *ip);
CVL_API struct cvl_candidate *cvl_candidate_add(struct cvl_peer *peer, uint8_t preference);
CVL_API void cvl_candidates_clear(struct cvl_peer *peer);
CVL_API struct cvl_allowed_ip *cvl_source_append(struct cvl_peer *peer,
						 const struct cvl_allowed_ip *ip);
CVL_API void cvl_sources_clear(struct cvl_peer *peer);

/* key.c */
CVL_API void cvl_key_to_text(char text[CVL_KEY_TEXT_SIZE],
			     const uint8_t key[CVL_KEY_BYTES]);
CVL_API bool cvl_key_from_text(uint8_t key[CVL_KEY_BYTES], const char *text);
CVL_API bool cvl_key_is_zero(const uint8_t key[CVL_KEY_BYTES]);
CVL_API bool cvl_key_equal(const uint8_t a[CVL_KEY_BYTES],
			   const uint8_t b[CVL_KEY_BYTES]);
CVL_API int cvl_key_random(uint8_t key[CVL_KEY_BYTES]);
CVL_API void cvl_key_clamp(uint8_t key[CVL_KEY_BYTES]);
CVL_API void cvl_key_public(uint8_t public_key[CVL_KEY_BYTES],
			    const uint8_t private_key[CVL_KEY_BYTES]);

/* curve25519.c */
CVL_API void cvl_curve25519(uint8_t out[CVL_KEY_BYTES],
			    const uint8_t scalar[CVL_KEY_BYTES],
			    const uint8_t point[CVL_KEY_BYTES]);

/* parse.c */
CVL_API int cvl_word_port(uint16_t *port, const char *word, struct cvl_error *err);
CVL_API int cvl_word_fwmark(uint32_t *fwmark, const char *word, struct cvl_error *err);
CVL_API int cvl_word_keepalive(uint16_t *keepalive_s, const char *word,
			       struct cvl_error *err);
CVL_API int cvl_word_key(uint8_t key[CVL_KEY_BYTES], const char *word, bool secret,
			 struct cvl_error *err);
CVL_API int cvl_word_endpoint(struct cvl_peer *peer, const char *word,
			      struct cvl_error *err);
CVL_API int cvl_word_allowed_ips(struct cvl_peer *peer, const char *word,
				 struct cvl_error *err);
CVL_API int cvl_word_bind_addresses(struct cvl_device *dev, const char *word,
				    struct cvl_error *err);
CVL_API int cvl_word_bind_device(struct cvl_device *dev, const char *word,
				 struct cvl_error *err);
CVL_API int cvl_word_dscp(uint8_t *dscp, const char *word, struct cvl_error *err);
CVL_API int cvl_word_sockets(struct cvl_device *dev, const char *word,
			     struct cvl_error *err);
CVL_API int cvl_word_socket_pass(struct cvl_device *dev, const char *word,
				 struct cvl_error *err);
CVL_API int cvl_word_name(struct cvl_peer *peer, const char *word,
			  struct cvl_error *err);
CVL_API int cvl_word_idle(uint32_t *idle_s, const char *word, struct cvl_error *err);
CVL_API int cvl_word_candidates(struct cvl_peer *peer, const char *word,
				struct cvl_error *err);
CVL_API int cvl_word_follow(struct cvl_peer *peer, const char *word,
			    struct cvl_error *err);
CVL_API int cvl_word_silent(uint32_t *silent_s, const char *word, struct cvl_error *err);

/* text.c */
CVL_API int cvl_text_skip_mark(const char **text, size_t *text_bytes,
			       struct cvl_error *err);

/* endpoint.c */

/**
 * struct cvl_resolve_options - how patient to be with a name server
 * @retries: how often to try again after a passing fault, -1 for ever
 * @first_delay_ms: wait before the first of them; each wait is a fifth longer
 *	than the one before, and none longer than 20 s
 * @notify: told before each wait, may be NULL
 * @arg: handed to @notify
 */
struct cvl_resolve_options {
	int retries;
	unsigned int first_delay_ms;
	void (*notify)(void *arg, const char *text);
	void *arg;
};

CVL_API int cvl_endpoints_resolve(struct cvl_device *dev,
				  const struct cvl_resolve_options *options,
				  struct cvl_error *err);
CVL_API int cvl_endpoint_to_text(char text[CVL_ENDPOINT_TEXT_SIZE],
				 const union cvl_address *endpoint);
CVL_API int cvl_candidate_to_text(char text[CVL_CANDIDATE_TEXT_SIZE],
				  const struct cvl_candidate *candidate);
CVL_API void cvl_allowed_ip_to_text(char text[CVL_ALLOWED_IP_TEXT_SIZE],
				    const struct cvl_allowed_ip *ip);

/* config.c */
CVL_API int cvl_config_parse(struct cvl_device *dev, const char *file,
			     const char *text, size_t text_bytes,
			     struct cvl_error *err);
CVL_API int cvl_config_read(struct cvl_device *dev, const char *file,
			    struct cvl_error *err);
CVL_API void cvl_config_make_whole(struct cvl_device *dev);
CVL_API int cvl_config_print(FILE *out, const struct cvl_device *dev);

/* diff.c */
CVL_API int cvl_device_diff(struct cvl_device **change, const struct cvl_device *now,
			    const struct cvl_device *wanted, struct cvl_error *err);
CVL_API bool cvl_device_is_empty(const struct cvl_device *change);

/* netlink.c */

/**
 * struct cvl_link - a link of a kind that can be talked to
 * @ifindex: its index
 * @kind: its kind
 * @name: its name
 */
struct cvl_link {
	unsigned int ifindex;
	enum cvl_kind kind;
	char name[CVL_IFNAME_SIZE];
};

struct cvl_netlink;

CVL_API struct cvl_netlink *cvl_netlink_create(struct cvl_error *err);
CVL_API void cvl_netlink_destroy(struct cvl_netlink *nl);
CVL_API int cvl_netlink_list(struct cvl_netlink *nl, struct cvl_link **links,
			     size_t *link_count, struct cvl_error *err);
CVL_API int cvl_netlink_find(struct cvl_netlink *nl, struct cvl_link *link,
			     const char *name, struct cvl_error *err);
CVL_API int cvl_netlink_get(struct cvl_netlink *nl, const struct cvl_link *link,
			    struct cvl_device **dev, struct cvl_error *err);
CVL_API int cvl_netlink_set(struct cvl_netlink *nl, const struct cvl_link *link,
			    const struct cvl_device *change, struct cvl_error *err);

/* link.c */
CVL_API int cvl_link_create(struct cvl_netlink *nl, struct cvl_link *link, const char *name,
			    enum cvl_kind kind, struct cvl_error *err);
CVL_API int cvl_link_up(struct cvl_netlink *nl, const struct cvl_link *link,
			struct cvl_error *err);
CVL_API int cvl_link_down(struct cvl_netlink *nl, const struct cvl_link *link,
			  struct cvl_error *err);
CVL_API int cvl_link_move(struct cvl_netlink *nl, const struct cvl_link *link, int netns_fd,
			  struct cvl_error *err);
CVL_API int cvl_link_delete(struct cvl_netlink *nl, const struct cvl_link *link,
			    struct cvl_error *err);

/* reader.c */

struct cvl_reader;

CVL_API struct cvl_reader *cvl_reader_create(const struct cvl_link *link, struct cvl_error *err);
CVL_API void cvl_reader_destroy(struct cvl_reader *reader);
CVL_API const struct cvl_device *cvl_reader_device(const struct cvl_reader *reader);
CVL_API int cvl_reader_next(struct cvl_reader *reader, struct cvl_peer **peer,
			    struct cvl_error *err);
CVL_API int cvl_reader_restart(struct cvl_reader *reader, struct cvl_error *err);

/* event.c, watch.c */

/* what a watch is told of, as bits */
#define CVL_WATCH_CONFIG 0x1U
#define CVL_WATCH_SESSION 0x2U

/**
 * enum cvl_event_kind - what has happened
 * @CVL_EVENT_UNKNOWN: what a newer kernel tells of
 * @CVL_EVENT_LOST: events were lost, of the device if there is one, else of all: read them again
 * @CVL_EVENT_DEVICE_CHANGED: a setting of the device was set
 * @CVL_EVENT_PEER_ADDED: has its settings
 * @CVL_EVENT_PEER_CHANGED: a request was about the peer
 * @CVL_EVENT_PEER_REMOVED: has the reason, and its counters
 * @CVL_EVENT_SESSION_MADE: a handshake is complete
 * @CVL_EVENT_SESSION_OVER: nothing passes before the next handshake; has the reason
 * @CVL_EVENT_KEYS_WIPED: all that was agreed on has been forgotten; has the reason
 * @CVL_EVENT_ENDPOINT_MOVED: an authentic packet came from somewhere else
 * @CVL_EVENT_PEER_SILENT: something was sent and nothing has come back for a time
 * @CVL_EVENT_PEER_BACK: after that something has come
 * @CVL_EVENT_SOCKET_LOST: the device has no UDP socket any more
 *
 * Documentation/netlink/culvert.yaml and linux/culvert.h say more of each.
 */
enum cvl_event_kind {
	CVL_EVENT_UNKNOWN,
	CVL_EVENT_LOST,
	CVL_EVENT_DEVICE_CHANGED,
	CVL_EVENT_PEER_ADDED,
	CVL_EVENT_PEER_CHANGED,
	CVL_EVENT_PEER_REMOVED,
	CVL_EVENT_SESSION_MADE,
	CVL_EVENT_SESSION_OVER,
	CVL_EVENT_KEYS_WIPED,
	CVL_EVENT_ENDPOINT_MOVED,
	CVL_EVENT_PEER_SILENT,
	CVL_EVENT_PEER_BACK,
	CVL_EVENT_SOCKET_LOST,
};

/**
 * enum cvl_event_reason - why it has happened
 * @CVL_REASON_NONE: there is no more to say
 * @CVL_REASON_ASKED: a request was about this peer
 * @CVL_REASON_REPLACED: a request has replaced all peers, or gave the device the peer's own key
 * @CVL_REASON_LINK_GONE: the link was deleted
 * @CVL_REASON_LINK_DOWN: the link was set down
 * @CVL_REASON_TIME: it was too old
 * @CVL_REASON_KEY: the private key of the device has changed
 * @CVL_REASON_SLEEP: the machine goes to sleep, or was cloned
 * @CVL_REASON_REMOVED: the peer was removed
 * @CVL_REASON_EXPIRED: nothing has come from the peer for its idle time
 */
enum cvl_event_reason {
	CVL_REASON_NONE,
	CVL_REASON_ASKED,
	CVL_REASON_REPLACED,
	CVL_REASON_LINK_GONE,
	CVL_REASON_LINK_DOWN,
	CVL_REASON_TIME,
	CVL_REASON_KEY,
	CVL_REASON_SLEEP,
	CVL_REASON_REMOVED,
	CVL_REASON_EXPIRED,
};

/**
 * struct cvl_event - what a watch is told
 * @kind: what has happened
 * @reason: why, of some kinds
 * @number: grows by one with each event of the device and of @group
 * @group: CVL_WATCH_CONFIG or CVL_WATCH_SESSION, 0 if that is not known
 * @merged: for how many more of its kind it stands
 * @portid: netlink port of the socket that asked for it, or 0
 * @has_prefixes: it tells allowed IPs of the peer: all that it has, if @prefixes_go_on is not set
 * @prefixes_go_on: the next event has more of them
 * @time_s: when, in seconds since 1970
 * @time_ns: nanoseconds of that second
 * @dev: device, with the peer or peers that it is about; NULL if events of all were lost
 */
struct cvl_event {
	enum cvl_event_kind kind;
	enum cvl_event_reason reason;
	uint32_t number;
	unsigned int group;
	uint32_t merged;
	uint32_t portid;
	bool has_prefixes;
	bool prefixes_go_on;
	int64_t time_s;
	int64_t time_ns;
	struct cvl_device *dev;
};

struct cvl_watch;

CVL_API struct cvl_watch *cvl_watch_create(unsigned int groups, struct cvl_error *err);
CVL_API void cvl_watch_destroy(struct cvl_watch *watch);
CVL_API int cvl_watch_fd(const struct cvl_watch *watch);
CVL_API int cvl_watch_next(struct cvl_watch *watch, struct cvl_event **event,
			   struct cvl_error *err);
CVL_API void cvl_event_destroy(struct cvl_event *event);
CVL_API const char *cvl_event_word(enum cvl_event_kind kind);
CVL_API const char *cvl_reason_word(enum cvl_event_reason reason);

/* knock.c */

/**
 * struct cvl_knock - an initiation of a key that no peer has
 * @id: names it
 * @public_key: of its sender, which has proven that it owns it
 * @endpoint: where it came from
 * @time_s: the time that its message has, in seconds since 1970; its sender may say what it likes
 * @time_ns: nanoseconds of that second
 * @age_ms: milliseconds since it came
 */
struct cvl_knock {
	uint64_t id;
	uint8_t public_key[CVL_KEY_BYTES];
	union cvl_address endpoint;
	int64_t time_s;
	int64_t time_ns;
	uint32_t age_ms;
};

struct cvl_knocks;

CVL_API struct cvl_knocks *cvl_knocks_create(const struct cvl_link *link, struct cvl_error *err);
CVL_API void cvl_knocks_destroy(struct cvl_knocks *knocks);
CVL_API int cvl_knocks_fd(const struct cvl_knocks *knocks);
CVL_API int cvl_knocks_next(struct cvl_knocks *knocks, const struct cvl_knock **knock,
			    struct cvl_error *err);
CVL_API int cvl_knocks_accept(struct cvl_knocks *knocks, uint64_t id,
			      const struct cvl_device *change, struct cvl_error *err);
CVL_API int cvl_knocks_refuse(struct cvl_knocks *knocks, uint64_t id, uint32_t seconds,
			      struct cvl_error *err);

/* want.c */

/**
 * struct cvl_want - an address that packets wait for
 * @family: AF_INET or AF_INET6
 * @v4: the address if @family is AF_INET
 * @v6: the address if @family is AF_INET6
 * @has_public_key: whether a peer has the address: then its endpoint is wanted, else a peer
 * @public_key: of that peer
 * @age_ms: milliseconds since the first of the packets came
 * @packets: how many wait
 */
struct cvl_want {
	uint16_t family;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
	bool has_public_key;
	uint8_t public_key[CVL_KEY_BYTES];
	uint32_t age_ms;
	uint32_t packets;
};

struct cvl_wants;

CVL_API struct cvl_wants *cvl_wants_create(const struct cvl_link *link, struct cvl_error *err);
CVL_API void cvl_wants_destroy(struct cvl_wants *wants);
CVL_API int cvl_wants_fd(const struct cvl_wants *wants);
CVL_API int cvl_wants_next(struct cvl_wants *wants, const struct cvl_want **want,
			   struct cvl_error *err);

/* error.c */

/* printf(3)-like: the number of the format, and of the first argument for it */
#define CVL_PRINTF(format_at, first_at) \
	__attribute__((format(printf, \
			      format_at, first_at)))

CVL_API int cvl_error_set(struct cvl_error *err, int code, const char *format, ...)
		CVL_PRINTF(3, 4);
CVL_API void cvl_error_prefix(struct cvl_error *err, const char *format, ...)
		CVL_PRINTF(2, 3);
CVL_API void cvl_error_word(struct cvl_error *err, const char *word);

#ifdef __cplusplus
}
#endif

#endif /* LIBCULVERT_H */
