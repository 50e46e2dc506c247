// SPDX-License-Identifier: GPL-2.0
/* The values of a device and its peers: how each is called, printed and explained. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/ethtool.h"
#include "show/drops.h"
#include "show/fields.h"

static void cmd_field_public_key(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_out_key(out, dev->public_key, false);
}

static void cmd_field_private_key(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_out_key(out, dev->private_key, true);
}

static void cmd_field_listen_port(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_out_number(out, dev->listen_port, NULL);
}

static void cmd_field_fwmark(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_out_hex(out, dev->fwmark, "off");
}

static void cmd_field_bind_address(struct cmd_out *out, int family, const void *address)
{
	char text[INET6_ADDRSTRLEN];

	cmd_out_list_item(out);
	cmd_out_text(out, inet_ntop(family, address, text, sizeof(text)));
}

static void cmd_field_bind_addresses(struct cmd_out *out, const struct cvl_device *dev)
{
	if (!(dev->has & CVL_DEVICE_BIND_ADDRESSES)) {
		cmd_out_none(out, "any");
		return;
	}
	cmd_out_list_begin(out);
	if (!dev->bind4_off)
		cmd_field_bind_address(out, AF_INET, &dev->bind4);
	if (!dev->bind6_off)
		cmd_field_bind_address(out, AF_INET6, &dev->bind6);
	cmd_out_list_end(out, false);
}

/* A text, or a word for scripts if it is empty. */
static void cmd_field_text(struct cmd_out *out, const char *text, const char *none)
{
	if (*text)
		cmd_out_text(out, text);
	else
		cmd_out_none(out, none);
}

static void cmd_field_bind_device(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_field_text(out, dev->bind_device, "any");
}

static void cmd_field_dscp(struct cmd_out *out, const struct cvl_device *dev)
{
	if (dev->dscp == CVL_DSCP_COPY)
		cmd_out_text(out, "copy");
	else
		cmd_out_number(out, dev->dscp, "none");
}

static void cmd_field_socket(struct cmd_out *out, const struct cvl_device *dev)
{
	if (dev->socket_state == CVL_SOCKET_HANDED_IN)
		cmd_out_word(out, "handed-in", "handed in by a program");
	else if (dev->socket_state == CVL_SOCKET_LOST)
		cmd_out_word(out, "lost", "lost: the program has closed it");
	else
		cmd_out_word(out, "own", NULL);
}

/* A device of kind wireguard is the kernel's own, or culvert's in its place. */
static void cmd_field_module(struct cmd_out *out, const struct cvl_device *dev)
{
	char driver[CMD_ETHTOOL_DRIVER_SIZE];

	cmd_field_text(out, cmd_ethtool_driver(driver, dev->name) ? driver : "", "(none)");
}

static void cmd_field_peer(struct cmd_out *out, const struct cvl_peer *peer)
{
	char text[CVL_KEY_TEXT_SIZE];

	/* printed even if it is zero */
	cvl_key_to_text(text, peer->public_key);
	cmd_out_text(out, text);
}

static void cmd_field_name(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_field_text(out, peer->name, "(none)");
}

static void cmd_field_preshared_key(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_key(out, peer->preshared_key, true);
}

static void cmd_field_address(struct cmd_out *out, const union cvl_address *address)
{
	char text[CVL_ENDPOINT_TEXT_SIZE];

	/* One of a family that is not known has no text. */
	cmd_field_text(out, cvl_endpoint_to_text(text, address) ? "" : text, "(none)");
}

static void cmd_field_endpoint(struct cmd_out *out, const struct cvl_peer *peer)
{
	if (peer->has & CVL_PEER_ENDPOINT)
		cmd_field_address(out, &peer->endpoint);
	else
		cmd_out_none(out, "(none)");
}

static void cmd_field_endpoint_since(struct cmd_out *out, const struct cvl_peer *peer)
{
	static const char * const words[] = {
		[CVL_ENDPOINT_SET] = "set",
		[CVL_ENDPOINT_HANDSHAKE] = "handshake",
		[CVL_ENDPOINT_DATA] = "packet",
	};
	static const char * const behind[] = {
		[CVL_ENDPOINT_UNTOLD] = "",
		[CVL_ENDPOINT_SET] = " (set)",
		[CVL_ENDPOINT_HANDSHAKE] = " (a handshake)",
		[CVL_ENDPOINT_DATA] = " (a packet)",
	};

	out->key = "endpointSince";
	cmd_out_time(out, peer->endpoint_since_s);
	cmd_out_between(out, "\t", behind[peer->endpoint_reason]);
	out->key = "endpointReason";
	if (!words[peer->endpoint_reason])
		cmd_out_none(out, "(none)");
	else
		cmd_out_word(out, words[peer->endpoint_reason], NULL);
}

static void cmd_field_candidates(struct cmd_out *out, const struct cvl_peer *peer)
{
	const struct cvl_candidate *candidate;
	char text[CVL_CANDIDATE_TEXT_SIZE];

	cmd_out_list_begin(out);
	for (candidate = peer->candidates; candidate; candidate = candidate->next) {
		cmd_out_list_item(out);
		cmd_out_open(out, NULL, '{');
		if (out->form == CMD_OUT_JSON) {
			out->key = "endpoint";
			cmd_field_address(out, &candidate->endpoint);
			out->key = "class";
			cmd_out_number(out, candidate->preference, NULL);
			out->key = "inUse";
			cmd_out_bool(out, candidate->in_use);
		} else {
			cvl_candidate_to_text(text, candidate);
			cmd_out_text(out, text);
			cmd_out_between(out, "", candidate->in_use ? " (in use)" : "");
		}
		cmd_out_close(out, '}');
	}
	cmd_out_list_end(out, false);
}

static void cmd_field_follow(struct cmd_out *out, const struct cvl_peer *peer)
{
	if (peer->follow == CVL_FOLLOW_WITHIN)
		cmd_out_prefixes(out, peer->sources, true);
	else if (peer->follow == CVL_FOLLOW_NEVER)
		cmd_out_text(out, "never");
	else
		cmd_out_word(out, "anywhere", NULL);
}

static void cmd_field_silent(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_span(out, peer->silent_s, "after ");
}

static void cmd_field_allowed_ips(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_prefixes(out, peer->allowed_ips, true);
}

static void cmd_field_handshake(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_time(out, peer->handshake_s);
}

static void cmd_field_transfer(struct cmd_out *out, const struct cvl_peer *peer)
{
	if (out->form == CMD_OUT_PRETTY && !peer->rx_bytes && !peer->tx_bytes)
		return;
	out->key = "transferRx";
	cmd_out_bytes(out, peer->rx_bytes);
	cmd_out_between(out, "\t", " received, ");
	out->key = "transferTx";
	cmd_out_bytes(out, peer->tx_bytes);
	cmd_out_between(out, "", " sent");
}

static void cmd_field_keepalive(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_span(out, peer->keepalive_s, "every ");
}

static void cmd_field_idle(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_span(out, peer->idle_s, "for ");
}

static void cmd_field_session(struct cmd_out *out, const struct cvl_peer *peer)
{
	out->key = "sessionAge";
	if (peer->session == CVL_SESSION_NONE)
		cmd_out_none(out, "(none)");
	else
		cmd_out_number(out, peer->session_age_s, NULL);
	cmd_out_between(out, "\t", " ");
	out->key = "sessionBy";
	if (peer->session == CVL_SESSION_NONE)
		cmd_out_none(out, "(none)");
	else
		cmd_out_text(out, peer->session == CVL_SESSION_OURS ? "us" : "peer");
}

static void cmd_field_heard(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_out_time(out, peer->heard_s);
}

/* One of several counters; behind the first one there is something between them. */
static void cmd_field_next(struct cmd_out *out, const char *key, uint64_t count)
{
	cmd_out_between(out, "\t", " ");
	out->key = key;
	cmd_out_number(out, count, NULL);
}

static void cmd_field_packets(struct cmd_out *out, const struct cvl_peer *peer)
{
	out->key = "packetsRx";
	cmd_out_number(out, peer->rx_packets, NULL);
	cmd_field_next(out, "packetsTx", peer->tx_packets);
}

static void cmd_field_refused(struct cmd_out *out, const struct cvl_peer *peer)
{
	out->key = "refusedSource";
	cmd_out_number(out, peer->drops_source, NULL);
	cmd_field_next(out, "refusedReplay", peer->drops_replay);
	cmd_field_next(out, "refusedExpired", peer->drops_expired);
	cmd_field_next(out, "refusedMemory", peer->drops_memory);
}

/* The line of wg(8), which has no others. JSON has all there is: see cmd_fields_wanted(). */
static void cmd_field_dump_device(struct cmd_out *out, const struct cvl_device *dev)
{
	cmd_field_private_key(out, dev);
	putchar('\t');
	cmd_field_public_key(out, dev);
	putchar('\t');
	cmd_field_listen_port(out, dev);
	putchar('\t');
	cmd_field_fwmark(out, dev);
}

static void cmd_field_dump_peer(struct cmd_out *out, const struct cvl_peer *peer)
{
	cmd_field_preshared_key(out, peer);
	putchar('\t');
	cmd_field_endpoint(out, peer);
	putchar('\t');
	out->comma = true;
	cmd_field_allowed_ips(out, peer);
	out->comma = false;
	putchar('\t');
	cmd_field_handshake(out, peer);
	putchar('\t');
	cmd_field_transfer(out, peer);
	putchar('\t');
	cmd_field_keepalive(out, peer);
}

const struct cmd_field cmd_fields[] = {
	{ "public-key", "publicKey", "public key", "public key of the device",
	  .print_device = cmd_field_public_key },
	{ "private-key", "privateKey", "private key", "private key of the device",
	  .print_device = cmd_field_private_key, .secret = true },
	{ "listen-port", "listenPort", "listening port", "UDP port of the device",
	  .print_device = cmd_field_listen_port },
	{ "fwmark", "fwmark", "fwmark", "mark of what it sends, or off",
	  .print_device = cmd_field_fwmark },
	{ "bind-addresses", "bindAddresses", "bind address",
	  "addresses its sockets are bound to, or any",
	  .print_device = cmd_field_bind_addresses },
	{ "bind-device", "bindDevice", "bind device",
	  "interface its sockets are bound to, or any",
	  .print_device = cmd_field_bind_device },
	{ "dscp", "dscp", "dscp", "DSCP of what it sends: a number, copy or none",
	  .print_device = cmd_field_dscp },
	{ "socket", "socket", "socket", "owner of its socket: own, handed-in or lost",
	  .print_device = cmd_field_socket },
	{ "module", "module", NULL, "module that serves it: culvert or wireguard",
	  .print_device = cmd_field_module },
	{ "peers", "publicKey", NULL, "public keys of the peers", .print_peer = cmd_field_peer },
	{ "names", "name", "name", "name of each peer, or (none)",
	  .print_peer = cmd_field_name, .keyed = true },
	{ "preshared-keys", "presharedKey", "preshared key", "key shared with each peer, or (none)",
	  .print_peer = cmd_field_preshared_key, .keyed = true, .secret = true },
	{ "endpoints", "endpoint", "endpoint", "address and port of each peer, or (none)",
	  .print_peer = cmd_field_endpoint, .keyed = true },
	{ NULL, NULL, "endpoint since", "since when it is there, and why",
	  .print_peer = cmd_field_endpoint_since, .keyed = true },
	{ "candidates", "candidates", "candidates", "other endpoints of each peer, or (none)",
	  .print_peer = cmd_field_candidates, .keyed = true },
	{ "follow", "follow", "follow", "where its packets move it: anywhere, never or prefixes",
	  .print_peer = cmd_field_follow, .keyed = true },
	{ "silent", "silent", "silent", "seconds without an answer until it is silent",
	  .print_peer = cmd_field_silent, .keyed = true },
	{ "allowed-ips", "allowedIps", "allowed ips", "prefixes of each peer, or (none)",
	  .print_peer = cmd_field_allowed_ips, .keyed = true },
	{ "latest-handshakes", "latestHandshake", "latest handshake",
	  "when it was, in seconds since 1970, or 0",
	  .print_peer = cmd_field_handshake, .keyed = true },
	{ "transfer", NULL, "transfer", "bytes received from it, and sent to it",
	  .print_peer = cmd_field_transfer, .keyed = true },
	{ "persistent-keepalive", "persistentKeepalive", "persistent keepalive",
	  "seconds between its keepalives, or off",
	  .print_peer = cmd_field_keepalive, .keyed = true },
	{ "idle", "idle", "removed when idle", "seconds after which it is removed, or off",
	  .print_peer = cmd_field_idle, .keyed = true },
	/* People are shown what wg(8) shows, and settings; kind wireguard has none of these. */
	{ "session", NULL, NULL, "age in seconds, and who began it: us or peer; or (none)",
	  .print_peer = cmd_field_session, .keyed = true },
	{ "latest-heard", "latestHeard", NULL, "when it was heard, in seconds since 1970, or 0",
	  .print_peer = cmd_field_heard, .keyed = true },
	{ "packets", NULL, NULL, "packets received from it, and sent to it",
	  .print_peer = cmd_field_packets, .keyed = true },
	{ "refused", NULL, NULL, "its packets: wrong source, replayed, too old, no memory",
	  .print_peer = cmd_field_refused, .keyed = true },
	{ "drops", "drops", NULL, "what the module has refused: reason, count, meaning",
	  .print_device = cmd_drops_json, .print_lines = cmd_drops_lines, .alone = true },
	{ "dump", NULL, NULL, "all that wg(8) has; as JSON, all there is, keys too",
	  .print_device = cmd_field_dump_device, .print_peer = cmd_field_dump_peer,
	  .keyed = true, .alone = true },
	{ NULL },
};

/**
 * cmd_fields_find() - the field that a word stands for
 * @word: what the user has typed
 *
 * Return: the field, or NULL.
 */
const struct cmd_field *cmd_fields_find(const char *word)
{
	const struct cmd_field *field;

	for (field = cmd_fields; field->help; field++) {
		if (field->word && !strcmp(field->word, word))
			return field;
	}
	return NULL;
}

/**
 * cmd_fields_nth_word() - the words of fields, for help and completion
 * @number: from 0 on
 * @word: filled in
 *
 * Return: false if there are not so many.
 */
bool cmd_fields_nth_word(size_t number, struct cmd_word *word)
{
	const struct cmd_field *field;

	for (field = cmd_fields; field->help; field++) {
		if (!field->word || number--)
			continue;
		*word = (struct cmd_word){ "field", field->word, field->help, NULL, NULL };
		return true;
	}
	return false;
}

static bool cmd_fields_is_dump(const struct cmd_field *field)
{
	return field && field->print_device == cmd_field_dump_device;
}

/* Whether people or JSON are to have a field when ONLY that, or all (NULL), was asked for. */
static bool cmd_fields_wanted(const struct cmd_out *out, const struct cmd_field *field,
			      const struct cmd_field *only)
{
	if (out->form == CMD_OUT_PRETTY)
		return field->label;
	if (out->no_prefixes && field->print_peer == cmd_field_allowed_ips)
		return false;
	if (!only)
		return !field->alone && !field->secret;
	return cmd_fields_is_dump(only) ? !cmd_fields_is_dump(field) : field == only;
}

/**
 * cmd_fields_device() - print the fields of a device, for people or as JSON
 * @out: where printing is
 * @dev: the device
 * @only: JSON: the only one, or NULL
 */
void cmd_fields_device(struct cmd_out *out, const struct cvl_device *dev,
		       const struct cmd_field *only)
{
	const struct cmd_field *field;

	for (field = cmd_fields; field->help; field++) {
		if (!field->print_device || !cmd_fields_wanted(out, field, only))
			continue;
		cmd_out_begin(out, field->key, field->label);
		field->print_device(out, dev);
		cmd_out_end(out);
	}
}

/**
 * cmd_fields_peer_words() - print some fields of a peer, for people
 * @out: where printing is
 * @peer: the peer
 * @words: of the fields, each with a label; ends with NULL
 */
void cmd_fields_peer_words(struct cmd_out *out, const struct cvl_peer *peer,
			   const char * const *words)
{
	for (; *words; words++) {
		const struct cmd_field *field = cmd_fields_find(*words);

		if (out->no_prefixes && field->print_peer == cmd_field_allowed_ips)
			continue;
		cmd_out_begin(out, field->key, field->label);
		field->print_peer(out, peer);
		cmd_out_end(out);
	}
}

/**
 * cmd_fields_peer() - print the fields of a peer, for people or as JSON
 * @out: where printing is
 * @peer: the peer
 * @only: JSON: the only one besides its public key, or NULL
 */
void cmd_fields_peer(struct cmd_out *out, const struct cvl_peer *peer,
		     const struct cmd_field *only)
{
	const struct cmd_field *field;

	for (field = cmd_fields; field->help; field++) {
		if (!field->print_peer)
			continue;
		/* JSON: what tells peers apart comes first, always. */
		if (field->print_peer != cmd_field_peer || out->form != CMD_OUT_JSON) {
			if (!cmd_fields_wanted(out, field, only))
				continue;
		}
		cmd_out_begin(out, field->key, field->label);
		field->print_peer(out, peer);
		cmd_out_end(out);
	}
}
