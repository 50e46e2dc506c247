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
#include "config.h"
#include "internal.h"
#include "nearest.h"
#include "text.h"

/* Longer than any word, shorter than a key. */
#define CVL_CONFIG_WORD_MAX 24

/* More than a line needs, so that there is mostly one allocation. */
#define CVL_CONFIG_LINE_BYTES 256

struct cvl_config_word {
	const char *name;
	size_t bytes;
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

	if (r->no_places)
		return 0;
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

#define CVL_CONFIG_WORD(name, parse) { name, sizeof(name) - 1, parse }

static const struct cvl_config_word cvl_config_interface_words[] = {
	CVL_CONFIG_WORD("PrivateKey", cvl_config_private_key),
	CVL_CONFIG_WORD("ListenPort", cvl_parse_listen_port),
	CVL_CONFIG_WORD("FwMark", cvl_parse_fwmark),
	{ NULL, 0, NULL },
};

static const struct cvl_config_word cvl_config_peer_words[] = {
	CVL_CONFIG_WORD("PublicKey", cvl_config_public_key),
	CVL_CONFIG_WORD("PresharedKey", cvl_config_preshared_key),
	CVL_CONFIG_WORD("Endpoint", cvl_config_endpoint),
	CVL_CONFIG_WORD("AllowedIPs", cvl_parse_allowed_ips),
	CVL_CONFIG_WORD("PersistentKeepalive", cvl_parse_keepalive),
	CVL_CONFIG_WORD("Candidates", cvl_config_candidates),
	CVL_CONFIG_WORD("Follow", cvl_parse_follow),
	CVL_CONFIG_WORD("Silent", cvl_parse_silent),
	{ NULL, 0, NULL },
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

/* Most words differ in their length. */
static bool cvl_config_is_word(const struct cvl_config_word *word, const char *line,
			       const char *end)
{
	return word->bytes == (size_t)(end - line) &&
	       (!memcmp(line, word->name, word->bytes) ||
		!strncasecmp(line, word->name, word->bytes));
}

/* "Word=value", without any white space. */
static int cvl_config_read_assignment(struct cvl_config_reader *r, char *line)
{
	const struct cvl_config_word *words = cvl_config_interface_words, *word;
	char *equals = strchr(line, '=');
	int ret;

	r->parser.err->word[0] = '\0';
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
		if (cvl_config_is_word(word, line, equals))
			break;
	}
	if (!word->name)
		return cvl_config_unknown_word(r, words, line);
	ret = word->parse(&r->parser, equals + 1);
	if (ret)
		cvl_error_prefix(r->parser.err, "%s: ", word->name);
	return ret;
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
	r->parser.peer = r->spare ? cvl_device_append_peer(r->parser.dev, r->spare) :
				    cvl_peer_append(r->parser.dev);
	r->spare = NULL;
	if (!r->parser.peer)
		return cvl_error_set(r->parser.err, -ENOMEM, "out of memory");
	r->parser.peer->replace_allowed_ips = true;
	r->peer_at = r->line_at;
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

static bool cvl_config_is_peer(const char *line)
{
	return !strcmp(line, "[Peer]") || !strcasecmp(line, "[Peer]");
}

static int cvl_config_read_line(struct cvl_config_reader *r, char *line)
{
	int ret;

	if (*line != '[')
		return cvl_config_read_assignment(r, line);
	ret = cvl_config_end_section(r);
	if (ret)
		return ret;
	if (cvl_config_is_peer(line))
		return cvl_config_begin_peer(r);
	if (strcasecmp(line, "[Interface]"))
		return cvl_config_unknown_section(r, line);
	r->section = CVL_CONFIG_INTERFACE;
	return 0;
}

static void cvl_config_wipe_buffer(struct cvl_config_reader *r)
{
	if (r->buffer)
		explicit_bzero(r->buffer, r->buffer_size);
	free(r->buffer);
	r->buffer = NULL;
	r->buffer_size = 0;
}

/* Room for a line of so many bytes. The old one is wiped: it may have held a key. */
static bool cvl_config_reserve(struct cvl_config_reader *r, size_t line_bytes)
{
	/* text is copied by eight characters */
	if (line_bytes + 8 <= r->buffer_size)
		return true;
	cvl_config_wipe_buffer(r);
	r->buffer = malloc(line_bytes + CVL_CONFIG_LINE_BYTES);
	if (r->buffer)
		r->buffer_size = line_bytes + CVL_CONFIG_LINE_BYTES;
	return r->buffer;
}

/* Copies a line without white space and comment; false if it has a zero. */
static bool cvl_config_compact(struct cvl_config_reader *r, const char *stop)
{
	const char *line = r->line_at;
	char *out = r->buffer;
	unsigned int plain;
	char c;

	while (line < stop) {
		if (r->end - line >= 8) {
			/* none behind the line is copied: its newline is not plain */
			plain = cvl_text_plain(line);
			memcpy(out, line, 8);
			out += plain;
			line += plain;
			if (plain == 8)
				continue;
			if (line == stop)
				break;
		}
		c = *line++;
		if (c == ' ')
			continue;
		if (c == '#')
			break;
		if (!c)
			return false;
		if ((unsigned char)c > ' ' || !isspace((unsigned char)c))
			*out++ = c;
	}
	*out = '\0';
	return true;
}

/* Return: 1 if there is a line in the buffer, 0 at the end, or a negative errno. */
static int cvl_config_take_line(struct cvl_config_reader *r)
{
	while (r->at < r->end) {
		const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
		const char *stop = newline ? newline : r->end;

		r->line++;
		r->line_at = r->at;
		if (r->at == newline) {
			r->at++;
			continue;
		}
		if (!cvl_config_reserve(r, (size_t)(stop - r->at)))
			return cvl_error_set(r->parser.err, -ENOMEM, "out of memory");
		r->at = newline ? newline + 1 : r->end;
		if (!cvl_config_compact(r, stop))
			return cvl_error_set(r->parser.err, -EINVAL,
					    "this line contains a NUL byte; expected text");
		if (*r->buffer)
			return 1;
	}
	return 0;
}

/* All peers into one device. */
static int cvl_config_read_all(struct cvl_config_reader *r)
{
	int ret;

	do {
		ret = cvl_config_take_line(r);
		if (ret > 0 && cvl_config_read_line(r, r->buffer))
			ret = r->parser.err->code;
	} while (ret > 0);
	return ret ? ret : cvl_config_end_section(r);
}

/**
 * cvl_config_reader_begin() - begin at the beginning
 * @r: its parser and file are set
 * @text: need not end in a zero
 * @text_bytes: its length
 *
 * Return: 0, or -EINVAL for UTF-16.
 */
int cvl_config_reader_begin(struct cvl_config_reader *r, const char *text, size_t text_bytes)
{
	r->section = CVL_CONFIG_NONE;
	r->line = 1;
	if (cvl_text_skip_mark(&text, &text_bytes, r->parser.err))
		return r->parser.err->code;
	r->line = 0;
	r->at = text;
	r->end = text + text_bytes;
	return 0;
}

/**
 * cvl_config_reader_peer() - read on until one more peer is complete
 * @r: its device has that one peer afterwards, or none at the end of the text
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_config_reader_peer(struct cvl_config_reader *r)
{
	int ret;

	/* the memory of one peer serves for the next */
	if (r->parser.dev->peers)
		r->spare = cvl_device_take_peer(r->parser.dev);
	r->parser.peer = NULL;
	while ((ret = cvl_config_take_line(r)) > 0) {
		if (*r->buffer == '[' && r->parser.peer && cvl_config_is_peer(r->buffer)) {
			/* that is the next one's */
			r->at = r->line_at;
			r->line--;
			ret = 0;
			break;
		}
		if (cvl_config_read_line(r, r->buffer))
			return r->parser.err->code;
	}
	return ret ? ret : cvl_config_end_section(r);
}

/**
 * cvl_config_reader_fail() - say where in the text the error is
 * @r: its error is set
 *
 * Return: the error's code.
 */
int cvl_config_reader_fail(struct cvl_config_reader *r)
{
	cvl_error_prefix(r->parser.err, "%s:%u: ", r->file, r->line);
	r->parser.err->line = r->line;
	return r->parser.err->code;
}

/**
 * cvl_config_reader_end() - wipe and free what was needed to read
 * @r: can begin again
 */
void cvl_config_reader_end(struct cvl_config_reader *r)
{
	cvl_config_wipe_buffer(r);
	/* wiped when it was put aside */
	free(r->spare);
	r->spare = NULL;
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
	int ret;

	memset(err, 0, sizeof(*err));
	ret = cvl_config_reader_begin(&r, text, text_bytes);
	if (!ret)
		ret = cvl_config_read_all(&r);
	if (ret)
		cvl_config_reader_fail(&r);
	cvl_config_reader_end(&r);
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

/* fprintf(3) takes long for very many. */
static void cvl_config_print_word(FILE *out, const char *word, const char *value)
{
	fputs(word, out);
	fputs(value, out);
	fputc('\n', out);
}

/* Nothing if there are none. @word has its equals sign. */
static void cvl_config_print_prefixes(FILE *out, const char *word,
				      const struct cvl_allowed_ip *first)
{
	char text[CVL_ALLOWED_IP_TEXT_SIZE];
	const struct cvl_allowed_ip *ip;

	for (ip = first; ip; ip = ip->next) {
		cvl_allowed_ip_to_text(text, ip);
		fputs(ip == first ? word : ", ", out);
		fputs(text, out);
	}
	if (first)
		fputc('\n', out);
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
		cvl_config_print_prefixes(out, "Follow = ", peer->sources);
	if (peer->silent_s)
		fprintf(out, "Silent = %u\n", peer->silent_s);
}

static void cvl_config_print_peer(FILE *out, const struct cvl_peer *peer)
{
	char endpoint[CVL_ENDPOINT_TEXT_SIZE];
	char key[CVL_KEY_TEXT_SIZE];
	char number[11];

	cvl_key_to_text(key, peer->public_key);
	cvl_config_print_word(out, "[Peer]\nPublicKey = ", key);
	if (peer->has & CVL_PEER_PRESHARED_KEY &&
	    !cvl_key_is_zero(peer->preshared_key)) {
		cvl_key_to_text(key, peer->preshared_key);
		cvl_config_print_word(out, "PresharedKey = ", key);
	}
	cvl_config_print_prefixes(out, "AllowedIPs = ", peer->allowed_ips);
	/* wireguard.ko takes a port of 0, where nothing can be, and no file is read that has it */
	if (peer->has & CVL_PEER_ENDPOINT && cvl_address_port(&peer->endpoint) &&
	    !cvl_endpoint_to_text(endpoint, &peer->endpoint))
		cvl_config_print_word(out, "Endpoint = ", endpoint);
	if (peer->keepalive_s) {
		*cvl_address_write_number(number, peer->keepalive_s) = '\0';
		cvl_config_print_word(out, "PersistentKeepalive = ", number);
	}
	cvl_config_print_own(out, peer);
	explicit_bzero(key, sizeof(key));
}

static void cvl_config_print_device(FILE *out, const struct cvl_device *dev)
{
	char key[CVL_KEY_TEXT_SIZE];

	fputs("[Interface]\n", out);
	if (dev->listen_port)
		fprintf(out, "ListenPort = %u\n", dev->listen_port);
	if (dev->fwmark)
		fprintf(out, "FwMark = 0x%x\n", dev->fwmark);
	if (dev->has & CVL_DEVICE_PRIVATE_KEY &&
	    !cvl_key_is_zero(dev->private_key)) {
		cvl_key_to_text(key, dev->private_key);
		cvl_config_print_word(out, "PrivateKey = ", key);
		explicit_bzero(key, sizeof(key));
	}
}

/**
 * cvl_config_print_part() - write a part of a configuration
 * @out: where to; is not flushed
 * @part: secrets included
 * @first: it begins with the device
 */
void cvl_config_print_part(FILE *out, const struct cvl_device *part, bool first)
{
	const struct cvl_peer *peer;

	if (first)
		cvl_config_print_device(out, part);
	if (first && !part->peers)
		fputc('\n', out);
	for (peer = part->peers; peer; peer = peer->next) {
		fputc('\n', out);
		cvl_config_print_peer(out, peer);
	}
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
	cvl_config_print_part(out, dev, true);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
