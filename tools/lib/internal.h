/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the files of libculvert share with one another and with their unit
 * tests, and with nobody else.
 */
#ifndef LIBCULVERT_INTERNAL_H
#define LIBCULVERT_INTERNAL_H

#include <linux/netlink.h>

#include "libculvert.h"

/*
 * A message of this size takes some hundreds of peers, or some dozens with
 * candidates, so that most configurations are one message and thus apply as a
 * whole or not at all. It must stay below 64 KiB, for the length of a nest has
 * 16 bits.
 */
#define CVL_MESSAGE_BYTES 32768

/* What the longest single step of an encoder may need, with room to spare. */
#define CVL_MESSAGE_MIN_BYTES 1024

/**
 * struct cvl_encoder - where the encoding of a change has got to
 * @dev: the change
 * @family_id: of the generic netlink family
 * @peer: the next peer to write, or NULL at the end
 * @ip: its next allowed IP
 * @started: the attributes of the device have been written
 * @peer_started: the attributes of @peer have been written
 */
struct cvl_encoder {
	const struct cvl_device *dev;
	uint16_t family_id;
	const struct cvl_peer *peer;
	const struct cvl_allowed_ip *ip;
	bool started;
	bool peer_started;
};

/**
 * struct cvl_pack - peers of a change, encoded before the change is sent
 * @first: the next message to send, or NULL
 * @last: the last one, or NULL
 * @open: that one if there may be room in it, or NULL
 * @nest: with the peers of @open
 *
 * It takes what the messages take: in most files about as much as the text.
 */
struct cvl_pack {
	struct cvl_pack_message *first;
	struct cvl_pack_message *last;
	struct cvl_pack_message *open;
	struct nlattr *nest;
};

/**
 * struct cvl_extack - what the kernel added to an errno
 * @text: its sentence, borrowed from the message, or NULL
 * @has_offset: whether @offset is given
 * @offset: where in the request the attribute at fault is, in bytes
 * @has_missing: whether @missing is given
 * @missing: type of an attribute that is not there
 */
struct cvl_extack {
	const char *text;
	bool has_offset;
	uint32_t offset;
	bool has_missing;
	uint32_t missing;
};

/* device.c */
int cvl_device_check(const struct cvl_device *change, struct cvl_error *err);
void cvl_peer_destroy(struct cvl_peer *peer);
struct cvl_peer *cvl_device_take_peer(struct cvl_device *dev);
struct cvl_peer *cvl_device_append_peer(struct cvl_device *dev, struct cvl_peer *peer);

/* key.c */
bool cvl_key_from_public_text(uint8_t key[CVL_KEY_BYTES], const char *text);

/* endpoint.c */
bool cvl_endpoint_is_literal(union cvl_address *address, const char *host, const char *service);
int cvl_endpoint_resolve_peer(struct cvl_peer *peer, const struct cvl_resolve_options *options,
			      struct cvl_error *err);

/* diff.c */
bool cvl_diff_is_same_peer(const struct cvl_peer *now, const struct cvl_peer *wanted);
int cvl_diff_one_peer(struct cvl_device *change, struct cvl_peer *now, struct cvl_peer *wanted);
int cvl_diff_remove(struct cvl_device *change, const struct cvl_peer *now);

/**
 * struct cvl_netlink_parts - what is done with a device that is read in parts
 * @take: called for each part: the fields of the device, and the next of its peers; @first and
 *	@last: it is the first one, and the last one. Returns 0 or a negative errno to stop
 * @arg: handed to @take
 * @hold: the first part has more peers than this, unless it is the last one too
 */
struct cvl_netlink_parts {
	int (*take)(void *arg, struct cvl_device *part, bool first, bool last,
		    struct cvl_error *err);
	void *arg;
	size_t hold;
};

/* netlink.c */
int cvl_netlink_read(struct cvl_netlink *nl, const struct cvl_link *link,
		     struct cvl_netlink_parts *parts, struct cvl_error *err);

/**
 * struct cvl_netlink_sender - a change that is sent while it is made
 * @nl: handle
 * @link: what is changed
 * @encoder: of what the change says of the device
 * @head: that, without peers
 * @sent: how many messages have been sent
 * @removes_single: it takes away single allowed IPs
 * @notify: called after each message, may be NULL
 * @arg: handed to @notify
 */
struct cvl_netlink_sender {
	struct cvl_netlink *nl;
	const struct cvl_link *link;
	struct cvl_encoder encoder;
	struct cvl_device head;
	unsigned int sent;
	bool removes_single;
	void (*notify)(void *arg, unsigned int sent);
	void *arg;
};

int cvl_netlink_send_begin(struct cvl_netlink_sender *sender, struct cvl_netlink *nl,
			   const struct cvl_link *link, const struct cvl_device *head,
			   struct cvl_error *err);
int cvl_netlink_send_full(struct cvl_netlink_sender *sender, struct cvl_pack *pack,
			  struct cvl_error *err);
int cvl_netlink_send_end(struct cvl_netlink_sender *sender, struct cvl_pack *pack,
			 struct cvl_error *err);
int cvl_netlink_own_fail(const struct cvl_link *link, const char *own, struct cvl_error *err);
const char *cvl_netlink_own_of_peer(const struct cvl_peer *peer);
bool cvl_netlink_peer_removes_single(const struct cvl_peer *peer);

/* encode.c */
void cvl_encoder_begin(struct cvl_encoder *encoder,
		       const struct cvl_device *dev, uint16_t family_id);
bool cvl_encoder_next(struct cvl_encoder *encoder, void *buffer,
		      size_t buffer_bytes);
int cvl_pack_add(struct cvl_pack *pack, const struct cvl_peer *peer);
void cvl_pack_close(struct cvl_pack *pack);
struct nlmsghdr *cvl_pack_message(struct cvl_pack *pack, struct cvl_encoder *encoder);
void cvl_pack_drop(struct cvl_pack *pack);
void cvl_pack_clear(struct cvl_pack *pack);
void cvl_encode_get(void *buffer, uint16_t family_id,
		    const struct cvl_link *link);

/* decode.c */
bool cvl_decode_bytes(void *out, const struct nlattr *attr, size_t bytes);
bool cvl_decode_address(union cvl_address *out, const struct nlattr *attr);
bool cvl_decode_time(int64_t *s, int64_t *ns, const struct nlattr *attr);
int cvl_decode_device(struct cvl_device *dev, const struct nlmsghdr *nlh,
		      struct cvl_error *err);
int cvl_decode_event(struct cvl_event *event, const struct nlmsghdr *nlh,
		     struct cvl_error *err);
void cvl_decode_extack(struct cvl_extack *extack, const struct nlmsghdr *nlh);
bool cvl_decode_place(char *text, size_t text_size,
		      const struct nlmsghdr *request, uint32_t offset);

/* event.c */
struct cvl_event *cvl_event_create(void);
void cvl_event_set_kind(struct cvl_event *event, uint16_t kind);
void cvl_event_set_reason(struct cvl_event *event, uint16_t reason);

#endif /* LIBCULVERT_INTERNAL_H */
