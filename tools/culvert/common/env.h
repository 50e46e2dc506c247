/* SPDX-License-Identifier: GPL-2.0 */
/* Settings in the environment. */
#ifndef CULVERT_ENV_H
#define CULVERT_ENV_H

const char *cmd_env(const char *name);

#endif /* CULVERT_ENV_H */
