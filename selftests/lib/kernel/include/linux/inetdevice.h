/* SPDX-License-Identifier: GPL-2.0 */
/* Masks of IPv4. */
#ifndef FAKE_LINUX_INETDEVICE_H
#define FAKE_LINUX_INETDEVICE_H

#include <linux/in.h>

static inline __be32 inet_make_mask(int bits)
{
	return bits ? htonl(~0U << (32 - bits)) : 0;
}

#endif /* FAKE_LINUX_INETDEVICE_H */
