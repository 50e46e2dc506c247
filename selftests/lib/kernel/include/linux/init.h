/* SPDX-License-Identifier: GPL-2.0 */
/* Section attributes; see compiler.h. */
#ifndef FAKE_LINUX_INIT_H
#define FAKE_LINUX_INIT_H

#include <linux/compiler.h>

#endif /* FAKE_LINUX_INIT_H */
