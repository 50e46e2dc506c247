/* SPDX-License-Identifier: GPL-2.0 */
/* What the module has refused of a link, by reason. */
#ifndef CULVERT_DROPS_H
#define CULVERT_DROPS_H

#include <stdint.h>

/**
 * struct cmd_drop - a drop reason
 * @name: its counter's
 * @help: what it means, in a line
 */
struct cmd_drop {
	const char *name;
	const char *help;
};

const struct cmd_drop *cmd_drops_word(unsigned int reason);
void cmd_drops_each(const char *link, void *to,
		    void (*take)(void *to, unsigned int reason, uint64_t count));

#endif /* CULVERT_DROPS_H */
