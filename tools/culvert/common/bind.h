/* SPDX-License-Identifier: GPL-2.0 */
/* Which addresses the UDP sockets of a device are bound to, as text. */
#ifndef CULVERT_BIND_H
#define CULVERT_BIND_H

#include <netinet/in.h>
#include <stdbool.h>

#include "libculvert.h"

/* two addresses, what is between them, and the final zero */
#define CMD_BIND_TEXT_SIZE (INET_ADDRSTRLEN + INET6_ADDRSTRLEN + 4)

bool cmd_bind_to_text(char text[CMD_BIND_TEXT_SIZE], const struct cvl_device *dev,
		      const char *between);

#endif /* CULVERT_BIND_H */
