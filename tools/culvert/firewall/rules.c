// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of nftables in memory, and what they do with a packet of which not everything is
 * known: the answer is what may become of it. expr.c knows the expressions.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "firewall/run.h"

#include <linux/netfilter/nfnetlink.h>

/* Elements of sets that are looked at in one chain of a hook for one packet. */
#define FW_MAX_ELEMENTS 10000000

/**
 * cmd_fw_create() - no rules
 *
 * Return: for cmd_fw_destroy(), or NULL without memory.
 */
struct cmd_fw_rules *cmd_fw_create(void)
{
	return calloc(1, sizeof(struct cmd_fw_rules));
}

static void fw_free(struct fw_object *objects)
{
	while (objects) {
		struct fw_object *next = objects->next;

		while (objects->parts.first) {
			struct fw_message *part = objects->parts.first;

			objects->parts.first = part->next;
			free(part);
		}
		free(objects->message);
		free(objects);
		objects = next;
	}
}

/**
 * cmd_fw_destroy() - forget rules
 * @rules: may be NULL
 */
void cmd_fw_destroy(struct cmd_fw_rules *rules)
{
	if (!rules)
		return;
	fw_free(rules->chains);
	fw_free(rules->sets);
	free(rules);
}

/**
 * fw_find() - find a chain or a set
 * @objects: to look through
 * @family: of its table
 * @table: that it is in
 * @name: of the object
 *
 * Return: the object or NULL.
 */
struct fw_object *fw_find(struct fw_object *objects, uint8_t family, const char *table,
			  const char *name)
{
	while (objects && (objects->family != family || strcmp(objects->name, name) ||
			   strcmp(objects->table, table)))
		objects = objects->next;
	return objects;
}

/* The attribute of a message, not of a nest. */
static const struct nlattr *fw_field(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static const char *fw_field_text(const struct nlmsghdr *nlh, uint16_t type)
{
	return fw_text(fw_field(nlh, type));
}

static struct fw_message *fw_copy(const struct nlmsghdr *nlh)
{
	struct fw_message *message = malloc(sizeof(*message) + nlh->nlmsg_len);

	if (!message)
		return NULL;
	message->next = NULL;
	memcpy(message->nlh, nlh, nlh->nlmsg_len);
	return message;
}

static bool fw_append(struct fw_object *object, const struct nlmsghdr *nlh)
{
	struct fw_message *message = fw_copy(nlh);

	if (!message)
		return false;
	if (object->parts.last)
		object->parts.last->next = message;
	else
		object->parts.first = message;
	object->parts.last = message;
	return true;
}

/* A chain or a set; both have the table first and the name third. */
static struct fw_object *fw_add(struct fw_object **objects, const struct nlmsghdr *nlh,
				uint16_t table, uint16_t name)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct fw_object *object = calloc(1, sizeof(*object));

	if (!object)
		return NULL;
	object->message = fw_copy(nlh);
	if (!object->message) {
		free(object);
		return NULL;
	}
	object->family = nfg->nfgen_family;
	object->table = fw_field_text(object->message->nlh, table);
	object->name = fw_field_text(object->message->nlh, name);
	object->next = *objects;
	*objects = object;
	return object;
}

/* The priority of a chain is known only now; those of the same hook run in that order. */
static void fw_sort_chain(struct cmd_fw_rules *rules)
{
	struct fw_object *chain = rules->chains;
	struct fw_object **place = &chain->next;

	while (*place && (*place)->priority < chain->priority)
		place = &(*place)->next;
	if (place == &chain->next)
		return;
	rules->chains = chain->next;
	chain->next = *place;
	*place = chain;
}

static bool fw_take_chain(struct cmd_fw_rules *rules, const struct nlmsghdr *nlh)
{
	struct fw_object *chain = fw_add(&rules->chains, nlh, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME);
	const struct nlattr *hook = fw_field(nlh, NFTA_CHAIN_HOOK);
	const struct nlattr *policy = fw_field(nlh, NFTA_CHAIN_POLICY);
	uint32_t priority;

	if (!chain)
		return false;
	/* What a chain of type nat says is about addresses. */
	chain->is_base = hook && fw_attr_number(&chain->hook, hook, NFTA_HOOK_HOOKNUM) &&
			 strcmp(fw_field_text(nlh, NFTA_CHAIN_TYPE), "nat");
	chain->policy = policy && ntohl(mnl_attr_get_u32(policy)) == NF_DROP ? CMD_FW_DROP :
			CMD_FW_ACCEPT;
	if (fw_attr_number(&priority, hook, NFTA_HOOK_PRIORITY))
		chain->priority = (int32_t)priority;
	fw_sort_chain(rules);
	return true;
}

static bool fw_take_rule(struct cmd_fw_rules *rules, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	const char *table = fw_field_text(nlh, NFTA_RULE_TABLE);
	const char *chain = fw_field_text(nlh, NFTA_RULE_CHAIN);
	struct fw_object *recent = rules->recent;

	if (!recent || recent->family != nfg->nfgen_family || strcmp(recent->name, chain) ||
	    strcmp(recent->table, table))
		rules->recent = fw_find(rules->chains, nfg->nfgen_family, table, chain);
	/* A chain that is younger than the list of chains. */
	return !rules->recent || fw_append(rules->recent, nlh);
}

static bool fw_take_set(struct cmd_fw_rules *rules, const struct nlmsghdr *nlh)
{
	struct fw_object *set = fw_add(&rules->sets, nlh, NFTA_SET_TABLE, NFTA_SET_NAME);
	const struct nlattr *flags = fw_field(nlh, NFTA_SET_FLAGS);

	if (set && flags)
		set->flags = ntohl(mnl_attr_get_u32(flags));
	return set;
}

static bool fw_take_elements(struct cmd_fw_rules *rules, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct fw_object *set = fw_find(rules->sets, nfg->nfgen_family,
					fw_field_text(nlh, NFTA_SET_ELEM_LIST_TABLE),
					fw_field_text(nlh, NFTA_SET_ELEM_LIST_SET));

	return !set || fw_append(set, nlh);
}

/**
 * cmd_fw_take() - add what a message of a dump says
 * @rules: so far
 * @nlh: the message; chains come before their rules, sets before their elements
 *
 * Return: false without memory.
 */
bool cmd_fw_take(struct cmd_fw_rules *rules, const struct nlmsghdr *nlh)
{
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg) ||
	    NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES)
		return true;
	switch (NFNL_MSG_TYPE(nlh->nlmsg_type)) {
	case NFT_MSG_NEWCHAIN:
		return fw_take_chain(rules, nlh);
	case NFT_MSG_NEWRULE:
		return fw_take_rule(rules, nlh);
	case NFT_MSG_NEWSET:
		return fw_take_set(rules, nlh);
	case NFT_MSG_NEWSETELEM:
		return fw_take_elements(rules, nlh);
	}
	return true;
}

/**
 * cmd_fw_each_set() - fill the sets
 * @rules: of which
 * @take: called for each; takes its elements, and returns whether these are all
 * @arg: handed to @take
 */
void cmd_fw_each_set(struct cmd_fw_rules *rules,
		     bool (*take)(void *arg, uint8_t family, const char *table, const char *set),
		     void *arg)
{
	struct fw_object *set;

	for (set = rules->sets; set; set = set->next)
		set->is_partial = !take(arg, set->family, set->table, set->name);
}

/**
 * cmd_fw_has_chain() - whether any table has a chain of that name
 * @rules: to look through
 * @name: of the chain
 *
 * Return: whether there is one.
 */
bool cmd_fw_has_chain(const struct cmd_fw_rules *rules, const char *name)
{
	const struct fw_object *chain = rules->chains;

	while (chain && strcmp(chain->name, name))
		chain = chain->next;
	return chain;
}

static unsigned int fw_rule(struct fw_run *run, const struct nlmsghdr *nlh)
{
	const struct nlattr *expressions = fw_field(nlh, NFTA_RULE_EXPRESSIONS);
	const struct nlattr *element;

	run->match = CMD_FW_YES;
	run->device_at = -1;
	run->can = CMD_FW_NEXT;
	if (!expressions)
		return CMD_FW_NEXT;
	mnl_attr_for_each_nested(element, expressions) {
		fw_expression(run, element);
		if (run->match == CMD_FW_NO)
			return CMD_FW_NEXT;
		if (run->can != CMD_FW_NEXT)
			break;
	}
	return run->can | (run->match == CMD_FW_MAYBE ? CMD_FW_NEXT : 0);
}

static unsigned int fw_chain(struct fw_run *run, const struct fw_object *chain)
{
	const struct fw_message *rule;
	unsigned int can = 0;
	unsigned int one = CMD_FW_NEXT;

	for (rule = chain->parts.first; rule && one & CMD_FW_NEXT; rule = rule->next) {
		if (!run->left)
			return CMD_FW_ANYTHING;
		run->left--;
		one = fw_rule(run, rule->nlh);
		can |= one & ~CMD_FW_NEXT;
	}
	can |= one & CMD_FW_NEXT;
	return cmd_fw_replace(can, CMD_FW_RETURN, CMD_FW_NEXT);
}

static unsigned int fw_jump(struct fw_run *run, const char *name)
{
	const struct fw_object *chain = fw_find(run->rules->chains, run->family, run->table, name);
	enum cmd_fw_match match = run->match;
	unsigned int can;

	if (!chain || run->depth == CMD_FW_MAX_DEPTH)
		return CMD_FW_ANYTHING;
	run->depth++;
	can = fw_chain(run, chain);
	run->depth--;
	run->match = match;
	return can;
}

/**
 * fw_verdict() - what a verdict does
 * @run: the packet
 * @verdict: nest of NFTA_VERDICT_*, or NULL
 *
 * Return: CMD_FW_* bits.
 */
unsigned int fw_verdict(struct fw_run *run, const struct nlattr *verdict)
{
	const char *name = verdict ? fw_attr_text(verdict, NFTA_VERDICT_CHAIN) : "";
	uint32_t code;

	if (!verdict || !fw_attr_number(&code, verdict, NFTA_VERDICT_CODE))
		return CMD_FW_ANYTHING;
	switch ((int)code) {
	case NF_ACCEPT:
		return CMD_FW_ACCEPT;
	case NF_DROP:
		return CMD_FW_DROP;
	case NFT_CONTINUE:
	case NFT_BREAK:
		return CMD_FW_NEXT;
	case NFT_RETURN:
		return CMD_FW_RETURN;
	case NFT_JUMP:
		return fw_jump(run, name);
	case NFT_GOTO:
		return cmd_fw_replace(fw_jump(run, name), CMD_FW_NEXT, CMD_FW_RETURN);
	}
	/* to a program, which may do anything */
	return CMD_FW_ACCEPT | CMD_FW_DROP;
}

/**
 * cmd_fw_fate_add() - note what a chain at a hook does with a packet
 * @fate: added to; if the chain may drop it, the caller adds program and family
 * @can: CMD_FW_ACCEPT, CMD_FW_DROP or both
 * @table: of the chain
 * @chain: its name
 *
 * Return: whether the chain drops it, or may.
 */
bool cmd_fw_fate_add(struct cmd_fw_fate *fate, unsigned int can, const char *table,
		     const char *chain)
{
	if (!(can & CMD_FW_DROP))
		return false;
	fate->can = can & CMD_FW_ACCEPT ? fate->can | CMD_FW_DROP : CMD_FW_DROP;
	snprintf(fate->table, sizeof(fate->table), "%s", table);
	snprintf(fate->chain, sizeof(fate->chain), "%s", chain);
	return true;
}

static const char *fw_family(uint8_t family)
{
	return family == NFPROTO_INET ? "inet" : family == NFPROTO_IPV4 ? "ip" : "ip6";
}

/**
 * cmd_fw_judge() - what the rules at a hook do with a packet
 * @rules: all of them
 * @packet: what is known of it
 * @hook: NF_INET_*
 * @fate: added to: once surely dropped it stays so
 */
void cmd_fw_judge(const struct cmd_fw_rules *rules, const struct cmd_fw_packet *packet,
		  unsigned int hook, struct cmd_fw_fate *fate)
{
	const struct fw_object *chain;

	for (chain = rules->chains; chain; chain = chain->next) {
		struct fw_run run = {
			.rules = rules,
			.family = chain->family,
			.table = chain->table,
			.packet = packet,
			.fate = fate,
			.left = CMD_FW_MAX_RULES,
			.elements_left = FW_MAX_ELEMENTS,
		};
		unsigned int can;

		if (!chain->is_base || chain->hook != hook || fate->can == CMD_FW_DROP ||
		    (chain->family != packet->family && chain->family != NFPROTO_INET))
			continue;
		can = cmd_fw_replace(fw_chain(&run, chain), CMD_FW_NEXT, chain->policy);
		if (!cmd_fw_fate_add(fate, can, chain->table, chain->name))
			continue;
		fate->program = "nft";
		fate->family = fw_family(chain->family);
	}
}

/**
 * cmd_fw_packet() - a UDP packet of which nothing else is known
 * @packet: filled in
 * @ipv6: of the family
 * @is_incoming: it comes in
 */
void cmd_fw_packet(struct cmd_fw_packet *packet, bool ipv6, bool is_incoming)
{
	unsigned int protocol = ipv6 ? 6 : 9;

	memset(packet, 0, sizeof(*packet));
	packet->family = ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	packet->is_incoming = is_incoming;
	packet->ct_state = CMD_FW_CT_NEW;
	packet->way_back = CMD_FW_MAYBE;
	packet->network[protocol] = IPPROTO_UDP;
	packet->network_known[protocol] = true;
}

/**
 * cmd_fw_packet_device() - the device that the packet comes in or goes out by is known
 * @packet: filled in
 * @device: its name
 * @ifindex: its index
 */
void cmd_fw_packet_device(struct cmd_fw_packet *packet, const char device[CVL_IFNAME_SIZE],
			  uint32_t ifindex)
{
	memcpy(packet->device, device, sizeof(packet->device));
	packet->ifindex = ifindex;
}

/**
 * cmd_fw_packet_address() - an address of the packet is known
 * @packet: of the family of @address
 * @is_source: it is the source
 * @address: which
 */
void cmd_fw_packet_address(struct cmd_fw_packet *packet, bool is_source,
			   const union cvl_address *address)
{
	size_t bytes = cvl_address_ip_bytes(address);
	size_t offset = (packet->family == NFPROTO_IPV6 ? 8 : 12) + (is_source ? 0 : bytes);

	memcpy(packet->network + offset, cvl_address_ip(address), bytes);
	memset(packet->network_known + offset, true, bytes);
}

/**
 * cmd_fw_packet_port() - a port of the packet is known
 * @packet: filled in
 * @is_source: it is the source
 * @port: host order
 */
void cmd_fw_packet_port(struct cmd_fw_packet *packet, bool is_source, uint16_t port)
{
	size_t offset = is_source ? 0 : 2;

	packet->transport[offset] = (uint8_t)(port >> 8);
	packet->transport[offset + 1] = (uint8_t)port;
	packet->transport_known[offset] = true;
	packet->transport_known[offset + 1] = true;
}
