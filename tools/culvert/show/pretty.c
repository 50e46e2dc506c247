// SPDX-License-Identifier: GPL-2.0
/* A device with its peers, printed for people: show.c calls this. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bind.h"
#include "common/env.h"
#include "common/term.h"
#include "show/pretty.h"

/* How to print, found out once for a device. */
struct cmd_pretty {
	bool colour;
	bool show_keys;
};

/* A peer and its place in the dump, so that sorting keeps the order. */
struct cmd_pretty_peer {
	const struct cvl_peer *peer;
	size_t position;
};

static void cmd_pretty_label(const struct cmd_pretty *p, const char *label)
{
	fputs("  ", stdout);
	cmd_term_print(p->colour, CMD_BOLD, label);
	fputs(": ", stdout);
}

static void cmd_pretty_key(const struct cmd_pretty *p, const char *label,
			   const uint8_t key[CVL_KEY_BYTES], bool secret)
{
	char text[CVL_KEY_TEXT_SIZE];

	if (cvl_key_is_zero(key))
		return;
	cmd_pretty_label(p, label);
	cvl_key_to_text(text, key);
	puts(secret && !p->show_keys ? "(hidden)" : text);
	explicit_bzero(text, sizeof(text));
}

static void cmd_pretty_heading(const struct cmd_pretty *p, const char *word,
			       enum cmd_style style, const char *name)
{
	cmd_term_style(p->colour, style);
	cmd_term_print(p->colour, CMD_BOLD, word);
	fputs(": ", stdout);
	cmd_term_print(p->colour, style, name);
	putchar('\n');
}

static void cmd_pretty_device(const struct cmd_pretty *p,
			      const struct cvl_device *dev)
{
	char bind[CMD_BIND_TEXT_SIZE];

	cmd_term_style(p->colour, CMD_PLAIN);
	cmd_pretty_heading(p, "interface", CMD_GREEN, dev->name);
	cmd_pretty_key(p, "public key", dev->public_key, false);
	cmd_pretty_key(p, "private key", dev->private_key, true);
	if (dev->listen_port) {
		cmd_pretty_label(p, "listening port");
		printf("%u\n", dev->listen_port);
	}
	if (dev->socket_state != CVL_SOCKET_OWN) {
		cmd_pretty_label(p, "socket");
		puts(dev->socket_state == CVL_SOCKET_LOST ? "lost: the program has closed it" :
		     "handed in by a program");
	}
	if (cmd_bind_to_text(bind, dev, ", ")) {
		cmd_pretty_label(p, "bind address");
		puts(bind);
	}
	if (*dev->bind_device) {
		cmd_pretty_label(p, "bind device");
		puts(dev->bind_device);
	}
	if (dev->fwmark) {
		cmd_pretty_label(p, "fwmark");
		printf("0x%x\n", dev->fwmark);
	}
	if (dev->dscp) {
		cmd_pretty_label(p, "dscp");
		if (dev->dscp == CVL_DSCP_COPY)
			puts("copy");
		else
			printf("%u\n", dev->dscp);
	}
}

static void cmd_pretty_endpoint(const struct cmd_pretty *p,
				const struct cvl_peer *peer)
{
	char text[CVL_ENDPOINT_TEXT_SIZE];

	if (!(peer->has & CVL_PEER_ENDPOINT) ||
	    cvl_endpoint_to_text(text, &peer->endpoint))
		return;
	cmd_pretty_label(p, "endpoint");
	puts(text);
}

static void cmd_pretty_prefixes(const struct cmd_pretty *p,
				const struct cvl_allowed_ip *ip)
{
	if (!ip)
		fputs("(none)", stdout);
	for (; ip; ip = ip->next) {
		char text[CVL_ALLOWED_IP_TEXT_SIZE];

		cvl_allowed_ip_to_text(text, ip);
		*strchr(text, '/') = '\0';
		fputs(text, stdout);
		cmd_term_print(p->colour, CMD_CYAN, "/");
		printf("%u%s", ip->prefix_bits, ip->next ? ", " : "");
	}
	putchar('\n');
}

static void cmd_pretty_ago(const struct cmd_pretty *p, int64_t then_s)
{
	int64_t now = time(NULL);

	if (then_s > now) {
		putchar('(');
		cmd_term_print(p->colour, CMD_RED,
			       "System clock wound backward; connection problems may ensue.");
		putchar(')');
	} else if (then_s == now) {
		fputs("Now", stdout);
	} else {
		cmd_term_print_span(p->colour, (uint64_t)now - (uint64_t)then_s);
		fputs(" ago", stdout);
	}
}

static void cmd_pretty_handshake(const struct cmd_pretty *p,
				 const struct cvl_peer *peer)
{
	if (!peer->handshake_s)
		return;
	cmd_pretty_label(p, "latest handshake");
	cmd_pretty_ago(p, peer->handshake_s);
	putchar('\n');
}

static void cmd_pretty_endpoint_since(const struct cmd_pretty *p,
				      const struct cvl_peer *peer)
{
	static const char * const reasons[] = {
		[CVL_ENDPOINT_UNTOLD] = "",
		[CVL_ENDPOINT_SET] = " (set)",
		[CVL_ENDPOINT_HANDSHAKE] = " (a handshake)",
		[CVL_ENDPOINT_DATA] = " (a packet)",
	};

	if (!peer->endpoint_since_s)
		return;
	cmd_pretty_label(p, "endpoint since");
	cmd_pretty_ago(p, peer->endpoint_since_s);
	puts(reasons[peer->endpoint_reason]);
}

static void cmd_pretty_candidates(const struct cmd_pretty *p,
				  const struct cvl_peer *peer)
{
	const struct cvl_candidate *candidate;
	char text[CVL_CANDIDATE_TEXT_SIZE];

	if (!peer->candidates)
		return;
	cmd_pretty_label(p, "candidates");
	for (candidate = peer->candidates; candidate; candidate = candidate->next) {
		cvl_candidate_to_text(text, candidate);
		printf("%s%s%s", text, candidate->in_use ? " (in use)" : "",
		       candidate->next ? ", " : "\n");
	}
}

static void cmd_pretty_follow(const struct cmd_pretty *p,
			      const struct cvl_peer *peer)
{
	if (peer->follow == CVL_FOLLOW_ANYWHERE)
		return;
	cmd_pretty_label(p, "follow");
	if (peer->follow == CVL_FOLLOW_NEVER)
		puts("never");
	else
		cmd_pretty_prefixes(p, peer->sources);
}

/* A time that is a setting of a peer, unless it is off. */
static void cmd_pretty_span(const struct cmd_pretty *p, const char *label,
			    const char *before, uint32_t seconds)
{
	if (!seconds)
		return;
	cmd_pretty_label(p, label);
	fputs(before, stdout);
	cmd_term_print_span(p->colour, seconds);
	putchar('\n');
}

static void cmd_pretty_peer(const struct cmd_pretty *p,
			    const struct cvl_peer *peer)
{
	char key[CVL_KEY_TEXT_SIZE];

	cvl_key_to_text(key, peer->public_key);
	putchar('\n');
	cmd_pretty_heading(p, "peer", CMD_YELLOW, key);
	if (*peer->name) {
		cmd_pretty_label(p, "name");
		puts(peer->name);
	}
	cmd_pretty_key(p, "preshared key", peer->preshared_key, true);
	cmd_pretty_endpoint(p, peer);
	cmd_pretty_endpoint_since(p, peer);
	cmd_pretty_candidates(p, peer);
	cmd_pretty_follow(p, peer);
	cmd_pretty_span(p, "silent", "after ", peer->silent_s);
	cmd_pretty_label(p, "allowed ips");
	cmd_pretty_prefixes(p, peer->allowed_ips);
	cmd_pretty_handshake(p, peer);
	if (peer->rx_bytes || peer->tx_bytes) {
		cmd_pretty_label(p, "transfer");
		cmd_term_print_bytes(p->colour, peer->rx_bytes);
		fputs(" received, ", stdout);
		cmd_term_print_bytes(p->colour, peer->tx_bytes);
		puts(" sent");
	}
	cmd_pretty_span(p, "persistent keepalive", "every ", peer->keepalive_s);
	cmd_pretty_span(p, "removed when idle", "for ", peer->idle_s);
}

/* The latest handshake first. */
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

/**
 * cmd_pretty_print() - print a device with its peers
 * @dev: keys are not shown unless the environment's HIDE_KEYS is "never"
 *
 * Return: 0 or -ENOMEM.
 */
int cmd_pretty_print(const struct cvl_device *dev)
{
	const char *hide = cmd_env("HIDE_KEYS");
	const struct cmd_pretty p = {
		.colour = cmd_term_has_colour(),
		.show_keys = hide && !strcmp(hide, "never"),
	};
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
	cmd_pretty_device(&p, dev);
	for (i = 0; i < count; i++)
		cmd_pretty_peer(&p, peers[i].peer);
	free(peers);
	return 0;
}
