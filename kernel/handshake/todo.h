/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to be done for a peer and may sleep: any context asks for it, work.c does it.
 */
#ifndef CV_HANDSHAKE_TODO_H
#define CV_HANDSHAKE_TODO_H

struct cv_peer;

/**
 * enum cv_todo - bits of &cv_peer.todo
 * @CV_TODO_INITIATE: send an initiation, unless one was sent lately
 * @CV_TODO_RETRY: send an initiation because the last was not answered
 * @CV_TODO_WAY_LOST: the same because nothing can be sent by the way in use
 * @CV_TODO_REKEY: the same because a request has asked for it; stays set until one is sent
 * @CV_TODO_NEXT_WAY: send the initiation in flight to the next candidate
 * @CV_TODO_WIPE: forget all keys
 * @CV_TODO_EXPIRE: not for &cv_peer.work: reaper.c is to look whether the peer is idle
 */
enum cv_todo {
	CV_TODO_INITIATE,
	CV_TODO_RETRY,
	CV_TODO_WAY_LOST,
	CV_TODO_REKEY,
	CV_TODO_NEXT_WAY,
	CV_TODO_WIPE,
	CV_TODO_EXPIRE,
};

int cv_todo_init(void);
void cv_todo_exit(void);
void cv_todo_request(struct cv_peer *peer, enum cv_todo todo);

#endif /* CV_HANDSHAKE_TODO_H */
