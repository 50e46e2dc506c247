// SPDX-License-Identifier: GPL-2.0
/* Which addresses the UDP sockets of a device are bound to, as text: `show` calls this. */
#include <arpa/inet.h>
#include <string.h>

#include "common/bind.h"

/**
 * cmd_bind_to_text() - print what the sockets are bound to
 * @text: set
 * @dev: the device
 * @between: what to put between two addresses, at most 4 bytes with its final zero
 *
 * Return: false if that is all addresses of both families; @text is empty then.
 */
bool cmd_bind_to_text(char text[CMD_BIND_TEXT_SIZE], const struct cvl_device *dev,
		      const char *between)
{
	char one[INET6_ADDRSTRLEN];

	*text = '\0';
	if (!(dev->has & CVL_DEVICE_BIND_ADDRESSES))
		return false;
	if (!dev->bind4_off)
		strcat(text, inet_ntop(AF_INET, &dev->bind4, one, sizeof(one)));
	if (!dev->bind4_off && !dev->bind6_off)
		strcat(text, between);
	if (!dev->bind6_off)
		strcat(text, inet_ntop(AF_INET6, &dev->bind6, one, sizeof(one)));
	return true;
}
