/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Merging: opened TCP segments that follow one another become one super-packet, whose
 * payload is opened right to where it belongs. For open.c.
 */
#ifndef CV_DATAPATH_MERGE_H
#define CV_DATAPATH_MERGE_H

#include <linux/skbuff.h>
#include <linux/types.h>

/* An IPv6 header and the longest TCP header. */
#define CV_MERGE_MAX_HEADER_BYTES 100

/**
 * struct cv_merge - a super-packet in the making
 */
struct cv_merge {
	/** @head: its first segment, which grows; NULL: none */
	struct sk_buff *head;
	/** @header_bytes: IP and TCP headers of each segment */
	unsigned int header_bytes;
	/** @payload_bytes: of each segment but the last */
	unsigned int payload_bytes;
	/** @segments: how many there are */
	unsigned int segments;
	/** @ds: DS field of the outer packets */
	u8 ds;
	/** @same_id: all have one IPv4 ID; else each has the next. Settled by the second */
	bool same_id;
	/** @saved: what was where the next segment's headers are opened to */
	u8 saved[CV_MERGE_MAX_HEADER_BYTES];
};

void cv_merge_exit(void);
void cv_merge_start(struct cv_merge *merge, struct sk_buff *skb, u8 ds);
u8 *cv_merge_room(struct cv_merge *merge, unsigned int bytes, u8 ds);
bool cv_merge_append(struct cv_merge *merge, const u8 *packet, unsigned int bytes);
void cv_merge_restore(struct cv_merge *merge, u8 *packet);
void cv_merge_finish(struct cv_merge *merge);

#endif /* CV_DATAPATH_MERGE_H */
