// SPDX-License-Identifier: GPL-2.0
/* culvert set: change a device as the words on the command line say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/apply.h"
#include "common/keyfile.h"
#include "common/message.h"
#include "parse.h"

/* One word of the command line; @has_value: its value follows, else it gets NULL. */
struct cmd_set_word {
	const char *name;
	bool of_peer;
	bool has_value;
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

static const struct cmd_set_word cmd_set_words[] = {
	{ "listen-port", false, true, cvl_parse_listen_port },
	{ "fwmark", false, true, cvl_parse_fwmark },
	{ "private-key", false, true, cmd_set_private_key },
	{ "bind-address", false, true, cvl_parse_bind_addresses },
	{ "bind-device", false, true, cvl_parse_bind_device },
	{ "dscp", false, true, cvl_parse_dscp },
	{ "socket", false, true, cvl_parse_sockets },
	{ "socket-pass", false, true, cvl_parse_socket_pass },
	{ "peer", false, true, cmd_set_peer },
	{ "remove", true, false, cmd_set_remove },
	{ "preshared-key", true, true, cmd_set_preshared_key },
	{ "endpoint", true, true, cvl_parse_endpoint },
	{ "persistent-keepalive", true, true, cvl_parse_keepalive },
	{ "allowed-ips", true, true, cvl_parse_allowed_ips },
	{ "name", true, true, cvl_parse_name },
	{ "idle", true, true, cvl_parse_idle },
	{ "candidates", true, true, cmd_set_candidates },
	{ "follow", true, true, cvl_parse_follow },
	{ "silent", true, true, cvl_parse_silent },
	{ "rekey", true, false, cmd_set_rekey },
	{ NULL, false, false, NULL },
};

static const struct cmd_set_word *cmd_set_find(const char *name)
{
	const struct cmd_set_word *word;

	for (word = cmd_set_words; word->name; word++) {
		if (!strcmp(word->name, name))
			return word;
	}
	return NULL;
}

static int cmd_set_refuse_word(struct cvl_parser *parser, const char *name,
			       bool known)
{
	static const char of_device[] = "listen-port, fwmark, private-key";
	static const char of_sockets[] =
		", bind-address, bind-device, dscp, socket, socket-pass, peer";
	static const char of_peer[] =
		", remove, preshared-key, endpoint, persistent-keepalive, allowed-ips, name, idle";
	static const char of_ways[] = ", candidates, follow, silent, rekey";
	const char *why = known ? "needs a peer before it" : "is not a setting";

	cvl_error_word(parser->err, name);
	return cvl_error_set(parser->err, -EINVAL,
			     "set: '%s' %s; expected %s%s%s%s",
			     parser->err->word, why, of_device, of_sockets,
			     parser->peer ? of_peer : "", parser->peer ? of_ways : "");
}

/* Reads one word with its value. Return: how many arguments these are, or a negative errno. */
static int cmd_set_read_word(struct cvl_parser *parser, char **argv)
{
	const struct cmd_set_word *word = cmd_set_find(argv[0]);
	int ret;

	if (!word || (word->of_peer && !parser->peer))
		return cmd_set_refuse_word(parser, argv[0], word);
	if (word->has_value && !argv[1])
		return cvl_error_set(parser->err, -EINVAL,
				     "set: '%s' needs a value; expected one after it",
				     argv[0]);
	ret = word->parse(parser, argv[1]);
	if (ret) {
		cvl_error_prefix(parser->err, "set: %s: ", argv[0]);
		return ret;
	}
	return word->has_value ? 2 : 1;
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
	return cmd_apply(argv, cmd_set_read, cmd_apply_send);
}
