/* SPDX-License-Identifier: GPL-2.0 */
/* Sending a change to the kernel: set, setconf, addconf and syncconf share this. */
#ifndef CULVERT_APPLY_H
#define CULVERT_APPLY_H

#include "libculvert.h"

typedef int (*cmd_apply_t)(const char *name, struct cvl_device *dev, struct cvl_error *err);
typedef int (*cmd_apply_send_t)(struct cvl_netlink *nl, const struct cvl_link *link,
				const struct cvl_device *dev, struct cvl_error *err);

int cmd_apply(const char *name, struct cvl_device *change,
	      struct cvl_error *err);
int cmd_apply_with(const char *name, struct cvl_device *dev, cmd_apply_send_t send,
		   struct cvl_error *err);
int cmd_apply_file(int argc, char **argv, cmd_apply_t apply);

#endif /* CULVERT_APPLY_H */
