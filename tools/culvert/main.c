// SPDX-License-Identifier: GPL-2.0
/*
 * The command culvert: the table of its subcommands, and the choice of one.
 * The table is the program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"

const struct cmd cmd_table[] = {
	{ "show", cmd_show, "[DEV | all | interfaces] [FIELD]",
	  "show devices, their peers and what they are doing",
	  "Without DEV, all devices of kind culvert and wireguard are shown.\n"
	  "FIELD prints one thing only, in a form for scripts, one line for each\n"
	  "device or peer, with tabs in between. With 'all', each line begins with\n"
	  "the name of the device. FIELD is one of:\n"
	  "  public-key private-key listen-port fwmark peers preshared-keys\n"
	  "  endpoints allowed-ips latest-handshakes transfer\n"
	  "  persistent-keepalive dump\n" },
	{ "showconf", cmd_showconf, "DEV",
	  "print the configuration of a device, keys included, as setconf reads it",
	  "" },
	{ "set", cmd_set,
	  "DEV [listen-port PORT] [fwmark MARK] [private-key FILE] [peer KEY [remove] [preshared-key FILE] [endpoint HOST:PORT] [persistent-keepalive SECONDS] [allowed-ips LIST]]...",
	  "change a device; add, change or remove peers",
	  "  PORT     0 to 65535; with 0 the kernel chooses\n"
	  "  MARK     off, or a number, which may be hexadecimal after 0x\n"
	  "  FILE     holds a key in base64; an empty one, such as /dev/null, removes\n"
	  "           the key\n"
	  "  KEY      public key of a peer in base64\n"
	  "  SECONDS  off, or 1 to 65535\n"
	  "  LIST     ADDRESS/BITS,... replaces the list of the peer, and \"\" empties\n"
	  "           it; if any item begins with + or -, the list stays, and items are\n"
	  "           added or, with -, taken away\n" },
	{ "setconf", cmd_setconf, "DEV FILE",
	  "replace the whole configuration of a device by a file",
	  "What the file does not mention is turned off, and other peers are removed.\n" },
	{ "addconf", cmd_addconf, "DEV FILE",
	  "add the configuration in a file to a device", "" },
	{ "syncconf", cmd_syncconf, "DEV FILE",
	  "make a device like a file, and leave alone what is so already",
	  "Unlike setconf, sessions with peers that stay as they are go on.\n" },
	{ "genkey", cmd_genkey, "",
	  "print a new private key", "" },
	{ "genpsk", cmd_genpsk, "",
	  "print a new pre-shared key", "" },
	{ "pubkey", cmd_pubkey, "",
	  "read a private key from standard input and print its public key", "" },
	{ "load", cmd_load, "",
	  "load the kernel module, or say why it does not load", "" },
	{ "doctor", cmd_doctor, "",
	  "look for what keeps tunnels from working, and say what to do",
	  "Each line is one thing: 'ok', 'note' for what may be meant so, or 'BAD' for\n"
	  "what keeps a tunnel from working, with the remedy. The exit status is 1 if\n"
	  "anything is BAD.\n" },
	{ "help", cmd_help, "[SUBCOMMAND]",
	  "say what there is, or how a subcommand is used", "" },
	{ "version", cmd_version, "",
	  "print the version", "" },
	{ NULL, NULL, NULL, NULL, NULL },
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
	for (cmd = cmd_table; cmd->name; cmd++) {
		if (strcmp(argv[0], cmd->name))
			continue;
		if (argc == 2 && cmd_main_is(argv[1], "-h", "--help")) {
			cmd_help_print(cmd->name);
			return 0;
		}
		return cmd->run(argc, argv);
	}
	return cmd_misused(NULL, "there is no subcommand '%s'", argv[0]);
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
