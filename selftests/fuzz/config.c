// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what people write. A first byte of 1 to 11 has the rest read as one word of
 * a command line; anything else is a configuration file, that byte included.
 */
#include <arpa/inet.h>

#include "fuzz.h"
#include "libculvert.h"

static char *print(const struct cvl_device *dev, size_t *bytes)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, bytes);

	FUZZ_CHECK(file && !cvl_config_print(file, dev) && !fclose(file),
		   "expected the device to be printed");
	return text;
}

/* What is accepted, printed, is accepted again and means the same. */
static void check_reprint(const struct cvl_device *dev)
{
	struct cvl_device *again = cvl_device_create();
	struct cvl_error err;
	size_t first_bytes;
	size_t second_bytes;
	char *first = print(dev, &first_bytes);
	char *second;

	FUZZ_CHECK(!cvl_config_parse(again, "again", first, first_bytes, &err),
		   "expected to read what was printed, got: %s\n%s", err.text, first);
	second = print(again, &second_bytes);
	FUZZ_CHECK(first_bytes == second_bytes && !memcmp(first, second, first_bytes),
		   "expected to print the same again, got:\n%s\nafter:\n%s", second, first);
	free(first);
	free(second);
	cvl_device_destroy(again);
}

/* A refusal has a text for the user, of one line, without what terminals obey. */
static void check_error(const struct cvl_error *err, int code)
{
	const char *c;

	FUZZ_CHECK(code < 0 && err->code == code, "expected code %d in the error, got %d",
		   code, err->code);
	FUZZ_CHECK(*err->text, "expected words with error %d", code);
	for (c = err->text; *c; c++)
		FUZZ_CHECK(*c >= ' ' && *c <= '~', "expected printable words, got byte %u",
			   (unsigned char)*c);
}

/* With a byte order mark in front, a file that has none means the same. */
static void check_mark(const struct cvl_device *dev, const uint8_t *data, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct cvl_device *marked = cvl_device_create();
	char *text = malloc(size + 3);
	struct cvl_error err;
	size_t first_bytes;
	size_t second_bytes;
	char *first = print(dev, &first_bytes);
	char *second;

	FUZZ_CHECK(text, "out of memory");
	memcpy(text, mark, 3);
	memcpy(text + 3, data, size);
	FUZZ_CHECK(!cvl_config_parse(marked, "marked", text, size + 3, &err),
		   "expected to read it with a mark in front, got: %s", err.text);
	second = print(marked, &second_bytes);
	FUZZ_CHECK(first_bytes == second_bytes && !memcmp(first, second, first_bytes),
		   "expected the same with a mark in front, got:\n%s\nafter:\n%s", second, first);
	free(first);
	free(second);
	free(text);
	cvl_device_destroy(marked);
}

static void check_config(const uint8_t *data, size_t size)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_error err;
	int code = cvl_config_parse(dev, "fuzz", (const char *)data, size, &err);

	if (!code) {
		check_reprint(dev);
		if (size < 3 || memcmp(data, "\xef\xbb\xbf", 3))
			check_mark(dev, data, size);
	} else {
		check_error(&err, code);
		FUZZ_CHECK(err.line && !strncmp(err.text, "fuzz:", 5),
			   "expected file and line in the error, got: %s", err.text);
	}
	cvl_device_destroy(dev);
}

static void check_key(const char *word, struct cvl_error *err)
{
	uint8_t key[CVL_KEY_BYTES], again[CVL_KEY_BYTES];
	char text[CVL_KEY_TEXT_SIZE];
	int code = cvl_word_key(key, word, false, err);

	if (code) {
		check_error(err, code);
		return;
	}
	/* One key, one text: what is refused may not be a key written otherwise. */
	cvl_key_to_text(text, key);
	FUZZ_CHECK(!strcmp(text, word), "expected the key %s to be printed as that, got %s",
		   word, text);
	FUZZ_CHECK(cvl_key_from_text(again, text) && cvl_key_equal(key, again),
		   "expected to read the key %s again", text);
}

static void check_allowed_ips(const char *word, struct cvl_error *err)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_device *again = cvl_device_create();
	struct cvl_peer *peer = cvl_peer_append(dev);
	struct cvl_peer *other = cvl_peer_append(again);
	int code = cvl_word_allowed_ips(peer, word, err);
	const struct cvl_allowed_ip *ip;
	char text[CVL_ALLOWED_IP_TEXT_SIZE];

	if (code)
		check_error(err, code);
	else
		FUZZ_CHECK(peer->replace_allowed_ips == !strpbrk(word, "+-"),
			   "expected a change if there is a sign, and else a whole list: %s",
			   word);
	for (ip = code ? NULL : peer->allowed_ips; ip; ip = ip->next) {
		FUZZ_CHECK(ip->prefix_bits <= (ip->family == AF_INET ? 32 : 128),
			   "expected a prefix of at most the address, got %u bits",
			   ip->prefix_bits);
		cvl_allowed_ip_to_text(text, ip);
		FUZZ_CHECK(!cvl_word_allowed_ips(other, text, err),
			   "expected to read %s again, got: %s", text, err->text);
		FUZZ_CHECK(other->last_allowed_ip->prefix_bits == ip->prefix_bits &&
			   !memcmp(&other->last_allowed_ip->v6, &ip->v6,
				   ip->family == AF_INET ? 4 : 16),
			   "expected %s to mean the same again", text);
	}
	cvl_device_destroy(dev);
	cvl_device_destroy(again);
}

static void check_endpoint(const char *word, struct cvl_error *err)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *peer = cvl_peer_append(dev);
	int code = cvl_word_endpoint(peer, word, err);

	if (code)
		check_error(err, code);
	else
		FUZZ_CHECK(peer->endpoint_host || peer->endpoint.any.sa_family,
			   "expected a host or an address of %s", word);
	cvl_device_destroy(dev);
}

/* What is refused changes nothing. */
static void check_own(uint8_t kind, const char *word, struct cvl_error *err)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *peer = cvl_peer_append(dev);
	uint32_t idle_s = 0;
	uint8_t dscp = 0;
	int code;

	switch (kind) {
	case 7:
		code = cvl_word_bind_addresses(dev, word, err);
		FUZZ_CHECK(code || !dev->bind4_off || !dev->bind6_off,
			   "expected an address of %s", word);
		break;
	case 8:
		code = cvl_word_bind_device(dev, word, err);
		break;
	case 9:
		code = cvl_word_name(peer, word, err);
		FUZZ_CHECK(code || !strcmp(peer->name, word), "expected the name %s, got %s", word,
			   peer->name);
		break;
	case 10:
		code = cvl_word_dscp(&dscp, word, err);
		FUZZ_CHECK(dscp <= CVL_DSCP_COPY, "expected a DSCP of %s, got %u", word, dscp);
		break;
	default:
		code = cvl_word_idle(&idle_s, word, err);
		FUZZ_CHECK(idle_s <= 1728000, "expected at most 20 days of %s", word);
	}
	if (code) {
		check_error(err, code);
		FUZZ_CHECK(!dev->has && !peer->has, "expected no change by %s", word);
	}
	cvl_device_destroy(dev);
}

static void check_word(uint8_t kind, const char *word)
{
	struct cvl_error err = { 0 };
	uint16_t number16;
	uint32_t number32;
	int code = 0;

	switch (kind) {
	case 1:
		check_key(word, &err);
		return;
	case 2:
		check_allowed_ips(word, &err);
		return;
	case 3:
		check_endpoint(word, &err);
		return;
	case 4:
		code = cvl_word_port(&number16, word, &err);
		break;
	case 5:
		code = cvl_word_fwmark(&number32, word, &err);
		break;
	case 6:
		code = cvl_word_keepalive(&number16, word, &err);
		break;
	default:
		check_own(kind, word, &err);
		return;
	}
	if (code)
		check_error(&err, code);
}

/**
 * LLVMFuzzerTestOneInput() - parse one input
 * @data: anything
 * @size: of it
 *
 * Return: 0. Aborts if a rule is broken.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *word;

	if (!size || !data[0] || data[0] > 11) {
		check_config(data, size);
		return 0;
	}
	word = strndup((const char *)data + 1, size - 1);
	FUZZ_CHECK(word, "out of memory");
	check_word(data[0], word);
	free(word);
	return 0;
}
