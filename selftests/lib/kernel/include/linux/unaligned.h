/* SPDX-License-Identifier: GPL-2.0 */
/* Words of either byte order at any address. */
#ifndef FAKE_LINUX_UNALIGNED_H
#define FAKE_LINUX_UNALIGNED_H

#include <endian.h>
#include <string.h>

#include <linux/types.h>

static inline u32 get_unaligned_le32(const void *from)
{
	u32 value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static inline u64 get_unaligned_le64(const void *from)
{
	u64 value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

static inline void put_unaligned_le64(u64 value, void *to)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static inline u32 get_unaligned_be32(const void *from)
{
	u32 value;

	memcpy(&value, from, sizeof(value));
	return be32toh(value);
}

static inline u64 get_unaligned_be64(const void *from)
{
	u64 value;

	memcpy(&value, from, sizeof(value));
	return be64toh(value);
}

static inline void put_unaligned_be32(u32 value, void *to)
{
	value = htobe32(value);
	memcpy(to, &value, sizeof(value));
}

static inline void put_unaligned_be64(u64 value, void *to)
{
	value = htobe64(value);
	memcpy(to, &value, sizeof(value));
}

#endif /* FAKE_LINUX_UNALIGNED_H */
