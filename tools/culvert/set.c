// SPDX-License-Identifier: GPL-2.0
/* culvert set: change a device as the words on the command line say. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* What has been read so far. */
struct cmd_set_reader {
	struct cvl_device *dev;
	/* the peer that the words are about, NULL before the first */
	struct cvl_peer *peer;
	struct cvl_error *err;
};

/* One word; value is NULL for those that take none. */
struct cmd_set_word {
	const char *name;
	bool of_peer;
	bool has_value;
	int (*read)(struct cmd_set_reader *r, const char *value);
};

static int cmd_set_listen_port(struct cmd_set_reader *r, const char *value)
{
	r->dev->has |= CVL_DEVICE_LISTEN_PORT;
	return cvl_word_port(&r->dev->listen_port, value, r->err);
}

static int cmd_set_fwmark(struct cmd_set_reader *r, const char *value)
{
	r->dev->has |= CVL_DEVICE_FWMARK;
	return cvl_word_fwmark(&r->dev->fwmark, value, r->err);
}

static int cmd_set_private_key(struct cmd_set_reader *r, const char *value)
{
	r->dev->has |= CVL_DEVICE_PRIVATE_KEY;
	return cmd_keyfile_read(r->dev->private_key, value, -1, true, r->err);
}

static int cmd_set_peer(struct cmd_set_reader *r, const char *value)
{
	r->peer = cvl_peer_append(r->dev);
	if (!r->peer || asprintf(&r->peer->endpoint_place, "set: peer %s",
				 value) < 0) {
		if (r->peer)
			r->peer->endpoint_place = NULL;
		return cvl_error_set(r->err, -ENOMEM, "out of memory");
	}
	return cvl_word_key(r->peer->public_key, value, false, r->err);
}

static int cmd_set_remove(struct cmd_set_reader *r, const char *value)
{
	(void)value;
	r->peer->remove = true;
	return 0;
}

static int cmd_set_preshared_key(struct cmd_set_reader *r, const char *value)
{
	r->peer->has |= CVL_PEER_PRESHARED_KEY;
	return cmd_keyfile_read(r->peer->preshared_key, value, -1, true,
				r->err);
}

static int cmd_set_endpoint(struct cmd_set_reader *r, const char *value)
{
	return cvl_word_endpoint(r->peer, value, r->err);
}

static int cmd_set_keepalive(struct cmd_set_reader *r, const char *value)
{
	r->peer->has |= CVL_PEER_KEEPALIVE;
	return cvl_word_keepalive(&r->peer->keepalive_s, value, r->err);
}

static int cmd_set_allowed_ips(struct cmd_set_reader *r, const char *value)
{
	return cvl_word_allowed_ips(r->peer, value, r->err);
}

static const struct cmd_set_word cmd_set_words[] = {
	{ "listen-port", false, true, cmd_set_listen_port },
	{ "fwmark", false, true, cmd_set_fwmark },
	{ "private-key", false, true, cmd_set_private_key },
	{ "peer", false, true, cmd_set_peer },
	{ "remove", true, false, cmd_set_remove },
	{ "preshared-key", true, true, cmd_set_preshared_key },
	{ "endpoint", true, true, cmd_set_endpoint },
	{ "persistent-keepalive", true, true, cmd_set_keepalive },
	{ "allowed-ips", true, true, cmd_set_allowed_ips },
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

static void cmd_set_refuse_word(struct cmd_set_reader *r, const char *name,
				bool known)
{
	const char *why = known ? "that may stand before a peer" :
			  "of this command";
	const char *more = "";

	if (r->peer)
		more = ", remove, preshared-key, endpoint, persistent-keepalive, allowed-ips";
	cvl_error_word(r->err, name);
	cvl_error_set(r->err, -EINVAL,
		      "set: '%s' is not a word %s; expected %s%s",
		      r->err->word, why, "listen-port, fwmark, private-key, peer",
		      more);
}

/* Reads one word with its value; how many arguments it took, 0 if it is bad. */
static int cmd_set_read_word(struct cmd_set_reader *r, char **argv)
{
	const struct cmd_set_word *word = cmd_set_find(argv[0]);

	if (!word || (word->of_peer && !r->peer)) {
		cmd_set_refuse_word(r, argv[0], word);
		return 0;
	}
	if (word->has_value && !argv[1]) {
		cvl_error_set(r->err, -EINVAL,
			      "set: there is nothing after '%s'; expected its value",
			      argv[0]);
		return 0;
	}
	if (word->read(r, argv[1])) {
		cvl_error_prefix(r->err, "set: %s: ", argv[0]);
		return 0;
	}
	return word->has_value ? 2 : 1;
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
	struct cvl_error err = { 0 };
	struct cmd_set_reader reader = { .err = &err };
	bool ok = true;
	int used = 2;

	if (argc < 3)
		return cmd_misused(argv[0], "expected DEV and what to change");
	reader.dev = cvl_device_create();
	if (!reader.dev) {
		cvl_error_set(&err, -ENOMEM, "out of memory");
		return cmd_fail(&err);
	}
	while (ok && used < argc) {
		int count = cmd_set_read_word(&reader, argv + used);

		ok = count > 0;
		used += count;
	}
	if (ok)
		ok = !cmd_apply(argv[1], reader.dev, &err);
	cvl_device_destroy(reader.dev);
	return ok ? 0 : cmd_fail(&err);
}
