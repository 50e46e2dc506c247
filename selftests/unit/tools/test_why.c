// SPDX-License-Identifier: GPL-2.0
/* What culvert why makes of facts: each cause, and which one of several goes first. */
#include "ktap.h"
#include "why/why.h"

static const struct why_facts plain = {
	.dev = "cv0", .own = "OWN=", .key = "KEY=", .peer = "bob", .endpoint = "192.0.2.1:51820",
	.port = 51820, .is_up = true, .has_socket = true, .has_key = true,
	.has_route = true, .mtu = 1420, .is_only = true, .is_begun = true,
};

/* One result for each of cause, sentence and remedy. */
static void says(const char *name, const struct why_facts *facts, const char *cause,
		 const char *text, const char *remedy)
{
	struct why_verdict verdict;
	char what[160];

	why_judge(&verdict, facts);
	snprintf(what, sizeof(what), "%s: cause", name);
	ktap_is(verdict.cause, cause, what);
	snprintf(what, sizeof(what), "%s: sentence", name);
	ktap_has(verdict.text, text, what);
	snprintf(what, sizeof(what), "%s: remedy", name);
	ktap_has(verdict.remedy, remedy, what);
	snprintf(what, sizeof(what), "%s: no word is left open", name);
	ktap_ok(!strpbrk(verdict.text, "{}") && !strpbrk(verdict.remedy, "{}"), what);
	snprintf(what, sizeof(what), "%s: whether it is sound", name);
	ktap_equal(why_is_sound(&verdict), !strcmp(cause, "sound"), what);
}

/* The plain facts, with some changed. */
#define SAYS(name, cause, text, remedy, ...) do {		\
	struct why_facts facts = plain;				\
	struct why_facts *is = &facts;				\
								\
	__VA_ARGS__;						\
	says(name, &facts, cause, text, remedy);		\
} while (0)

static void test_this_end(void)
{
	SAYS("down", "link-down", "cv0 is down", "ip link set cv0 up",
	     is->is_up = false, is->has_key = false);
	SAYS("no socket", "no-socket", "no UDP socket", "socket own", is->has_socket = false);
	SAYS("no key", "no-private-key", "cv0", "culvert set cv0 private-key FILE",
	     is->has_key = false);
	SAYS("no endpoint", "no-endpoint", "bob has no endpoint", "peer KEY= endpoint",
	     *is->endpoint = '\0');
	SAYS("no route", "no-route", "no route to 192.0.2.1:51820", "ip route get",
	     is->has_route = false);
	SAYS("blocked", "blocked", "the firewall drops it", "", is->clock_is_old = true,
	     strcpy(is->blocked, "the firewall drops it"));
	SAYS("clock", "our-clock", "bob takes", "set the clock", is->clock_is_old = true);
}

static void test_refused(void)
{
	SAYS("a response", "preshared-key", "pre-shared keys", "peer KEY= preshared-key",
	     is->response.now = 1, is->mac1.now = 2);
	SAYS("mac1", "their-key-for-us", "than that of cv0", "OWN=", is->mac1.now = 1,
	     *is->endpoint = '\0');
	SAYS("an unknown key", "our-key-for-them", "no peer of cv0 has", "public-key",
	     is->unknown.now = 1, is->mac1.before = 9);
	SAYS("mac1, before", "their-key-for-us", "since cv0 was made", "OWN=",
	     is->mac1.before = 1, is->host = WHY_HOST_ANSWERS);
	SAYS("an unknown key, before", "our-key-for-them", "since cv0 was made", "public-key",
	     is->unknown.before = 1, is->host = WHY_HOST_ANSWERS);
	SAYS("replay", "their-clock", "set back", "set the clock of the other end",
	     is->replay.now = 1, is->heard = true);
	SAYS("a replay before says nothing", "silent", "", "", is->replay.before = 1);
	SAYS("elsewhere", "elsewhere", "outside the prefixes", "follow anywhere",
	     is->elsewhere.now = 1);
	SAYS("heard in a session that was there before", "handshake", "bob is heard", "clock",
	     is->heard = true, is->session = true);
	SAYS("nothing heard in it", "silent", "", "", is->session = true);
	SAYS("nothing heard in one where no handshake can be asked for", "idle", "nothing has come",
	     "why cv0 KEY= ADDRESS", is->session = true, is->is_begun = false);
	SAYS("a response, of several peers", "preshared-key", "bob or another peer", "compare",
	     is->response.now = 1, is->is_only = false);
	SAYS("a response, of several peers, one refused", "refused", "", "",
	     is->response.now = 1, is->is_only = false, is->host = WHY_HOST_REFUSES);
	SAYS("an unknown key, several peers", "our-key-for-them", "may be from bob", "public-key",
	     is->unknown.now = 1, is->is_only = false, *is->endpoint = '\0');
	SAYS("an unknown key before, several peers", "not-known", "", "",
	     is->unknown.before = 1, is->is_only = false, is->host = WHY_HOST_ANSWERS);
	SAYS("half", "half", "handshakes of bob come in", "port 51820 of this machine to 192.0.2.1",
	     is->heard = true, is->host = WHY_HOST_ANSWERS);
}

static void test_host(void)
{
	SAYS("a port that is refused", "refused", "192.0.2.1:51820", "listen-port",
	     is->host = WHY_HOST_REFUSES);
	SAYS("no way to the host", "unreachable", "cannot be reached", "",
	     is->host = WHY_HOST_UNREACHABLE);
	SAYS("a host that answers", "not-known", "KEY= is not its key", "OWN=",
	     is->host = WHY_HOST_ANSWERS);
	SAYS("nothing", "silent", "nothing comes back from 192.0.2.1:51820", "culvert doctor",
	     is->host = WHY_HOST_SILENT);
	SAYS("nothing, and no host was asked", "silent", "nothing comes back from 192.0.2.1:51820",
	     "culvert doctor", is->host = WHY_HOST_UNASKED);
	SAYS("a name that has moved", "name-moved", "b.test:1 in /f is now at 192.0.2.2:1",
	     "endpoint b.test:1", is->name_state = WHY_NAME_ELSEWHERE, strcpy(is->name, "b.test:1"),
	     strcpy(is->file, "/f"), strcpy(is->name_now, "192.0.2.2:1"));
	SAYS("a name that is unknown, no way", "no-route", "", "",
	     is->name_state = WHY_NAME_UNKNOWN, is->has_route = false);
	SAYS("a name that is unknown", "name", "does not resolve: Try again", "getent",
	     is->name_state = WHY_NAME_UNKNOWN, *is->endpoint = '\0',
	     strcpy(is->name_now, "Try again"));
}

static void test_session(void)
{
	SAYS("sound", "sound", "session with bob, made within 7 ms", "",
	     is->handshake = true, is->handshake_ms = 7);
	SAYS("sound, and made before", "sound", "session with bob", "", is->handshake = true);
	SAYS("what else is so does not matter", "sound", "", "", is->handshake = true,
	     is->mac1.now = 1, is->clock_is_old = true, is->name_state = WHY_NAME_UNKNOWN);
	SAYS("an address that answers", "sound", "10.0.0.2 in it answers, up to packets of 1420",
	     "", is->handshake = true, is->inner = WHY_INNER_LONG, is->mtu_fits = 1300,
	     strcpy(is->inner_address, "10.0.0.2"));
	SAYS("an address that does not", "sound", "", "", is->handshake = true,
	     is->inner = WHY_INNER_SILENT);
	SAYS("an address that does not, and was asked for", "inner", "10.0.0.2 in the tunnel",
	     "rx_inner_source", is->handshake = true, is->inner_is_asked = true,
	     is->inner = WHY_INNER_SILENT, strcpy(is->inner_address, "10.0.0.2"));
	SAYS("fragments", "sound", "longer than 1300 bytes", "mtu 1300", is->handshake = true,
	     is->mtu_fits = 1300);
	SAYS("an MTU that is too large", "mtu", "none of 1420 bytes", "ip link set cv0 mtu 1300",
	     is->handshake = true, is->inner = WHY_INNER_SHORT, is->mtu_fits = 1300);
	SAYS("an MTU that is too large, the way is not known", "mtu", "none of 1420 bytes",
	     "ip link set cv0 mtu 1280", is->handshake = true, is->inner = WHY_INNER_SHORT);
	SAYS("an MTU that is small", "mtu", "none of 1200 bytes", "mtu N, less than 1200",
	     is->handshake = true, is->inner = WHY_INNER_SHORT, is->mtu = 1200);
	SAYS("an MTU that is large", "sound", "up to packets of 9000 bytes", "",
	     is->handshake = true, is->inner = WHY_INNER_LONG, is->mtu = 65535);
	SAYS("sources", "source", "not in its allowed IPs", "allowed-ips +ADDRESS",
	     is->handshake = true, is->source.now = 1, is->inner = WHY_INNER_LONG);
	SAYS("sources, before", "source", "not in its allowed IPs", "allowed-ips +ADDRESS",
	     is->handshake = true, is->source.before = 1, is->inner = WHY_INNER_SILENT);
	SAYS("sources, long ago", "sound", "", "", is->handshake = true, is->source.before = 1);
}

/* What others have named is not read as a word in braces. */
static void test_braces(void)
{
	struct why_facts facts = plain;
	struct why_verdict verdict;

	strcpy(facts.blocked, "table {own} drops {");
	why_judge(&verdict, &facts);
	ktap_is(verdict.text, "table {own} drops {", "braces of others stay");
	facts = plain;
	facts.is_up = false;
	strcpy(facts.dev, "x;reboot");
	why_judge(&verdict, &facts);
	ktap_is(verdict.remedy, "ip link set DEV up", "no shell is given an odd name");
	facts = plain;
	facts.handshake = true;
	strcpy(facts.peer, "{key");
	why_judge(&verdict, &facts);
	ktap_is(verdict.text, "the tunnel works: there is a session with {key",
		"a brace in a name stays");
}

int main(void)
{
	test_this_end();
	test_refused();
	test_host();
	test_session();
	test_braces();
	return ktap_finish();
}
