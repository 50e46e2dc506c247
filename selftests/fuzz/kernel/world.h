/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links for fuzz targets, made of the module's own rooms; the rooms that are left out
 * (sockets, timers, the way out) note what they are told.
 */
#ifndef FUZZ_KERNEL_WORLD_H
#define FUZZ_KERNEL_WORLD_H

#include <core/device.h>
#include <core/peer.h>
#include <datapath/endpoint.h>

#define WORLD_LINKS 4

/**
 * world_sent - a target that sets it is told of each message that is sent
 */
extern void (*world_sent)(struct cv_device *dev, struct cv_peer *peer, const void *message,
			  size_t bytes);

/**
 * world_event - a target that sets it is told of each event for a peer's timers
 */
extern void (*world_event)(struct cv_peer *peer, enum cv_event event);

/**
 * world_port_taken - opening this port fails
 */
#define WORLD_PORT_TAKEN 0x5050

void world_init(void);

/**
 * world_create() - make a link
 * @number: 0 to WORLD_LINKS - 1; its index is one more, its name "cv" and the number
 *
 * Return: its device, up and without a key.
 */
struct cv_device *world_create(unsigned int number);

/**
 * world_destroy() - delete all links and see that nothing of them is left
 */
void world_destroy(void);

void world_down(struct cv_device *dev);
void world_set_key(struct cv_device *dev, u8 fill);
struct cv_peer *world_add_peer(struct cv_device *dev, const u8 public_key[32]);
void world_remove_peer(struct cv_peer *peer);
void world_public_key(u8 public_key[32], u8 fill);

#endif /* FUZZ_KERNEL_WORLD_H */
