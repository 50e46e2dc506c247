// SPDX-License-Identifier: GPL-2.0
/*
 * A line for each event: text for people, or a JSON object as Documentation/json/monitor.json has
 * it. What a device is like when it is read again is an event too, called "state".
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "monitor/line.h"
#include "show/fields.h"

/* Fields of a peer that people are told, by what has happened. */
static const char * const cmd_line_settings[] = {
	"names", "endpoints", "candidates", "follow", "silent", "allowed-ips",
	"persistent-keepalive", "idle", NULL,
};

static const char * const cmd_line_place[] = { "names", "endpoints", NULL };
static const char * const cmd_line_name[] = { "names", NULL };
static const char * const cmd_line_end[] = { "names", "transfer", NULL };
static const char * const cmd_line_all[] = {
	"names", "endpoints", "allowed-ips", "latest-handshakes", "transfer", NULL,
};

static const char * const *cmd_line_words(enum cvl_event_kind kind)
{
	switch (kind) {
	case CVL_EVENT_PEER_ADDED:
	case CVL_EVENT_PEER_CHANGED:
		return cmd_line_settings;
	case CVL_EVENT_PEER_REMOVED:
		return cmd_line_end;
	case CVL_EVENT_ENDPOINT_MOVED:
	case CVL_EVENT_KEYS_WIPED:
		return cmd_line_name;
	default:
		return cmd_line_place;
	}
}

static const char * const cmd_line_reasons[] = {
	[CVL_REASON_NONE] = NULL,
	[CVL_REASON_ASKED] = "on request",
	[CVL_REASON_REPLACED] = "replaced",
	[CVL_REASON_LINK_GONE] = "the link was deleted",
	[CVL_REASON_LINK_DOWN] = "the link was set down",
	[CVL_REASON_TIME] = "too old",
	[CVL_REASON_KEY] = "the private key was changed",
	[CVL_REASON_SLEEP] = "the machine goes to sleep",
	[CVL_REASON_REMOVED] = "the peer was removed",
	[CVL_REASON_EXPIRED] = "nothing came from it for its idle time",
};

/* No terminal obeys the name of a link, which may hold nearly any bytes. */
static void cmd_line_device(const char *name)
{
	char clean[CVL_IFNAME_SIZE];

	snprintf(clean, sizeof(clean), "%s", name);
	cmd_out_clean(clean);
	fputs(clean, stdout);
}

static void cmd_line_begin(int64_t time_s, int64_t time_ns, const char *name, const char *word)
{
	time_t seconds = (time_t)time_s;
	char text[32] = "";
	struct tm local;

	if (localtime_r(&seconds, &local))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	printf("%s.%03d ", text, (int)(time_ns / 1000000));
	cmd_line_device(name);
	printf(" %s", word);
}

static void cmd_line_now(struct timespec *now)
{
	clock_gettime(CLOCK_REALTIME, now);
}

static void cmd_line_key(const struct cvl_peer *peer)
{
	char key[CVL_KEY_TEXT_SIZE];

	cvl_key_to_text(key, peer->public_key);
	printf(" %s", key);
}

static void cmd_line_moved(const struct cvl_peer *peer)
{
	char from[CVL_ENDPOINT_TEXT_SIZE], to[CVL_ENDPOINT_TEXT_SIZE];

	if (!cvl_endpoint_to_text(from, &peer->endpoint_before) &&
	    !cvl_endpoint_to_text(to, &peer->endpoint))
		printf(" from %s to %s", from, to);
}

static void cmd_line_end_event(const struct cvl_event *event)
{
	const char *reason = cmd_line_reasons[event->reason];

	if (reason)
		printf(" (%s)", reason);
	if (event->prefixes_go_on)
		fputs(" ...", stdout);
	if (event->merged)
		printf(" (and %u more)", event->merged);
	putchar('\n');
}

/* Several peers that were removed together have a line each. */
static void cmd_line_text(const struct cvl_event *event)
{
	const struct cvl_peer *peer = event->dev->peers;

	do {
		struct cmd_out out;

		cmd_line_begin(event->time_s, event->time_ns, event->dev->name,
			       cvl_event_word(event->kind));
		cmd_out_init(&out, CMD_OUT_PRETTY, false);
		out.on_line = true;
		out.no_prefixes = !event->has_prefixes;
		if (peer) {
			cmd_line_key(peer);
			if (event->kind == CVL_EVENT_ENDPOINT_MOVED)
				cmd_line_moved(peer);
			if (event->kind == CVL_EVENT_SESSION_MADE)
				fputs(peer->session == CVL_SESSION_OURS ? " by us" :
				      peer->session ? " by the peer" : "", stdout);
			cmd_fields_peer_words(&out, peer, cmd_line_words(event->kind));
		} else if (event->kind == CVL_EVENT_DEVICE_CHANGED) {
			cmd_fields_device(&out, event->dev, NULL);
		}
		cmd_line_end_event(event);
	} while (peer && (peer = peer->next));
}

static void cmd_line_lost(const struct cvl_event *event)
{
	struct timespec now;

	cmd_line_now(&now);
	cmd_line_begin(now.tv_sec, now.tv_nsec, event->dev ? event->dev->name : "all",
		       cvl_event_word(event->kind));
	puts(": this program was too slow; how things are:");
}

static void cmd_line_json_number(struct cmd_out *out, const char *key, uint64_t number)
{
	out->key = key;
	cmd_out_number(out, number, NULL);
}

static void cmd_line_json_begin(struct cmd_out *out, const char *word,
				const struct timespec *time, const struct cvl_device *dev)
{
	cmd_out_open(out, NULL, '{');
	cmd_line_json_number(out, "schema", CMD_OUT_SCHEMA);
	out->key = "event";
	cmd_out_text(out, word);
	out->key = "time";
	cmd_out_time(out, time->tv_sec);
	cmd_line_json_number(out, "timeNs", (uint64_t)time->tv_nsec);
	out->key = "name";
	if (dev)
		cmd_out_text(out, dev->name);
	else
		cmd_out_none(out, NULL);
}

static void cmd_line_json_peers(struct cmd_out *out, const struct cvl_device *dev)
{
	const struct cvl_peer *peer;
	char text[CVL_ENDPOINT_TEXT_SIZE];

	cmd_out_open(out, "peers", '[');
	for (peer = dev->peers; peer; peer = peer->next) {
		cmd_out_open(out, NULL, '{');
		cmd_fields_peer(out, peer, NULL);
		if (peer->endpoint_before.any.sa_family &&
		    !cvl_endpoint_to_text(text, &peer->endpoint_before)) {
			out->key = "endpointBefore";
			cmd_out_text(out, text);
		}
		cmd_out_close(out, '}');
	}
	cmd_out_close(out, ']');
}

static void cmd_line_json(bool indent, const struct cvl_event *event)
{
	struct timespec time = { .tv_sec = event->time_s, .tv_nsec = event->time_ns };
	const char *reason = cvl_reason_word(event->reason);
	struct cmd_out out;

	if (event->kind == CVL_EVENT_LOST)
		cmd_line_now(&time);
	cmd_out_init(&out, CMD_OUT_JSON, indent);
	cmd_line_json_begin(&out, cvl_event_word(event->kind), &time, event->dev);
	if (event->kind != CVL_EVENT_LOST) {
		out.no_prefixes = !event->has_prefixes;
		cmd_line_json_number(&out, "number", event->number);
		cmd_line_json_number(&out, "merged", event->merged);
		cmd_line_json_number(&out, "portid", event->portid);
		out.key = "reason";
		if (*reason)
			cmd_out_text(&out, reason);
		else
			cmd_out_none(&out, NULL);
		out.key = "goesOn";
		cmd_out_bool(&out, event->prefixes_go_on);
		if (event->kind == CVL_EVENT_DEVICE_CHANGED)
			cmd_fields_device(&out, event->dev, NULL);
		cmd_line_json_peers(&out, event->dev);
	}
	cmd_out_close(&out, '}');
}

/**
 * cmd_line_event() - print an event
 * @form: how it is printed
 * @event: it
 */
void cmd_line_event(enum cmd_line_form form, const struct cvl_event *event)
{
	if (form != CMD_LINE_TEXT)
		cmd_line_json(form == CMD_LINE_INDENTED, event);
	else if (event->kind == CVL_EVENT_LOST)
		cmd_line_lost(event);
	else
		cmd_line_text(event);
}

static void cmd_line_state_text(const struct timespec *now, const struct cvl_device *dev)
{
	const struct cvl_peer *peer = dev->peers;
	struct cmd_out out;

	cmd_out_init(&out, CMD_OUT_PRETTY, false);
	out.on_line = true;
	cmd_line_begin(now->tv_sec, now->tv_nsec, dev->name, "state");
	cmd_fields_device(&out, dev, NULL);
	putchar('\n');
	for (; peer; peer = peer->next) {
		out.values = 0;
		cmd_line_begin(now->tv_sec, now->tv_nsec, dev->name, "state");
		cmd_line_key(peer);
		cmd_fields_peer_words(&out, peer, cmd_line_all);
		putchar('\n');
	}
}

/**
 * cmd_line_state() - print how a device and its peers are
 * @form: one JSON object, or as text a line for the device and for each peer
 * @dev: the device
 */
void cmd_line_state(enum cmd_line_form form, const struct cvl_device *dev)
{
	struct timespec now;
	struct cmd_out out;

	cmd_line_now(&now);
	if (form == CMD_LINE_TEXT) {
		cmd_line_state_text(&now, dev);
		return;
	}
	cmd_out_init(&out, CMD_OUT_JSON, form == CMD_LINE_INDENTED);
	cmd_line_json_begin(&out, "state", &now, dev);
	cmd_fields_device(&out, dev, NULL);
	cmd_line_json_peers(&out, dev);
	cmd_out_close(&out, '}');
}
