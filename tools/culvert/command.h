/* SPDX-License-Identifier: GPL-2.0 */
/* The table of subcommands, and what implements each of them. */
#ifndef CULVERT_COMMAND_H
#define CULVERT_COMMAND_H

/**
 * struct cmd - one subcommand
 * @name: what the user types
 * @run: does it; argv[0] is the name. Returns the exit status
 * @arguments: what may follow the name
 * @purpose: one line for the list of subcommands
 * @details: more lines for "culvert help NAME", or ""
 * @print_more: prints what comes after them, or NULL
 */
struct cmd {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *purpose;
	const char *details;
	void (*print_more)(void);
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
int cmd_monitor(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* help.c */
void cmd_help_print(const char *name);

#endif /* CULVERT_COMMAND_H */
