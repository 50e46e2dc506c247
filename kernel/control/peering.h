/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers become those of a device, and stop.
 */
#ifndef CV_CONTROL_PEERING_H
#define CV_CONTROL_PEERING_H

#include <linux/types.h>

#include "../wire.h"

struct cv_device;
struct cv_peer;

struct cv_peer *cv_peering_create(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES]);
int cv_peering_reserve(struct cv_peer *peer);
void cv_peering_cancel(struct cv_peer *peer);
void cv_peering_publish(struct cv_peer *peer);
void cv_peering_stop(struct cv_peer *peer);

#endif /* CV_CONTROL_PEERING_H */
