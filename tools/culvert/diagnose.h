/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the facts about a machine mean for a tunnel: load and doctor gather them and
 * ask here. Nothing in here looks at the machine, so that all of it has unit tests.
 */
#ifndef CULVERT_DIAGNOSE_H
#define CULVERT_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct cmd_load_facts - what there is to know when the module does not load
 * @release: of the running kernel
 * @said: what modprobe said, in English, or ""
 * @vermagic: of the module for the running kernel; "" when there is no such module
 * @is_signed: that module has a signature
 * @has_headers: the running kernel can be built for
 * @is_root: the effective user is 0
 * @may_load: somebody here may load modules: it is no container
 */
struct cmd_load_facts {
	const char *release;
	const char *said;
	const char *vermagic;
	bool is_signed;
	bool has_headers;
	bool is_root;
	bool may_load;
};

void cmd_diagnose_load(char *text, size_t text_bytes, const struct cmd_load_facts *facts);
bool cmd_diagnose_is_for(const char *vermagic, const char *release);
unsigned int cmd_diagnose_mtu(unsigned int path_bytes, bool ipv6);
bool cmd_diagnose_has_word(const char *text, const char *label, const char *word);

#endif /* CULVERT_DIAGNOSE_H */
