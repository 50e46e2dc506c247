// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a tunnel. Each line is looked at: what wg(8) does not know is taken here, and what
 * is left is read by the library, with the line numbers that it had.
 *
 * Words of our own are there by themselves, or as a comment, which wg-quick(8) does not mind:
 * "#culvert: Word = value". Several lines Endpoint are candidates, by order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "parse.h"
#include "text.h"
#include "up/file.h"

/* Where files of tunnels are: NAME.conf in one of these. */
static const char * const up_file_folders[] = { "/etc/culvert", "/etc/wireguard", NULL };

const char * const up_hook_names[UP_HOOKS] = { "PreUp", "PostUp", "PreDown", "PostDown" };

/* A comment that is not for wg-quick. */
static const char up_file_mark[] = "#culvert:";

enum up_section {
	UP_NONE,
	UP_INTERFACE,
	UP_PEER,
};

/* A word of our own, for when the library has read the rest. */
struct up_setting {
	const struct up_word *word;
	size_t peer;
	unsigned int line;
	char *value;
};

struct up_reader {
	struct up_file *file;
	struct cvl_error *err;
	struct up_text rest;
	enum up_section section;
	unsigned int line;
	/* sections [Peer] so far, and where the last one may be */
	size_t peers;
	struct up_list endpoints;
	bool has_candidates;
	struct up_setting *settings;
	size_t setting_count;
};

/* What becomes of a line with such a word. */
enum up_fate {
	UP_TAKE,	/* it is for us: @take */
	UP_LATER,	/* it is for us when the rest has been read: @parse */
	UP_PASS,	/* the library knows it */
	UP_ENDPOINT,
};

struct up_word {
	enum up_section section;
	const char *name;
	enum up_fate fate;
	int (*take)(struct up_reader *r, const char *value);
	int (*parse)(struct cvl_parser *parser, const char *value);
};

/**
 * up_text_add() - put more at its end
 * @text: grows; what it had before is wiped
 * @bytes: what is added
 * @count: how much that is
 *
 * Return: 0 or -ENOMEM.
 */
int up_text_add(struct up_text *text, const char *bytes, size_t count)
{
	if (text->used + count >= text->size) {
		size_t size = (text->used + count) * 2 + 256;
		char *more = malloc(size);

		if (!more)
			return -ENOMEM;
		if (text->bytes) {
			memcpy(more, text->bytes, text->used);
			explicit_bzero(text->bytes, text->size);
			free(text->bytes);
		}
		text->bytes = more;
		text->size = size;
	}
	memcpy(text->bytes + text->used, bytes, count);
	text->used += count;
	text->bytes[text->used] = '\0';
	return 0;
}

/**
 * up_text_clear() - wipe and free it
 * @text: is empty afterwards
 */
void up_text_clear(struct up_text *text)
{
	if (text->bytes)
		explicit_bzero(text->bytes, text->size);
	free(text->bytes);
	memset(text, 0, sizeof(*text));
}

static int up_file_no_memory(struct up_reader *r)
{
	return cvl_error_set(r->err, -ENOMEM, "out of memory");
}

static int up_file_refuse(struct up_reader *r, const char *value, const char *expected)
{
	cvl_error_word(r->err, value);
	return cvl_error_set(r->err, -EINVAL, "'%s': expected %s", r->err->word, expected);
}

/* Calls TAKE for each item of a list with commas or blanks, as wg-quick(8) reads them. */
static int up_file_each(struct up_reader *r, const char *value,
			int (*take)(struct up_reader *r, const char *item))
{
	char *copy = strdup(value), *rest = copy, *item;
	int ret = 0;

	if (!copy)
		return up_file_no_memory(r);
	while (!ret && (item = strsep(&rest, ", \t"))) {
		if (*item)
			ret = take(r, item);
	}
	free(copy);
	return ret;
}

static int up_file_address_item(struct up_reader *r, const char *item)
{
	struct cvl_allowed_ip ip;

	if (!up_word_prefix(&ip, item))
		return up_file_refuse(r, item, "ADDRESS or ADDRESS/BITS, of IPv4 or IPv6");
	return up_prefixes_add(&r->file->addresses, &ip) ? up_file_no_memory(r) : 0;
}

static int up_file_address(struct up_reader *r, const char *value)
{
	return up_file_each(r, value, up_file_address_item);
}

/* An address is a server, all else a domain. */
static int up_file_dns_item(struct up_reader *r, const char *item)
{
	struct cvl_allowed_ip ip;
	bool is_server = !strchr(item, '/') && up_word_prefix(&ip, item);

	return up_list_add(is_server ? &r->file->servers : &r->file->domains, item) ?
	       up_file_no_memory(r) : 0;
}

static int up_file_dns(struct up_reader *r, const char *value)
{
	return up_file_each(r, value, up_file_dns_item);
}

static int up_file_mtu(struct up_reader *r, const char *value)
{
	if (!up_word_number(&r->file->mtu, value, 65535) || r->file->mtu < 68)
		return up_file_refuse(r, value, "bytes from 68 to 65535");
	return 0;
}

static int up_file_table(struct up_reader *r, const char *value)
{
	if (!up_word_table(&r->file->table_how, &r->file->table, value))
		return up_file_refuse(r, value,
				      "auto, off, a number, or the name of a routing table");
	return 0;
}

static int up_file_save(struct up_reader *r, const char *value)
{
	r->file->save = !strcasecmp(value, "true");
	if (!r->file->save && strcasecmp(value, "false"))
		return up_file_refuse(r, value, "true or false");
	return 0;
}

static int up_file_hook(struct up_reader *r, enum up_hook hook, const char *value)
{
	char *text = up_word_expand(value, r->file->name);
	int ret = text ? up_list_add(&r->file->hooks[hook], text) : -ENOMEM;

	free(text);
	return ret ? up_file_no_memory(r) : 0;
}

static int up_file_pre_up(struct up_reader *r, const char *value)
{
	return up_file_hook(r, UP_PRE_UP, value);
}

static int up_file_post_up(struct up_reader *r, const char *value)
{
	return up_file_hook(r, UP_POST_UP, value);
}

static int up_file_pre_down(struct up_reader *r, const char *value)
{
	return up_file_hook(r, UP_PRE_DOWN, value);
}

static int up_file_post_down(struct up_reader *r, const char *value)
{
	return up_file_hook(r, UP_POST_DOWN, value);
}

static int up_file_candidates(struct up_reader *r, const char *value)
{
	(void)value;
	r->has_candidates = true;
	return 0;
}

/* UP_TAKE words are wg-quick's; all others but Endpoint are ours and may be in a comment. */
static const struct up_word up_words[] = {
	{ UP_INTERFACE, "Address", UP_TAKE, up_file_address, NULL },
	{ UP_INTERFACE, "DNS", UP_TAKE, up_file_dns, NULL },
	{ UP_INTERFACE, "MTU", UP_TAKE, up_file_mtu, NULL },
	{ UP_INTERFACE, "Table", UP_TAKE, up_file_table, NULL },
	{ UP_INTERFACE, "SaveConfig", UP_TAKE, up_file_save, NULL },
	{ UP_INTERFACE, "PreUp", UP_TAKE, up_file_pre_up, NULL },
	{ UP_INTERFACE, "PostUp", UP_TAKE, up_file_post_up, NULL },
	{ UP_INTERFACE, "PreDown", UP_TAKE, up_file_pre_down, NULL },
	{ UP_INTERFACE, "PostDown", UP_TAKE, up_file_post_down, NULL },
	{ UP_INTERFACE, "BindAddress", UP_LATER, NULL, cvl_parse_bind_addresses },
	{ UP_INTERFACE, "BindDevice", UP_LATER, NULL, cvl_parse_bind_device },
	{ UP_INTERFACE, "Dscp", UP_LATER, NULL, cvl_parse_dscp },
	{ UP_PEER, "Name", UP_LATER, NULL, cvl_parse_name },
	{ UP_PEER, "Idle", UP_LATER, NULL, cvl_parse_idle },
	{ UP_PEER, "Candidates", UP_PASS, up_file_candidates, NULL },
	{ UP_PEER, "Follow", UP_PASS, NULL, NULL },
	{ UP_PEER, "Silent", UP_PASS, NULL, NULL },
	{ UP_PEER, "Endpoint", UP_ENDPOINT, NULL, NULL },
	{ UP_NONE, NULL, UP_PASS, NULL, NULL },
};

/* A line for the library, and for strip. */
static int up_file_keep(struct up_reader *r, const char *line)
{
	if (up_text_add(&r->rest, line, strlen(line)) ||
	    up_text_add(&r->file->stripped, line, strlen(line)) ||
	    up_text_add(&r->file->stripped, "\n", 1))
		return up_file_no_memory(r);
	return 0;
}

static int up_file_keep_word(struct up_reader *r, const char *name, const char *value)
{
	char *line;
	int ret;

	if (asprintf(&line, "%s = %s", name, value) < 0)
		return up_file_no_memory(r);
	ret = up_file_keep(r, line);
	free(line);
	return ret;
}

/* The first one is the endpoint; with more of them, all are candidates. */
static int up_file_endpoint(struct up_reader *r, const char *line, const char *value)
{
	struct up_text list = { 0 };
	char preference[32];
	int ret = 0;
	size_t i;

	if (up_list_add(&r->endpoints, value))
		return up_file_no_memory(r);
	if (r->endpoints.count == 1)
		return line ? up_file_keep(r, line) : up_file_keep_word(r, "Endpoint", value);
	for (i = 0; i < r->endpoints.count && !ret; i++) {
		snprintf(preference, sizeof(preference), "@%zu%s", i,
			 i + 1 < r->endpoints.count ? "," : "");
		ret = up_text_add(&list, r->endpoints.words[i], strlen(r->endpoints.words[i]));
		if (!ret)
			ret = up_text_add(&list, preference, strlen(preference));
	}
	ret = ret ? up_file_no_memory(r) : up_file_keep_word(r, "Candidates", list.bytes);
	up_text_clear(&list);
	return ret;
}

static int up_file_later(struct up_reader *r, const struct up_word *word, const char *value)
{
	struct up_setting *settings = reallocarray(r->settings, r->setting_count + 1,
						   sizeof(*settings));

	if (!settings)
		return up_file_no_memory(r);
	r->settings = settings;
	settings[r->setting_count] = (struct up_setting) {
		.word = word, .peer = r->peers, .line = r->line, .value = strdup(value),
	};
	if (!settings[r->setting_count].value)
		return up_file_no_memory(r);
	r->setting_count++;
	return 0;
}

/* LINE is NULL for a comment. */
static int up_file_take(struct up_reader *r, const struct up_word *word, const char *line,
			const char *value)
{
	int ret;

	if (!*value && word->fate != UP_PASS && word->fate != UP_LATER)
		return up_file_refuse(r, value, "a value");
	switch (word->fate) {
	case UP_TAKE:
		ret = word->take(r, value);
		break;
	case UP_LATER:
		ret = up_file_later(r, word, value);
		break;
	case UP_ENDPOINT:
		ret = up_file_endpoint(r, line, value);
		break;
	default:
		if (word->take)
			word->take(r, value);
		ret = line ? up_file_keep(r, line) : up_file_keep_word(r, word->name, value);
		break;
	}
	if (ret)
		return ret;
	if (r->has_candidates && r->endpoints.count > 1)
		return cvl_error_set(r->err, -EINVAL,
				     "there are several lines Endpoint and a line Candidates; expected one or the other");
	return 0;
}

static const struct up_word *up_file_word(const struct up_reader *r, const char *name,
					  bool is_comment)
{
	const struct up_word *word;

	for (word = up_words; word->name; word++) {
		if (word->section == r->section && !strcasecmp(word->name, name) &&
		    !(is_comment && word->fate == UP_TAKE))
			return word;
	}
	return NULL;
}

static int up_file_unknown(struct up_reader *r, const char *name)
{
	cvl_error_word(r->err, name);
	return cvl_error_set(r->err, -EINVAL,
			     "'%s' is not a word for '%s' in this section; expected %s",
			     r->err->word, up_file_mark,
			     r->section == UP_PEER ?
			     "Endpoint, Name, Idle, Candidates, Follow or Silent" :
			     r->section == UP_INTERFACE ? "BindAddress, BindDevice or Dscp" :
			     "[Interface] or [Peer] first");
}

/* WORDS is the line without its comment; LINE the whole of it, or NULL for a comment of ours. */
static int up_file_assignment(struct up_reader *r, char *words, const char *line)
{
	char *equals = strchr(words, '=');
	const struct up_word *word;
	int ret;

	if (equals)
		*equals = '\0';
	words = up_word_trim(words);
	word = equals ? up_file_word(r, words, !line) : NULL;
	if (!word)
		return line ? up_file_keep(r, line) : up_file_unknown(r, words);
	ret = up_file_take(r, word, line, up_word_trim(equals + 1));
	if (ret)
		cvl_error_prefix(r->err, "%s: ", word->name);
	return ret;
}

static int up_file_section(struct up_reader *r, const char *words, const char *line)
{
	up_list_clear(&r->endpoints);
	r->has_candidates = false;
	r->section = UP_NONE;
	if (!strcasecmp(words, "[Peer]")) {
		r->section = UP_PEER;
		r->peers++;
	} else if (!strcasecmp(words, "[Interface]")) {
		r->section = UP_INTERFACE;
	}
	return up_file_keep(r, line);
}

/* The copy LINE is without the end of the line; WORDS has room for as much. */
static int up_file_line(struct up_reader *r, char *line, char *words)
{
	char *begin = line + strspn(line, " \t");
	int ret;

	if (!strncasecmp(begin, up_file_mark, sizeof(up_file_mark) - 1)) {
		strcpy(words, begin + sizeof(up_file_mark) - 1);
		words[strcspn(words, "#")] = '\0';
		ret = up_file_assignment(r, words, NULL);
	} else {
		strcpy(words, line);
		words[strcspn(words, "#")] = '\0';
		words = up_word_trim(words);
		if (!*words)
			ret = up_file_keep(r, line);
		else if (*words == '[')
			ret = up_file_section(r, words, line);
		else
			ret = up_file_assignment(r, words, line);
	}
	if (!ret && up_text_add(&r->rest, "\n", 1))
		ret = up_file_no_memory(r);
	return ret;
}

static int up_file_lines(struct up_reader *r, const char *text, size_t bytes)
{
	char *line = malloc(bytes + 1), *words = malloc(bytes + 1);
	const char *end = text + bytes;
	int ret = line && words ? 0 : up_file_no_memory(r);

	while (!ret && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((newline ? newline : end) - text);

		r->line++;
		memcpy(line, text, length);
		if (length && line[length - 1] == '\r')
			line[length - 1] = '\0';
		line[length] = '\0';
		if (memchr(text, '\0', length))
			ret = cvl_error_set(r->err, -EINVAL,
					    "this line contains a NUL byte; expected text");
		else
			ret = up_file_line(r, line, words);
		text += length + 1;
	}
	if (line)
		explicit_bzero(line, bytes + 1);
	if (words)
		explicit_bzero(words, bytes + 1);
	free(line);
	free(words);
	return ret;
}

static struct cvl_peer *up_file_peer(struct cvl_device *dev, size_t number)
{
	struct cvl_peer *peer = dev->peers;

	while (peer && --number)
		peer = peer->next;
	return peer;
}

/* The words of our own that the library does not read in files. */
static int up_file_settings(struct up_reader *r)
{
	size_t i;

	for (i = 0; i < r->setting_count; i++) {
		const struct up_setting *setting = &r->settings[i];
		struct cvl_parser parser = { .dev = r->file->dev, .err = r->err };

		r->line = setting->line;
		if (setting->word->section == UP_PEER)
			parser.peer = up_file_peer(r->file->dev, setting->peer);
		if (setting->word->parse(&parser, setting->value)) {
			cvl_error_prefix(r->err, "%s: ", setting->word->name);
			return r->err->code;
		}
	}
	return 0;
}

static void up_file_end(struct up_reader *r)
{
	while (r->setting_count)
		free(r->settings[--r->setting_count].value);
	free(r->settings);
	up_list_clear(&r->endpoints);
	up_text_clear(&r->rest);
}

/**
 * up_file_parse() - read the text of a file
 * @file: has its path and name; gets what the text says
 * @text: need not end in a zero
 * @bytes: its length
 * @err: set on failure, with the line
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int up_file_parse(struct up_file *file, const char *text, size_t bytes, struct cvl_error *err)
{
	struct up_reader r = { .file = file, .err = err, .line = 0 };
	int ret = cvl_text_skip_mark(&text, &bytes, err);

	file->dev = cvl_device_create();
	if (!ret)
		ret = file->dev ? up_file_lines(&r, text, bytes) : up_file_no_memory(&r);
	if (!ret) {
		/* the library says itself where something is wrong */
		ret = cvl_config_parse(file->dev, file->path, r.rest.bytes ? r.rest.bytes : "",
				       r.rest.used, err);
		if (ret) {
			up_file_end(&r);
			return ret;
		}
		ret = up_file_settings(&r);
	}
	if (ret)
		cvl_error_prefix(err, "%s:%u: ", file->path, r.line ? r.line : 1);
	up_file_end(&r);
	return ret;
}

static int up_file_name_from_path(struct up_file *file, struct cvl_error *err)
{
	const char *slash = strrchr(file->path, '/');
	const char *base = slash ? slash + 1 : file->path;
	size_t length = strlen(base);
	char name[CVL_IFNAME_SIZE] = "";

	if (length > 5 && length - 5 < sizeof(name) && !strcmp(base + length - 5, ".conf"))
		memcpy(name, base, length - 5);
	if (!up_word_is_name(name))
		return cvl_error_set(err, -EINVAL,
				     "%s: expected a file NAME.conf, where NAME is that of the link: 1 to 15 letters, digits and '_=+.-'",
				     file->path);
	memcpy(file->name, name, sizeof(name));
	return 0;
}

/**
 * up_file_find() - find the file of a tunnel
 * @file: its path and name are set
 * @word: a path that has a slash or ends in ".conf", or the name of a link
 * @err: set on failure
 *
 * Of a name that has no file, the path is empty.
 *
 * Return: 0, or -EINVAL for what is neither.
 */
int up_file_find(struct up_file *file, const char *word, struct cvl_error *err)
{
	size_t length = strlen(word), i;

	if (strchr(word, '/') || (length > 5 && !strcmp(word + length - 5, ".conf"))) {
		if (length >= sizeof(file->path))
			return cvl_error_set(err, -EINVAL, "the path is too long for a file");
		strcpy(file->path, word);
		return up_file_name_from_path(file, err);
	}
	cvl_error_word(err, word);
	if (!up_word_is_name(word))
		return cvl_error_set(err, -EINVAL,
				     "'%s': expected a file, or the name of a link: 1 to 15 letters, digits and '_=+.-'",
				     err->word);
	strcpy(file->name, word);
	for (i = 0; up_file_folders[i]; i++) {
		snprintf(file->path, sizeof(file->path), "%s/%s.conf", up_file_folders[i], word);
		if (!access(file->path, F_OK))
			return 0;
	}
	*file->path = '\0';
	return 0;
}

/**
 * up_file_read() - read the file of a tunnel
 * @file: from up_file_find()
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_file_read(struct up_file *file, struct cvl_error *err)
{
	struct cvl_text text = { 0 };
	int ret;

	if (!*file->path)
		return cvl_error_set(err, -ENOENT, "%s: there is neither %s/%s.conf nor %s/%s.conf",
				     file->name, up_file_folders[0], file->name,
				     up_file_folders[1], file->name);
	ret = stat(file->path, &file->status) ? -errno : 0;
	if (!ret)
		ret = cvl_text_read(&text, file->path, -1, SIZE_MAX);
	if (ret)
		cvl_error_set(err, ret, "%s: %s", file->path, strerror(-ret));
	else
		ret = up_file_parse(file, text.bytes, text.used, err);
	cvl_text_wipe(&text);
	return ret;
}

/**
 * up_file_clear() - wipe and free what was read
 * @file: can be used again
 */
void up_file_clear(struct up_file *file)
{
	size_t i;

	cvl_device_destroy(file->dev);
	file->dev = NULL;
	up_prefixes_clear(&file->addresses);
	up_list_clear(&file->servers);
	up_list_clear(&file->domains);
	for (i = 0; i < UP_HOOKS; i++)
		up_list_clear(&file->hooks[i]);
	up_text_clear(&file->stripped);
}
