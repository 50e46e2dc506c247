// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Configuration files: text to model and model to text. The commands setconf,
 * addconf, syncconf and showconf call this.
 *
 * A file has lines "[Interface]", "[Peer]" and "Word = value". Case of the words
 * does not matter, white space means nothing anywhere, and "#" begins a
 * comment. A byte order mark may stand in front of it all.
 */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "nearest.h"
#include "parse.h"
#include "text.h"

/* Longer than any word, shorter than a key. */
#define CVL_CONFIG_WORD_MAX 24

enum cvl_config_section {
	CVL_CONFIG_NONE,
	CVL_CONFIG_INTERFACE,
	CVL_CONFIG_PEER,
};

struct cvl_config_reader {
	struct cvl_parser parser;
	const char *file;
	enum cvl_config_section section;
	unsigned int line;
	/* of the [Peer] that is being read, for "has no PublicKey" */
	unsigned int peer_line;
	bool peer_has_key;
};

struct cvl_config_word {
	const char *name;
	int (*parse)(struct cvl_parser *parser, const char *value);
};

static struct cvl_config_reader *cvl_config_reader_of(struct cvl_parser *parser)
{
	return (void *)((char *)parser - offsetof(struct cvl_config_reader, parser));
}

static int cvl_config_private_key(struct cvl_parser *parser, const char *value)
{
	parser->dev->has |= CVL_DEVICE_PRIVATE_KEY;
	return cvl_word_key(parser->dev->private_key, value, true, parser->err);
}

static int cvl_config_public_key(struct cvl_parser *parser, const char *value)
{
	cvl_config_reader_of(parser)->peer_has_key = true;
	return cvl_word_key(parser->peer->public_key, value, false, parser->err);
}

static int cvl_config_preshared_key(struct cvl_parser *parser, const char *value)
{
	parser->peer->has |= CVL_PEER_PRESHARED_KEY;
	return cvl_word_key(parser->peer->preshared_key, value, true, parser->err);
}

/* Notes where a name is that is resolved later. */
static int cvl_config_place(struct cvl_parser *parser, char **place)
{
	const struct cvl_config_reader *r = cvl_config_reader_of(parser);

	free(*place);
	if (asprintf(place, "%s:%u", r->file, r->line) >= 0)
		return 0;
	*place = NULL;
	return cvl_error_set(parser->err, -ENOMEM, "out of memory");
}

static int cvl_config_endpoint(struct cvl_parser *parser, const char *value)
{
	int ret = cvl_config_place(parser, &parser->peer->endpoint_place);

	return ret ? ret : cvl_parse_endpoint(parser, value);
}

static int cvl_config_candidates(struct cvl_parser *parser, const char *value)
{
	int ret = cvl_config_place(parser, &parser->peer->candidates_place);

	return ret ? ret : cvl_parse_candidates(parser, value);
}

static const struct cvl_config_word cvl_config_interface_words[] = {
	{ "PrivateKey", cvl_config_private_key },
	{ "ListenPort", cvl_parse_listen_port },
	{ "FwMark", cvl_parse_fwmark },
	{ NULL, NULL },
};

static const struct cvl_config_word cvl_config_peer_words[] = {
	{ "PublicKey", cvl_config_public_key },
	{ "PresharedKey", cvl_config_preshared_key },
	{ "Endpoint", cvl_config_endpoint },
	{ "AllowedIPs", cvl_parse_allowed_ips },
	{ "PersistentKeepalive", cvl_parse_keepalive },
	{ "Candidates", cvl_config_candidates },
	{ "Follow", cvl_parse_follow },
	{ "Silent", cvl_parse_silent },
	{ NULL, NULL },
};

static const char cvl_config_sections[] = "[Interface] or [Peer]";

static bool cvl_config_is_quick_word(const char *name)
{
	static const char * const words[] = {
		"Address", "DNS", "MTU", "Table", "PreUp", "PostUp", "PreDown",
		"PostDown", "SaveConfig", NULL,
	};
	size_t i;

	for (i = 0; words[i]; i++) {
		if (!strcasecmp(name, words[i]))
			return true;
	}
	return false;
}

static int cvl_config_unknown_word(struct cvl_config_reader *r,
				   const struct cvl_config_word *known, const char *name)
{
	struct cvl_nearest nearest;
	const char *section = "Interface";
	const char *words = "PrivateKey, ListenPort or FwMark";
	const char *own = "";
	const char *hint = "";

	if (r->section == CVL_CONFIG_PEER) {
		section = "Peer";
		words = "PublicKey, PresharedKey, Endpoint, AllowedIPs, PersistentKeepalive";
		own = ", Candidates, Follow or Silent";
	}
	if (cvl_config_is_quick_word(name))
		hint = " (it is for wg-quick: remove it)";
	cvl_error_word(r->parser.err, name);
	cvl_nearest_begin(&nearest, name);
	for (; known->name; known++)
		cvl_nearest_try(&nearest, known->name);
	if (nearest.best && !*hint)
		return cvl_error_set(r->parser.err, -EINVAL,
				     "'%s' is not a setting of [%s]; did you mean '%s'?",
				     r->parser.err->word, section, nearest.best);
	return cvl_error_set(r->parser.err, -EINVAL,
			     "'%s' is not a setting of [%s]%s; expected %s%s",
			     r->parser.err->word, section, hint, words, own);
}

/* "Word=value", without any white space. */
static int cvl_config_read_assignment(struct cvl_config_reader *r, char *line)
{
	const struct cvl_config_word *words = cvl_config_interface_words, *word;
	char *equals = strchr(line, '=');

	cvl_error_word(r->parser.err, "");
	/* what is neither may be a key, so it is not shown */
	if (r->section == CVL_CONFIG_NONE)
		return cvl_error_set(r->parser.err, -EINVAL,
				     "this line is before any section; expected %s first",
				     cvl_config_sections);
	if (!equals || (!equals[1] && equals - line > CVL_CONFIG_WORD_MAX))
		return cvl_error_set(r->parser.err, -EINVAL,
				     "this line is not an assignment; expected NAME = VALUE, %s",
				     cvl_config_sections);
	*equals = '\0';
	if (r->section == CVL_CONFIG_PEER)
		words = cvl_config_peer_words;
	for (word = words; word->name; word++) {
		if (!strcasecmp(line, word->name)) {
			int ret = word->parse(&r->parser, equals + 1);

			if (ret)
				cvl_error_prefix(r->parser.err, "%s: ", word->name);
			return ret;
		}
	}
	return cvl_config_unknown_word(r, words, line);
}

static int cvl_config_end_section(struct cvl_config_reader *r)
{
	if (r->section != CVL_CONFIG_PEER || r->peer_has_key)
		return 0;
	r->line = r->peer_line;
	cvl_error_word(r->parser.err, "[Peer]");
	return cvl_error_set(r->parser.err, -EINVAL,
			     "this [Peer] has no PublicKey; expected one");
}

/*
 * A section has all the allowed IPs of its peer, unless one of them has a sign. What
 * else it does not mention stays; setconf has removed the peer before.
 */
static int cvl_config_begin_peer(struct cvl_config_reader *r)
{
	r->parser.peer = cvl_peer_append(r->parser.dev);
	if (!r->parser.peer)
		return cvl_error_set(r->parser.err, -ENOMEM, "out of memory");
	r->parser.peer->replace_allowed_ips = true;
	r->peer_line = r->line;
	r->peer_has_key = false;
	r->section = CVL_CONFIG_PEER;
	return 0;
}

static int cvl_config_unknown_section(struct cvl_config_reader *r, const char *line)
{
	struct cvl_nearest nearest;

	cvl_error_word(r->parser.err, line);
	cvl_nearest_begin(&nearest, line);
	cvl_nearest_try(&nearest, "[Interface]");
	cvl_nearest_try(&nearest, "[Peer]");
	if (nearest.best)
		return cvl_error_set(r->parser.err, -EINVAL,
				     "'%s' is not a section; did you mean '%s'?",
				     r->parser.err->word, nearest.best);
	return cvl_error_set(r->parser.err, -EINVAL, "'%s' is not a section; expected %s",
			     r->parser.err->word, cvl_config_sections);
}

static int cvl_config_read_line(struct cvl_config_reader *r, char *line)
{
	int ret;

	if (*line != '[')
		return cvl_config_read_assignment(r, line);
	ret = cvl_config_end_section(r);
	if (ret)
		return ret;
	if (!strcasecmp(line, "[Peer]"))
		return cvl_config_begin_peer(r);
	if (strcasecmp(line, "[Interface]"))
		return cvl_config_unknown_section(r, line);
	r->section = CVL_CONFIG_INTERFACE;
	return 0;
}

/* Copies a line without white space and comment; false if it has a zero. */
static bool cvl_config_compact(char *out, const char *line, size_t line_bytes)
{
	size_t i;

	for (i = 0; i < line_bytes && line[i] != '#'; i++) {
		if (!line[i])
			return false;
		if (!isspace((unsigned char)line[i]))
			*out++ = line[i];
	}
	*out = '\0';
	return true;
}

static int cvl_config_read_lines(struct cvl_config_reader *r, char *buffer,
				 const char *text, size_t text_bytes)
{
	const char *end;

	r->line = 1;
	if (cvl_text_skip_mark(&text, &text_bytes, r->parser.err))
		return r->parser.err->code;
	r->line = 0;
	end = text + text_bytes;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		int ret = 0;

		r->line++;
		if (!cvl_config_compact(buffer, text, (size_t)(stop - text)))
			ret = cvl_error_set(r->parser.err, -EINVAL,
					    "this line contains a NUL byte; expected text");
		else if (*buffer)
			ret = cvl_config_read_line(r, buffer);
		if (ret)
			return ret;
		text = newline ? newline + 1 : end;
	}
	return cvl_config_end_section(r);
}

/**
 * cvl_config_parse() - read a configuration
 * @dev: gets what the text says; start with an empty one. On failure it holds
 *	a part and is only good for cvl_device_destroy()
 * @file: name of the text for messages
 * @text: need not end in a zero
 * @text_bytes: its length
 * @err: set on failure, with line and word
 *
 * Endpoints are not resolved yet: see cvl_endpoints_resolve().
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_config_parse(struct cvl_device *dev, const char *file,
		     const char *text, size_t text_bytes,
		     struct cvl_error *err)
{
	struct cvl_config_reader r = {
		.parser = { .dev = dev, .err = err },
		.file = file,
	};
	char *buffer = malloc(text_bytes + 1);
	int ret;

	memset(err, 0, sizeof(*err));
	if (!buffer)
		return cvl_error_set(err, -ENOMEM, "%s: out of memory", file);
	ret = cvl_config_read_lines(&r, buffer, text, text_bytes);
	if (ret) {
		cvl_error_prefix(err, "%s:%u: ", file, r.line);
		err->line = r.line;
	}
	explicit_bzero(buffer, text_bytes + 1);
	free(buffer);
	return ret;
}

/**
 * cvl_config_read() - read a configuration file
 * @dev: as for cvl_config_parse()
 * @file: its path; may be a pipe
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_config_read(struct cvl_device *dev, const char *file,
		    struct cvl_error *err)
{
	struct cvl_text text = { 0 };
	int ret = cvl_text_read(&text, file, -1, SIZE_MAX);

	memset(err, 0, sizeof(*err));
	if (ret)
		cvl_error_set(err, ret, "%s: %s", file, strerror(-ret));
	else
		ret = cvl_config_parse(dev, file, text.bytes, text.used, err);
	cvl_text_wipe(&text);
	return ret;
}

/**
 * cvl_config_make_whole() - let a configuration stand for the whole device
 * @dev: what it does not say is turned off; all other peers go
 */
void cvl_config_make_whole(struct cvl_device *dev)
{
	dev->replace_peers = true;
	dev->has |= CVL_DEVICE_PRIVATE_KEY | CVL_DEVICE_LISTEN_PORT |
		    CVL_DEVICE_FWMARK;
}

/* Nothing if there are none. */
static void cvl_config_print_prefixes(FILE *out, const char *word,
				      const struct cvl_allowed_ip *first)
{
	char text[CVL_ALLOWED_IP_TEXT_SIZE];
	const struct cvl_allowed_ip *ip;

	for (ip = first; ip; ip = ip->next) {
		cvl_allowed_ip_to_text(text, ip);
		fprintf(out, "%s%s%s%s", ip == first ? word : "", ip == first ? " = " : ", ",
			text, ip->next ? "" : "\n");
	}
}

/* Those that are not resolved are left out, as is an endpoint that is not. */
static void cvl_config_print_candidates(FILE *out, const struct cvl_candidate *candidate)
{
	const char *before = "Candidates = ";
	char text[CVL_CANDIDATE_TEXT_SIZE];
	bool any = false;

	for (; candidate; candidate = candidate->next) {
		if (cvl_candidate_to_text(text, candidate))
			continue;
		fprintf(out, "%s%s", before, text);
		before = ", ";
		any = true;
	}
	if (any)
		fputc('\n', out);
}

/* What wg(8) does not read: it is there only if it has been set. */
static void cvl_config_print_own(FILE *out, const struct cvl_peer *peer)
{
	cvl_config_print_candidates(out, peer->candidates);
	if (peer->follow == CVL_FOLLOW_NEVER)
		fputs("Follow = never\n", out);
	else if (peer->follow == CVL_FOLLOW_WITHIN)
		cvl_config_print_prefixes(out, "Follow", peer->sources);
	if (peer->silent_s)
		fprintf(out, "Silent = %u\n", peer->silent_s);
}

static void cvl_config_print_peer(FILE *out, const struct cvl_peer *peer)
{
	char endpoint[CVL_ENDPOINT_TEXT_SIZE];
	char key[CVL_KEY_TEXT_SIZE];

	cvl_key_to_text(key, peer->public_key);
	fprintf(out, "[Peer]\nPublicKey = %s\n", key);
	if (peer->has & CVL_PEER_PRESHARED_KEY &&
	    !cvl_key_is_zero(peer->preshared_key)) {
		cvl_key_to_text(key, peer->preshared_key);
		fprintf(out, "PresharedKey = %s\n", key);
	}
	cvl_config_print_prefixes(out, "AllowedIPs", peer->allowed_ips);
	/* wireguard.ko takes a port of 0, where nothing can be, and no file is read that has it */
	if (peer->has & CVL_PEER_ENDPOINT && cvl_address_port(&peer->endpoint) &&
	    !cvl_endpoint_to_text(endpoint, &peer->endpoint))
		fprintf(out, "Endpoint = %s\n", endpoint);
	if (peer->keepalive_s)
		fprintf(out, "PersistentKeepalive = %u\n", peer->keepalive_s);
	cvl_config_print_own(out, peer);
	explicit_bzero(key, sizeof(key));
}

/**
 * cvl_config_print() - write a configuration that cvl_config_parse() reads
 * @out: where to; is flushed
 * @dev: secrets included
 *
 * Return: 0, or a negative errno if it could not be written.
 */
int cvl_config_print(FILE *out, const struct cvl_device *dev)
{
	const struct cvl_peer *peer;
	char key[CVL_KEY_TEXT_SIZE];

	fputs("[Interface]\n", out);
	if (dev->listen_port)
		fprintf(out, "ListenPort = %u\n", dev->listen_port);
	if (dev->fwmark)
		fprintf(out, "FwMark = 0x%x\n", dev->fwmark);
	if (dev->has & CVL_DEVICE_PRIVATE_KEY &&
	    !cvl_key_is_zero(dev->private_key)) {
		cvl_key_to_text(key, dev->private_key);
		fprintf(out, "PrivateKey = %s\n", key);
		explicit_bzero(key, sizeof(key));
	}
	fputc('\n', out);
	for (peer = dev->peers; peer; peer = peer->next) {
		cvl_config_print_peer(out, peer);
		if (peer->next)
			fputc('\n', out);
	}
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
