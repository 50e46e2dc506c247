// SPDX-License-Identifier: GPL-2.0
/*
 * What the facts about a peer mean: the first rule that holds is the answer of culvert why.
 * Nothing in here looks at the machine, so that all of it has unit tests.
 */
#include <stdio.h>
#include <string.h>

#include "why/why.h"

/* In bytes; nearly all ways carry a packet of that in a tunnel. */
#define WHY_MTU_LEAST 1280

/*
 * TEXT and REMEDY may have {dev}, {own}, {key}, {peer}, {endpoint}, {port}, {name}, {now}, {file},
 * {inner}, {mtu}, {tried}, {fits}, {ms} and {blocked}. CAUSE is for programs: it is never changed.
 */
struct why_rule {
	const char *cause;
	bool (*holds)(const struct why_facts *facts);
	const char *text;
	const char *remedy;
};

static bool why_judge_down(const struct why_facts *facts)
{
	return !facts->is_up;
}

static bool why_judge_no_socket(const struct why_facts *facts)
{
	return !facts->has_socket;
}

static bool why_judge_no_key(const struct why_facts *facts)
{
	return !facts->has_key;
}

/* What is refused now, or was before while nothing comes through in the tunnel. */
static bool why_judge_source(const struct why_facts *facts)
{
	return facts->handshake && (facts->source.now ||
				    (facts->source.before && facts->inner == WHY_INNER_SILENT));
}

static bool why_judge_mtu(const struct why_facts *facts)
{
	return facts->handshake && facts->inner == WHY_INNER_SHORT;
}

static bool why_judge_inner(const struct why_facts *facts)
{
	return facts->handshake && facts->inner_is_asked && facts->inner == WHY_INNER_SILENT;
}

static bool why_judge_answered(const struct why_facts *facts)
{
	return facts->handshake && facts->inner == WHY_INNER_LONG;
}

static bool why_judge_fragmented(const struct why_facts *facts)
{
	return facts->handshake && facts->mtu_fits && facts->mtu > facts->mtu_fits;
}

static bool why_judge_sound(const struct why_facts *facts)
{
	return facts->handshake;
}

/* The link counts these for all of its peers. */
static bool why_judge_response(const struct why_facts *facts)
{
	return facts->response.now;
}

static bool why_judge_mac1(const struct why_facts *facts)
{
	return facts->mac1.now;
}

static bool why_judge_unknown(const struct why_facts *facts)
{
	return facts->unknown.now;
}

static bool why_judge_replay(const struct why_facts *facts)
{
	return facts->replay.now;
}

static bool why_judge_elsewhere(const struct why_facts *facts)
{
	return facts->elsewhere.now;
}

static bool why_judge_only_response(const struct why_facts *facts)
{
	return facts->is_only && facts->response.now;
}

static bool why_judge_only_mac1(const struct why_facts *facts)
{
	return facts->is_only && facts->mac1.now;
}

static bool why_judge_only_unknown(const struct why_facts *facts)
{
	return facts->is_only && facts->unknown.now;
}

static bool why_judge_only_replay(const struct why_facts *facts)
{
	return facts->is_only && facts->replay.now;
}

static bool why_judge_only_elsewhere(const struct why_facts *facts)
{
	return facts->is_only && facts->elsewhere.now;
}

static bool why_judge_mac1_before(const struct why_facts *facts)
{
	return facts->is_only && facts->mac1.before;
}

static bool why_judge_unknown_before(const struct why_facts *facts)
{
	return facts->is_only && facts->unknown.before;
}

/* What is heard in a session that was there before is no handshake. */
static bool why_judge_working(const struct why_facts *facts)
{
	return facts->session && facts->heard && facts->is_begun;
}

static bool why_judge_half(const struct why_facts *facts)
{
	return !facts->session && facts->heard;
}

static bool why_judge_idle(const struct why_facts *facts)
{
	return facts->session && !facts->is_begun;
}

static bool why_judge_no_route(const struct why_facts *facts)
{
	return !facts->has_route;
}

static bool why_judge_blocked(const struct why_facts *facts)
{
	return *facts->blocked;
}

static bool why_judge_refused(const struct why_facts *facts)
{
	return facts->host == WHY_HOST_REFUSES;
}

static bool why_judge_unreachable(const struct why_facts *facts)
{
	return facts->host == WHY_HOST_UNREACHABLE;
}

static bool why_judge_nameless(const struct why_facts *facts)
{
	return facts->name_state == WHY_NAME_UNKNOWN && !*facts->endpoint;
}

static bool why_judge_no_endpoint(const struct why_facts *facts)
{
	return !*facts->endpoint;
}

static bool why_judge_name(const struct why_facts *facts)
{
	return facts->name_state == WHY_NAME_UNKNOWN;
}

static bool why_judge_name_moved(const struct why_facts *facts)
{
	return facts->name_state == WHY_NAME_ELSEWHERE;
}

static bool why_judge_clock(const struct why_facts *facts)
{
	return facts->clock_is_old;
}

static bool why_judge_quiet(const struct why_facts *facts)
{
	return facts->host == WHY_HOST_SILENT;
}

static bool why_judge_alive(const struct why_facts *facts)
{
	return facts->host == WHY_HOST_ANSWERS;
}

static bool why_judge_silent(const struct why_facts *facts)
{
	(void)facts;
	return true;
}

#define WHY_SET_PEER "culvert set {dev} peer {key} "
#define WHY_MAC1_TEXT \
	"handshakes come that are meant for another public key than that of {dev}: "
#define WHY_MAC1_REMEDY "at the other end, set this public key for its peer: {own}"
#define WHY_UNKNOWN_TEXT "handshakes come with a public key that no peer of {dev} has: "
#define WHY_UNKNOWN_REMEDY \
	"at the other end, run 'culvert show DEV public-key', and here, set the peer with that key"
#define WHY_REPLAY_TEXT \
	"handshakes of {peer} or another peer are refused, since their time is not later than that of one before: the clock of the other end has been set back, or two machines have the same private key"
#define WHY_REPLAY_REMEDY \
	"set the clock of the other end; if it cannot be right yet, remove the peer here and add it again"
#define WHY_ELSEWHERE_TEXT \
	"messages come from outside the prefixes that their peer may be followed to"
#define WHY_ELSEWHERE_REMEDY WHY_SET_PEER "follow anywhere, or with the prefix that it sends from"
#define WHY_NAME_REMEDY \
	"look for the name with 'getent hosts'; then: " WHY_SET_PEER "endpoint HOST:PORT"
#define WHY_SILENT_REMEDY \
	"is the other machine on, is this its address and port, and does every firewall let UDP through? Run 'culvert doctor' and 'culvert why' there"

/*
 * What was seen now goes before what was counted earlier, and that before what may be. What the
 * link counts is the peer's if there is no other; else what is in the way of this one goes first.
 */
static const struct why_rule why_rules[] = {
	{ "link-down", why_judge_down, "{dev} is down", "ip link set {dev} up" },
	{ "no-socket", why_judge_no_socket,
	  "{dev} has no UDP socket: its namespace has ended, or the program that owned the socket has closed it",
	  "start that program again, or: culvert set {dev} socket own; else delete the link and create it again"
	},
	{ "no-private-key", why_judge_no_key, "{dev} has no private key",
	  "culvert set {dev} private-key FILE" },
	{ "source", why_judge_source,
	  "there is a session with {peer}, but packets from it are refused, since their source is not in its allowed IPs",
	  WHY_SET_PEER
	  "allowed-ips +ADDRESS/BITS, with the address that the other end sends from; or give it one that is allowed"
	},
	{ "mtu", why_judge_mtu,
	  "there is a session with {peer}, and {inner} answers short packets, but none of {tried} bytes, and the MTU of {dev} is {mtu}: they are too long for the way",
	  "ip link set {dev} mtu {fits}" },
	{ "inner", why_judge_inner,
	  "there is a session with {peer}, but {inner} in the tunnel does not answer a ping: it has no such address or no route back, its allowed IPs for this end do not have the address of {dev}, or a firewall there drops it",
	  "at the other end, look whether 'culvert show DEV drops' counts rx_inner_source" },
	{ "sound", why_judge_answered,
	  "the tunnel works: there is a session with {peer}{ms}, and {inner} in it answers, up to packets of {tried} bytes",
	  "" },
	{ "sound", why_judge_fragmented,
	  "the tunnel works: there is a session with {peer}{ms}; but packets longer than {fits} bytes are fragmented on the way, which is slow, and many networks drop fragments",
	  "ip link set {dev} mtu {fits}" },
	{ "sound", why_judge_sound, "the tunnel works: there is a session with {peer}{ms}", "" },
	{ "preshared-key", why_judge_only_response,
	  "{peer} answers, but the answer cannot be decrypted: the pre-shared keys of the two ends differ, or only one has one",
	  "set the same at both ends: " WHY_SET_PEER "preshared-key FILE" },
	{ "their-key-for-us", why_judge_only_mac1,
	  WHY_MAC1_TEXT "the other end has a wrong public key for this one", WHY_MAC1_REMEDY },
	{ "our-key-for-them", why_judge_only_unknown,
	  WHY_UNKNOWN_TEXT "the key of {peer} here is not the one of the other end",
	  WHY_UNKNOWN_REMEDY },
	{ "their-clock", why_judge_only_replay, WHY_REPLAY_TEXT, WHY_REPLAY_REMEDY },
	{ "elsewhere", why_judge_only_elsewhere, WHY_ELSEWHERE_TEXT, WHY_ELSEWHERE_REMEDY },
	{ "handshake", why_judge_working,
	  "{peer} is heard in a session that was made before, but a new handshake is not answered: the tunnel will stop within three minutes",
	  "is the clock of this machine right? At the other end, look at 'culvert show DEV drops'"
	},
	{ "half", why_judge_half,
	  "handshakes of {peer} come in, but our answers do not reach it",
	  "let UDP from port {port} of this machine to {endpoint} through, in firewalls on the way and at the other end"
	},
	{ "no-route", why_judge_no_route, "there is no route to {endpoint}",
	  "look at 'ip route get' of that address, with the fwmark of {dev} if it has one" },
	{ "blocked", why_judge_blocked, "{blocked}", "" },
	{ "refused", why_judge_refused,
	  "the host of {endpoint} says that nothing has that port",
	  "is the link there up, and is this its listen-port?" },
	{ "unreachable", why_judge_unreachable,
	  "a router or a firewall on the way says that {endpoint} cannot be reached",
	  "is the other machine on, is this its address, and may UDP go there?" },
	{ "idle", why_judge_idle,
	  "there is a session with {peer}, but nothing has come in it now: either nothing was sent, or the other end is gone",
	  "name an address in the tunnel, which is asked then: culvert why {dev} {key} ADDRESS" },
	{ "preshared-key", why_judge_response,
	  "{peer} or another peer of {dev} answers, but the answer cannot be decrypted: pre-shared keys differ, or only one end has one",
	  "compare them at both ends before you change one: culvert show {dev} preshared-keys" },
	{ "their-key-for-us", why_judge_mac1,
	  WHY_MAC1_TEXT "{peer} or another peer has a wrong public key for this end",
	  WHY_MAC1_REMEDY },
	{ "our-key-for-them", why_judge_unknown,
	  WHY_UNKNOWN_TEXT "they may be from {peer}, with another key than the one here",
	  WHY_UNKNOWN_REMEDY },
	{ "their-clock", why_judge_replay, WHY_REPLAY_TEXT, WHY_REPLAY_REMEDY },
	{ "elsewhere", why_judge_elsewhere, WHY_ELSEWHERE_TEXT, WHY_ELSEWHERE_REMEDY },
	{ "name", why_judge_nameless,
	  "{peer} has no endpoint, and its name, {name} in {file}, does not resolve: {now}",
	  WHY_NAME_REMEDY },
	{ "no-endpoint", why_judge_no_endpoint,
	  "{peer} has no endpoint, so it has to begin, and nothing of it has come",
	  WHY_SET_PEER
	  "endpoint HOST:PORT; or begin at the other end, and run this again meanwhile" },
	{ "name", why_judge_name,
	  "{endpoint} does not answer, and the name of the endpoint, {name} in {file}, does not resolve: {now}",
	  WHY_NAME_REMEDY },
	{ "name-moved", why_judge_name_moved,
	  "{endpoint} does not answer, and {name} in {file} is now at {now}",
	  WHY_SET_PEER "endpoint {name}" },
	{ "their-key-for-us", why_judge_mac1_before,
	  "{endpoint} does not answer, and since {dev} was made, "
	  WHY_MAC1_TEXT "the other end had a wrong public key for this one", WHY_MAC1_REMEDY },
	{ "our-key-for-them", why_judge_unknown_before,
	  "{endpoint} does not answer, and since {dev} was made, "
	  WHY_UNKNOWN_TEXT "the key of {peer} here may not be the one of the other end",
	  WHY_UNKNOWN_REMEDY },
	{ "our-clock", why_judge_clock,
	  "{endpoint} does not answer, and the clock of this machine is before the time of this very program: {peer} takes our handshakes for old ones",
	  "set the clock" },
	{ "not-known", why_judge_alive,
	  "the host of {endpoint} answers a ping, but nothing answers the handshake: it does not know the public key of {dev}, {key} is not its key, or a firewall drops UDP",
	  "at the other end, set a peer with this key: {own}; there, 'culvert show DEV drops' counts hs_unknown_peer or hs_bad_mac1, and 'culvert doctor' looks at the firewall"
	},
	{ "silent", why_judge_quiet,
	  "nothing comes back from {endpoint}, neither to handshakes nor to a ping",
	  WHY_SILENT_REMEDY },
	{ "silent", why_judge_silent, "nothing comes back from {endpoint}", WHY_SILENT_REMEDY },
};

/* A shell may take nothing else for what it is. */
static bool why_judge_is_plain(const char *value)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:@%+=/-[]";

	return !value[strspn(value, plain)];
}

/* A number of bytes that is less than the MTU, or what there is to say of it. */
static void why_judge_fits(char *value, size_t room, const struct why_facts *facts)
{
	if (facts->mtu_fits && facts->mtu_fits < facts->mtu)
		snprintf(value, room, "%u", facts->mtu_fits);
	else if (facts->mtu > WHY_MTU_LEAST)
		snprintf(value, room, "%u", WHY_MTU_LEAST);
	else
		snprintf(value, room, "N, less than %u", facts->mtu);
}

/* The value of a word in braces. */
static void why_judge_value(char *value, size_t room, const struct why_facts *facts,
			    const char *word)
{
	const struct {
		const char *word;
		const char *text;
	} texts[] = {
		{ "{dev}", facts->dev }, { "{own}", facts->own }, { "{key}", facts->key },
		{ "{peer}", facts->peer }, { "{endpoint}", facts->endpoint },
		{ "{name}", facts->name }, { "{now}", facts->name_now },
		{ "{file}", facts->file }, { "{inner}", facts->inner_address },
		{ "{blocked}", facts->blocked },
	};
	size_t i;

	*value = '\0';
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (!strcmp(texts[i].word, word))
			snprintf(value, room, "%s", texts[i].text);
	}
	if (!strcmp(word, "{port}"))
		snprintf(value, room, "%u", facts->port);
	else if (!strcmp(word, "{mtu}"))
		snprintf(value, room, "%u", facts->mtu);
	else if (!strcmp(word, "{tried}"))
		snprintf(value, room, "%u", facts->mtu < WHY_INNER_BYTES_MAX ? facts->mtu :
			 WHY_INNER_BYTES_MAX);
	else if (!strcmp(word, "{fits}"))
		why_judge_fits(value, room, facts);
	else if (!strcmp(word, "{ms}") && facts->handshake_ms)
		snprintf(value, room, ", made within %u ms", facts->handshake_ms);
}

/* What may be typed in has no name that a shell would take for something else. */
static void why_judge_quote(char *value, size_t room, const char *word)
{
	if (why_judge_is_plain(value))
		return;
	if (!strcmp(word, "{dev}"))
		snprintf(value, room, "DEV");
	else if (!strcmp(word, "{name}"))
		snprintf(value, room, "HOST:PORT");
}

static void why_judge_write(char *text, size_t room, const struct why_facts *facts,
			    const char *form, bool is_remedy)
{
	char value[DOCTOR_TEXT_SIZE];
	size_t used = 0;

	*text = '\0';
	while (*form && used < room) {
		const char *end = *form == '{' ? strchr(form, '}') : NULL;
		size_t plain = 1 + strcspn(form + 1, "{");
		char word[16];

		if (end && (size_t)(end - form) < sizeof(word) - 1) {
			snprintf(word, sizeof(word), "%.*s", (int)(end - form) + 1, form);
			why_judge_value(value, sizeof(value), facts, word);
			if (is_remedy)
				why_judge_quote(value, sizeof(value), word);
			used += (size_t)snprintf(text + used, room - used, "%s", value);
			form = end + 1;
		} else {
			used += (size_t)snprintf(text + used, room - used, "%.*s", (int)plain,
						 form);
			form += plain;
		}
	}
}

/**
 * why_judge() - say what the facts mean
 * @verdict: filled in
 * @facts: what there is to know
 */
void why_judge(struct why_verdict *verdict, const struct why_facts *facts)
{
	const struct why_rule *rule = why_rules;

	while (!rule->holds(facts))
		rule++;
	verdict->cause = rule->cause;
	why_judge_write(verdict->text, sizeof(verdict->text), facts, rule->text, false);
	why_judge_write(verdict->remedy, sizeof(verdict->remedy), facts, rule->remedy, true);
}

/**
 * why_is_sound() - whether the tunnel works
 * @verdict: what why_judge() has said
 *
 * Return: whether it does.
 */
bool why_is_sound(const struct why_verdict *verdict)
{
	return !strcmp(verdict->cause, "sound");
}
