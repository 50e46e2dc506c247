/* SPDX-License-Identifier: GPL-2.0 */
/* Section attributes; see compiler.h. */
#ifndef UNIT_LINUX_INIT_H
#define UNIT_LINUX_INIT_H

#include <linux/compiler.h>

#endif /* UNIT_LINUX_INIT_H */
