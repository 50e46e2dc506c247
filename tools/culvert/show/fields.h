/* SPDX-License-Identifier: GPL-2.0 */
/* All that show can print of a device and its peers: one table for lines, people and JSON. */
#ifndef CULVERT_SHOW_FIELDS_H
#define CULVERT_SHOW_FIELDS_H

#include "command.h"
#include "common/out.h"

/**
 * struct cmd_field - a value of a device, or of each of its peers
 * @word: what the user types for it alone, or NULL
 * @key: JSON's; NULL if the printer prints several, or none
 * @label: people's, or NULL if they are not shown it among the others
 * @help: what it is, in a line
 * @secret: JSON has it only when it is asked for
 * @alone: only printed when it is asked for
 * @print_device: of the device, or NULL
 * @print_peer: of each peer, or NULL
 * @print_lines: for scripts, what is more than a line; or NULL
 * @keyed: for scripts, the line of a peer begins with its public key
 */
struct cmd_field {
	const char *word;
	const char *key;
	const char *label;
	const char *help;
	bool secret;
	bool alone;
	void (*print_device)(struct cmd_out *out, const struct cvl_device *dev);
	void (*print_peer)(struct cmd_out *out, const struct cvl_peer *peer);
	void (*print_lines)(const struct cvl_device *dev, bool named);
	bool keyed;
};

/* ends with an entry without help; in the order in which people see them */
extern const struct cmd_field cmd_fields[];

const struct cmd_field *cmd_fields_find(const char *word);
bool cmd_fields_nth_word(size_t number, struct cmd_word *word);
void cmd_fields_device(struct cmd_out *out, const struct cvl_device *dev,
		       const struct cmd_field *only);
void cmd_fields_peer_words(struct cmd_out *out, const struct cvl_peer *peer,
			   const char * const *words);
void cmd_fields_peer(struct cmd_out *out, const struct cvl_peer *peer,
		     const struct cmd_field *only);

#endif /* CULVERT_SHOW_FIELDS_H */
