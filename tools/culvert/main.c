// SPDX-License-Identifier: GPL-2.0
/*
 * The command culvert: the table of its subcommands, and the choice of one.
 * The table is the program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "show/fields.h"

const struct cmd cmd_table[] = {
	{ "show", cmd_show, "[-j] [-p] [DEV | all | interfaces] [FIELD]",
	  "show devices and their peers",
	  "  -j, --json    as JSON, without secrets unless FIELD asks for them\n"
	  "  -p, --pretty  as JSON with a line for each value\n\n"
	  "Without DEV, all devices of kind culvert and wireguard are shown. With FIELD,\n"
	  "only that is printed, for scripts: one line for each device or peer, with tabs\n"
	  "between the values. With 'all', each line begins with the name of the device.\n",
	  cmd_fields_nth_word },
	{ "showconf", cmd_showconf, "DEV",
	  "print the configuration of a device, with keys, as setconf reads it",
	  "", NULL },
	{ "set", cmd_set,
	  "DEV WORD [VALUE]... [peer KEY WORD [VALUE]...]...",
	  "change a device; add, change or remove peers",
	  "", cmd_set_nth_word },
	{ "setconf", cmd_setconf, "DEV FILE",
	  "replace the whole configuration of a device with that in a file",
	  "What the file does not mention is turned off, and other peers are removed.\n", NULL },
	{ "addconf", cmd_addconf, "DEV FILE",
	  "add the configuration in a file to a device", "", NULL },
	{ "syncconf", cmd_syncconf, "DEV FILE",
	  "make a device match a file, changing only what differs",
	  "Unlike setconf, it keeps the sessions of peers that do not change.\n", NULL },
	{ "genkey", cmd_genkey, "",
	  "print a new private key", "", NULL },
	{ "genpsk", cmd_genpsk, "",
	  "print a new pre-shared key", "", NULL },
	{ "pubkey", cmd_pubkey, "",
	  "read a private key from standard input and print its public key", "", NULL },
	{ "load", cmd_load, "",
	  "load the kernel module, or say why it does not load", "", NULL },
	{ "doctor", cmd_doctor, "[-j] [-p]",
	  "look for what keeps tunnels from working, and say what to do",
	  "  -j, --json    as JSON\n"
	  "  -p, --pretty  as JSON with a line for each value\n\n"
	  "Each line is one finding: 'ok', 'note' for what may be intended, or 'BAD' for\n"
	  "what keeps a tunnel from working, with the remedy. The exit status is 1 if\n"
	  "anything is BAD.\n", NULL },
	{ "why", cmd_why, "[-j] [-p] [-f FILE] DEV PEER [ADDRESS]",
	  "say why a peer does not answer, and what to do",
	  "  -j, --json    as JSON\n"
	  "  -p, --pretty  as JSON with a line for each value\n"
	  "  -f, --file    the tunnel's file, for the name of the endpoint; else that of\n"
	  "                DEV in /etc/culvert or /etc/wireguard\n\n"
	  "PEER is a public key, or a name. A handshake is begun and watched for five\n"
	  "seconds; then ADDRESS in the tunnel, or the address that the peer has, is asked\n"
	  "for an answer to a short and to a long packet. The exit status is 1 if the\n"
	  "tunnel does not work.\n", NULL },
	{ "admit", cmd_admit, "[-n COUNT] [-r SECONDS] [-t SECONDS] DEV COMMAND [WORD]...",
	  "ask a command about each unknown key that knocks at a device",
	  "  -n, --number  run so many at once, 8 if not given, at most 256\n"
	  "  -r, --refuse  do not ask again about a key that was refused, for 60 s\n"
	  "  -t, --time    the command may take so long, 4 s, at most 5\n\n"
	  "COMMAND is run with its words, the public key and the endpoint behind them. It\n"
	  "prints the key's section [Peer], which is let in, or ends with status 1: the key\n"
	  "is refused. Each verdict is a line. Ends by a signal, or with the device.\n", NULL },
	{ "up", cmd_up, "[-n NETNS] [-w] FILE",
	  "bring up the tunnel of a file: link, addresses, routes, DNS and all",
	  "  -n, --netns  move the link to this network namespace; its packets to its peers\n"
	  "               leave from here\n"
	  "  -w, --watch  stay, and resolve names of endpoints again while peers are silent\n\n"
	  "FILE is one of wg-quick(8), with words of our own: culvert.conf(5) has them all.\n"
	  "It is a path with a slash or one that ends in .conf, or the name of a link: then\n"
	  "NAME.conf in /etc/culvert, or else in /etc/wireguard. What fails is taken back.\n"
	  "If the tunnel is up already, what differs is changed.\n", NULL },
	{ "down", cmd_down, "[-n NETNS] FILE",
	  "take away what up has added, and nothing else",
	  "  -n, --netns  the network namespace that the link was moved to\n\n"
	  "FILE is as for up; it may have gone or have changed.\n", NULL },
	{ "strip", cmd_strip, "FILE",
	  "print the file of a tunnel without what setconf does not read",
	  "FILE is a path with a slash or one that ends in .conf, or the name of a link:\n"
	  "then NAME.conf in /etc/culvert, or else in /etc/wireguard.\n", NULL },
	{ "monitor", cmd_monitor, "[-j] [-p] [-s] [DEV]",
	  "print what happens to devices and their peers, as it happens",
	  "  -j, --json    each event as a JSON object on a line of its own\n"
	  "  -p, --pretty  as JSON with a line for each value\n"
	  "  -s, --state   print how things are first\n\n"
	  "Each line has the time, the device, what happened, the peer, and what else there\n"
	  "is to say of it. If events were lost because this program was too slow, it says\n"
	  "so and prints how things are.\n", NULL },
	{ "top", cmd_top, "[-i SECONDS] [-s COLUMN] [DEV]",
	  "watch rates, peers and drops on a screen that is kept up to date",
	  "  -i, --interval SECONDS  how often, 0.2 to 60; 1 unless given\n"
	  "  -s, --sort COLUMN       the column that peers are sorted by; rx unless given\n\n"
	  "While it runs, '?' says what each key does, and 'q' ends it.\n",
	  cmd_top_nth_word },
	{ "help", cmd_help, "[SUBCOMMAND [WORD]]",
	  "list the subcommands, or show how one, or one of its words, is used", "", NULL },
	{ "version", cmd_version, "",
	  "print the version", "", NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static bool cmd_main_is(const char *argument, const char *a, const char *b)
{
	return !strcmp(argument, a) || !strcmp(argument, b);
}

static int cmd_main_run(int argc, char **argv)
{
	const struct cmd *cmd;

	if (argc < 1) {
		char name[] = "show";
		char *show = name;

		return cmd_show(1, &show);
	}
	if (cmd_main_is(argv[0], "-h", "--help"))
		return cmd_help(1, argv);
	if (cmd_main_is(argv[0], "-v", "--version"))
		return cmd_version(1, argv);
	cmd = cmd_help_find(argv[0]);
	if (!cmd)
		return cmd_help_unknown(argv[0]);
	if (argc == 2 && cmd_main_is(argv[1], "-h", "--help")) {
		cmd_help_print(cmd);
		return 0;
	}
	return cmd->run(argc, argv);
}

/**
 * main() - run a subcommand
 * @argc: number of arguments
 * @argv: the first is the program, the second the subcommand
 *
 * Return: 0 if all went well, else 1.
 */
int main(int argc, char **argv)
{
	int ret = cmd_main_run(argc - 1, argv + 1);

	/* a full disk must not look like success */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "culvert: cannot write the output: %s\n",
			strerror(errno));
		return 1;
	}
	return ret;
}
