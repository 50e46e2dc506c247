/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel that answers netlink requests as an input says: libmnl's functions that reach a
 * socket are defined in netlink_answers.c instead. Of the buffer that an answer is received in,
 * nothing behind the answer may be read (AddressSanitizer).
 *
 * An answer in the input: a byte, its number in the target's table; the message's flags; what
 * the table says of its header; attributes as in netlink_build.h.
 */
#ifndef FUZZ_NETLINK_ANSWERS_H
#define FUZZ_NETLINK_ANSWERS_H

#include <linux/netlink.h>

#include "fuzz.h"

/**
 * struct netlink_answer - what may come
 * @type: of the message
 * @header_bytes: of what stands between its header and its attributes, zeroed
 * @fill: sets in it what the input says; may be NULL
 * @is_raw: the input has the bytes: how many words, themselves, whether the number of the
 *	request is put in
 * @own_first: what type NETLINK_BUILD_OWN of netlink_build.h means; 0 for itself
 */
struct netlink_answer {
	uint16_t type;
	size_t header_bytes;
	void (*fill)(uint8_t *header);
	bool is_raw;
	uint16_t own_first;
};

#define NETLINK_ANSWER_RAW { .is_raw = true }
#define NETLINK_ANSWER(type_, bytes, fill_) \
	{ .type = (type_), .header_bytes = (bytes), .fill = (fill_) }
#define NETLINK_ANSWER_ERROR \
	NETLINK_ANSWER(NLMSG_ERROR, sizeof(struct nlmsgerr), netlink_answers_fill_error)
#define NETLINK_ANSWER_DONE NETLINK_ANSWER(NLMSG_DONE, sizeof(int), netlink_answers_fill_errno)

void netlink_answers_begin(const struct netlink_answer *answers, unsigned int count,
			   const uint8_t *data, size_t size);
uint8_t netlink_answers_u8(void);
void netlink_answers_bytes(void *out, size_t bytes);
void netlink_answers_fill_errno(uint8_t *header);
void netlink_answers_fill_error(uint8_t *header);

#endif /* FUZZ_NETLINK_ANSWERS_H */
