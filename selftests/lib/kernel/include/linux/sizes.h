/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes. */
#ifndef FAKE_LINUX_SIZES_H
#define FAKE_LINUX_SIZES_H

#define SZ_4M 0x00400000

#endif /* FAKE_LINUX_SIZES_H */
