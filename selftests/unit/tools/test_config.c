// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of tools/lib/config.c, parse.c and endpoint.c; selftests/check-unit
 * runs it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>

#include "ktap.h"
#include "libculvert.h"

#define KEY_1 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_2 "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_3 "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="

#define PEER "[Peer]\nPublicKey=" KEY_1 "\n"
#define PEER_PRINTED "[Peer]\nPublicKey = " KEY_1 "\n"

/* What a text means, printed again; or the message if it is refused. */
static char *reprint(const char *text, size_t text_bytes)
{
	const struct cvl_resolve_options options = { .retries = 0 };
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;
	char *out = NULL;
	size_t out_bytes;
	FILE *file;

	if (cvl_config_parse(dev, "f", text, text_bytes, &err) ||
	    cvl_endpoints_resolve(dev, &options, &err)) {
		out = strdup(err.text);
	} else {
		file = open_memstream(&out, &out_bytes);
		cvl_config_print(file, dev);
		fclose(file);
	}
	cvl_device_destroy(dev);
	return out;
}

static void means(const char *name, const char *text, const char *expected)
{
	char *out = reprint(text, strlen(text));

	ktap_is(out, expected, name);
	free(out);
}

static void test_good(void)
{
	means("empty text", "", "[Interface]\n\n");
	means("comments and empty lines", "# a\n\n   # b\n\t\n", "[Interface]\n\n");
	means("all words of [Interface]",
	      "[Interface]\nPrivateKey = " KEY_1
	      "\nListenPort = 51820\nFwMark = 0x1F\n",
	      "[Interface]\nListenPort = 51820\nFwMark = 0x1f\nPrivateKey = "
	      KEY_1 "\n\n");
	means("all words of [Peer]",
	      "[Peer]\nPublicKey=" KEY_1 "\nPresharedKey=" KEY_2
	      "\nAllowedIPs=10.0.0.0/8,fd00::/8\nEndpoint=192.0.2.1:9\n"
	      "PersistentKeepalive=25\n",
	      "[Interface]\n\n[Peer]\nPublicKey = " KEY_1 "\nPresharedKey = " KEY_2
	      "\nAllowedIPs = 10.0.0.0/8, fd00::/8\nEndpoint = 192.0.2.1:9\n"
	      "PersistentKeepalive = 25\n");
	means("case, white space, comments, no newline at the end",
	      "\r\n [iNTERFACE] # x\r\n LISTENPORT=5#0\r\n\tfwmark\t= o f f ",
	      "[Interface]\nListenPort = 5\n\n");
	means("two peers, the device after them",
	      "[Peer]\nPublicKey=" KEY_1 "\n[Peer]\nPublicKey=" KEY_2
	      "\n[Interface]\nListenPort=1\n",
	      "[Interface]\nListenPort = 1\n\n[Peer]\nPublicKey = " KEY_1
	      "\n\n[Peer]\nPublicKey = " KEY_2 "\n");
	means("the later value counts", "[Interface]\nListenPort=1\nListenPort=2\n",
	      "[Interface]\nListenPort = 2\n\n");
	means("lists of allowed IPs add up",
	      "[Peer]\nPublicKey=" KEY_1 "\nAllowedIPs=1.2.3.4\nAllowedIPs=\n"
	      "AllowedIPs=::1, 5.6.7.8/0\n",
	      "[Interface]\n\n[Peer]\nPublicKey = " KEY_1
	      "\nAllowedIPs = 1.2.3.4/32, ::1/128, 5.6.7.8/0\n");
	means("an IPv6 endpoint",
	      "[Peer]\nPublicKey=" KEY_1 "\nEndpoint=[2001:DB8::1]:65535\n",
	      "[Interface]\n\n[Peer]\nPublicKey = " KEY_1 "\nEndpoint = [2001:db8::1]:65535\n");
	means("signs of allowed IPs", PEER "AllowedIPs = + 10.0.0.0/8, ::/0\n",
	      "[Interface]\n\n" PEER_PRINTED "AllowedIPs = 10.0.0.0/8, ::/0\n");
	means("a byte order mark", "\xef\xbb\xbf[Interface]\nListenPort=1\n",
	      "[Interface]\nListenPort = 1\n\n");
	means("nothing but a byte order mark", "\xef\xbb\xbf", "[Interface]\n\n");
	means("keepalive off",
	      "[Peer]\nPublicKey=" KEY_1 "\nPersistentKeepalive=off\n",
	      "[Interface]\n\n[Peer]\nPublicKey = " KEY_1 "\n");
}

static void test_good_ways(void)
{
	means("candidates, by preference, in their order within a class",
	      PEER "Candidates=1.0.0.1:9@2,[FD00::1]:5, 1.0.0.2:3 @ 2,[fe80::1%lo]:4@7,1.0.0.3:2\n",
	      "[Interface]\n\n" PEER_PRINTED
	      "Candidates = [fd00::1]:5, 1.0.0.3:2, 1.0.0.1:9@2, 1.0.0.2:3@2, [fe80::1%lo]:4@7\n");
	means("the later list of candidates counts",
	      PEER "Candidates=192.0.2.1:1,192.0.2.2:2\ncandidates=192.0.2.3:3\n",
	      "[Interface]\n\n" PEER_PRINTED "Candidates = 192.0.2.3:3\n");
	means("no candidates", PEER "Candidates=192.0.2.1:1\nCandidates=\n",
	      "[Interface]\n\n" PEER_PRINTED);
	means("eight candidates",
	      PEER "Candidates=[::]:1,[::]:2,[::]:3,[::]:4,[::]:5,[::]:6,[::]:7,[::]:8\n",
	      "[Interface]\n\n" PEER_PRINTED
	      "Candidates = [::]:1, [::]:2, [::]:3, [::]:4, [::]:5, [::]:6, [::]:7, [::]:8\n");
	means("a class behind an IPv6 address", PEER "Candidates=[::1]:5@1,[::2]:6\n",
	      "[Interface]\n\n" PEER_PRINTED "Candidates = [::2]:6, [::1]:5@1\n");
	means("a candidate by name", PEER "Candidates=first.test:7@3\n",
	      "[Interface]\n\n" PEER_PRINTED "Candidates = 192.0.2.77:7@3\n");
	means("follow never", PEER "Follow = Never\n",
	      "[Interface]\n\n" PEER_PRINTED "Follow = never\n");
	means("follow prefixes, masked; an address is one host",
	      PEER "Follow = 10.1.2.3/8, 192.0.2.1, 2001:db8:ffff::1/33, ::1, 0.0.0.0/0\n",
	      "[Interface]\n\n" PEER_PRINTED
	      "Follow = 10.0.0.0/8, 192.0.2.1/32, 2001:db8:8000::/33, ::1/128, 0.0.0.0/0\n");
	means("follow anywhere, after prefixes", PEER "Follow=10.0.0.0/8\nFollow=anywhere\n",
	      "[Interface]\n\n" PEER_PRINTED);
	means("silent", PEER "Silent = 60\n", "[Interface]\n\n" PEER_PRINTED "Silent = 60\n");
	means("silent off", PEER "Silent=5\nSilent=Off\n", "[Interface]\n\n" PEER_PRINTED);
	means("all of them, behind those of wg(8)",
	      PEER "Silent=1\nFollow=never\nCandidates=192.0.2.1:1\nPersistentKeepalive=2\n",
	      "[Interface]\n\n" PEER_PRINTED "PersistentKeepalive = 2\n"
	      "Candidates = 192.0.2.1:1\nFollow = never\nSilent = 1\n");
}

static void refuses(const char *name, const char *text, const char *part)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;
	char shown[128];
	int ret = cvl_config_parse(dev, "f", text, strlen(text), &err);

	snprintf(shown, sizeof(shown), "refused: %s", name);
	if (ret != -EINVAL || err.code != -EINVAL || strchr(err.text, '\n'))
		ktap_is("success, or a bad errno, or a newline", "-EINVAL", shown);
	else
		ktap_has(err.text, part, shown);
	cvl_device_destroy(dev);
}

static void test_refused_values(void)
{
	refuses("port 65536", "[Interface]\nListenPort=65536",
		"f:2: ListenPort: '65536' is not a port; expected a number from 0 to 65535");
	refuses("port with sign", "[Interface]\nListenPort=-1", "f:2: ListenPort: '-1'");
	refuses("port by a name that there is not", "[Interface]\nListenPort=nosuchservice",
		"f:2: ListenPort: 'nosuchservice'");
	refuses("empty port", "[Interface]\nListenPort=", "f:2: ListenPort: ''");
	refuses("hexadecimal port", "[Interface]\nListenPort=0x10", "'0x10'");
	refuses("huge port", "[Interface]\nListenPort=18446744073709551617",
		"'18446744073709551617'");
	refuses("mark of 2^32", "[Interface]\nFwMark=0x100000000", "FwMark: '0x100000000'");
	refuses("mark without digits", "[Interface]\nFwMark=0x", "FwMark: '0x'");
	refuses("interval of 65536", PEER "PersistentKeepalive=65536",
		"f:3: PersistentKeepalive: '65536'");
	refuses("interval of -1", PEER "PersistentKeepalive=-1", "f:3: PersistentKeepalive: '-1'");
	refuses("public key of 3 characters", "[Peer]\nPublicKey=abc",
		"f:2: PublicKey: 'abc' is not a key");
	refuses("prefix of 33 bits", PEER "AllowedIPs=1.2.3.4/33", "f:3: AllowedIPs: '1.2.3.4/33'");
	refuses("prefix of 129 bits", PEER "AllowedIPs=::/129", "'::/129'");
	refuses("prefix without bits", PEER "AllowedIPs=1.2.3.4/", "'1.2.3.4/'");
	refuses("bad second item of a list of allowed IPs", PEER "AllowedIPs=1.2.3.4,x,5.6.7.8",
		"AllowedIPs: 'x'");
	refuses("comma at the end of allowed IPs", PEER "AllowedIPs=1.2.3.4,", "AllowedIPs: ''");
	refuses("two signs before an allowed IP", PEER "AllowedIPs=+-1.2.3.4",
		"AllowedIPs: '-1.2.3.4'");
	refuses("sign without an allowed IP", PEER "AllowedIPs=+", "AllowedIPs: ''");
	refuses("short address", PEER "AllowedIPs=10.1", "'10.1'");
	refuses("endpoint without port", PEER "Endpoint=host", "f:3: Endpoint: 'host'");
	refuses("endpoint with port 0", PEER "Endpoint=host:0", "a port from 1 to 65535");
	refuses("endpoint with a large port", PEER "Endpoint=host:65536", "65535");
	refuses("endpoint without host", PEER "Endpoint=:5", "':5'");
	refuses("endpoint with an open bracket", PEER "Endpoint=[::1:5", "'[::1:5'");
	refuses("endpoint with nothing in brackets", PEER "Endpoint=[]:5", "'[]:5'");
	refuses("endpoint with text after brackets", PEER "Endpoint=[::1]x:5", "'[::1]x:5'");
}

static void test_refused_ways(void)
{
	refuses("candidate without port", PEER "Candidates=192.0.2.1",
		"f:3: Candidates: '192.0.2.1' is not an endpoint; expected HOST:PORT");
	refuses("candidate with port 0", PEER "Candidates=192.0.2.1:0@1",
		"Candidates: '192.0.2.1:0' is not an endpoint; expected a port from 1 to 65535");
	refuses("candidate with preference 256", PEER "Candidates=192.0.2.2:2,192.0.2.1:1@256",
		"'192.0.2.1:1@256' is not a candidate; expected HOST:PORT or HOST:PORT@N, with a preference N from 0 to 255");
	refuses("candidate with preference -1", PEER "Candidates=[::1]:1@-1", "'[::1]:1@-1'");
	refuses("candidate with an empty preference", PEER "Candidates=[::1]:1@", "'[::1]:1@'");
	refuses("candidate with its port last", PEER "Candidates=192.0.2.1@1:51820",
		"'192.0.2.1@1:51820' is not a candidate");
	refuses("candidate of a preference alone", PEER "Candidates=@1", "'' is not an endpoint");
	refuses("candidates with a comma at the end", PEER "Candidates=192.0.2.1:1,",
		"'' is not an endpoint");
	refuses("candidates of nothing but a comma", PEER "Candidates=,", "'' is not an endpoint");
	refuses("candidate in an open bracket", PEER "Candidates=[::1:5@1", "'[::1:5'");
	refuses("nine candidates", PEER "Candidates=a:1,a:2,a:3,a:4,a:5,a:6,a:7,a:8,b:9@7",
		"f:3: Candidates: 'b:9@7' is one candidate too many; expected at most 8 of a peer");
	refuses("follow nothing", PEER "Follow=",
		"f:3: Follow: '' is not a prefix; expected anywhere, never, or ADDRESS/BITS, at most 8 of these");
	refuses("follow an unknown word", PEER "Follow=always", "'always' is not a prefix");
	refuses("follow never and a prefix", PEER "Follow=never,10.0.0.0/8", "'never'");
	refuses("follow a prefix of 33 bits", PEER "Follow=10.0.0.0/8,10.0.0.0/33",
		"'10.0.0.0/33' is not a prefix");
	refuses("follow a prefix with a sign", PEER "Follow=+10.0.0.0/8", "'+10.0.0.0/8'");
	refuses("follow with a comma at the end", PEER "Follow=10.0.0.0/8,", "''");
	refuses("follow nine prefixes",
		PEER "Follow=10.0.0.0/8,::/1,::/2,::/3,::/4,::/5,::/6,::/7,::/8",
		"Follow: '::/8' is one prefix too many; expected at most 8 of a peer");
	refuses("silent for 61 s", PEER "Silent=61",
		"f:3: Silent: '61' is not a time; expected off, which stands for 15 s, or seconds from 1 to 60");
	refuses("silent for -1 s", PEER "Silent=-1", "'-1' is not a time");
	refuses("silent for nothing", PEER "Silent=", "'' is not a time");
	refuses("rekey is no word of files", PEER "Rekey=1",
		"'Rekey' is not a setting of [Peer]; expected PublicKey, PresharedKey, Endpoint, AllowedIPs, PersistentKeepalive, Candidates, Follow or Silent");
	refuses("candidates of the device", "[Interface]\nCandidates=192.0.2.1:1",
		"'Candidates' is not a setting of [Interface]");
}

/* What is refused leaves what was there, as a second word of `set` may come. */
static void test_refused_ways_change_nothing(void)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *peer = cvl_peer_append(dev);
	struct cvl_error err = { 0 };
	uint32_t silent_s = 7;

	ktap_ok(!cvl_word_candidates(peer, " 192.0.2.1 : 5 @ 3 ,\n[::1]:5", &err) &&
		!strcmp(peer->candidates->host, "::1") && !peer->candidates->preference &&
		!strcmp(peer->candidates->next->host, "192.0.2.1") &&
		peer->candidates->next->preference == 3 &&
		!strcmp(peer->candidates->next->service, "5") && !peer->candidates->next->next,
		"candidates of `set`: white space does not matter");
	ktap_ok(!cvl_word_candidates(peer, "[fe80::1%a@2]:5", &err) &&
		!strcmp(peer->candidates->host, "fe80::1%a@2") && !peer->candidates->preference &&
		!peer->candidates->next, "a candidate by a link with an at sign in its name");
	cvl_word_candidates(peer, "192.0.2.1:5,[::1]:5", &err);
	ktap_ok(!cvl_word_follow(peer, "192.0.2.0/24, ::1", &err) &&
		peer->follow == CVL_FOLLOW_WITHIN && peer->sources->prefix_bits == 24 &&
		peer->sources->next->prefix_bits == 128 && !peer->sources->next->next,
		"follow of `set`: white space does not matter");
	ktap_equal(peer->has, CVL_PEER_CANDIDATES | CVL_PEER_FOLLOW,
		   "candidates and follow of `set`: fields");
	ktap_ok(cvl_word_candidates(peer, "192.0.2.9:9,x", &err) == -EINVAL &&
		peer->candidates && peer->candidates->next,
		"candidates that are refused leave those that were there");
	ktap_ok(cvl_word_follow(peer, "10.0.0.0/8,x", &err) == -EINVAL &&
		peer->follow == CVL_FOLLOW_WITHIN && peer->sources->prefix_bits == 24,
		"follow that is refused leaves what was there");
	ktap_ok(cvl_word_silent(&silent_s, "off,", &err) == -EINVAL && silent_s == 7,
		"silent that is refused leaves what was there");
	ktap_ok(!cvl_word_follow(peer, "never", &err) && peer->follow == CVL_FOLLOW_NEVER &&
		!peer->sources, "follow never: no prefix is left");
	ktap_ok(!cvl_word_candidates(peer, "", &err) && !peer->candidates &&
		peer->has & CVL_PEER_CANDIDATES, "candidates of '': none, and it is said");
	cvl_device_destroy(dev);
}

static void test_refused_lines(void)
{
	refuses("word of wg-quick", "[Interface]\n\nAddress = 10.0.0.1/24",
		"f:3: 'Address' is not a setting of [Interface] (it is for wg-quick");
	refuses("unknown word of a peer", PEER "\nPort=1",
		"f:4: 'Port' is not a setting of [Peer]; expected PublicKey, PresharedKey");
	refuses("word of the other section", PEER "ListenPort=1", "'ListenPort'");
	refuses("unknown section", "[Pear]",
		"f:1: '[Pear]' is not a section; did you mean '[Peer]'?");
	refuses("unknown section like none", "[Network]",
		"f:1: '[Network]' is not a section; expected [Interface] or [Peer]");
	refuses("unknown word of the device, near a known one", "[Interface]\nlistenprot=1",
		"f:2: 'listenprot' is not a setting of [Interface]; did you mean 'ListenPort'?");
	refuses("unknown word of a peer, near a known one", PEER "\nPresharedKy=" KEY_2,
		"f:4: 'PresharedKy' is not a setting of [Peer]; did you mean 'PresharedKey'?");
	refuses("assignment before any section", "ListenPort=1",
		"f:1: this line is before any section");
	refuses("no '='", "[Interface]\nListenPort 1", "f:2: this line is not an assignment");
	refuses("no PublicKey", PEER "[Peer]\n\n[Peer]\nPublicKey=" KEY_2,
		"f:3: this [Peer] has no PublicKey");
	refuses("no PublicKey at the end", PEER "[Peer]\n#\n", "f:3: this [Peer]");
	refuses("'[' without an end", "[\n[Interface]", "f:1: '['");
	refuses("control characters", "[Interface]\n\x1b[31m=1", "f:2: '?[31m'");
}

/* Also as a word in the wrong place, a secret is not printed. */
static void test_secrets(void)
{
	static const char * const texts[] = {
		"[Interface]\nPrivateKey=SECRETSECRET",
		"[Interface]\nSECRETSECRETSECRETSECRETSECRETSECRETSECRETSE=",
		"[Interface]\nSECRETSECRETSECRET",
		"SECRETSECRETSECRETSECRETSECRETSECRETSECRETSE=",
		PEER "PresharedKey=SECRETSECRETSECRETSECRETSECRETSECRETSECRETS==",
		NULL,
	};
	int i;

	for (i = 0; texts[i]; i++) {
		char *out = reprint(texts[i], strlen(texts[i]));

		ktap_ok(!strstr(out, "SECRET") && strstr(out, "expected"),
			"a refused key is not in the message");
		free(out);
	}
}

static void test_fields(void)
{
	static const char zero_byte[] = "[Interface]\nListen\0Port=1\n";
	static const char text[] = "[Interface]\nListenPort=1\n" PEER;
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;

	ktap_equal(cvl_config_parse(dev, "f", zero_byte, sizeof(zero_byte) - 1,
				    &err), -EINVAL, "text with a zero byte is refused");
	ktap_equal(err.line, 2, "text with a zero byte: the error has its line");
	cvl_device_destroy(dev);
	dev = cvl_device_create();
	cvl_config_parse(dev, "f", text, sizeof(text) - 1, &err);
	ktap_equal(dev->has, CVL_DEVICE_LISTEN_PORT, "set from text: only the attributes in it");
	ktap_ok(dev->peers->replace_allowed_ips && !dev->replace_peers,
		"set from text: a peer's allowed IPs are replaced, peers are not");
	ktap_equal(dev->peers->has, 0, "set from text: a peer's other attributes stay");
	cvl_config_make_whole(dev);
	ktap_ok(dev->replace_peers && dev->has & CVL_DEVICE_PRIVATE_KEY &&
		dev->has & CVL_DEVICE_FWMARK,
		"a whole configuration replaces peers and sets key and mark");
	cvl_device_destroy(dev);
	ktap_equal(cvl_config_read(NULL, "/nonexistent/f", &err), -ENOENT,
		   "a missing file: ENOENT");
	ktap_is(err.text, "/nonexistent/f: No such file or directory",
		"a missing file: the error has its name");
}

static void test_signs(void)
{
	static const char file[] = PEER "AllowedIPs=+1.2.3.4,-5.6.7.8/8,::/0\n"
		PEER "AllowedIPs=+1.2.3.4\nAllowedIPs=5.6.7.8\n"
		PEER "AllowedIPs=5.6.7.8\nAllowedIPs=-1.2.3.4\n";
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;
	struct cvl_peer *peer;

	ktap_equal(cvl_config_parse(dev, "f", file, sizeof(file) - 1, &err), 0,
		   "allowed IPs with signs are accepted in a file");
	peer = dev->peers;
	ktap_ok(!peer->replace_allowed_ips && !peer->allowed_ips->remove &&
		peer->allowed_ips->next->remove &&
		!peer->last_allowed_ip->remove,
		"one sign makes a list a change, and '-' removes");
	peer = peer->next;
	ktap_ok(peer->replace_allowed_ips, "the last list counts: one without signs");
	ktap_ok(!peer->next->replace_allowed_ips, "the last list counts: one with signs");
	cvl_device_destroy(dev);
}

/* The lists of `set`, with the white space that a shell hands over. */
static void test_lists(void)
{
	static const struct {
		const char *word;
		int count;
		bool replace;
	} lists[] = {
		{ "1.2.3.4", 1, true }, { "", 0, true }, { " \t\n", 0, true },
		{ "1.2.3.4/32, fd00::2/128", 2, true }, { " 1.2.3.4 ,5.6.7.8\n", 2, true },
		{ "\r1.2.3.4\v/ 3 2\f", 1, true }, { " + 1.2.3.4 , - ::/0", 2, false },
		{ "1.2.3.4,+5.6.7.8", 2, false },
	};
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct cvl_device *dev = cvl_device_create();
		struct cvl_peer *peer = cvl_peer_append(dev);
		const struct cvl_allowed_ip *ip;
		struct cvl_error err = { 0 };
		int count = 0;

		ktap_equal(cvl_word_allowed_ips(peer, lists[i].word, &err), 0,
			   "allowed IPs of `set`: the list is accepted");
		for (ip = peer->allowed_ips; ip; ip = ip->next)
			count++;
		ktap_equal(count, lists[i].count, "allowed IPs of `set`: number of items");
		ktap_equal(peer->replace_allowed_ips, lists[i].replace,
			   "allowed IPs of `set`: replaces unless there is a sign");
		cvl_device_destroy(dev);
	}
}

static void test_ports(void)
{
	static const struct {
		const char *word;
		int port;
	} ports[] = {
		{ "5", 5 }, { " 5", 5 }, { "\t+5", 5 }, { "05", 5 }, { "0", 0 },
		{ "65535", 65535 }, { "65536", -1 }, { "5 ", -1 }, { "5\n", -1 },
		{ "+", -1 }, { "++5", -1 }, { "+ 5", -1 }, { "", -1 }, { " ", -1 },
		{ "18446744073709551617", -1 }, { "-18446744073709551611", -1 },
	};
	size_t i;

	for (i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		struct cvl_device *dev = cvl_device_create();
		struct cvl_peer *peer = cvl_peer_append(dev);
		struct cvl_error err = { 0 };
		char endpoint[64];
		uint16_t port = 9;
		int ret = cvl_word_port(&port, ports[i].word, &err);

		ktap_equal(ret ? -1 : port, ports[i].port,
			   "listen port of `set`: value or refusal");
		snprintf(endpoint, sizeof(endpoint), "192.0.2.1:%s", ports[i].word);
		ret = cvl_word_endpoint(peer, endpoint, &err);
		/* a name is looked up later */
		if (!ret && strspn(peer->endpoint_service, "0123456789") !=
		    strlen(peer->endpoint_service))
			ret = -1;
		ktap_equal(ret ? -1 : atoi(peer->endpoint_service),
			   ports[i].port ? ports[i].port : -1,
			   "endpoint's port of `set`: value or refusal");
		cvl_device_destroy(dev);
	}
}

/* As Windows writes it; with and without a mark, of both byte orders. */
static void test_utf16(void)
{
	static const struct {
		const char *text;
		size_t bytes;
	} texts[] = {
		{ "\xff\xfe[\0P\0e\0", 8 }, { "\xfe\xff\0[\0P\0e", 8 }, { "[\0P\0", 4 },
		{ "\0[\0P", 4 }, { "\xff\xfe", 2 },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char *out = reprint(texts[i].text, texts[i].bytes);

		ktap_has(out, "f:1: this is UTF-16; expected UTF-8: convert it",
			 "text in UTF-16 is refused: the error says UTF-16");
		free(out);
	}
}

static void test_error_text(void)
{
	struct cvl_error err = { 0 };
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	cvl_error_word(&err, text);
	ktap_equal((long long)strlen(err.word), sizeof(err.word) - 1,
		   "error: a long word is cut off");
	ktap_is(err.word + sizeof(err.word) - 4, "...", "error: a long word ends in dots");
	cvl_error_set(&err, -1, "%s", text);
	cvl_error_prefix(&err, "%s", "front: ");
	ktap_equal((long long)strlen(err.text), sizeof(err.text) - 1,
		   "error: a long message is cut off");
	ktap_has(err.text, "front: xxx", "error: a long message keeps its prefix");
}

static void test_resolve(void)
{
	const struct cvl_resolve_options options = { .retries = 0 };
	static const char text[] = PEER "Endpoint=no such host.invalid:5\n";
	char *out = reprint(text, sizeof(text) - 1);
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err = { 0 };

	ktap_has(out, "f:3: endpoint 'nosuchhost.invalid'",
		 "a name that does not resolve: file, line and word");
	free(out);
	cvl_word_endpoint(cvl_peer_append(dev), "127.0.0.1:no-such-service",
			  &err);
	ktap_ok(cvl_endpoints_resolve(dev, &options, &err) < 0,
		"endpoint with an unknown service: refused");
	cvl_device_destroy(dev);
}

/* How often the name server that does not answer was asked. */
static int again_count;

/* Stands before the C library's: names in .test are ours (RFC 6761). */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **found)
{
	int (*next)(const char *host, const char *service, const struct addrinfo *hints,
		    struct addrinfo **found) = dlsym(RTLD_NEXT, "getaddrinfo");

	if (host && !strcmp(host, "again.test")) {
		again_count++;
		return EAI_AGAIN;
	}
	return next(host && !strcmp(host, "first.test") ? "192.0.2.77" : host, service, hints,
		    found);
}

static void notice(void *arg, const char *text)
{
	ktap_has(text, arg, "a name server that does not answer: the wait is said");
}

/* One peer's names share the patience of its endpoint. */
static void test_resolve_candidates(void)
{
	const struct cvl_resolve_options options = {
		.retries = 3, .notify = notice,
		.arg = "f:4: candidate 'again.test': ",
	};
	static const char text[] = PEER "Candidates=again.test:5\n";
	static const char many[] = PEER "Endpoint=192.0.2.1:1\n"
		"Candidates=192.0.2.1:1,first.test:2,again.test:3,again.test:4@1\n";
	char *out = reprint(PEER "Candidates=192.0.2.1:1,no.such.invalid:5@7\n",
			    strlen(PEER "Candidates=192.0.2.1:1,no.such.invalid:5@7\n"));
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err = { 0 };

	ktap_has(out, "f:3: candidate 'no.such.invalid': ",
		 "a candidate that does not resolve: file, line and word");
	ktap_has(out, "; expected a host that resolves to an address, and a port",
		 "a candidate that does not resolve: what is expected");
	free(out);
	out = reprint(text, strlen(text));
	ktap_has(out, "f:3: candidate 'again.test': ", "a candidate without a name server");
	ktap_equal(again_count, 1, "a candidate without a name server: asked once");
	free(out);
	cvl_config_parse(dev, "f", many, strlen(many), &err);
	again_count = 0;
	ktap_equal(cvl_endpoints_resolve(dev, &options, &err), -EADDRNOTAVAIL,
		   "a name server that does not answer: candidates are refused");
	ktap_equal(again_count, 4, "a name server that does not answer: asked four times in all");
	dev->peers->remove = true;
	ktap_equal(cvl_endpoints_resolve(dev, &options, &err), 0,
		   "candidates of a peer that is removed: not asked for");
	cvl_device_destroy(dev);
}

int main(void)
{
	test_good();
	test_good_ways();
	test_refused_ways();
	test_refused_ways_change_nothing();
	test_resolve_candidates();
	test_refused_values();
	test_refused_lines();
	test_secrets();
	test_fields();
	test_signs();
	test_lists();
	test_ports();
	test_utf16();
	test_error_text();
	test_resolve();
	return ktap_finish();
}
