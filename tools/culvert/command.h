/* SPDX-License-Identifier: GPL-2.0 */
/* The table of subcommands, and what implements each of them. */
#ifndef CULVERT_COMMAND_H
#define CULVERT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct cmd_word - a word that a subcommand knows, for help, completion and the manual
 * @kind: "field", "set" for those of a device, "peer" for those of a peer, "column"
 * @name: what the user types
 * @help: what it is, in a line
 * @value: what follows it, in capitals as in the manual, or NULL if nothing does
 * @literals: words that may stand for that value, with a space between them, or NULL
 */
struct cmd_word {
	const char *kind;
	const char *name;
	const char *help;
	const char *value;
	const char *literals;
};

/**
 * struct cmd - one subcommand
 * @name: what the user types
 * @run: does it; argv[0] is the name. Returns the exit status
 * @arguments: what may follow the name
 * @purpose: one line for the list of subcommands
 * @details: more lines for "culvert help NAME", or ""
 * @nth_word: the words that it knows, by number, false if there are no more; or NULL
 */
struct cmd {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *purpose;
	const char *details;
	bool (*nth_word)(size_t number, struct cmd_word *word);
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
int cmd_top(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_admit(int argc, char **argv);
int cmd_up(int argc, char **argv);
int cmd_down(int argc, char **argv);
int cmd_strip(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* set.c */
bool cmd_set_nth_word(size_t number, struct cmd_word *word);

/* top.c */
bool cmd_top_nth_word(size_t number, struct cmd_word *word);

/* help.c */
void cmd_help_print(const struct cmd *cmd);
const struct cmd *cmd_help_find(const char *name);
int cmd_help_unknown(const char *name);

#endif /* CULVERT_COMMAND_H */
