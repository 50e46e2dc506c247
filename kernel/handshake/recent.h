/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which addresses have been sent initiations lately, so that no candidate of many peers gets
 * more than one in that time, and no host many of them.
 */
#ifndef CV_HANDSHAKE_RECENT_H
#define CV_HANDSHAKE_RECENT_H

#include <linux/types.h>

struct cv_device;
struct cv_endpoint;
struct cv_recent;

struct cv_recent *cv_recent_create(void);
void cv_recent_destroy(struct cv_recent *recent);
int cv_recent_note(struct cv_recent *recent, const struct cv_device *dev,
		   const struct cv_endpoint *endpoint);

#endif /* CV_HANDSHAKE_RECENT_H */
