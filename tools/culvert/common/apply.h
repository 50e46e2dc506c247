/* SPDX-License-Identifier: GPL-2.0 */
/* Sending a change to the kernel: set, setconf, addconf and syncconf share this. */
#ifndef CULVERT_APPLY_H
#define CULVERT_APPLY_H

#include "libculvert.h"

typedef int (*cmd_apply_read_t)(struct cvl_device *dev, char **argv, struct cvl_error *err);
typedef int (*cmd_apply_send_t)(struct cvl_netlink *nl, const struct cvl_link *link,
				struct cvl_device *dev, struct cvl_error *err);

int cmd_apply(char **argv, cmd_apply_read_t read, cmd_apply_send_t send);
int cmd_apply_file(int argc, char **argv, cmd_apply_send_t send);
int cmd_apply_send(struct cvl_netlink *nl, const struct cvl_link *link,
		   struct cvl_device *change, struct cvl_error *err);

#endif /* CULVERT_APPLY_H */
