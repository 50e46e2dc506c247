/* SPDX-License-Identifier: GPL-2.0 */
/* Sending a change to the kernel: set, setconf, addconf and syncconf share this. */
#ifndef CULVERT_APPLY_H
#define CULVERT_APPLY_H

#include "libculvert.h"

typedef int (*cmd_apply_read_t)(struct cvl_device *dev, char **argv, struct cvl_error *err);

/**
 * enum cmd_apply_how - what a configuration file stands for
 * @CMD_APPLY_ADD: what is added to the device
 * @CMD_APPLY_WHOLE: the whole device, which loses all it has
 * @CMD_APPLY_SYNC: the whole device, of which stays what is so already
 */
enum cmd_apply_how {
	CMD_APPLY_ADD,
	CMD_APPLY_WHOLE,
	CMD_APPLY_SYNC,
};

struct cvl_resolve_options cmd_apply_patience(void);
int cmd_apply(char **argv, cmd_apply_read_t read);
int cmd_apply_config(int argc, char **argv, enum cmd_apply_how how);

#endif /* CULVERT_APPLY_H */
