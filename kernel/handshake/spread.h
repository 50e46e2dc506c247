/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where an initiation goes: by the way in use, and to the peer's candidates.
 */
#ifndef CV_HANDSHAKE_SPREAD_H
#define CV_HANDSHAKE_SPREAD_H

#include <linux/types.h>
#include <uapi/linux/culvert.h>

#include "../datapath/endpoint.h"
#include "../wire.h"

struct cv_peer;

/**
 * enum cv_spread_how - which ways an initiation goes, and in which order
 * @CV_SPREAD_IF_NEEDED: by the way in use alone, unless there is no session or the peer is silent
 * @CV_SPREAD_ALWAYS: by the way in use first
 * @CV_SPREAD_BY_PREFERENCE: to the candidates first
 */
enum cv_spread_how {
	CV_SPREAD_IF_NEEDED,
	CV_SPREAD_ALWAYS,
	CV_SPREAD_BY_PREFERENCE,
};

/**
 * struct cv_spread_stop - one way of an initiation
 */
struct cv_spread_stop {
	/** @endpoint: where it goes */
	struct cv_endpoint endpoint;
	/** @preference: the class of the candidate that is there */
	u16 preference;
	/** @in_use: it was the way in use */
	bool in_use;
	/** @deferred: it has been put behind the others, since it was sent one lately */
	bool deferred;
};

/**
 * struct cv_spread - the ways of an initiation that is in flight
 *
 * Of an exchange, and under the same lock.
 */
struct cv_spread {
	/** @message: sent to each of them as it is */
	struct cv_wire_initiation message;
	/** @next: the first of @stops that it has not been sent to */
	unsigned int next;
	/** @count: of @stops */
	unsigned int count;
	/** @asked: those of @stops that it has been sent to, or is being, a bit each */
	u16 asked;
	/** @sent: it has been sent to one */
	bool sent;
	/** @sent_preference: of the last one that it was sent to */
	u16 sent_preference;
	/** @waited_ms: since then */
	u16 waited_ms;
	/** @stops: in their order */
	struct cv_spread_stop stops[1 + CV_CANDIDATES_MAX];
};

int cv_spread_init(void);
void cv_spread_exit(void);
void cv_spread_begin(struct cv_peer *peer, const struct cv_wire_initiation *message,
		     enum cv_spread_how how);
void cv_spread_continue(struct cv_peer *peer);
void cv_spread_find_way(struct cv_peer *peer, struct cv_endpoint *way);
void cv_spread_end(struct cv_spread *spread);
bool cv_spread_is_waiting(struct cv_peer *peer);

#endif /* CV_HANDSHAKE_SPREAD_H */
