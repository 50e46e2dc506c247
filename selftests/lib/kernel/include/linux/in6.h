/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses, which the C library has already defined: see types.h. */
#ifndef FAKE_LINUX_IN6_H
#define FAKE_LINUX_IN6_H

#include <linux/types.h>

#include_next <linux/in6.h>

#endif /* FAKE_LINUX_IN6_H */
