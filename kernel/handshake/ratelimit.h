/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits handshake messages per source address while under load. For the exchange,
 * after mac2 has shown that the source address is no forgery.
 */
#ifndef CV_HANDSHAKE_RATELIMIT_H
#define CV_HANDSHAKE_RATELIMIT_H

#include <linux/types.h>

struct cv_ratelimit;

/**
 * cv_ratelimit_create() - make a limiter
 *
 * Its memory (about 150 KiB) is all there from the start: no flood makes it grow.
 *
 * Context: process, may sleep.
 * Return: the limiter, to be given to cv_ratelimit_destroy(), or NULL.
 */
struct cv_ratelimit *cv_ratelimit_create(void);

/**
 * cv_ratelimit_destroy() - free a limiter
 * @limit: the limiter, no longer in use, or NULL
 *
 * Context: process, may sleep.
 */
void cv_ratelimit_destroy(struct cv_ratelimit *limit);

/**
 * cv_ratelimit_allow() - take a token of a source
 * @limit: the limiter
 * @scope: keeps equal addresses apart: &cv_device.serial, which no two devices have had
 * @family: AF_INET or AF_INET6
 * @addr: struct in_addr or struct in6_addr; of IPv6 the first 64 bits count
 * @now_ns: time of a clock that does not step, in nanoseconds
 *
 * A source may send CV_WIRE_SOURCE_BURST messages at once and CV_WIRE_SOURCE_PER_S
 * per second in the long run. When there are more sources than fit, the one quiet for
 * longest is forgotten, which gives it a full burst again.
 *
 * Context: process or softirq; takes a lock of its own, bottom halves off.
 * Return: true when the message may pass.
 */
bool cv_ratelimit_allow(struct cv_ratelimit *limit, u64 scope, int family,
			const void *addr, u64 now_ns);

#endif /* CV_HANDSHAKE_RATELIMIT_H */
