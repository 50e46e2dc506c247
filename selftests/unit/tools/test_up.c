// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of what culvert up reads and writes: words, files of tunnels, and what SaveConfig
 * makes of them; selftests/check-unit runs it.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "ktap.h"
#include "up/save.h"

#define PRIVATE "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
#define ONE "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
#define TWO "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="

static const char *prefix(const char *word)
{
	static char text[CVL_ALLOWED_IP_TEXT_SIZE];
	struct cvl_allowed_ip ip;

	if (!up_word_prefix(&ip, word))
		return "refused";
	cvl_allowed_ip_to_text(text, &ip);
	return text;
}

static void test_prefixes(void)
{
	static const char * const cases[][2] = {
		{ "10.0.0.1", "10.0.0.1/32" }, { "10.0.0.1/24", "10.0.0.1/24" },
		{ "0.0.0.0/0", "0.0.0.0/0" }, { "fd00::1", "fd00::1/128" },
		{ "FD00::1/64", "fd00::1/64" }, { "10.0.0.1/33", "refused" },
		{ "fd00::1/129", "refused" }, { "10.0.0/8", "refused" },
		{ "10.0.0.1/", "refused" }, { "10.0.0.1/-1", "refused" },
		{ "10.0.0.1/ 8", "refused" }, { "", "refused" }, { "/8", "refused" },
		{ "host.example", "refused" }, { "10.0.0.1/24/24", "refused" },
	};
	struct cvl_allowed_ip a, b;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ktap_is(prefix(cases[i][0]), cases[i][1], cases[i][0]);
	up_word_prefix(&a, "10.0.0.9/24");
	up_word_prefix(&b, "10.0.0.77/32");
	ktap_ok(up_prefix_contains(&a, &b), "bits behind a prefix do not matter");
	ktap_ok(!up_prefix_contains(&b, &a), "a longer one contains no shorter one");
	ktap_ok(up_prefix_contains(&a, &a), "one contains itself");
	up_word_prefix(&b, "::/128");
	up_word_prefix(&a, "0.0.0.0/0");
	ktap_ok(!up_prefix_contains(&a, &b), "nor one of the other family");
}

static void test_words(void)
{
	enum up_table how;
	uint32_t table = 0;
	char *text;

	ktap_ok(up_word_table(&how, &table, "AUTO") && how == UP_TABLE_AUTO, "table: auto");
	ktap_ok(up_word_table(&how, &table, "off") && how == UP_TABLE_OFF, "table: off");
	ktap_ok(up_word_table(&how, &table, "main") && how == UP_TABLE_NUMBER &&
		table == RT_TABLE_MAIN, "table: main");
	ktap_ok(up_word_table(&how, &table, "0x51") && table == 0x51, "table: hexadecimal");
	ktap_ok(!up_word_table(&how, &table, "0"), "table: 0 is none");
	ktap_ok(!up_word_table(&how, &table, "4294967296"), "table: too great");
	ktap_ok(!up_word_table(&how, &table, "12x"), "table: no number");
	text = up_word_expand("ip a %i; %%i %I %", "cv0");
	ktap_is(text, "ip a cv0; %cv0 %I %", "the name in the place of each %i");
	free(text);
	text = up_word_expand("", "cv0");
	ktap_is(text, "", "nothing in nothing");
	free(text);
	ktap_ok(up_word_is_name("a_b=c+d.e-f"), "a name of many characters");
	ktap_ok(up_word_is_name("fifteen-letters"), "a name of 15");
	ktap_ok(!up_word_is_name("sixteen--letters"), "not of 16");
	ktap_ok(!up_word_is_name("") && !up_word_is_name("..") && !up_word_is_name("a/b") &&
		!up_word_is_name("a b") && !up_word_is_name("a@b"), "what is no name");
}

static int parse(struct up_file *file, const char *text, struct cvl_error *err)
{
	memset(file, 0, sizeof(*file));
	memset(err, 0, sizeof(*err));
	strcpy(file->path, "f");
	strcpy(file->name, "cv0");
	return up_file_parse(file, text, strlen(text), err);
}

static void refuses(const char *text, const char *says)
{
	static struct up_file file;
	struct cvl_error err;

	ktap_ok(parse(&file, text, &err), says);
	ktap_has(err.text, says, says);
	up_file_clear(&file);
}

static void test_file(void)
{
	static struct up_file file;
	struct cvl_error err;
	struct cvl_peer *peer;

	ktap_ok(!parse(&file,
		       "\xef\xbb\xbf[Interface]\r\nPrivateKey=" PRIVATE "\r\n"
		       " address = 10.0.0.1/24,fd00::1\r\n"
		       "ADDRESS=10.1.0.1 # x\nDns = 10.0.0.53, a.example , fd00::53\nTable = 7\n"
		       "PostUp = echo %i; false # c\nPostUp = true\nSaveConfig = TRUE\n"
		       "  #culvert: BindDevice = lo # c\n#culvertish: x\nDscp = copy\n[peer]\n"
		       "PublicKey = " ONE "\n#culvert:Endpoint = [2001:db8::1]:5\n"
		       "Endpoint = 192.0.2.1:6\n"
		       "[Peer] # two\n#culvert: Name = bob smith\nPublicKey = " TWO "\nIdle = 60\n"
		       "Endpoint = 192.0.2.2:7\n", &err), err.text);
	ktap_equal((long long)file.addresses.count, 3, "three addresses");
	ktap_equal((long long)file.servers.count, 2, "two servers");
	ktap_is(file.domains.words[0], "a.example", "a domain");
	ktap_equal(file.table, 7, "a table");
	ktap_equal((long long)file.hooks[UP_POST_UP].count, 2, "two hooks");
	ktap_is(file.hooks[UP_POST_UP].words[0], "echo cv0; false", "a hook");
	ktap_ok(file.save, "SaveConfig");
	ktap_is(file.dev->bind_device, "lo", "a word of our own in a comment");
	ktap_equal(file.dev->dscp, CVL_DSCP_COPY, "a word of our own");
	peer = file.dev->peers;
	ktap_is(peer->endpoint_host, "2001:db8::1", "the first endpoint");
	ktap_is(peer->candidates->next->host, "192.0.2.1", "the second candidate");
	ktap_equal(peer->candidates->next->preference, 1, "it is less preferred");
	ktap_is(peer->next->name, "bob smith", "the name of the second peer");
	ktap_ok(!peer->next->candidates, "one endpoint is no candidate");
	ktap_equal(peer->next->idle_s, 60, "its idle time");
	up_file_clear(&file);
	refuses("[Interface]\nMTU = 20\n", "f:2: MTU: '20': expected bytes from 68 to 65535");
	refuses("[Interface]\nAddress = 10.0.0.1/24, x\n", "f:2: Address: 'x': expected ADDRESS");
	refuses("[Interface]\nSaveConfig = 1\n", "f:2: SaveConfig: '1': expected true or false");
	ktap_ok(!parse(&file, "[Interface]\nDNS = 10.0.0.53 corp.example\n", &err) &&
		file.servers.count == 1 && file.domains.count == 1,
		"DNS: blanks between servers and domains: both");
	up_file_clear(&file);
	refuses("[Interface]\nAddress =\n", "f:2: Address: '': expected a value");
	refuses("[Peer]\nPublicKey = " ONE
		"\nEndpoint = a:1\nCandidates = b:2\nEndpoint = c:3\n",
		"f:5: Endpoint: there are several lines Endpoint and a line Candidates");
	refuses("#culvert: Name = x\n", "f:1: 'Name' is not a word for '#culvert:'");
	refuses("[Interface]\n\nAddress = 10.0.0.1\nfoo = 1\n", "f:4: 'foo' is not a setting");
	refuses("[Interface]\n[Peer]\nPublicKey = " ONE "\n\nIdle = x\n", "f:5: Idle: 'x' is not");
	refuses("[Peer]\nMTU = 1400\nPublicKey = " ONE "\n",
		"f:2: 'MTU' is not a setting of [Peer]");
}

/* What the file becomes if the device is like another file. */
static void saves(const char *text, const char *device, const char *expected, const char *name)
{
	struct up_text old = { .bytes = (char *)text, .used = strlen(text) };
	static struct up_file file, now;
	struct up_text out = { 0 };
	struct cvl_error err;
	struct cvl_peer *peer;

	ktap_ok(!parse(&file, text, &err) && !parse(&now, device, &err), name);
	for (peer = now.dev->peers; peer; peer = peer->next) {
		peer->has &= ~CVL_PEER_ENDPOINT;
		if (!peer->endpoint_host)
			continue;
		peer->endpoint.v4.sin_family = AF_INET;
		peer->endpoint.v4.sin_addr.s_addr = htonl(0xc0000209);
		peer->endpoint.v4.sin_port = htons(9);
		peer->has |= CVL_PEER_ENDPOINT;
	}
	ktap_ok(!up_save_edit(&out, &file, &old, now.dev, &err), name);
	ktap_is(out.bytes ? out.bytes : "", expected, name);
	up_text_clear(&out);
	up_file_clear(&file);
	up_file_clear(&now);
}

#define PEER(key) "[Peer]\nPublicKey = " key "\n"

static void test_save(void)
{
	saves("[Interface]\n# c\n" PEER(ONE) "AllowedIPs = 10.0.0.9/24, 10.0.0.0/24 # x\n",
	      PEER(ONE) "AllowedIPs = 10.0.0.0/24\n",
	      "[Interface]\n# c\n" PEER(ONE) "AllowedIPs = 10.0.0.9/24, 10.0.0.0/24 # x\n",
	      "what is the same stays as it was written");
	saves(PEER(ONE) "AllowedIPs=10.0.0.0/24#x\n allowedips = 10.1.0.0/16\n",
	      PEER(ONE) "AllowedIPs = 10.2.0.0/16, fd00::/64\n",
	      PEER(ONE) "AllowedIPs=10.2.0.0/16, fd00::/64 #x\n", "allowed IPs on the first line");
	saves(PEER(ONE) "AllowedIPs = 10.0.0.0/24\nPersistentKeepalive = 5\n", PEER(ONE), PEER(ONE),
	      "what is off goes");
	saves("# one\n" PEER(ONE) "# in one\n\n# two\n" PEER(TWO) "# end", PEER(TWO),
	      "# two\n" PEER(TWO) "# end\n", "a peer that has gone, with the comments above it");
	saves(PEER(TWO) "\n# of one\n" PEER(ONE), PEER(TWO), PEER(TWO) "\n",
	      "the last one has gone");
	saves("[Interface]\nListenPort = 5 # p\nFwMark=7\n", "[Interface]\nListenPort = 6\n",
	      "[Interface]\nListenPort = 6 # p\nFwMark=0x0\n", "port and mark");
	saves("[Interface]\n", "[Interface]\nListenPort = 6\nPrivateKey = " PRIVATE "\n",
	      "[Interface]\n", "what the file has not stays out");
	saves(PEER(ONE) "Endpoint = host.example:5\n", PEER(ONE) "Endpoint = x:1\n",
	      PEER(ONE) "Endpoint = host.example:5\n", "a name stays");
	saves(PEER(ONE) "Endpoint = 192.0.2.1:5\n", PEER(ONE) "Endpoint = x:1\n",
	      PEER(ONE) "Endpoint = 192.0.2.9:9\n", "an address follows the peer");
	saves(PEER(ONE), PEER(ONE) "Endpoint = x:1\nPersistentKeepalive = 9\n",
	      PEER(ONE) "Endpoint = 192.0.2.9:9\nPersistentKeepalive = 9\n",
	      "what is new is behind the key");
	saves("[Interface]\n", PEER(ONE) "Name = n\nIdle = 60\nAllowedIPs = 10.0.0.0/8\n",
	      "[Interface]\n\n" PEER(ONE)
	      "AllowedIPs = 10.0.0.0/8\n#culvert: Name = n\n#culvert: Idle = 60\n",
	      "a new peer");
	saves("", "", "", "nothing");
}

int main(void)
{
	test_prefixes();
	test_words();
	test_file();
	test_save();
	return ktap_finish();
}
