// SPDX-License-Identifier: GPL-2.0
/*
 * What is global of locks; the rest is in their headers.
 */
#include <fake_kernel.h>

bool fake_rtnl_held;
void (*fake_mutex_unlocked)(void);
