// SPDX-License-Identifier: GPL-2.0
/* culvert show: print what the kernel says of devices and their peers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "common/bind.h"
#include "common/ethtool.h"
#include "common/message.h"
#include "show/drops.h"
#include "show/pretty.h"

/*
 * A field for scripts: it has one value for the device, or one for each peer.
 * Each prints the rest of a line. dump has both.
 */
struct cmd_show_field {
	const char *name;
	void (*print_device)(const struct cvl_device *dev);
	void (*print_peer)(const struct cvl_peer *peer);
	/* or several lines for the device, each with its name in front if it is named */
	void (*print_lines)(const struct cvl_device *dev, bool named);
	/* the line of a peer begins with its key */
	bool keyed;
};

static void cmd_show_key(const uint8_t key[CVL_KEY_BYTES])
{
	char text[CVL_KEY_TEXT_SIZE];

	cvl_key_to_text(text, key);
	fputs(cvl_key_is_zero(key) ? "(none)" : text, stdout);
	explicit_bzero(text, sizeof(text));
}

static void cmd_show_public_key(const struct cvl_device *dev)
{
	cmd_show_key(dev->public_key);
}

static void cmd_show_private_key(const struct cvl_device *dev)
{
	cmd_show_key(dev->private_key);
}

static void cmd_show_listen_port(const struct cvl_device *dev)
{
	printf("%u", dev->listen_port);
}

static void cmd_show_fwmark(const struct cvl_device *dev)
{
	if (dev->fwmark)
		printf("0x%x", dev->fwmark);
	else
		fputs("off", stdout);
}

static void cmd_show_bind_addresses(const struct cvl_device *dev)
{
	char text[CMD_BIND_TEXT_SIZE];

	fputs(cmd_bind_to_text(text, dev, " ") ? text : "any", stdout);
}

static void cmd_show_bind_device(const struct cvl_device *dev)
{
	fputs(*dev->bind_device ? dev->bind_device : "any", stdout);
}

static void cmd_show_dscp(const struct cvl_device *dev)
{
	if (dev->dscp == CVL_DSCP_COPY)
		fputs("copy", stdout);
	else if (dev->dscp)
		printf("%u", dev->dscp);
	else
		fputs("none", stdout);
}

static void cmd_show_socket(const struct cvl_device *dev)
{
	if (dev->socket_state == CVL_SOCKET_HANDED_IN)
		fputs("handed-in", stdout);
	else
		fputs(dev->socket_state == CVL_SOCKET_LOST ? "lost" : "own", stdout);
}

/* A device of kind wireguard is the kernel's own, or culvert's in its place. */
static void cmd_show_module(const struct cvl_device *dev)
{
	char driver[CMD_ETHTOOL_DRIVER_SIZE];

	fputs(cmd_ethtool_driver(driver, dev->name) ? driver : "(none)", stdout);
}

static void cmd_show_peer(const struct cvl_peer *peer)
{
	char text[CVL_KEY_TEXT_SIZE];

	cvl_key_to_text(text, peer->public_key);
	fputs(text, stdout);
}

static void cmd_show_preshared_key(const struct cvl_peer *peer)
{
	cmd_show_key(peer->preshared_key);
}

static void cmd_show_endpoint(const struct cvl_peer *peer)
{
	char text[CVL_ENDPOINT_TEXT_SIZE];

	if (!(peer->has & CVL_PEER_ENDPOINT) ||
	    cvl_endpoint_to_text(text, &peer->endpoint))
		strcpy(text, "(none)");
	fputs(text, stdout);
}

static void cmd_show_ip_list(const struct cvl_allowed_ip *ip, char separator)
{
	char text[CVL_ALLOWED_IP_TEXT_SIZE];

	if (!ip)
		fputs("(none)", stdout);
	for (; ip; ip = ip->next) {
		cvl_allowed_ip_to_text(text, ip);
		fputs(text, stdout);
		if (ip->next)
			putchar(separator);
	}
}

static void cmd_show_allowed_ips(const struct cvl_peer *peer)
{
	cmd_show_ip_list(peer->allowed_ips, ' ');
}

static void cmd_show_handshake(const struct cvl_peer *peer)
{
	printf("%lld", (long long)peer->handshake_s);
}

static void cmd_show_transfer(const struct cvl_peer *peer)
{
	printf("%llu\t%llu", (unsigned long long)peer->rx_bytes,
	       (unsigned long long)peer->tx_bytes);
}

static void cmd_show_keepalive(const struct cvl_peer *peer)
{
	if (peer->keepalive_s)
		printf("%u", peer->keepalive_s);
	else
		fputs("off", stdout);
}

static void cmd_show_name(const struct cvl_peer *peer)
{
	fputs(*peer->name ? peer->name : "(none)", stdout);
}

static void cmd_show_idle(const struct cvl_peer *peer)
{
	if (peer->idle_s)
		printf("%u", peer->idle_s);
	else
		fputs("off", stdout);
}

static void cmd_show_candidates(const struct cvl_peer *peer)
{
	const struct cvl_candidate *candidate;
	char text[CVL_CANDIDATE_TEXT_SIZE];

	for (candidate = peer->candidates; candidate; candidate = candidate->next) {
		cvl_candidate_to_text(text, candidate);
		printf("%s%s", text, candidate->next ? " " : "");
	}
	if (!peer->candidates)
		fputs("(none)", stdout);
}

static void cmd_show_follow(const struct cvl_peer *peer)
{
	if (peer->follow == CVL_FOLLOW_WITHIN)
		cmd_show_ip_list(peer->sources, ' ');
	else
		fputs(peer->follow == CVL_FOLLOW_NEVER ? "never" : "anywhere", stdout);
}

static void cmd_show_silent(const struct cvl_peer *peer)
{
	if (peer->silent_s)
		printf("%u", peer->silent_s);
	else
		fputs("off", stdout);
}

static void cmd_show_dump_device(const struct cvl_device *dev)
{
	cmd_show_key(dev->private_key);
	putchar('\t');
	cmd_show_key(dev->public_key);
	printf("\t%u\t", dev->listen_port);
	cmd_show_fwmark(dev);
}

static void cmd_show_dump_peer(const struct cvl_peer *peer)
{
	cmd_show_preshared_key(peer);
	putchar('\t');
	cmd_show_endpoint(peer);
	putchar('\t');
	cmd_show_ip_list(peer->allowed_ips, ',');
	putchar('\t');
	cmd_show_handshake(peer);
	putchar('\t');
	cmd_show_transfer(peer);
	putchar('\t');
	cmd_show_keepalive(peer);
}

static const struct cmd_show_field cmd_show_fields[] = {
	{ "public-key", .print_device = cmd_show_public_key },
	{ "private-key", .print_device = cmd_show_private_key },
	{ "listen-port", .print_device = cmd_show_listen_port },
	{ "fwmark", .print_device = cmd_show_fwmark },
	{ "bind-addresses", .print_device = cmd_show_bind_addresses },
	{ "bind-device", .print_device = cmd_show_bind_device },
	{ "dscp", .print_device = cmd_show_dscp },
	{ "socket", .print_device = cmd_show_socket },
	{ "module", .print_device = cmd_show_module },
	{ "peers", .print_peer = cmd_show_peer },
	{ "preshared-keys", .print_peer = cmd_show_preshared_key, .keyed = true },
	{ "endpoints", .print_peer = cmd_show_endpoint, .keyed = true },
	{ "allowed-ips", .print_peer = cmd_show_allowed_ips, .keyed = true },
	{ "latest-handshakes", .print_peer = cmd_show_handshake, .keyed = true },
	{ "transfer", .print_peer = cmd_show_transfer, .keyed = true },
	{ "persistent-keepalive", .print_peer = cmd_show_keepalive, .keyed = true },
	{ "names", .print_peer = cmd_show_name, .keyed = true },
	{ "idle", .print_peer = cmd_show_idle, .keyed = true },
	{ "candidates", .print_peer = cmd_show_candidates, .keyed = true },
	{ "follow", .print_peer = cmd_show_follow, .keyed = true },
	{ "silent", .print_peer = cmd_show_silent, .keyed = true },
	{ "drops", .print_lines = cmd_show_drops },
	{ "dump", .print_device = cmd_show_dump_device, .print_peer = cmd_show_dump_peer,
	  .keyed = true },
	{ .name = NULL },
};

static const struct cmd_show_field *cmd_show_find_field(const char *name)
{
	const struct cmd_show_field *field;

	for (field = cmd_show_fields; field->name; field++) {
		if (!strcmp(field->name, name))
			return field;
	}
	return NULL;
}

static void cmd_show_print_field(const struct cvl_device *dev,
				 const struct cmd_show_field *field, bool named)
{
	const struct cvl_peer *peer = field->print_peer ? dev->peers : NULL;

	if (field->print_lines)
		field->print_lines(dev, named);
	if (field->print_device) {
		if (named)
			printf("%s\t", dev->name);
		field->print_device(dev);
		putchar('\n');
	}
	for (; peer; peer = peer->next) {
		if (named)
			printf("%s\t", dev->name);
		if (field->keyed) {
			cmd_show_peer(peer);
			putchar('\t');
		}
		field->print_peer(peer);
		putchar('\n');
	}
}

static int cmd_show_device(struct cvl_netlink *nl, const struct cvl_link *link,
			   const struct cmd_show_field *field, bool named,
			   struct cvl_error *err)
{
	struct cvl_device *dev;
	int ret = cvl_netlink_get(nl, link, &dev, err);

	if (ret)
		return ret;
	if (field)
		cmd_show_print_field(dev, field, named);
	else if (cmd_pretty_print(dev))
		ret = cvl_error_set(err, -ENOMEM, "out of memory");
	cvl_device_destroy(dev);
	return ret;
}

static void cmd_show_print_names(const struct cvl_link *links, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		printf("%s%c", links[i].name, i + 1 < count ? ' ' : '\n');
}

/* A device that cannot be read does not keep the others from being shown. */
static int cmd_show_all(struct cvl_netlink *nl,
			const struct cmd_show_field *field, bool names_only)
{
	struct cvl_error err = { 0 };
	struct cvl_link *links;
	size_t count;
	size_t i;
	int ret = 0;

	if (cvl_netlink_list(nl, &links, &count, &err))
		return cmd_fail(&err);
	if (names_only)
		cmd_show_print_names(links, count);
	for (i = 0; i < count && !names_only; i++) {
		int code = cmd_show_device(nl, &links[i], field, true, &err);

		/* it went away after it was listed: nothing to show */
		if (code && code != -ENODEV)
			ret = cmd_fail(&err);
		else if (!code && !field && i + 1 < count)
			putchar('\n');
	}
	free(links);
	return ret;
}

static int cmd_show_one(struct cvl_netlink *nl, const char *name,
			const struct cmd_show_field *field)
{
	struct cvl_error err = { 0 };
	struct cvl_link link;

	if (cvl_netlink_find(nl, &link, name, &err) ||
	    cmd_show_device(nl, &link, field, false, &err))
		return cmd_fail(&err);
	return 0;
}

static int cmd_show_bad_field(const char *name)
{
	const struct cmd_show_field *field;
	char fields[320] = "";

	for (field = cmd_show_fields; field->name; field++) {
		strcat(fields, field->name);
		if (field[1].name)
			strcat(fields, field[2].name ? ", " : " or ");
	}
	return cmd_misused("show", "'%s' is not a field; expected %s", name,
			   fields);
}

/**
 * cmd_show() - the subcommand
 * @argc: 1 to 3
 * @argv: the name, a device or which ones, and a field
 *
 * Return: the exit status.
 */
int cmd_show(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : "all";
	const struct cmd_show_field *field = NULL;
	bool names_only = !strcmp(which, "interfaces");
	struct cvl_error err = { 0 };
	struct cvl_netlink *nl;
	int ret;

	if (argc > 3 || (names_only && argc > 2))
		return cmd_misused("show",
				   "unexpected argument '%s'; expected at most DEV and FIELD",
				   argv[names_only ? 2 : 3]);
	if (argc > 2) {
		field = cmd_show_find_field(argv[2]);
		if (!field)
			return cmd_show_bad_field(argv[2]);
	}
	nl = cvl_netlink_create(&err);
	if (!nl)
		return cmd_fail(&err);
	if (names_only || !strcmp(which, "all"))
		ret = cmd_show_all(nl, field, names_only);
	else
		ret = cmd_show_one(nl, which, field);
	cvl_netlink_destroy(nl);
	return ret;
}
