/* SPDX-License-Identifier: GPL-2.0 */
/* The file of a tunnel, as of wg-quick(8), with words of our own: up, down and strip read it. */
#ifndef CULVERT_UP_FILE_H
#define CULVERT_UP_FILE_H

#include <limits.h>
#include <sys/stat.h>

#include "up/words.h"

/**
 * enum up_hook - when commands of the file are run
 * @UP_PRE_UP: when the link is there, before it is configured
 * @UP_POST_UP: when all is done
 * @UP_PRE_DOWN: before anything is taken away
 * @UP_POST_DOWN: when all has gone
 * @UP_HOOKS: how many there are
 */
enum up_hook {
	UP_PRE_UP,
	UP_POST_UP,
	UP_PRE_DOWN,
	UP_POST_DOWN,
	UP_HOOKS,
};

extern const char * const up_hook_names[UP_HOOKS];

/**
 * struct up_text - text that is put together
 * @bytes: ends in a zero; may hold keys
 * @used: its length
 * @size: of the allocation
 */
struct up_text {
	char *bytes;
	size_t used;
	size_t size;
};

/**
 * struct up_file - what the file of a tunnel says
 * @path: where it is
 * @name: of the link
 * @status: of the file when it was read
 * @dev: what the module is told: keys, peers and words of our own
 * @addresses: of the link
 * @servers: that names are looked up at
 * @domains: that are searched
 * @mtu: of the link, or 0: it follows the route
 * @table_how: where routes go
 * @table: that is, in a table of this number
 * @hooks: commands, with the name of the link in them
 * @save: the state is written to the file when the link goes
 * @stripped: what setconf reads
 */
struct up_file {
	char path[PATH_MAX];
	char name[CVL_IFNAME_SIZE];
	struct stat status;
	struct cvl_device *dev;
	struct up_prefixes addresses;
	struct up_list servers;
	struct up_list domains;
	uint32_t mtu;
	enum up_table table_how;
	uint32_t table;
	struct up_list hooks[UP_HOOKS];
	bool save;
	struct up_text stripped;
};

int up_file_find(struct up_file *file, const char *word, struct cvl_error *err);
int up_file_read(struct up_file *file, struct cvl_error *err);
int up_file_parse(struct up_file *file, const char *text, size_t bytes, struct cvl_error *err);
void up_file_clear(struct up_file *file);
int up_text_add(struct up_text *text, const char *bytes, size_t count);
void up_text_clear(struct up_text *text);

#endif /* CULVERT_UP_FILE_H */
