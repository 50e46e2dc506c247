// SPDX-License-Identifier: GPL-2.0
/* culvert set: change a device as the words on the command line say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/apply.h"
#include "common/keyfile.h"
#include "common/message.h"
#include "nearest.h"
#include "parse.h"

/* One word of the command line; @parse: gets its value, or NULL if it has none. */
struct cmd_set_word {
	struct cmd_word word;
	int (*parse)(struct cvl_parser *parser, const char *value);
};

static int cmd_set_private_key(struct cvl_parser *parser, const char *value)
{
	parser->dev->has |= CVL_DEVICE_PRIVATE_KEY;
	return cmd_keyfile_read(parser->dev->private_key, value, -1, true, parser->err);
}

static int cmd_set_peer(struct cvl_parser *parser, const char *value)
{
	struct cvl_peer *peer = cvl_peer_append(parser->dev);

	parser->peer = peer;
	if (!peer || asprintf(&peer->endpoint_place, "set: peer %s", value) < 0) {
		if (peer)
			peer->endpoint_place = NULL;
		return cvl_error_set(parser->err, -ENOMEM, "out of memory");
	}
	return cvl_word_key(peer->public_key, value, false, parser->err);
}

static int cmd_set_remove(struct cvl_parser *parser, const char *value)
{
	(void)value;
	parser->peer->remove = true;
	return 0;
}

static int cmd_set_preshared_key(struct cvl_parser *parser, const char *value)
{
	parser->peer->has |= CVL_PEER_PRESHARED_KEY;
	return cmd_keyfile_read(parser->peer->preshared_key, value, -1, true, parser->err);
}

/* Names are resolved later; errors then say where the name stood, as for an endpoint. */
static int cmd_set_candidates(struct cvl_parser *parser, const char *value)
{
	struct cvl_peer *peer = parser->peer;

	if (!peer->candidates_place)
		peer->candidates_place = strdup(peer->endpoint_place);
	if (!peer->candidates_place)
		return cvl_error_set(parser->err, -ENOMEM, "out of memory");
	return cvl_parse_candidates(parser, value);
}

static int cmd_set_rekey(struct cvl_parser *parser, const char *value)
{
	(void)value;
	parser->peer->rekey_now = true;
	return 0;
}

#define CMD_SET_OF_DEVICE "set"
#define CMD_SET_OF_PEER "peer"

/*
 * All words: what reads them, what help and completion say of them. A help of at most 47
 * letters fits a screen.
 */
static const struct cmd_set_word cmd_set_words[] = {
	{ { CMD_SET_OF_DEVICE, "listen-port", "UDP port, or 0: the kernel chooses one",
	    "PORT", NULL }, cvl_parse_listen_port },
	{ { CMD_SET_OF_DEVICE, "fwmark", "mark of outgoing packets, or off",
	    "MARK", "off" }, cvl_parse_fwmark },
	{ { CMD_SET_OF_DEVICE, "private-key", "file with the key in base64, or /dev/null",
	    "FILE", NULL }, cmd_set_private_key },
	{ { CMD_SET_OF_DEVICE, "bind-address", "local addresses of its UDP packets, or any",
	    "ADDRESSES", "any" }, cvl_parse_bind_addresses },
	{ { CMD_SET_OF_DEVICE, "bind-device", "interface of its UDP packets, or any",
	    "LINK", "any" }, cvl_parse_bind_device },
	{ { CMD_SET_OF_DEVICE, "dscp", "of outgoing packets: 0 to 63, copy or none",
	    "DSCP", "copy none" }, cvl_parse_dscp },
	{ { CMD_SET_OF_DEVICE, "socket", "open UDP socket that it is to have, or own",
	    "FD", "own" }, cvl_parse_sockets },
	{ { CMD_SET_OF_DEVICE, "socket-pass", "what is left to its owner: stun or all",
	    "WHAT", "stun all" }, cvl_parse_socket_pass },
	{ { CMD_SET_OF_DEVICE, "peer", "what follows is of the peer with this key",
	    "KEY", NULL }, cmd_set_peer },
	{ { CMD_SET_OF_PEER, "remove", "remove the peer",
	    NULL, NULL }, cmd_set_remove },
	{ { CMD_SET_OF_PEER, "preshared-key", "file with the key in base64, or /dev/null",
	    "FILE", NULL }, cmd_set_preshared_key },
	{ { CMD_SET_OF_PEER, "endpoint", "where the peer is",
	    "HOST:PORT", NULL }, cvl_parse_endpoint },
	{ { CMD_SET_OF_PEER, "persistent-keepalive", "between keepalives: 1 to 65535, or off",
	    "SECONDS", "off" }, cvl_parse_keepalive },
	{ { CMD_SET_OF_PEER, "allowed-ips", "ADDRESS/BITS,... of it; with + or - as a change",
	    "LIST", NULL }, cvl_parse_allowed_ips },
	{ { CMD_SET_OF_PEER, "name", "for people; \"\" for none",
	    "NAME", NULL }, cvl_parse_name },
	{ { CMD_SET_OF_PEER, "idle", "after which it is removed: 1 to 1728000, or off",
	    "SECONDS", "off" }, cvl_parse_idle },
	{ { CMD_SET_OF_PEER, "candidates", "other endpoints: HOST:PORT[@CLASS],...",
	    "LIST", NULL }, cmd_set_candidates },
	{ { CMD_SET_OF_PEER, "follow", "where packets move it: anywhere, never or LIST",
	    "WHERE", "anywhere never" }, cvl_parse_follow },
	{ { CMD_SET_OF_PEER, "silent", "until candidates are tried: 1 to 60, or off",
	    "SECONDS", "off" }, cvl_parse_silent },
	{ { CMD_SET_OF_PEER, "rekey", "begin a handshake with the peer now",
	    NULL, NULL }, cmd_set_rekey },
	{ { NULL, NULL, NULL, NULL, NULL }, NULL },
};

static bool cmd_set_is_of_peer(const struct cmd_set_word *word)
{
	return !strcmp(word->word.kind, CMD_SET_OF_PEER);
}

static const struct cmd_set_word *cmd_set_find(const char *name)
{
	const struct cmd_set_word *word;

	for (word = cmd_set_words; word->parse; word++) {
		if (!strcmp(word->word.name, name))
			return word;
	}
	return NULL;
}

static int cmd_set_refuse_word(struct cvl_parser *parser, const char *name,
			       bool known)
{
	const char *why = known ? "needs a peer before it" : "is not a setting";
	const struct cmd_set_word *word;
	struct cvl_nearest nearest;
	char words[512] = "";
	size_t used = 0;

	cvl_error_word(parser->err, name);
	cvl_nearest_begin(&nearest, name);
	for (word = cmd_set_words; word->parse; word++) {
		cvl_nearest_try(&nearest, word->word.name);
		if (cmd_set_is_of_peer(word) && !parser->peer)
			continue;
		if (used < sizeof(words))
			used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s",
						 used ? ", " : "", word->word.name);
	}
	if (nearest.best && !known)
		return cvl_error_set(parser->err, -EINVAL,
				     "set: '%s' is not a setting; did you mean '%s'?",
				     parser->err->word, nearest.best);
	return cvl_error_set(parser->err, -EINVAL, "set: '%s' %s; expected %s",
			     parser->err->word, why, words);
}

/* Reads one word with its value. Return: how many arguments these are, or a negative errno. */
static int cmd_set_read_word(struct cvl_parser *parser, char **argv)
{
	const struct cmd_set_word *word = cmd_set_find(argv[0]);
	int ret;

	if (!word || (cmd_set_is_of_peer(word) && !parser->peer))
		return cmd_set_refuse_word(parser, argv[0], word);
	if (word->word.value && !argv[1])
		return cvl_error_set(parser->err, -EINVAL,
				     "set: '%s' needs a value; expected one after it",
				     argv[0]);
	ret = word->parse(parser, argv[1]);
	if (ret) {
		cvl_error_prefix(parser->err, "set: %s: ", argv[0]);
		return ret;
	}
	return word->word.value ? 2 : 1;
}

/* A peer is added by what is set of it. rekey sets nothing, so it alone adds none. */
static void cmd_set_update_only(struct cvl_device *dev)
{
	struct cvl_peer *peer;

	for (peer = dev->peers; peer; peer = peer->next)
		peer->update_only = peer->rekey_now && !peer->has && !peer->allowed_ips &&
				    !peer->replace_allowed_ips;
}

static int cmd_set_read(struct cvl_device *dev, char **argv, struct cvl_error *err)
{
	struct cvl_parser parser = { .dev = dev, .err = err };

	while (*argv) {
		int used = cmd_set_read_word(&parser, argv);

		if (used < 0)
			return used;
		argv += used;
	}
	cmd_set_update_only(dev);
	return 0;
}

/**
 * cmd_set_nth_word() - the words of the command line, for help and completion
 * @number: from 0 on
 * @word: filled in
 *
 * Return: false if there are not so many.
 */
bool cmd_set_nth_word(size_t number, struct cmd_word *word)
{
	if (number >= sizeof(cmd_set_words) / sizeof(*cmd_set_words) - 1)
		return false;
	*word = cmd_set_words[number].word;
	return true;
}

/**
 * cmd_set() - the subcommand
 * @argc: at least 3
 * @argv: the name, a device, and words; ends in NULL
 *
 * Return: the exit status.
 */
int cmd_set(int argc, char **argv)
{
	if (argc < 3)
		return cmd_misused(argv[0], "expected DEV and at least one setting");
	return cmd_apply(argv, cmd_set_read);
}
