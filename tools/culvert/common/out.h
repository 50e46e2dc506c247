/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values on standard output: one call prints each as a word of a line for scripts, as text for
 * people, or as JSON. Show and monitor print with it.
 */
#ifndef CULVERT_OUT_H
#define CULVERT_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include <libculvert.h>

/* Of the JSON, and said in it. It grows when a key is removed or means something else. */
#define CMD_OUT_SCHEMA 1

/**
 * enum cmd_out_form - how values look
 * @CMD_OUT_LINES: for scripts, with tabs between them
 * @CMD_OUT_PRETTY: for people, each behind its label
 * @CMD_OUT_JSON: for programs
 */
enum cmd_out_form {
	CMD_OUT_LINES,
	CMD_OUT_PRETTY,
	CMD_OUT_JSON,
};

/**
 * struct cmd_out - where printing is
 * @form: how values look
 * @colour: pretty: whether to use it
 * @show_keys: pretty: secrets are not hidden
 * @indent: JSON: a line for each value
 * @on_line: pretty: all values on one line, with commas between them
 * @no_prefixes: it is not told which allowed IPs a peer has
 * @comma: lines: a list has commas between its items, not spaces
 * @depth: JSON: how many brackets are open
 * @filled: JSON: a bit for each open bracket that has something in it
 * @key: JSON: of the value that comes next, or NULL in an array
 * @label: pretty: of the value that comes next, until it is printed
 * @items: how many a list has had
 * @values: pretty, on one line: how many there have been
 */
struct cmd_out {
	enum cmd_out_form form;
	bool colour;
	bool show_keys;
	bool indent;
	bool on_line;
	bool no_prefixes;
	bool comma;
	unsigned int depth;
	unsigned int filled;
	const char *key;
	const char *label;
	unsigned int items;
	unsigned int values;
};

void cmd_out_buffer(void);
unsigned int cmd_out_character_bytes(const char *text);
void cmd_out_clean(char *text);
void cmd_out_init(struct cmd_out *out, enum cmd_out_form form, bool indent);
void cmd_out_open(struct cmd_out *out, const char *key, char bracket);
void cmd_out_close(struct cmd_out *out, char bracket);
void cmd_out_begin(struct cmd_out *out, const char *key, const char *label);
void cmd_out_end(struct cmd_out *out);
void cmd_out_between(const struct cmd_out *out, const char *lines, const char *pretty);

void cmd_out_none(struct cmd_out *out, const char *word);
void cmd_out_text(struct cmd_out *out, const char *text);
void cmd_out_word(struct cmd_out *out, const char *word, const char *pretty);
void cmd_out_key(struct cmd_out *out, const uint8_t key[CVL_KEY_BYTES], bool secret);
void cmd_out_number(struct cmd_out *out, uint64_t number, const char *zero);
void cmd_out_hex(struct cmd_out *out, uint32_t number, const char *zero);
void cmd_out_bytes(struct cmd_out *out, uint64_t bytes);
void cmd_out_span(struct cmd_out *out, uint64_t span_s, const char *before);
void cmd_out_time(struct cmd_out *out, int64_t time_s);
void cmd_out_bool(struct cmd_out *out, bool value);
void cmd_out_list_begin(struct cmd_out *out);
void cmd_out_list_item(struct cmd_out *out);
void cmd_out_list_end(struct cmd_out *out, bool show_none);
void cmd_out_prefixes(struct cmd_out *out, const struct cvl_allowed_ip *ip, bool show_none);

#endif /* CULVERT_OUT_H */
