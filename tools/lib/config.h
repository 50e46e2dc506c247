/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Reading a configuration line by line, whole or peer by peer; internal to the library. */
#ifndef LIBCULVERT_CONFIG_H
#define LIBCULVERT_CONFIG_H

#include "parse.h"

enum cvl_config_section {
	CVL_CONFIG_NONE,
	CVL_CONFIG_INTERFACE,
	CVL_CONFIG_PEER,
};

/**
 * struct cvl_config_reader - where reading has got to
 * @parser: what settings are parsed into
 * @file: name of the text for messages
 * @at: what is left of the text
 * @end: where the text ends
 * @line_at: where the latest line begins
 * @line: its number
 * @buffer: that line without white space and comment
 * @buffer_size: size of the allocation
 * @section: which settings are expected
 * @peer_at: where the latest [Peer] begins
 * @peer_line: its line, for "has no PublicKey"
 * @peer_has_key: it has had its PublicKey
 * @spare: memory for the next peer, all zero, or NULL
 * @no_places: peers need not know where their names stand
 */
struct cvl_config_reader {
	struct cvl_parser parser;
	const char *file;
	const char *at;
	const char *end;
	const char *line_at;
	unsigned int line;
	char *buffer;
	size_t buffer_size;
	enum cvl_config_section section;
	const char *peer_at;
	unsigned int peer_line;
	bool peer_has_key;
	struct cvl_peer *spare;
	bool no_places;
};

int cvl_config_reader_begin(struct cvl_config_reader *r, const char *text, size_t text_bytes);
int cvl_config_reader_peer(struct cvl_config_reader *r);
int cvl_config_reader_fail(struct cvl_config_reader *r);
void cvl_config_reader_end(struct cvl_config_reader *r);

/* config.c */
void cvl_config_print_part(FILE *out, const struct cvl_device *part, bool first);

#endif /* LIBCULVERT_CONFIG_H */
