/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Links for fuzz targets, made of the module's own files; those that are left out
 * (sockets, timers, the way out) note what they are told.
 */
#ifndef FUZZ_FUZZ_LINK_H
#define FUZZ_FUZZ_LINK_H

#include <core/device.h>
#include <core/peer.h>
#include <datapath/endpoint.h>

#define FUZZ_LINKS 4

/**
 * fuzz_link_sent - a target that sets it is told of each message that is sent
 */
extern void (*fuzz_link_sent)(struct cv_device *dev, struct cv_peer *peer, const void *message,
			      size_t bytes);

/**
 * fuzz_link_event - a target that sets it is told of each event for a peer's timers
 */
extern void (*fuzz_link_event)(struct cv_peer *peer, enum cv_event event);

/**
 * fuzz_link_expire - what the timer of a peer that may be idle for long enough calls
 */
extern void (*fuzz_link_expire)(struct cv_peer *peer);

/**
 * fuzz_link_port_taken - opening this port fails
 */
#define FUZZ_LINK_PORT_TAKEN 0x5050

/**
 * fuzz_link_fds - so many descriptors are sockets: 0 and those after it
 */
#define FUZZ_LINK_FDS 8

/**
 * fuzz_link_fd_port - of the first of them; each has the port after that of the one before
 */
#define FUZZ_LINK_FD_PORT 4000

unsigned int fuzz_link_held_files(void);

/**
 * fuzz_link_no_interface - names of interfaces that there are none of begin so
 */
#define FUZZ_LINK_NO_INTERFACE 'x'

void fuzz_link_init(void);

/**
 * fuzz_link_create() - make a link
 * @number: 0 to FUZZ_LINKS - 1; its index is one more, its name "cv" and the number
 *
 * Return: its device, up and without a key.
 */
struct cv_device *fuzz_link_create(unsigned int number);

/**
 * fuzz_link_destroy() - delete all links and see that nothing of them is left
 */
void fuzz_link_destroy(void);

void fuzz_link_down(struct cv_device *dev);
/* It stays down if its port is taken. */
void fuzz_link_up(struct cv_device *dev);
void fuzz_link_set_key(struct cv_device *dev, u8 fill);
struct cv_peer *fuzz_link_add_peer(struct cv_device *dev, const u8 public_key[32]);
void fuzz_link_remove_peer(struct cv_peer *peer);
void fuzz_link_public_key(u8 public_key[32], u8 fill);

#endif /* FUZZ_FUZZ_LINK_H */
