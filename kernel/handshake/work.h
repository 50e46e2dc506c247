/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done for a peer when a timer is due or something asks for it.
 */
#ifndef CV_HANDSHAKE_WORK_H
#define CV_HANDSHAKE_WORK_H

struct cv_peer;

/**
 * enum cv_work_todo - bits of &cv_peer.todo
 * @CV_WORK_INITIATE: send an initiation, unless one was sent lately
 * @CV_WORK_RETRY: send an initiation because the last was not answered
 * @CV_WORK_WIPE: forget all keys
 */
enum cv_work_todo {
	CV_WORK_INITIATE,
	CV_WORK_RETRY,
	CV_WORK_WIPE,
};

int cv_work_init(void);
void cv_work_exit(void);
void cv_work_create(struct cv_peer *peer);
void cv_work_send_waiting(struct cv_peer *peer);
void cv_work_request(struct cv_peer *peer, enum cv_work_todo todo);

#endif /* CV_HANDSHAKE_WORK_H */
