/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handshake messages that have come in and wait.
 */
#ifndef CV_HANDSHAKE_INBOX_H
#define CV_HANDSHAKE_INBOX_H

#include <linux/types.h>

struct cv_device;
struct cv_endpoint;

int cv_inbox_init(void);
void cv_inbox_exit(void);
int cv_inbox_create(struct cv_device *dev);
void cv_inbox_destroy(struct cv_device *dev);
void cv_inbox_receive(struct cv_device *dev, const struct cv_endpoint *from,
		      const void *message, size_t bytes);

#endif /* CV_HANDSHAKE_INBOX_H */
