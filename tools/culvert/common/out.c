// SPDX-License-Identifier: GPL-2.0
/*
 * Values on standard output, in the form that was asked for. What reads the JSON relies on its
 * types: a number is a number, 0 where a line has "off"; what there is none of is null.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/env.h"
#include "common/out.h"
#include "common/term.h"

/**
 * cmd_out_buffer() - write standard output in large pieces
 *
 * Not to a terminal, which shows lines as they come.
 */
void cmd_out_buffer(void)
{
	static char buffer[65536];

	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

/* What printf(3) takes long for. */
static void cmd_out_digits(uint64_t number)
{
	char digits[20];
	char *begin = digits + sizeof(digits);

	do {
		*--begin = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	fwrite(begin, 1, (size_t)(digits + sizeof(digits) - begin), stdout);
}

/**
 * cmd_out_init() - begin to print
 * @out: set
 * @form: how values look
 * @indent: JSON has a line for each value
 */
void cmd_out_init(struct cmd_out *out, enum cmd_out_form form, bool indent)
{
	const char *hide = cmd_env("HIDE_KEYS");

	*out = (struct cmd_out) {
		.form = form,
		.colour = form == CMD_OUT_PRETTY && cmd_term_has_colour(),
		.show_keys = hide && !strcmp(hide, "never"),
		.indent = indent,
	};
}

/**
 * cmd_out_character_bytes() - how long a character is
 * @text: begins with it
 *
 * Return: how many bytes it has, or 0 if it is not one of UTF-8.
 */
unsigned int cmd_out_character_bytes(const char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *c = (const unsigned char *)text;
	unsigned int bytes = *c < 0x80 ? 1 : *c >> 5 == 6 ? 2 : *c >> 4 == 14 ? 3 :
			     *c >> 3 == 30 ? 4 : 0;
	uint32_t code;
	unsigned int i;

	if (bytes < 2)
		return bytes;
	code = *c & (0xffU >> (bytes + 1));
	for (i = 1; i < bytes; i++) {
		if (c[i] >> 6 != 2)
			return 0;
		code = code << 6 | (c[i] & 0x3f);
	}
	if (code < least[bytes] || code > 0x10ffff || code >> 11 == 0xd800 >> 11)
		return 0;
	return bytes;
}

/**
 * cmd_out_clean() - make a text one that no terminal obeys
 * @text: control characters, and what is not UTF-8, become question marks, one for each byte
 */
void cmd_out_clean(char *text)
{
	while (*text) {
		const unsigned char *c = (const unsigned char *)text;
		unsigned int bytes = cmd_out_character_bytes(text);
		/*
		 * U+0080 to U+009F are control characters, too. Without its first byte the second
		 * one is not UTF-8.
		 */
		bool is_c1 = bytes == 2 && c[0] == 0xc2 && c[1] < 0xa0;

		if (!bytes || *c < ' ' || *c == 0x7f || is_c1)
			*text++ = '?';
		else
			text += bytes;
	}
}

/* A link's name may hold any bytes: what is not UTF-8 becomes U+FFFD. */
static void cmd_out_quote(const char *text)
{
	putchar('"');
	while (*text) {
		unsigned int bytes = cmd_out_character_bytes(text);

		if (!bytes)
			fputs("\\ufffd", stdout);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned char)*text);
		else
			printf("%.*s", (int)bytes, text);
		text += bytes ?: 1;
	}
	putchar('"');
}

static void cmd_out_new_line(const struct cmd_out *out)
{
	if (out->indent)
		printf("\n%*s", (int)out->depth * 2, "");
}

/* What comes before a value: a label, or comma and key. */
static void cmd_out_before(struct cmd_out *out)
{
	if (out->form == CMD_OUT_PRETTY && out->label) {
		fputs(!out->on_line ? "  " : out->values++ ? ", " : ": ", stdout);
		cmd_term_print(out->colour, CMD_BOLD, out->label);
		fputs(out->on_line ? " " : ": ", stdout);
		out->label = NULL;
	}
	if (out->form != CMD_OUT_JSON)
		return;
	if (out->filled & 1U << out->depth)
		putchar(',');
	out->filled |= 1U << out->depth;
	if (out->depth)
		cmd_out_new_line(out);
	if (out->key) {
		cmd_out_quote(out->key);
		fputs(out->indent ? ": " : ":", stdout);
		out->key = NULL;
	}
}

/**
 * cmd_out_open() - begin an object or an array of JSON
 * @out: where printing is
 * @key: of it, or NULL in an array
 * @bracket: { or [
 */
void cmd_out_open(struct cmd_out *out, const char *key, char bracket)
{
	if (out->form != CMD_OUT_JSON)
		return;
	out->key = key;
	cmd_out_before(out);
	putchar(bracket);
	out->depth++;
	out->filled &= ~(1U << out->depth);
}

/**
 * cmd_out_close() - end an object or an array of JSON
 * @out: where printing is
 * @bracket: } or ]
 */
void cmd_out_close(struct cmd_out *out, char bracket)
{
	bool filled = out->filled & 1U << out->depth;

	if (out->form != CMD_OUT_JSON)
		return;
	out->depth--;
	if (filled)
		cmd_out_new_line(out);
	putchar(bracket);
	if (!out->depth)
		putchar('\n');
}

/**
 * cmd_out_begin() - the next value is one with a name
 * @out: where printing is
 * @key: JSON's
 * @label: people's, or NULL
 */
void cmd_out_begin(struct cmd_out *out, const char *key, const char *label)
{
	out->key = key;
	out->label = label;
}

/**
 * cmd_out_end() - a value with a name is complete
 * @out: where printing is
 */
void cmd_out_end(struct cmd_out *out)
{
	if (out->form == CMD_OUT_PRETTY && !out->label && !out->on_line)
		putchar('\n');
	out->label = NULL;
	out->key = NULL;
}

/**
 * cmd_out_between() - text between or behind values, which JSON has none of
 * @out: where printing is
 * @lines: for scripts
 * @pretty: for people
 */
void cmd_out_between(const struct cmd_out *out, const char *lines, const char *pretty)
{
	if (out->form == CMD_OUT_LINES)
		fputs(lines, stdout);
	else if (out->form == CMD_OUT_PRETTY && !out->label)
		fputs(pretty, stdout);
}

/**
 * cmd_out_none() - there is no value: people see nothing of it
 * @out: where printing is
 * @word: for scripts
 */
void cmd_out_none(struct cmd_out *out, const char *word)
{
	if (out->form == CMD_OUT_PRETTY)
		return;
	cmd_out_before(out);
	fputs(out->form == CMD_OUT_JSON ? "null" : word, stdout);
}

/**
 * cmd_out_text() - print a text
 * @out: where printing is
 * @text: it
 */
void cmd_out_text(struct cmd_out *out, const char *text)
{
	cmd_out_word(out, text, text);
}

/**
 * cmd_out_word() - print a word that stands for something
 * @out: where printing is
 * @word: for scripts and programs
 * @pretty: for people, or NULL if they are to see nothing of it
 */
void cmd_out_word(struct cmd_out *out, const char *word, const char *pretty)
{
	if (out->form == CMD_OUT_PRETTY && !pretty)
		return;
	cmd_out_before(out);
	if (out->form == CMD_OUT_JSON)
		cmd_out_quote(word);
	else
		fputs(out->form == CMD_OUT_PRETTY ? pretty : word, stdout);
}

/**
 * cmd_out_key() - print a key
 * @out: where printing is
 * @key: it, zero for none
 * @secret: people do not see it unless they have asked for it
 */
void cmd_out_key(struct cmd_out *out, const uint8_t key[CVL_KEY_BYTES], bool secret)
{
	char text[CVL_KEY_TEXT_SIZE];

	if (cvl_key_is_zero(key)) {
		cmd_out_none(out, "(none)");
		return;
	}
	cvl_key_to_text(text, key);
	cmd_out_word(out, text, secret && !out->show_keys ? "(hidden)" : text);
	explicit_bzero(text, sizeof(text));
}

/**
 * cmd_out_number() - print a number
 * @out: where printing is
 * @number: it; people see nothing of a 0
 * @zero: for scripts if it is 0, or NULL for the number
 */
void cmd_out_number(struct cmd_out *out, uint64_t number, const char *zero)
{
	if (!number && out->form == CMD_OUT_PRETTY)
		return;
	cmd_out_before(out);
	if (!number && zero && out->form == CMD_OUT_LINES)
		fputs(zero, stdout);
	else
		cmd_out_digits(number);
}

/**
 * cmd_out_hex() - print a number that people write in hexadecimal
 * @out: where printing is
 * @number: it; people see nothing of a 0
 * @zero: for scripts if it is 0
 */
void cmd_out_hex(struct cmd_out *out, uint32_t number, const char *zero)
{
	if (!number || out->form == CMD_OUT_JSON) {
		cmd_out_number(out, number, zero);
		return;
	}
	cmd_out_before(out);
	printf("0x%x", number);
}

/**
 * cmd_out_bytes() - print a number of bytes
 * @out: where printing is
 * @bytes: it
 */
void cmd_out_bytes(struct cmd_out *out, uint64_t bytes)
{
	if (out->form != CMD_OUT_PRETTY) {
		cmd_out_number(out, bytes, NULL);
		return;
	}
	cmd_out_before(out);
	cmd_term_print_bytes(out->colour, bytes);
}

/**
 * cmd_out_span() - print a span of time that is a setting
 * @out: where printing is
 * @span_s: it, 0 for off
 * @before: people read this before it
 */
void cmd_out_span(struct cmd_out *out, uint64_t span_s, const char *before)
{
	if (!span_s || out->form != CMD_OUT_PRETTY) {
		cmd_out_number(out, span_s, "off");
		return;
	}
	cmd_out_before(out);
	fputs(before, stdout);
	cmd_term_print_span(out->colour, span_s);
}

/**
 * cmd_out_time() - print when something was; people read how long ago
 * @out: where printing is
 * @time_s: in seconds since 1970, 0 for never
 */
void cmd_out_time(struct cmd_out *out, int64_t time_s)
{
	int64_t now_s;

	if (!time_s && out->form == CMD_OUT_PRETTY)
		return;
	cmd_out_before(out);
	if (out->form != CMD_OUT_PRETTY) {
		if (time_s < 0)
			printf("%lld", (long long)time_s);
		else
			cmd_out_digits((uint64_t)time_s);
		return;
	}
	now_s = time(NULL);
	if (time_s > now_s) {
		putchar('(');
		cmd_term_print(out->colour, CMD_RED,
			       "System clock wound backward; connection problems may ensue.");
		putchar(')');
	} else if (time_s == now_s) {
		fputs("Now", stdout);
	} else {
		cmd_term_print_span(out->colour, (uint64_t)now_s - (uint64_t)time_s);
		fputs(" ago", stdout);
	}
}

/**
 * cmd_out_bool() - print whether something is so, as JSON
 * @out: where printing is
 * @value: it
 */
void cmd_out_bool(struct cmd_out *out, bool value)
{
	if (out->form != CMD_OUT_JSON)
		return;
	cmd_out_before(out);
	fputs(value ? "true" : "false", stdout);
}

/**
 * cmd_out_list_begin() - the value is a list
 * @out: where printing is
 */
void cmd_out_list_begin(struct cmd_out *out)
{
	cmd_out_open(out, out->key, '[');
	out->items = 0;
}

/**
 * cmd_out_list_item() - the next value is an item of the list
 * @out: where printing is
 */
void cmd_out_list_item(struct cmd_out *out)
{
	if (out->items++)
		cmd_out_between(out, out->comma ? "," : " ", ", ");
}

/**
 * cmd_out_list_end() - the list has no more items
 * @out: where printing is
 * @show_none: people are to see that it has none
 */
void cmd_out_list_end(struct cmd_out *out, bool show_none)
{
	cmd_out_close(out, ']');
	if (!out->items && out->form != CMD_OUT_JSON)
		cmd_out_word(out, "(none)", show_none ? "(none)" : NULL);
}

/**
 * cmd_out_prefixes() - print a list of prefixes
 * @out: where printing is
 * @ip: the first, or NULL
 * @show_none: people are to see that it has none
 */
void cmd_out_prefixes(struct cmd_out *out, const struct cvl_allowed_ip *ip, bool show_none)
{
	cmd_out_list_begin(out);
	for (; ip; ip = ip->next) {
		char text[CVL_ALLOWED_IP_TEXT_SIZE];

		cmd_out_list_item(out);
		cvl_allowed_ip_to_text(text, ip);
		if (out->form != CMD_OUT_PRETTY) {
			cmd_out_text(out, text);
			continue;
		}
		*strchr(text, '/') = '\0';
		cmd_out_text(out, text);
		cmd_term_print(out->colour, CMD_CYAN, "/");
		cmd_out_digits(ip->prefix_bits);
	}
	cmd_out_list_end(out, show_none);
}
