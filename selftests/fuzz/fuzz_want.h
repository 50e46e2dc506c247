/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inner packets that want a peer, at one link of a fuzz target, and a model of those that wait,
 * which is asked whether the link was right.
 */
#ifndef FUZZ_FUZZ_WANT_H
#define FUZZ_FUZZ_WANT_H

#include <linux/types.h>

#include "fuzz.h"

struct cv_device;

/**
 * fuzz_want_begin() - nothing waits, no program listens
 * @dev: the link in all of one input
 */
void fuzz_want_begin(struct cv_device *dev);

/**
 * fuzz_want_packets() - inner packets are sent by the link
 * @in: a byte, bit 0: IPv6; bit 1: each to the next address; bit 2: with a route; bit 3: which is
 *	a broadcast; bit 4: their source has been translated; bit 5: their memory is a program's;
 *	bit 6: there is no memory for them; bit 7: ICMP about them is sent by this link, too. Then
 *	how many; how many KiB of memory each has; and four bytes of their destination: for IPv6
 *	the last ones of 2001:db8::, or of ff01:db8:: if they begin with ff
 */
void fuzz_want_packets(struct fuzz_input *in);

/**
 * fuzz_want_down() - the link goes down
 * @meanwhile: while packets leave, if any do
 */
void fuzz_want_down(bool meanwhile);

/* A socket is closed, which may be that of the program. */
void fuzz_want_closed(u32 portid);
/* Bells may be lost from here on: other sockets listen, there is no memory, the link has moved. */
void fuzz_want_may_lose(void);
/* For fuzz_events.c: the program is told that there is a want. */
void fuzz_want_rung(void);

/*
 * What was asked, and what came of it.
 */
void fuzz_want_listened(int err, bool memory_fails);
void fuzz_want_got(int err, bool may_fail);

/* All work is done: what is to leave has left, and the program knows of the rest. */
void fuzz_want_settle(void);

/* The program asks for all that there is. */
void fuzz_want_drain(void);

#endif /* FUZZ_FUZZ_WANT_H */
