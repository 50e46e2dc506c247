/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the facts about a machine mean for a tunnel: load and doctor gather them and
 * ask here. Nothing in here looks at the machine, so that all of it has unit tests.
 */
#ifndef CULVERT_DIAGNOSE_H
#define CULVERT_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "libculvert.h"

/**
 * enum cmd_wireguard - whether the kernel has wireguard.ko
 * @CMD_WIREGUARD_ABSENT: it is neither loaded nor built in
 * @CMD_WIREGUARD_LOADED: it is loaded
 * @CMD_WIREGUARD_BUILTIN: it is built in
 */
enum cmd_wireguard {
	CMD_WIREGUARD_ABSENT,
	CMD_WIREGUARD_LOADED,
	CMD_WIREGUARD_BUILTIN,
};

/**
 * struct cmd_load_facts - what there is to know when the module does not load
 * @release: of the running kernel
 * @said: what modprobe said, in English, or ""
 * @vermagic: of the module for the running kernel; "" when there is no such module
 * @wireguard: whether the kernel has wireguard.ko
 * @is_signed: that module has a signature
 * @has_headers: the running kernel can be built for
 * @is_root: the effective user is 0
 * @may_load: somebody here may load modules: it is no container
 */
struct cmd_load_facts {
	const char *release;
	const char *said;
	const char *vermagic;
	enum cmd_wireguard wireguard;
	bool is_signed;
	bool has_headers;
	bool is_root;
	bool may_load;
};

/**
 * struct cmd_reverse_facts - what there is to know of the reverse path filter of a device
 *	that answers come in by
 * @is_filtered: it has one
 * @passes: a packet without a mark passes it
 * @passes_marked: one with the mark of the link passes it
 * @rules_known: the rules of the firewall were read
 * @restores_mark: by these, answers get the mark that went out
 */
struct cmd_reverse_facts {
	bool is_filtered;
	bool passes;
	bool passes_marked;
	bool rules_known;
	bool restores_mark;
};

/**
 * enum cmd_reverse - what the reverse path filter does with answers
 * @CMD_REVERSE_PASSES: lets them pass
 * @CMD_REVERSE_DROPPED: drops them
 * @CMD_REVERSE_MARK_IGNORED: drops them, for it does not look at the mark that they have
 * @CMD_REVERSE_MARK_MISSING: drops them, for they do not have the mark that it looks at
 * @CMD_REVERSE_UNKNOWN: drops them unless they have the mark
 */
enum cmd_reverse {
	CMD_REVERSE_PASSES,
	CMD_REVERSE_DROPPED,
	CMD_REVERSE_MARK_IGNORED,
	CMD_REVERSE_MARK_MISSING,
	CMD_REVERSE_UNKNOWN,
};

void cmd_diagnose_load(char *text, size_t text_bytes, const struct cmd_load_facts *facts);
bool cmd_diagnose_replaces(const char *shown);
bool cmd_diagnose_is_for(const char *vermagic, const char *release);
enum cmd_reverse cmd_diagnose_reverse(const struct cmd_reverse_facts *facts);
unsigned int cmd_diagnose_mtu(unsigned int path_bytes, bool ipv6);
const struct cvl_peer *cmd_diagnose_owner(const struct cvl_device *dev,
					  const union cvl_address *address);
bool cmd_diagnose_has_word(const char *text, const char *label, const char *word);

#endif /* CULVERT_DIAGNOSE_H */
