/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The receive hook: has the UDP stack hand our sockets whole super-packets.
 */
#ifndef CV_DATAPATH_HOOK_H
#define CV_DATAPATH_HOOK_H

#include <linux/types.h>

struct cv_socket;

int cv_hook_init(void);
void cv_hook_exit(void);
int cv_hook_add(struct cv_socket *socket);
void cv_hook_remove(struct cv_socket *socket);
bool cv_hook_overlaps(const struct cv_socket *one, const struct cv_socket *other, u16 family);
bool cv_hook_is_taken(const struct cv_socket *socket, const struct cv_socket *but);

#endif /* CV_DATAPATH_HOOK_H */
