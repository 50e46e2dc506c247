/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the command culvert share: the table of subcommands and
 * small helpers for them.
 */
#ifndef CULVERT_COMMAND_H
#define CULVERT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "libculvert.h"

/**
 * struct cmd - one subcommand
 * @name: what the user types
 * @run: does it; argv[0] is the name. Returns the exit status
 * @arguments: what may follow the name
 * @purpose: one line for the list of subcommands
 * @details: more lines for "culvert help NAME", or ""
 */
struct cmd {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *purpose;
	const char *details;
};

/* main.c; ends with an entry without a name */
extern const struct cmd cmd_table[];

/* one file each */
int cmd_show(int argc, char **argv);
int cmd_showconf(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_setconf(int argc, char **argv);
int cmd_addconf(int argc, char **argv);
int cmd_syncconf(int argc, char **argv);
int cmd_genkey(int argc, char **argv);
int cmd_genpsk(int argc, char **argv);
int cmd_pubkey(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* help.c */
void cmd_help_print(const char *name);

/* apply.c */
typedef int (*cmd_apply_t)(const char *name, struct cvl_device *dev, struct cvl_error *err);
typedef int (*cmd_apply_send_t)(struct cvl_netlink *nl, const struct cvl_link *link,
				const struct cvl_device *dev, struct cvl_error *err);

int cmd_apply(const char *name, struct cvl_device *change,
	      struct cvl_error *err);
int cmd_apply_with(const char *name, struct cvl_device *dev, cmd_apply_send_t send,
		   struct cvl_error *err);
int cmd_apply_file(int argc, char **argv, cmd_apply_t apply);

/* keyfile.c */
int cmd_keyfile_read(uint8_t key[CVL_KEY_BYTES], const char *path, int fd,
		     bool may_be_empty, struct cvl_error *err);
int cmd_keyfile_print(const uint8_t key[CVL_KEY_BYTES]);
int cmd_keyfile_generate(int argc, char **argv, bool private_key);

/* util.c */
const char *cmd_env(const char *name);
int cmd_fail(const struct cvl_error *err);
int cmd_misused(const char *name, const char *format, ...)
	CVL_PRINTF(2, 3);
void cmd_note(const char *text);

#endif /* CULVERT_COMMAND_H */
