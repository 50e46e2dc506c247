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
void cvl_peer_destroy(struct cvl_peer *peer);

/* encode.c */
void cvl_encoder_begin(struct cvl_encoder *encoder,
		       const struct cvl_device *dev, uint16_t family_id);
bool cvl_encoder_next(struct cvl_encoder *encoder, void *buffer,
		      size_t buffer_bytes);
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
