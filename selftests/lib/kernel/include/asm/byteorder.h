/* SPDX-License-Identifier: GPL-2.0 */
/* The byte order, as the kernel and as the C library names it. */
#ifndef FAKE_ASM_BYTEORDER_H
#define FAKE_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>

#include <endian.h>

#define cpu_to_le32(x) htole32(x)
#define le32_to_cpu(x) le32toh(x)
#define le64_to_cpu(x) le64toh(x)
#define le32_to_cpup(p) le32toh(*(p))

#endif /* FAKE_ASM_BYTEORDER_H */
