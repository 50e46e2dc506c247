/* SPDX-License-Identifier: GPL-2.0 */
/* Find and enter the network namespace that the sockets of a link are in; for doctor and why. */
#ifndef CULVERT_NETNS_H
#define CULVERT_NETNS_H

int cmd_netns_enter(int id);
void cmd_netns_leave(int back);

#endif /* CULVERT_NETNS_H */
