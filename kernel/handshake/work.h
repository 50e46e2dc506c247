/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done for a peer when a timer is due or something has asked for it by todo.h.
 */
#ifndef CV_HANDSHAKE_WORK_H
#define CV_HANDSHAKE_WORK_H

struct cv_peer;

void cv_work_set_expire(void (*expire)(struct cv_peer *peer));
void cv_work_create(struct cv_peer *peer);
void cv_work_send_waiting(struct cv_peer *peer);

#endif /* CV_HANDSHAKE_WORK_H */
