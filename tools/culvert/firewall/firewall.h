/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the packet filters of this network namespace do with a UDP packet, as far as
 * reading their rules tells. Nothing is sent. doctor asks; read.c reads the rules,
 * rules.c and xt.c judge by them.
 */
#ifndef CULVERT_FIREWALL_H
#define CULVERT_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libculvert.h"

struct nlmsghdr;

/* What may become of a packet: bits. */
#define CMD_FW_ACCEPT 0x1U
#define CMD_FW_DROP 0x2U
/* Within a chain only: the next rule decides, or the chain that jumped here. */
#define CMD_FW_NEXT 0x4U
#define CMD_FW_RETURN 0x8U
/* What was not read, or is not understood, may do any of these. */
#define CMD_FW_ANYTHING (CMD_FW_ACCEPT | CMD_FW_DROP | CMD_FW_NEXT)

/* The kernel allows 16 jumps. */
#define CMD_FW_MAX_DEPTH 16

/* Rules of one hook that are looked at for one packet. */
#define CMD_FW_MAX_RULES 200000

/**
 * enum cmd_fw_match - whether a packet matches, as far as is known of it
 * @CMD_FW_NO: it does not
 * @CMD_FW_MAYBE: it may
 * @CMD_FW_YES: it does
 */
enum cmd_fw_match {
	CMD_FW_NO,
	CMD_FW_MAYBE,
	CMD_FW_YES,
};

/* Of connection tracking, for &struct cmd_fw_packet.ct_state. */
#define CMD_FW_CT_ESTABLISHED 0x2U
#define CMD_FW_CT_NEW 0x8U

#define CMD_FW_NETWORK_BYTES 40
#define CMD_FW_TRANSPORT_BYTES 8

/**
 * struct cmd_fw_packet - what is known of a UDP packet
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @is_incoming: it comes in, by any device but lo and @other
 * @device: it comes in or goes out by; "" is not known
 * @ifindex: of that device
 * @other: a device that it is surely not, or ""
 * @other_ifindex: of that one
 * @network: its IP header
 * @network_known: which bytes of that are known
 * @transport: its UDP header
 * @transport_known: which bytes of that are known
 * @ct_state: one of CMD_FW_CT_*, or 0: not known
 * @mark: as it begins
 * @way_back: whether routing without a mark leads back to where it comes from
 */
struct cmd_fw_packet {
	uint8_t family;
	bool is_incoming;
	char device[CVL_IFNAME_SIZE];
	uint32_t ifindex;
	char other[CVL_IFNAME_SIZE];
	uint32_t other_ifindex;
	uint8_t network[CMD_FW_NETWORK_BYTES];
	bool network_known[CMD_FW_NETWORK_BYTES];
	uint8_t transport[CMD_FW_TRANSPORT_BYTES];
	bool transport_known[CMD_FW_TRANSPORT_BYTES];
	uint32_t ct_state;
	uint32_t mark;
	enum cmd_fw_match way_back;
};

/**
 * struct cmd_fw_fate - what becomes of a packet
 * @can: CMD_FW_ACCEPT, CMD_FW_DROP, or both: reading does not tell
 * @sets_mark: a rule may give it the mark of its connection, or another
 * @saves_mark: a rule may give its mark to its connection
 * @untracks: a rule may keep it from connection tracking
 * @program: that the rules are of: "nft", "iptables" or "ip6tables"
 * @family: of the table, such as "inet"
 * @table: of the chain that drops it, or may
 * @chain: that drops it, or may
 */
struct cmd_fw_fate {
	unsigned int can;
	bool sets_mark;
	bool saves_mark;
	bool untracks;
	const char *program;
	const char *family;
	char table[64];
	char chain[64];
};

struct cmd_fw_rules;

static inline enum cmd_fw_match cmd_fw_invert(enum cmd_fw_match match, bool is_inverted)
{
	return is_inverted ? CMD_FW_YES - match : match;
}

/* What may become of a packet, where @from leads to @to. */
static inline unsigned int cmd_fw_replace(unsigned int can, unsigned int from, unsigned int to)
{
	return can & from ? (can & ~from) | to : can;
}

/* rules.c */
struct cmd_fw_rules *cmd_fw_create(void);
void cmd_fw_destroy(struct cmd_fw_rules *rules);
bool cmd_fw_take(struct cmd_fw_rules *rules, const struct nlmsghdr *nlh);
void cmd_fw_each_set(struct cmd_fw_rules *rules,
		     bool (*take)(void *arg, uint8_t family, const char *table, const char *set),
		     void *arg);
bool cmd_fw_has_chain(const struct cmd_fw_rules *rules, const char *name);
void cmd_fw_judge(const struct cmd_fw_rules *rules, const struct cmd_fw_packet *packet,
		  unsigned int hook, struct cmd_fw_fate *fate);
bool cmd_fw_fate_add(struct cmd_fw_fate *fate, unsigned int can, const char *table,
		     const char *chain);
void cmd_fw_packet(struct cmd_fw_packet *packet, bool ipv6, bool is_incoming);
void cmd_fw_packet_device(struct cmd_fw_packet *packet, const char device[CVL_IFNAME_SIZE],
			  uint32_t ifindex);
void cmd_fw_packet_address(struct cmd_fw_packet *packet, bool is_source,
			   const union cvl_address *address);
void cmd_fw_packet_port(struct cmd_fw_packet *packet, bool is_source, uint16_t port);

/* xt.c */
/**
 * struct cmd_fw_extension - a match of iptables, as the kernel has it
 * @name: of it
 * @info: its data; NULL if there is none
 * @bytes: size of @info
 * @revision: which form @info has
 */
struct cmd_fw_extension {
	const char *name;
	const void *info;
	size_t bytes;
	uint32_t revision;
};

enum cmd_fw_match cmd_fw_xt_match(const struct cmd_fw_packet *packet,
				  const struct cmd_fw_fate *fate,
				  const struct cmd_fw_extension *match);
unsigned int cmd_fw_xt_target(const char *name, const void *info, size_t bytes,
			      struct cmd_fw_fate *fate);
unsigned int cmd_fw_xt_judge(const void *entries, size_t bytes, unsigned int hook_offset,
			     const struct cmd_fw_packet *packet, struct cmd_fw_fate *fate);

/* read.c */
struct cmd_firewall;

struct cmd_firewall *cmd_firewall_read(void);
void cmd_firewall_destroy(struct cmd_firewall *firewall);
void cmd_firewall_judge(const struct cmd_firewall *firewall, const struct cmd_fw_packet *packet,
			struct cmd_fw_fate *fate);
void cmd_firewall_remedy(const struct cmd_firewall *firewall, const struct cmd_fw_fate *fate,
			 char *text, size_t text_bytes, uint16_t port);

#endif /* CULVERT_FIREWALL_H */
