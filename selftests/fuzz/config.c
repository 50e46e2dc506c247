// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: what people write. A first byte of 1 to 14 has the rest read as one word of
 * a command line; anything else is a configuration file, that byte included.
 */
#include <arpa/inet.h>

#include "config.h"
#include "fuzz.h"

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

/* What was read so far, peer by peer, as text. */
static char *print_parts(const struct cvl_device *dev, char *before)
{
	size_t bytes;
	char *text = NULL;
	FILE *file = open_memstream(&text, &bytes);

	FUZZ_CHECK(file, "expected memory");
	fputs(before, file);
	cvl_config_print_part(file, dev, false);
	FUZZ_CHECK(!fclose(file), "expected memory");
	free(before);
	return text;
}

/* A text that is read peer by peer is the same as one that is read at once, and so is its error. */
static void check_stream(const uint8_t *data, size_t size)
{
	struct cvl_device *dev = cvl_device_create(), *whole = cvl_device_create();
	struct cvl_error err = { 0 }, whole_err;
	struct cvl_config_reader reader = {
		.parser = { .dev = dev, .err = &err }, .file = "fuzz", .no_places = true,
	};
	char *parts = strdup(""), *at_once;
	int code = cvl_config_reader_begin(&reader, (const char *)data, size);

	while (!code && !(code = cvl_config_reader_peer(&reader)) && dev->peers)
		parts = print_parts(dev, parts);
	if (code)
		cvl_config_reader_fail(&reader);
	FUZZ_CHECK(cvl_config_parse(whole, "fuzz", (const char *)data, size, &whole_err) == code &&
		   !strcmp(err.text, whole_err.text), "expected the error \"%s\", got \"%s\"",
		   whole_err.text, err.text);
	at_once = print_parts(whole, strdup(""));
	FUZZ_CHECK(code || !strcmp(parts, at_once), "expected these peers:\n%s\ngot:\n%s", at_once,
		   parts);
	free(parts);
	free(at_once);
	cvl_config_reader_end(&reader);
	cvl_device_destroy(dev);
	cvl_device_destroy(whole);
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

/* What is accepted, written out, means the same; white space aside. */
static void check_candidates(const struct cvl_peer *peer)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *again = cvl_peer_append(dev);
	const struct cvl_candidate *a, *b;
	bool can_be_written = true;
	unsigned int count = 0;
	struct cvl_error err;
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);

	for (a = peer->candidates; a; a = a->next, count++) {
		FUZZ_CHECK(a->host && a->service, "expected a host and a port");
		FUZZ_CHECK(!a->next || a->preference <= a->next->preference,
			   "expected them by preference");
		/* no host has a bracket in its name, but what looks for one finds that out */
		can_be_written = can_be_written && !strchr(a->host, ']');
		fprintf(file, "%s[%s]:%s@%u", count ? "," : "", a->host, a->service,
			a->preference);
	}
	fclose(file);
	FUZZ_CHECK(count <= CVL_CANDIDATES_MAX, "expected at most 8 candidates, got %u", count);
	FUZZ_CHECK(!can_be_written || !cvl_word_candidates(again, text, &err),
		   "expected to read %s again, got: %s", text, err.text);
	a = can_be_written ? peer->candidates : NULL;
	for (b = again->candidates; a && b; a = a->next, b = b->next)
		FUZZ_CHECK(!strcmp(a->host, b->host) && !strcmp(a->service, b->service) &&
			   a->preference == b->preference, "expected %s to mean the same again",
			   text);
	FUZZ_CHECK(!a && !b, "expected as many candidates as before of %s", text);
	free(text);
	cvl_device_destroy(dev);
}

static void check_follow(const struct cvl_peer *peer)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *again = cvl_peer_append(dev);
	const struct cvl_allowed_ip *ip;
	unsigned int count = 0;
	struct cvl_error err;

	FUZZ_CHECK(!peer->sources == (peer->follow != CVL_FOLLOW_WITHIN),
		   "expected prefixes to follow to, or a word");
	for (ip = peer->sources; ip; ip = ip->next, count++) {
		char text[CVL_ALLOWED_IP_TEXT_SIZE];

		cvl_allowed_ip_to_text(text, ip);
		FUZZ_CHECK(!cvl_word_follow(again, text, &err),
			   "expected to read %s again, got: %s", text, err.text);
		FUZZ_CHECK(again->sources->prefix_bits == ip->prefix_bits &&
			   !memcmp(&again->sources->v6, &ip->v6, ip->family == AF_INET ? 4 : 16),
			   "expected %s to be masked already", text);
	}
	FUZZ_CHECK(count <= CVL_SOURCES_MAX, "expected at most 8 prefixes, got %u", count);
	cvl_device_destroy(dev);
}

/* Where else a peer may be, and where it is followed to. */
static int check_ways(uint8_t kind, struct cvl_peer *peer, const char *word,
		      struct cvl_error *err)
{
	uint32_t silent_s = 0;
	int code;

	switch (kind) {
	case 12:
		code = cvl_word_candidates(peer, word, err);
		if (!code)
			check_candidates(peer);
		return code;
	case 13:
		code = cvl_word_follow(peer, word, err);
		if (!code)
			check_follow(peer);
		return code;
	default:
		code = cvl_word_silent(&silent_s, word, err);
		FUZZ_CHECK(silent_s <= 60, "expected at most a minute of %s", word);
		return code;
	}
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
	case 11:
		code = cvl_word_idle(&idle_s, word, err);
		FUZZ_CHECK(idle_s <= 1728000, "expected at most 20 days of %s", word);
		break;
	default:
		code = check_ways(kind, peer, word, err);
		break;
	}
	if (code) {
		check_error(err, code);
		FUZZ_CHECK(!dev->has && !peer->has && !peer->candidates && !peer->sources,
			   "expected no change by %s", word);
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

	if (!size || !data[0] || data[0] > 14) {
		check_config(data, size);
		check_stream(data, size);
		return 0;
	}
	word = strndup((const char *)data + 1, size - 1);
	FUZZ_CHECK(word, "out of memory");
	check_word(data[0], word);
	free(word);
	return 0;
}
