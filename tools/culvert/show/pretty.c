// SPDX-License-Identifier: GPL-2.0
/* A device with its peers, printed for people: show.c calls this. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/term.h"
#include "show/fields.h"
#include "show/pretty.h"

/* A peer and its place in the dump, so that sorting keeps the order. */
struct cmd_pretty_peer {
	const struct cvl_peer *peer;
	size_t position;
};

static void cmd_pretty_heading(bool colour, const char *word, enum cmd_style style,
			       const char *name)
{
	cmd_term_style(colour, style);
	cmd_term_print(colour, CMD_BOLD, word);
	fputs(": ", stdout);
	cmd_term_print(colour, style, name);
	putchar('\n');
}

static void cmd_pretty_peer(struct cmd_out *out, const struct cvl_peer *peer)
{
	char key[CVL_KEY_TEXT_SIZE];

	cvl_key_to_text(key, peer->public_key);
	putchar('\n');
	cmd_pretty_heading(out->colour, "peer", CMD_YELLOW, key);
	cmd_fields_peer(out, peer, NULL);
}

static int cmd_pretty_compare(const void *a, const void *b)
{
	const struct cmd_pretty_peer *x = a;
	const struct cmd_pretty_peer *y = b;

	if (x->peer->handshake_s != y->peer->handshake_s)
		return x->peer->handshake_s > y->peer->handshake_s ? -1 : 1;
	if (x->peer->handshake_ns != y->peer->handshake_ns)
		return x->peer->handshake_ns > y->peer->handshake_ns ? -1 : 1;
	return (x->position > y->position) - (x->position < y->position);
}

/* The latest handshake first. */
static int cmd_pretty_sorted(struct cmd_out *out, const struct cvl_device *dev)
{
	struct cmd_pretty_peer *peers;
	const struct cvl_peer *peer;
	size_t count = 0;
	size_t i;

	for (peer = dev->peers; peer; peer = peer->next)
		count++;
	peers = calloc(count + 1, sizeof(*peers));
	if (!peers)
		return -ENOMEM;
	for (peer = dev->peers, i = 0; peer; peer = peer->next, i++) {
		peers[i].peer = peer;
		peers[i].position = i;
	}
	qsort(peers, count, sizeof(*peers), cmd_pretty_compare);
	for (i = 0; i < count; i++)
		cmd_pretty_peer(out, peers[i].peer);
	free(peers);
	return 0;
}

/**
 * cmd_pretty_print() - print a device with its peers, or a part of it
 * @part: keys are not shown unless the environment's HIDE_KEYS is "never"
 * @first: it begins with the device
 * @last: no other part follows. A part that is all is sorted
 *
 * Return: 0 or -ENOMEM.
 */
int cmd_pretty_print(const struct cvl_device *part, bool first, bool last)
{
	const struct cvl_peer *peer;
	struct cmd_out out;

	cmd_out_init(&out, CMD_OUT_PRETTY, false);
	if (first) {
		cmd_term_style(out.colour, CMD_PLAIN);
		cmd_pretty_heading(out.colour, "interface", CMD_GREEN, part->name);
		cmd_fields_device(&out, part, NULL);
	}
	if (first && last)
		return cmd_pretty_sorted(&out, part);
	for (peer = part->peers; peer; peer = peer->next)
		cmd_pretty_peer(&out, peer);
	return 0;
}
