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
#include "show/fields.h"

const struct cmd cmd_table[] = {
	{ "show", cmd_show, "[-j] [-p] [DEV | all | interfaces] [FIELD]",
	  "show devices and their peers",
	  "  -j, --json    as JSON, without secrets unless FIELD asks for them\n"
	  "  -p, --pretty  as JSON with a line for each value\n\n"
	  "Without DEV, all devices of kind culvert and wireguard are shown.\n"
	  "With FIELD, only that is printed, for scripts: one line for each device or\n"
	  "peer, with tabs between the values. With 'all', each line begins with the\n"
	  "name of the device. FIELD is one of:\n", cmd_fields_help },
	{ "showconf", cmd_showconf, "DEV",
	  "print the configuration of a device, keys included, as setconf reads it",
	  "", NULL },
	{ "set", cmd_set,
	  "DEV [listen-port PORT] [fwmark MARK] [private-key FILE] [bind-address ADDRESSES] [bind-device LINK] [dscp DSCP] [socket FD] [socket-pass WHAT] [peer KEY [remove] [preshared-key FILE] [endpoint HOST:PORT] [persistent-keepalive SECONDS] [allowed-ips LIST] [name NAME] [idle SECONDS] [candidates CANDIDATES] [follow WHERE] [silent SECONDS] [rekey]]...",
	  "change a device; add, change or remove peers",
	  "  PORT     0 to 65535; with 0 the kernel chooses a free port\n"
	  "  MARK     off, or a 32-bit number, decimal or hexadecimal (0x...)\n"
	  "  FILE     holds a key in base64; an empty one, such as /dev/null, removes\n"
	  "           the key\n"
	  "  KEY      public key of a peer in base64\n"
	  "  ADDRESSES  of this machine that UDP packets come in and leave by: one, or\n"
	  "           one of IPv4 and one of IPv6 with a comma between them, or any\n"
	  "  LINK     that they come in and leave by, or any\n"
	  "  DSCP     of outgoing packets: none, copy for that of the packet inside, or\n"
	  "           0 to 63\n"
	  "  FD       open UDP socket of the caller that the device is to have, by the\n"
	  "           number of its descriptor; two with a comma between, one for IPv4\n"
	  "           and one for IPv6; or own for sockets that the kernel opens\n"
	  "  WHAT     is left to the caller of what comes to it: stun (messages of that\n"
	  "           protocol) or all that is not the device's\n"
	  "  SECONDS  off, or 1 to 65535; idle, after which the peer is removed if\n"
	  "           nothing comes from it, off or 1 to 1728000; silent, after which the\n"
	  "           candidates are tried if nothing comes back, off (15) or 1 to 60\n"
	  "  NAME     of a peer, for people; \"\" for none\n"
	  "  LIST     ADDRESS/BITS,... replaces the list of the peer, and \"\" empties\n"
	  "           it; if any item begins with + or -, the list is kept, and items are\n"
	  "           added or, with -, removed\n"
	  "  CANDIDATES  other endpoints of the peer: HOST:PORT or HOST:PORT@N,... with N,\n"
	  "           0 to 255, its class: the least is tried first, 0 if it is not given;\n"
	  "           at most 8 replace those of the peer, and \"\" removes them\n"
	  "  WHERE    packets of the peer move it: anywhere, never (but to its candidates),\n"
	  "           or ADDRESS/BITS,..., at most 8: then packets from elsewhere are dropped\n"
	  "  rekey    begins a handshake with the peer now\n", NULL },
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
	{ "doctor", cmd_doctor, "",
	  "look for what keeps tunnels from working, and say what to do",
	  "Each line is one finding: 'ok', 'note' for what may be intended, or 'BAD' for\n"
	  "what keeps a tunnel from working, with the remedy. The exit status is 1 if\n"
	  "anything is BAD.\n", NULL },
	{ "monitor", cmd_monitor, "[-j] [-s] [DEV]",
	  "print what happens to devices and their peers, as it happens",
	  "  -j, --json    each event as a JSON object on a line of its own\n"
	  "  -s, --state   print how things are first\n\n"
	  "Each line has the time, the device, what happened, the peer, and what else there\n"
	  "is to say of it. If events were lost because this program was too slow, it says\n"
	  "so and prints how things are.\n", NULL },
	{ "help", cmd_help, "[SUBCOMMAND]",
	  "list the subcommands, or show how one is used", "", NULL },
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
