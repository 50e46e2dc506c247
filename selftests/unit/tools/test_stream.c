// SPDX-License-Identifier: GPL-2.0
/*
 * Files with very many peers: read peer by peer they are what they are as a whole, messages that
 * are packed before they are sent are those that the encoder writes, and addresses and public keys
 * are read and written as the C library and the slower functions do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <unistd.h>

#include "address.h"
#include "ktap.h"
#include "stream.h"

#define KEY(c) "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" c "A="

#define PATH "/tmp/culvert-stream.XXXXXX"

static char path[sizeof(PATH)] = PATH;

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

/* The peers as text, each after an empty line. */
static char *print_peers(const struct cvl_device *dev)
{
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);

	if (!file)
		abort();
	cvl_config_print_part(file, dev, false);
	fclose(file);
	return text;
}

/* Peer by peer, and the error if there is one. */
static char *read_peers(const char *text, struct cvl_error *err)
{
	struct cvl_config_reader reader = {
		.parser = { .dev = cvl_device_create(), .err = err }, .file = "f",
	};
	char *all = strdup("");
	int ret = cvl_config_reader_begin(&reader, text, strlen(text));

	while (!ret && !(ret = cvl_config_reader_peer(&reader)) && reader.parser.dev->peers) {
		char *peer = print_peers(reader.parser.dev);
		char *more;

		if (asprintf(&more, "%s%s", all, peer) < 0)
			abort();
		free(all);
		free(peer);
		all = more;
	}
	if (ret)
		cvl_config_reader_fail(&reader);
	cvl_config_reader_end(&reader);
	cvl_device_destroy(reader.parser.dev);
	return all;
}

static const char * const texts[] = {
	"",
	"[Interface]\nListenPort = 1\n",
	"[Peer]\nPublicKey = " KEY("B") "\n",
	"[Peer]\nPublicKey=" KEY("B") "\n[Peer]\nPublicKey=" KEY("C") "\nAllowedIPs=::/0, 1.2.3.4",
	"[Peer]\nPublicKey=" KEY("B") "\n[Interface]\nFwMark = 5\n[Peer]\nPublicKey=" KEY("C"),
	"[Peer]\nPublicKey=" KEY("B") "\n\n# x\n  [ P e e r ] # y\nPublic Key=" KEY("C") "\n",
	"[Peer]\n[Peer]\nPublicKey=" KEY("B") "\n",
	"[Peer]\nPublicKey=" KEY("B") "\n[Peer]\nAllowedIPs = 1.2.3.4/32\n",
	"[Peer]\nPublicKey=" KEY("B") "\nAllowedIPs = 1.2.3.4/33\n",
	"[Peer]\nPublicKey=" KEY("B") "\n[interface]\n[PEER]\nPublicKey=nokey\n",
	"\n\nPublicKey = x\n",
};

static void test_reader(void)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct cvl_error err = { 0 }, whole_err = { 0 };
		struct cvl_device *dev = cvl_device_create();
		char *parts = read_peers(texts[i], &err), *whole;
		char name[64];

		cvl_config_parse(dev, "f", texts[i], strlen(texts[i]), &whole_err);
		snprintf(name, sizeof(name), "text %zu, peer by peer: the error", i);
		ktap_is(err.text, whole_err.text, name);
		whole = print_peers(dev);
		snprintf(name, sizeof(name), "text %zu, peer by peer: the peers", i);
		if (!err.code)
			ktap_is(parts, whole, name);
		free(whole);
		free(parts);
		cvl_device_destroy(dev);
	}
}

static void test_open(void)
{
	struct cvl_error err = { 0 };
	struct cvl_config *config;
	char expected[128];

	write_file("[Peer]\nPublicKey = " KEY("B") "\n[Peer]\nAllowedIPs = 1.2.3.4\n");
	config = cvl_config_open(path, false, NULL, &err);
	ktap_ok(!config, "an error at the end of a file: not opened");
	snprintf(expected, sizeof(expected), "%s:3: this [Peer] has no PublicKey", path);
	ktap_has(err.text, expected, "an error at the end of a file: file, line and what");
	config = cvl_config_open("/nonexistent", false, NULL, &err);
	ktap_ok(!config && err.code == -ENOENT, "a file that is not there");
}

/* The index: finds each peer once, and the others afterwards. */
static void test_index(void)
{
	uint8_t key[CVL_KEY_BYTES];
	struct cvl_error err = { 0 };
	struct cvl_config *config;
	struct cvl_peer *peer;
	size_t place = 0;

	write_file("[Peer]\nPublicKey = BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		   "AllowedIPs = 1.2.3.4\n"
		   "[Peer]\nPublicKey = CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		   "Endpoint = localhost:5\nAllowedIPs = 1.2.3.5\n"
		   "[Peer]\nPublicKey = DAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
	config = cvl_config_open(path, true, NULL, &err);
	ktap_ok(config && cvl_config_is_plain(config), "an index of a plain file");
	ktap_equal((long long)cvl_config_peer_count(config), 3, "its peers");
	cvl_key_from_text(key, "CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	cvl_config_find(config, key, &peer, &err);
	ktap_ok(peer && cvl_key_equal(peer->public_key, key) &&
		!strcmp(peer->endpoint_host, "localhost"), "a peer that is in the file is found");
	key[31] = 1;
	cvl_config_find(config, key, &peer, &err);
	ktap_ok(!peer, "one whose key begins like another's is not");
	cvl_config_next_unseen(config, &place, &peer, &err);
	ktap_ok(peer && peer->public_key[0] == 4, "the first that was not looked for");
	cvl_config_next_unseen(config, &place, &peer, &err);
	ktap_ok(peer && peer->public_key[0] == 12, "the second");
	cvl_config_next_unseen(config, &place, &peer, &err);
	ktap_ok(!peer && !err.code, "no third");
	cvl_config_close(config);
}

static void test_plain(void)
{
	static const char * const odd[] = {
		"[Peer]\nPublicKey=" KEY("B") "\n[Peer]\nPublicKey=" KEY("B") "\n",
		"[Peer]\nPublicKey=" KEY("B") "\nAllowedIPs=+1.2.3.4/8\n",
		"[Peer]\nPublicKey=BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
		"AllowedIPs=fd00::1/64\n"
		"[Peer]\nPublicKey=" KEY("B") "\nAllowedIPs=fd00::/64\n",
	};
	struct cvl_error err = { 0 };
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct cvl_config *config;

		write_file(odd[i]);
		config = cvl_config_open(path, true, NULL, &err);
		ktap_ok(config && !cvl_config_is_plain(config),
			"a file whose peers depend on each other is not plain");
		cvl_config_close(config);
	}
}

/* All that a series of messages says, with the device as the decoder has it. */
static char *decoded(const struct cvl_device *dev)
{
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);

	cvl_config_print_part(file, dev, true);
	fclose(file);
	return text;
}

static void test_pack(void)
{
	struct cvl_device *dev = cvl_device_create(), *again = cvl_device_create();
	struct cvl_pack pack = { 0 };
	struct cvl_encoder encoder;
	struct cvl_error err = { 0 };
	struct nlmsghdr *message;
	unsigned int i, j, count = 0;
	char *before, *after;

	for (i = 0; i < 700; i++) {
		struct cvl_peer *peer = cvl_peer_append(dev);
		struct cvl_peer *next;

		memcpy(peer->public_key, &i, sizeof(i));
		peer->keepalive_s = 25;
		peer->has = CVL_PEER_KEEPALIVE;
		for (j = 0; j < (i == 300 ? 3000 : 2); j++) {
			struct cvl_allowed_ip ip = { .family = j & 1 ? AF_INET6 : AF_INET,
						     .prefix_bits = 32 };

			ip.v4.s_addr = htonl(i << 12 | j);
			cvl_allowed_ip_append(peer, &ip);
		}
		next = peer->next;
		peer->next = NULL;
		cvl_pack_add(&pack, peer);
		peer->next = next;
	}
	dev->listen_port = 5;
	dev->has = CVL_DEVICE_LISTEN_PORT;
	cvl_encoder_begin(&encoder, dev, 20);
	cvl_pack_close(&pack);
	while ((message = cvl_pack_message(&pack, &encoder))) {
		if (message->nlmsg_len > CVL_MESSAGE_BYTES ||
		    cvl_decode_device(again, message, &err))
			break;
		cvl_pack_drop(&pack);
		count++;
	}
	ktap_ok(!err.code && !pack.first, "all packed messages are good");
	ktap_ok(count > 2, "there are several");
	before = decoded(dev);
	after = decoded(again);
	ktap_ok(!strcmp(before, after), "together they are what was packed");
	free(before);
	free(after);
	cvl_pack_clear(&pack);
	cvl_device_destroy(dev);
	cvl_device_destroy(again);
}

static void test_addresses(void)
{
	static const char * const words[] = {
		"0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.", "01.2.3.4",
		"1.2.3.04", "1..2.3", "", "::", "::1", "1::", "fe80::1", "::ffff:1.2.3.4",
		"1:0:0:2:0:0:0:3", "1:0:0:2:0:0:3:4", "1:0:2:0:3:0:4:0", "0:1::", "1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8:9", "g::", "::1.2.3.4", "1.2.3.4x", "2001:db8:0:1:1:1:1:1",
		"1:0:0:0:0:0:0:0", "1:2:3:4:5:6:0:0", "0001.2.3.4",
	};
	char text[INET6_ADDRSTRLEN], expected[INET6_ADDRSTRLEN];
	uint8_t got[16], want[16];
	int family, wrong = 0;
	size_t i, j;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		for (family = AF_INET; family; family = family == AF_INET ? AF_INET6 : 0) {
			bool good = inet_pton(family, words[i], want) == 1;

			wrong += cvl_address_read(got, family, words[i], strlen(words[i])) != good;
			wrong += good && memcmp(got, want, family == AF_INET ? 4 : 16);
		}
	}
	ktap_equal(wrong, 0, "addresses are read as inet_pton(3) does");
	wrong = 0;
	for (i = 0; i < 20000; i++) {
		for (j = 0; j < sizeof(got); j++)
			got[j] = rand() & 1 << j % 3 ? 0 : (uint8_t)rand();
		family = i & 1 ? AF_INET : AF_INET6;
		inet_ntop(family, got, expected, sizeof(expected));
		wrong += cvl_address_write(text, family, got) != text + strlen(expected) ||
			 strcmp(text, expected);
	}
	ktap_equal(wrong, 0, "addresses are written as inet_ntop(3) does");
}

static void test_public_keys(void)
{
	uint8_t key[CVL_KEY_BYTES], a[CVL_KEY_BYTES], b[CVL_KEY_BYTES];
	char text[CVL_KEY_TEXT_SIZE];
	int i, wrong = 0;

	for (i = 0; i < 20000; i++) {
		size_t j;
		bool good;

		for (j = 0; j < sizeof(key); j++)
			key[j] = (uint8_t)rand();
		cvl_key_to_text(text, key);
		/* in most of them one character is another */
		if (i & 3)
			text[(unsigned int)rand() % 44] = (char)(rand() % 255 + 1);
		good = cvl_key_from_text(a, text);
		wrong += cvl_key_from_public_text(b, text) != good;
		wrong += good && memcmp(a, b, sizeof(a));
	}
	ktap_equal(wrong, 0, "public keys are read as secret ones are");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	test_reader();
	test_open();
	test_index();
	test_plain();
	test_pack();
	test_addresses();
	test_public_keys();
	unlink(path);
	return ktap_finish();
}
