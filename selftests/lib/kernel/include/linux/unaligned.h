/* SPDX-License-Identifier: GPL-2.0 */
/* Words of either byte order at any address: get_unaligned_le32(), put_unaligned_be64(), ... */
#ifndef FAKE_LINUX_UNALIGNED_H
#define FAKE_LINUX_UNALIGNED_H

#include <endian.h>
#include <string.h>

#include <linux/types.h>

#define FAKE_UNALIGNED(order, bits)						\
static inline u##bits get_unaligned_##order##bits(const void *from)		\
{										\
	u##bits value;								\
										\
	memcpy(&value, from, sizeof(value));					\
	return order##bits##toh(value);						\
}										\
										\
static inline void put_unaligned_##order##bits(u##bits value, void *to)		\
{										\
	value = hto##order##bits(value);					\
	memcpy(to, &value, sizeof(value));					\
}

FAKE_UNALIGNED(le, 32)
FAKE_UNALIGNED(le, 64)
FAKE_UNALIGNED(be, 32)
FAKE_UNALIGNED(be, 64)

#endif /* FAKE_LINUX_UNALIGNED_H */
