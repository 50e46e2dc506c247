/* SPDX-License-Identifier: GPL-2.0 */
/* Address families. */
#ifndef UNIT_LINUX_SOCKET_H
#define UNIT_LINUX_SOCKET_H

#include_next <linux/socket.h>

#include <sys/socket.h>

#endif /* UNIT_LINUX_SOCKET_H */
