// SPDX-License-Identifier: GPL-2.0
/* Sets and maps of nftables, for a key of which not every byte may be known. */
#include <arpa/inet.h>
#include <string.h>

#include "firewall/run.h"

#include <linux/netfilter/nfnetlink.h>

/* What is looked for in a set, and what was found. */
struct fw_search {
	const uint8_t *key;
	const bool *known;
	size_t room;
	bool is_interval;
	/* of an interval set: the nearest boundary at or below the key */
	const struct nlattr *nearest;
	/* the element for all that has none */
	const struct nlattr *catchall;
	const struct nlattr *found;
	/* some byte that matters is not known, or what is in the set */
	bool is_unsure;
	/* how many elements may still be looked at */
	unsigned int *left;
};

static const struct nlattr *fw_set_key(const struct nlattr *element)
{
	return fw_attr(fw_attr(element, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
}

static uint32_t fw_set_flags(const struct nlattr *element)
{
	uint32_t flags = 0;

	fw_attr_number(&flags, element, NFTA_SET_ELEM_FLAGS);
	return flags;
}

/* Below or at the key, and nearer to it; a start comes before an end at the same place. */
static bool fw_set_is_nearer(const struct fw_search *search, const struct nlattr *element,
			     const uint8_t *key, size_t bytes)
{
	int order;

	if (memcmp(key, search->key, bytes) > 0)
		return false;
	if (!search->nearest)
		return true;
	order = memcmp(key, mnl_attr_get_payload(fw_set_key(search->nearest)), bytes);
	return order > 0 || (!order && !(fw_set_flags(element) & NFT_SET_ELEM_INTERVAL_END));
}

static void fw_set_element(struct fw_search *search, const struct nlattr *element)
{
	const struct nlattr *key = fw_set_key(element);
	const uint8_t *bytes = key ? mnl_attr_get_payload(key) : NULL;
	size_t count = key ? mnl_attr_get_payload_len(key) : 0;
	size_t i;

	if (!*search->left) {
		search->is_unsure = true;
		return;
	}
	--*search->left;
	if (fw_set_flags(element) & NFT_SET_ELEM_CATCHALL) {
		search->catchall = element;
		return;
	}
	if (!key || count > search->room || fw_attr(element, NFTA_SET_ELEM_KEY_END)) {
		search->is_unsure = true;
		return;
	}
	if (search->is_interval) {
		if (memchr(search->known, false, count))
			search->is_unsure = true;
		if (fw_set_is_nearer(search, element, bytes, count))
			search->nearest = element;
		return;
	}
	for (i = 0; i < count; i++) {
		if (search->known[i] && search->key[i] != bytes[i])
			return;
	}
	if (memchr(search->known, false, count))
		search->is_unsure = true;
	else
		search->found = element;
}

typedef void (*fw_set_take_t)(void *arg, const struct nlattr *element);

static void fw_set_each(const struct fw_object *set, fw_set_take_t take, void *arg)
{
	const struct nlattr *attr, *element;
	const struct fw_message *part;

	for (part = set->parts.first; part; part = part->next) {
		mnl_attr_for_each(attr, part->nlh, sizeof(struct nfgenmsg)) {
			if (mnl_attr_get_type(attr) != NFTA_SET_ELEM_LIST_ELEMENTS)
				continue;
			mnl_attr_for_each_nested(element, attr)
				take(arg, element);
		}
	}
}

static void fw_set_search(void *arg, const struct nlattr *element)
{
	fw_set_element(arg, element);
}

static const struct nlattr *fw_set_verdict(const struct nlattr *element)
{
	return fw_attr(fw_attr(element, NFTA_SET_ELEM_DATA), NFTA_DATA_VERDICT);
}

/* Any of the elements may be it. */
static void fw_set_any(void *arg, const struct nlattr *element)
{
	struct fw_run *run = arg;
	unsigned int can = run->can;

	if (fw_set_verdict(element))
		can |= fw_verdict(run, fw_set_verdict(element));
	run->can = can;
}

/* What the set says of the key. */
static void fw_set_decide(struct fw_run *run, const struct fw_object *set,
			  const struct fw_search *search, bool is_inverted)
{
	enum cmd_fw_match match = search->is_unsure ? CMD_FW_MAYBE :
				  search->found ? CMD_FW_YES : CMD_FW_NO;

	fw_matches(run, cmd_fw_invert(match, is_inverted));
	if (search->is_unsure && set->flags & NFT_SET_MAP)
		fw_set_each(set, fw_set_any, run);
	else if (search->found && fw_set_verdict(search->found))
		run->can = fw_verdict(run, fw_set_verdict(search->found));
}

/**
 * fw_lookup() - the expression that looks a key up in a set or a map of verdicts
 * @run: the packet; its match and what it can change
 * @data: nest of NFTA_LOOKUP_*
 * @key: in the registers
 * @known: which bytes of it are known
 * @room: that the key has at most, in bytes
 */
void fw_lookup(struct fw_run *run, const struct nlattr *data, const uint8_t *key,
	       const bool *known, size_t room)
{
	const struct fw_object *set = fw_find(run->rules->sets, run->family, run->table,
					      fw_attr_text(data, NFTA_LOOKUP_SET));
	struct fw_search search = {
		.key = key,
		.known = known,
		.room = room,
		.left = &run->elements_left,
	};
	uint32_t flags = 0;
	uint32_t to;

	fw_attr_number(&flags, data, NFTA_LOOKUP_FLAGS);
	if (!set || set->is_partial || !run->elements_left) {
		/* what was not read may be anything, of a map any verdict */
		fw_matches(run, CMD_FW_MAYBE);
		if (fw_attr_number(&to, data, NFTA_LOOKUP_DREG) && to == NFT_REG_VERDICT)
			run->can = CMD_FW_ANYTHING;
		return;
	}
	search.is_interval = set->flags & NFT_SET_INTERVAL;
	fw_set_each(set, fw_set_search, &search);
	if (search.nearest && !(fw_set_flags(search.nearest) & NFT_SET_ELEM_INTERVAL_END))
		search.found = search.nearest;
	if (!search.found)
		search.found = search.catchall;
	fw_set_decide(run, set, &search, flags & NFT_LOOKUP_F_INV);
}
