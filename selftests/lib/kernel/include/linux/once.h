/* SPDX-License-Identifier: GPL-2.0 */
/* Random bytes that are wanted once. */
#ifndef FAKE_LINUX_ONCE_H
#define FAKE_LINUX_ONCE_H

#include <linux/random.h>

#define get_random_once(buffer, len) get_random_bytes(buffer, len)

#endif /* FAKE_LINUX_ONCE_H */
