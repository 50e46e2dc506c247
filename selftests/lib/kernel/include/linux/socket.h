/* SPDX-License-Identifier: GPL-2.0 */
/* Address families. */
#ifndef FAKE_LINUX_SOCKET_H
#define FAKE_LINUX_SOCKET_H

#include_next <linux/socket.h>

#include <sys/socket.h>

#endif /* FAKE_LINUX_SOCKET_H */
