/* SPDX-License-Identifier: GPL-2.0 */
/* What rules.c, expr.c and set.c share: rules in memory, and a packet on its way. */
#ifndef CULVERT_FIREWALL_RUN_H
#define CULVERT_FIREWALL_RUN_H

#include <libmnl/libmnl.h>
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/firewall.h"

#define FW_REGISTER_BYTES 64

/**
 * struct fw_message - a message of the kernel's
 * @next: the next one of the same chain or set, or NULL
 * @nlh: a copy
 */
struct fw_message {
	struct fw_message *next;
	struct nlmsghdr nlh[];
};

/**
 * struct fw_list - messages in the order they came
 * @first: or NULL
 * @last: or NULL
 */
struct fw_list {
	struct fw_message *first;
	struct fw_message *last;
};

/**
 * struct fw_object - a chain or a set
 * @next: the next one, or NULL
 * @message: says what it is; the names point into it
 * @family: NFPROTO_*
 * @table: that it is in
 * @name: of the object
 * @parts: rules of the chain, or elements of the set
 * @is_base: chain: it is called by the hook
 * @hook: chain: NF_INET_*
 * @priority: chain: of those at one hook, the lowest comes first
 * @policy: chain: CMD_FW_ACCEPT or CMD_FW_DROP
 * @flags: set: NFT_SET_*
 * @is_partial: set: it has more elements than @parts
 */
struct fw_object {
	struct fw_object *next;
	struct fw_message *message;
	uint8_t family;
	const char *table;
	const char *name;
	struct fw_list parts;
	bool is_base;
	unsigned int hook;
	int32_t priority;
	unsigned int policy;
	uint32_t flags;
	bool is_partial;
};

struct cmd_fw_rules {
	struct fw_object *chains;
	struct fw_object *sets;
	/* the chain that the last rule was of: they come one chain after the other */
	struct fw_object *recent;
};

/**
 * struct fw_run - a packet in a chain
 * @rules: all of them
 * @family: of the chain
 * @table: of the chain
 * @packet: the packet
 * @fate: where marks are noted
 * @value: the registers
 * @known: which bytes of them are known
 * @device_at: where in them the device is, if which one is not known; else -1
 * @match: whether the packet matches the rule, so far
 * @can: what the rule does then, or CMD_FW_NEXT
 * @depth: how many chains have jumped here
 * @left: how many rules may still be looked at
 * @elements_left: how many elements of sets may still be looked at
 */
struct fw_run {
	const struct cmd_fw_rules *rules;
	uint8_t family;
	const char *table;
	const struct cmd_fw_packet *packet;
	struct cmd_fw_fate *fate;
	uint8_t value[FW_REGISTER_BYTES];
	bool known[FW_REGISTER_BYTES];
	int device_at;
	enum cmd_fw_match match;
	unsigned int can;
	unsigned int depth;
	unsigned int left;
	unsigned int elements_left;
};

/* rules.c */
struct fw_object *fw_find(struct fw_object *objects, uint8_t family, const char *table,
			  const char *name);
unsigned int fw_verdict(struct fw_run *run, const struct nlattr *verdict);

/* expr.c */
void fw_matches(struct fw_run *run, enum cmd_fw_match match);
void fw_expression(struct fw_run *run, const struct nlattr *element);
const char *fw_text(const struct nlattr *attr);
const char *fw_attr_text(const struct nlattr *nest, uint16_t type);
bool fw_attr_number(uint32_t *number, const struct nlattr *nest, uint16_t type);
const struct nlattr *fw_attr(const struct nlattr *nest, uint16_t type);

/* set.c */
void fw_lookup(struct fw_run *run, const struct nlattr *data, const uint8_t *key,
	       const bool *known, size_t room);

#endif /* CULVERT_FIREWALL_RUN_H */
