// SPDX-License-Identifier: GPL-2.0
/*
 * culvert why: why a peer does not answer, in one sentence, and what to do. This file gathers
 * what is set; those in why/ look at what happens, and say what it means.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "address.h"
#include "command.h"
#include "common/message.h"
#include "common/out.h"
#include "route.h"
#include "why/why.h"

/* What was asked for. */
struct cmd_why {
	bool json;
	bool indent;
	const char *file;
	const char *dev;
	const char *peer;
	const char *address;
};

/* Return: how many words that were, or 0: it is said that they are wrong. */
static int cmd_why_option(struct cmd_why *why, char **argv)
{
	const char *word = argv[0];

	if (!strcmp(word, "-j") || !strcmp(word, "--json")) {
		why->json = true;
		return 1;
	}
	if (!strcmp(word, "-p") || !strcmp(word, "--pretty")) {
		why->json = true;
		why->indent = true;
		return 1;
	}
	if (strcmp(word, "-f") && strcmp(word, "--file")) {
		cmd_misused("why", "unknown option '%s'; expected -f, -j or -p", word);
		return 0;
	}
	why->file = argv[1];
	if (why->file)
		return 2;
	cmd_misused("why", "'%s' needs a value; expected FILE", word);
	return 0;
}

static int cmd_why_check(const struct cmd_why *why)
{
	struct in6_addr any;

	if (why->file && access(why->file, R_OK))
		return cmd_misused("why", "%s: %s", why->file, strerror(errno));
	if (!why->address || inet_pton(AF_INET, why->address, &any) == 1 ||
	    inet_pton(AF_INET6, why->address, &any) == 1)
		return 0;
	return cmd_misused("why", "'%s' is not an address; expected one of IPv4 or IPv6",
			   why->address);
}

static int cmd_why_options(struct cmd_why *why, char **argv)
{
	const char **places[] = { &why->dev, &why->peer, &why->address };
	size_t count = 0;

	for (argv++; *argv;) {
		int used = 1;

		if (**argv == '-')
			used = cmd_why_option(why, argv);
		else if (count < 3)
			*places[count++] = *argv;
		else
			used = !cmd_misused("why", "unexpected argument '%s'", *argv);
		if (!used)
			return 1;
		argv += used;
	}
	if (count < 2)
		return cmd_misused("why", "expected DEV and the KEY or name of a peer");
	return cmd_why_check(why);
}

/* By key, or by a name that only one has. */
static const struct cvl_peer *cmd_why_find(const struct cvl_device *dev, const char *word,
					   struct cvl_error *err)
{
	const struct cvl_peer *peer, *found = NULL;
	uint8_t key[CVL_KEY_BYTES];
	bool is_key = cvl_key_from_text(key, word);

	cvl_error_word(err, word);
	for (peer = dev->peers; peer; peer = peer->next) {
		if (is_key ? !cvl_key_equal(peer->public_key, key) : strcmp(peer->name, word))
			continue;
		if (found) {
			cvl_error_set(err, -ENOTUNIQ,
				      "%s: several peers have the name '%s'; expected the key of one",
				      dev->name, err->word);
			return NULL;
		}
		found = peer;
	}
	if (!found)
		cvl_error_set(err, -ENOENT, is_key ? "%s: no peer has the key '%s'" :
			      "%s: no peer has the name '%s'; expected that or a key", dev->name,
			      err->word);
	return found;
}

static int cmd_why_set(struct why_facts *facts, const struct cmd_why *why,
		       const struct cvl_device *dev, const struct cvl_peer *peer,
		       struct cvl_error *err)
{
	struct cvl_route_link link;
	struct stat program;
	int ret = cvl_route_link(&link, dev->ifindex);

	if (ret)
		return cvl_error_set(err, ret, "%s: %s", dev->name, strerror(-ret));
	snprintf(facts->dev, sizeof(facts->dev), "%s", dev->name);
	cvl_key_to_text(facts->own, dev->public_key);
	cvl_key_to_text(facts->key, peer->public_key);
	snprintf(facts->peer, sizeof(facts->peer), "%s", *peer->name ? peer->name : facts->key);
	if (peer->endpoint.any.sa_family)
		cvl_endpoint_to_text(facts->endpoint, &peer->endpoint);
	else if (peer->candidates)
		snprintf(facts->endpoint, sizeof(facts->endpoint), "its candidates");
	if (why->address) {
		snprintf(facts->inner_address, sizeof(facts->inner_address), "%s", why->address);
		facts->inner_is_asked = true;
	}
	facts->has_endpoint = peer->endpoint.any.sa_family;
	facts->is_only = dev->peers && !dev->peers->next;
	facts->port = dev->listen_port;
	facts->mtu = link.mtu;
	facts->is_up = link.flags & IFF_UP;
	facts->has_socket = !facts->is_up || link.flags & IFF_LOWER_UP;
	facts->has_key = !cvl_key_is_zero(dev->private_key);
	facts->clock_is_old = !stat("/proc/self/exe", &program) &&
			      time(NULL) < program.st_mtime;
	return 0;
}

static void cmd_why_count(struct cmd_out *out, const char *key, const struct why_count *count)
{
	cmd_out_open(out, key, '{');
	out->key = "now";
	cmd_out_number(out, count->now, NULL);
	out->key = "before";
	cmd_out_number(out, count->before, NULL);
	cmd_out_close(out, '}');
}

static void cmd_why_member(struct cmd_out *out, const char *key, const char *text)
{
	out->key = key;
	if (*text)
		cmd_out_text(out, text);
	else
		cmd_out_none(out, NULL);
}

static void cmd_why_print_json(const struct cmd_why *why, const struct why_facts *facts,
			       const struct why_verdict *verdict)
{
	struct cmd_out out;

	cmd_out_init(&out, CMD_OUT_JSON, why->indent);
	cmd_out_open(&out, NULL, '{');
	out.key = "schema";
	cmd_out_number(&out, CMD_OUT_SCHEMA, NULL);
	cmd_why_member(&out, "name", facts->dev);
	cmd_why_member(&out, "publicKey", facts->key);
	cmd_why_member(&out, "endpoint", facts->has_endpoint ? facts->endpoint : "");
	cmd_why_member(&out, "cause", verdict->cause);
	cmd_why_member(&out, "text", verdict->text);
	cmd_why_member(&out, "remedy", verdict->remedy);
	out.key = "handshakeMs";
	if (facts->handshake_ms)
		cmd_out_number(&out, facts->handshake_ms, NULL);
	else
		cmd_out_none(&out, NULL);
	cmd_out_open(&out, "refused", '{');
	cmd_why_count(&out, "hs_bad_response", &facts->response);
	cmd_why_count(&out, "hs_bad_mac1", &facts->mac1);
	cmd_why_count(&out, "hs_unknown_peer", &facts->unknown);
	cmd_why_count(&out, "hs_replay", &facts->replay);
	cmd_why_count(&out, "from_elsewhere", &facts->elsewhere);
	cmd_why_count(&out, "rx_inner_source", &facts->source);
	cmd_out_close(&out, '}');
	cmd_out_close(&out, '}');
}

static void cmd_why_print(struct why_verdict *verdict)
{
	cmd_out_clean(verdict->text);
	cmd_out_clean(verdict->remedy);
	puts(verdict->text);
	if (*verdict->remedy)
		printf("What to do: %s\n", verdict->remedy);
}

/* Looks, and judges. */
static int cmd_why_ask(const struct cmd_why *why, struct cvl_netlink *nl,
		       const struct cvl_link *link, struct why_facts *facts,
		       struct cvl_error *err)
{
	const struct cvl_peer *peer;
	struct cvl_device *dev;
	int ret = cvl_netlink_get(nl, link, &dev, err);

	if (ret)
		return ret;
	peer = cmd_why_find(dev, why->peer, err);
	ret = peer ? cmd_why_set(facts, why, dev, peer, err) : err->code;
	if (!ret && facts->is_up && facts->has_socket && facts->has_key) {
		ret = why_look(facts, nl, link, peer, err);
		if (!ret)
			why_way(facts, dev, peer);
		if (!ret && !facts->handshake)
			why_file(facts, why->file, &peer->endpoint);
	}
	cvl_device_destroy(dev);
	return ret;
}

/**
 * cmd_why() - the subcommand
 * @argc: at least 1
 * @argv: the name, a device, a peer, and options; ends in NULL
 *
 * Return: the exit status: 0 if the tunnel works.
 */
int cmd_why(int argc, char **argv)
{
	struct cmd_why why = { 0 };
	struct why_facts facts = { 0 };
	struct why_verdict verdict;
	struct cvl_netlink *nl;
	struct cvl_error err = { 0 };
	struct cvl_link link;
	int ret;

	(void)argc;
	if (cmd_why_options(&why, argv))
		return 1;
	nl = cvl_netlink_create(&err);
	ret = nl ? cvl_netlink_find(nl, &link, why.dev, &err) : err.code;
	if (!ret)
		ret = cmd_why_ask(&why, nl, &link, &facts, &err);
	cvl_netlink_destroy(nl);
	if (ret)
		return cmd_fail(&err);
	why_judge(&verdict, &facts);
	if (why.json)
		cmd_why_print_json(&why, &facts, &verdict);
	else
		cmd_why_print(&verdict);
	return why_is_sound(&verdict) ? 0 : 1;
}
