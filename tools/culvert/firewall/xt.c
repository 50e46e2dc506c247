// SPDX-License-Identifier: GPL-2.0
/*
 * Matches and targets of iptables, as nftables embeds them and as the older iptables has
 * them in its tables, for a packet of which not everything is known.
 */
#include <net/if.h>
#include <netinet/in.h>

#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_rpfilter.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <string.h>

#include "firewall/firewall.h"

static enum cmd_fw_match fw_xt_of(bool matches, bool is_inverted)
{
	return matches == is_inverted ? CMD_FW_NO : CMD_FW_YES;
}

static enum cmd_fw_match fw_xt_port(const struct cmd_fw_packet *packet, bool is_source,
				    unsigned int low, unsigned int high)
{
	const uint8_t *bytes = packet->transport + (is_source ? 0 : 2);
	unsigned int port = bytes[0] << 8 | bytes[1];

	if (!low && high == UINT16_MAX)
		return CMD_FW_YES;
	if (!packet->transport_known[is_source ? 0 : 2])
		return CMD_FW_MAYBE;
	return fw_xt_of(port >= low && port <= high, false);
}

static enum cmd_fw_match fw_xt_udp(const struct cmd_fw_packet *packet, const struct xt_udp *udp)
{
	enum cmd_fw_match source = fw_xt_port(packet, true, udp->spts[0], udp->spts[1]);
	enum cmd_fw_match to = fw_xt_port(packet, false, udp->dpts[0], udp->dpts[1]);

	source = cmd_fw_invert(source, udp->invflags & XT_UDP_INV_SRCPT);
	to = cmd_fw_invert(to, udp->invflags & XT_UDP_INV_DSTPT);
	return source < to ? source : to;
}

static enum cmd_fw_match fw_xt_multiport(const struct cmd_fw_packet *packet,
					 const struct xt_multiport_v1 *ports)
{
	enum cmd_fw_match best = CMD_FW_NO;
	unsigned int i;

	for (i = 0; i < ports->count && i < XT_MULTI_PORTS; i++) {
		unsigned int low = ports->ports[i];
		unsigned int high = ports->pflags[i] && i + 1 < XT_MULTI_PORTS ?
				    ports->ports[++i] : low;
		enum cmd_fw_match one = CMD_FW_NO;
		enum cmd_fw_match other = CMD_FW_NO;

		if (ports->flags != XT_MULTIPORT_SOURCE)
			one = fw_xt_port(packet, false, low, high);
		if (ports->flags != XT_MULTIPORT_DESTINATION)
			other = fw_xt_port(packet, true, low, high);
		one = other > one ? other : one;
		best = one > best ? one : best;
	}
	return cmd_fw_invert(best, ports->invert);
}

static enum cmd_fw_match fw_xt_conntrack(const struct cmd_fw_packet *packet,
					 const struct cmd_fw_fate *fate,
					 const struct xt_conntrack_mtinfo3 *info)
{
	unsigned int flags = info->match_flags & ~XT_CONNTRACK_STATE_ALIAS;
	enum cmd_fw_match match;

	if (!(flags & XT_CONNTRACK_STATE) || fate->untracks || !packet->ct_state)
		return CMD_FW_MAYBE;
	match = fw_xt_of(info->state_mask & packet->ct_state,
			 info->invert_flags & XT_CONNTRACK_STATE);
	/* with more conditions, it may still not */
	return match == CMD_FW_YES && flags != XT_CONNTRACK_STATE ? CMD_FW_MAYBE : match;
}

/*
 * Whether the address that packets go to is of a type. In IPv6, types other than these may
 * be those of a local address too.
 */
static enum cmd_fw_match fw_xt_type(const struct cmd_fw_packet *packet, unsigned int types,
				    bool is_inverted)
{
	if (!packet->is_incoming)
		return CMD_FW_MAYBE;
	if (packet->family == NFPROTO_IPV6 && types != XT_ADDRTYPE_LOCAL &&
	    types != XT_ADDRTYPE_MULTICAST)
		return CMD_FW_MAYBE;
	return fw_xt_of(types & XT_ADDRTYPE_LOCAL, is_inverted);
}

static enum cmd_fw_match fw_xt_addrtype(const struct cmd_fw_packet *packet,
					unsigned int revision, const void *data, size_t bytes)
{
	const struct xt_addrtype_info *old = data;
	const struct xt_addrtype_info_v1 *info = data;
	enum cmd_fw_match match = CMD_FW_YES;

	if (bytes < (revision ? sizeof(*info) : sizeof(*old)) || revision > 1)
		return CMD_FW_MAYBE;
	if (revision && info->flags & (XT_ADDRTYPE_LIMIT_IFACE_IN | XT_ADDRTYPE_LIMIT_IFACE_OUT))
		return CMD_FW_MAYBE;
	if (info->dest)
		match = fw_xt_type(packet, info->dest, revision ?
				   info->flags & XT_ADDRTYPE_INVERT_DEST : old->invert_dest);
	/* where it comes from may be anything */
	return info->source && match == CMD_FW_YES ? CMD_FW_MAYBE : match;
}

/* Of another protocol than UDP, or of an extension header: the packets have none. */
static bool fw_xt_is_other_protocol(const char *name)
{
	static const char * const names[] = {
		"tcp", "icmp", "icmp6", "sctp", "dccp", "udplite", "tcpmss", "ah", "esp",
		"rt", "frag", "hbh", "dst", "mh",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/**
 * cmd_fw_xt_match() - whether a match of iptables does
 * @packet: what is known
 * @fate: what rules before have done
 * @match: it
 *
 * Return: as far as one can tell.
 */
enum cmd_fw_match cmd_fw_xt_match(const struct cmd_fw_packet *packet,
				  const struct cmd_fw_fate *fate,
				  const struct cmd_fw_extension *match)
{
	const struct xt_rpfilter_info *rpfilter = match->info;
	const struct xt_state_info *state = match->info;
	const char *name = match->name;
	const void *info = match->info;
	size_t bytes = match->bytes;

	if (fw_xt_is_other_protocol(name))
		return CMD_FW_NO;
	if (!strcmp(name, "comment"))
		return CMD_FW_YES;
	if (!strcmp(name, "udp") && bytes >= sizeof(struct xt_udp))
		return fw_xt_udp(packet, info);
	if (!strcmp(name, "multiport") && match->revision == 1 &&
	    bytes >= sizeof(struct xt_multiport_v1))
		return fw_xt_multiport(packet, info);
	if (!strcmp(name, "conntrack") && match->revision >= 2 &&
	    bytes >= sizeof(struct xt_conntrack_mtinfo3))
		return fw_xt_conntrack(packet, fate, info);
	if (!strcmp(name, "addrtype"))
		return fw_xt_addrtype(packet, match->revision, info, bytes);
	if (!strcmp(name, "state") && bytes >= sizeof(*state) && packet->ct_state &&
	    !fate->untracks)
		return fw_xt_of(state->statemask & packet->ct_state, false);
	if (!strcmp(name, "rpfilter") && bytes >= sizeof(*rpfilter) &&
	    !(rpfilter->flags & (XT_RPFILTER_LOOSE | XT_RPFILTER_VALID_MARK)))
		return cmd_fw_invert(packet->way_back, rpfilter->flags & XT_RPFILTER_INVERT);
	return CMD_FW_MAYBE;
}

/* The struct wants an alignment of 8, and attributes of netlink have one of 4. */
static bool fw_xt_ct_untracks(const void *info, size_t bytes)
{
	struct xt_ct_target_info ct = { 0 };

	if (bytes < sizeof(ct.flags))
		return true;
	memcpy(&ct, info, bytes < sizeof(ct) ? bytes : sizeof(ct));
	return ct.flags & XT_CT_NOTRACK;
}

/**
 * cmd_fw_xt_target() - what a target of iptables does
 * @name: of the target
 * @info: its data
 * @bytes: size of @info
 * @fate: where marks are noted, and what is not tracked
 *
 * Return: CMD_FW_* bits.
 */
unsigned int cmd_fw_xt_target(const char *name, const void *info, size_t bytes,
			      struct cmd_fw_fate *fate)
{
	static const char * const harmless[] = {
		"LOG", "NFLOG", "TCPMSS", "TOS", "DSCP", "CLASSIFY", "CHECKSUM",
		"TRACE", "SET", "AUDIT", "SECMARK", "CONNSECMARK", "HL", "TTL",
	};
	const struct xt_connmark_tginfo1 *connmark = info;
	size_t i;

	if (!strcmp(name, "REJECT"))
		return CMD_FW_DROP;
	if (!strcmp(name, "MARK")) {
		fate->sets_mark = true;
		return CMD_FW_NEXT;
	}
	if (!strcmp(name, "CONNMARK") && bytes >= sizeof(*connmark)) {
		fate->sets_mark |= connmark->mode == XT_CONNMARK_RESTORE;
		fate->saves_mark |= connmark->mode != XT_CONNMARK_RESTORE;
		return CMD_FW_NEXT;
	}
	if (!strcmp(name, "NOTRACK") || !strcmp(name, "CT")) {
		fate->untracks |= *name == 'N' || fw_xt_ct_untracks(info, bytes);
		return CMD_FW_NEXT;
	}
	for (i = 0; i < sizeof(harmless) / sizeof(*harmless); i++) {
		if (!strcmp(name, harmless[i]))
			return CMD_FW_NEXT;
	}
	return CMD_FW_ANYTHING;
}

/* What both families have in an entry, with their own offsets. */
struct fw_xt_entry {
	const char *bytes;
	size_t size;
	size_t next;
	size_t matches;
	size_t target;
	bool is_goto;
	enum cmd_fw_match match;
};

struct fw_xt_run {
	const char *entries;
	size_t bytes;
	const struct cmd_fw_packet *packet;
	struct cmd_fw_fate *fate;
	unsigned int left;
	unsigned int depth;
};

static enum cmd_fw_match fw_xt_address(const struct cmd_fw_packet *packet, size_t offset,
				       const void *address, const void *mask, size_t bytes)
{
	const uint8_t *want = address;
	const uint8_t *bits = mask;
	enum cmd_fw_match match = CMD_FW_YES;
	size_t i;

	for (i = 0; i < bytes; i++) {
		if (!bits[i])
			continue;
		if (!packet->network_known[offset + i])
			match = match == CMD_FW_NO ? match : CMD_FW_MAYBE;
		else if ((packet->network[offset + i] & bits[i]) != want[i])
			match = CMD_FW_NO;
	}
	return match;
}

/* The bytes of the name that @mask has; the device of the other direction is none. */
static enum cmd_fw_match fw_xt_device(const struct cmd_fw_packet *packet, bool is_input,
				      const char *name, const unsigned char *mask,
				      bool is_inverted)
{
	bool exists = is_input == packet->is_incoming;
	enum cmd_fw_match match = CMD_FW_YES;
	size_t i;

	if (!mask[0])
		return CMD_FW_YES;
	if (exists && !*packet->device)
		match = !strcmp(name, "lo") || !strcmp(name, packet->other) ? CMD_FW_NO :
			CMD_FW_MAYBE;
	for (i = 0; match == CMD_FW_YES && i < IFNAMSIZ; i++) {
		if (mask[i] && name[i] != (exists ? packet->device[i] : '\0'))
			match = CMD_FW_NO;
	}
	return cmd_fw_invert(match, is_inverted);
}

static enum cmd_fw_match fw_xt_least(const enum cmd_fw_match *matches, size_t count)
{
	enum cmd_fw_match least = CMD_FW_YES;
	size_t i;

	for (i = 0; i < count; i++)
		least = matches[i] < least ? matches[i] : least;
	return least;
}

static void fw_xt_entry4(struct fw_xt_entry *entry, const struct cmd_fw_packet *packet)
{
	const struct ipt_entry *ipt = (const void *)entry->bytes;
	const struct ipt_ip *ip = &ipt->ip;
	unsigned int inverted = ip->invflags;
	enum cmd_fw_match all[] = {
		cmd_fw_invert(fw_xt_address(packet, 12, &ip->src, &ip->smsk, sizeof(ip->src)),
			      inverted & IPT_INV_SRCIP),
		cmd_fw_invert(fw_xt_address(packet, 16, &ip->dst, &ip->dmsk, sizeof(ip->dst)),
			      inverted & IPT_INV_DSTIP),
		fw_xt_device(packet, true, ip->iniface, ip->iniface_mask,
			     inverted & IPT_INV_VIA_IN),
		fw_xt_device(packet, false, ip->outiface, ip->outiface_mask,
			     inverted & IPT_INV_VIA_OUT),
		ip->proto ? fw_xt_of(ip->proto == IPPROTO_UDP, inverted & IPT_INV_PROTO) :
		CMD_FW_YES,
		ip->flags & IPT_F_FRAG ? fw_xt_of(false, inverted & IPT_INV_FRAG) : CMD_FW_YES,
	};

	entry->matches = sizeof(*ipt);
	entry->target = ipt->target_offset;
	entry->next = ipt->next_offset;
	entry->is_goto = ip->flags & IPT_F_GOTO;
	entry->match = fw_xt_least(all, sizeof(all) / sizeof(*all));
}

static void fw_xt_entry6(struct fw_xt_entry *entry, const struct cmd_fw_packet *packet)
{
	const struct ip6t_entry *ip6t = (const void *)entry->bytes;
	const struct ip6t_ip6 *ip = &ip6t->ipv6;
	unsigned int inverted = ip->invflags;
	enum cmd_fw_match all[] = {
		cmd_fw_invert(fw_xt_address(packet, 8, &ip->src, &ip->smsk, sizeof(ip->src)),
			      inverted & IP6T_INV_SRCIP),
		cmd_fw_invert(fw_xt_address(packet, 24, &ip->dst, &ip->dmsk, sizeof(ip->dst)),
			      inverted & IP6T_INV_DSTIP),
		fw_xt_device(packet, true, ip->iniface, ip->iniface_mask,
			     inverted & IP6T_INV_VIA_IN),
		fw_xt_device(packet, false, ip->outiface, ip->outiface_mask,
			     inverted & IP6T_INV_VIA_OUT),
		ip->flags & IP6T_F_PROTO ?
		fw_xt_of(ip->proto == IPPROTO_UDP, inverted & IP6T_INV_PROTO) : CMD_FW_YES,
	};

	entry->matches = sizeof(*ip6t);
	entry->target = ip6t->target_offset;
	entry->next = ip6t->next_offset;
	entry->is_goto = ip->flags & IP6T_F_GOTO;
	entry->match = fw_xt_least(all, sizeof(all) / sizeof(*all));
}

/* Whether there is a whole entry at an offset. */
static bool fw_xt_read(const struct fw_xt_run *run, size_t offset, struct fw_xt_entry *entry)
{
	bool ipv6 = run->packet->family == NFPROTO_IPV6;
	size_t head = ipv6 ? sizeof(struct ip6t_entry) : sizeof(struct ipt_entry);

	if (offset > run->bytes || run->bytes - offset < head)
		return false;
	entry->bytes = run->entries + offset;
	if (ipv6)
		fw_xt_entry6(entry, run->packet);
	else
		fw_xt_entry4(entry, run->packet);
	entry->size = entry->next;
	return entry->next <= run->bytes - offset && entry->target >= head &&
	       entry->next >= entry->target + sizeof(struct xt_entry_target);
}

static void fw_xt_matches(const struct fw_xt_run *run, struct fw_xt_entry *entry)
{
	size_t at = entry->matches;

	while (at + sizeof(struct xt_entry_match) <= entry->target) {
		const struct xt_entry_match *match = (const void *)(entry->bytes + at);
		size_t bytes = match->u.match_size;
		enum cmd_fw_match one;

		if (bytes < sizeof(*match) || bytes > entry->target - at)
			break;
		one = cmd_fw_xt_match(run->packet, run->fate, &(struct cmd_fw_extension){
			.name = match->u.user.name,
			.info = match->data,
			.bytes = bytes - sizeof(*match),
			.revision = match->u.user.revision,
		});
		if (one < entry->match)
			entry->match = one;
		at += bytes;
	}
}

static unsigned int fw_xt_chain(struct fw_xt_run *run, size_t offset);

/* What the target of an entry does; @after is the offset of the next entry. */
static unsigned int fw_xt_act(struct fw_xt_run *run, const struct fw_xt_entry *entry, size_t after)
{
	const struct xt_entry_target *target = (const void *)(entry->bytes + entry->target);
	const struct xt_standard_target *standard = (const void *)target;
	size_t bytes = entry->next - entry->target;
	unsigned int can;

	if (*target->u.user.name)
		return cmd_fw_xt_target(target->u.user.name, target->data,
					bytes - sizeof(*target), run->fate);
	if (bytes < sizeof(*standard))
		return CMD_FW_ACCEPT | CMD_FW_DROP;
	if (standard->verdict == XT_RETURN)
		return CMD_FW_RETURN;
	if (standard->verdict < 0)
		return standard->verdict == -NF_ACCEPT - 1 ? CMD_FW_ACCEPT :
		       standard->verdict == -NF_DROP - 1 ? CMD_FW_DROP :
		       CMD_FW_ACCEPT | CMD_FW_DROP;
	if ((size_t)standard->verdict == after)
		return CMD_FW_NEXT;
	if (run->depth == CMD_FW_MAX_DEPTH)
		return CMD_FW_ANYTHING;
	run->depth++;
	can = fw_xt_chain(run, (size_t)standard->verdict);
	run->depth--;
	return entry->is_goto ? cmd_fw_replace(can, CMD_FW_NEXT, CMD_FW_RETURN) : can;
}

/* A chain ends with an entry that matches everything, and returns or is the policy. */
static unsigned int fw_xt_chain(struct fw_xt_run *run, size_t offset)
{
	unsigned int one = CMD_FW_NEXT;
	struct fw_xt_entry entry;
	unsigned int can = 0;

	while (one & CMD_FW_NEXT) {
		if (!run->left || !fw_xt_read(run, offset, &entry))
			return CMD_FW_ANYTHING;
		run->left--;
		fw_xt_matches(run, &entry);
		offset += entry.next;
		one = CMD_FW_NEXT;
		if (entry.match != CMD_FW_NO)
			one = fw_xt_act(run, &entry, offset);
		if (entry.match == CMD_FW_MAYBE)
			one |= CMD_FW_NEXT;
		can |= one & ~CMD_FW_NEXT;
	}
	return cmd_fw_replace(can, CMD_FW_RETURN, CMD_FW_NEXT);
}

/**
 * cmd_fw_xt_judge() - what a table of the older iptables does with a packet at a hook
 * @entries: as getsockopt(2) gives them
 * @bytes: size of @entries
 * @hook_offset: where in @entries the chain of the hook begins
 * @packet: of the family of the table
 * @fate: where marks are noted
 *
 * Return: CMD_FW_ACCEPT, CMD_FW_DROP or both.
 */
unsigned int cmd_fw_xt_judge(const void *entries, size_t bytes, unsigned int hook_offset,
			     const struct cmd_fw_packet *packet, struct cmd_fw_fate *fate)
{
	struct fw_xt_run run = {
		.entries = entries,
		.bytes = bytes,
		.packet = packet,
		.fate = fate,
		.left = CMD_FW_MAX_RULES,
	};

	/* what returns from a chain of a hook meets its policy, which is not told here */
	return cmd_fw_replace(fw_xt_chain(&run, hook_offset), CMD_FW_NEXT,
			      CMD_FW_ACCEPT | CMD_FW_DROP);
}
