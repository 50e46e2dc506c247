// SPDX-License-Identifier: GPL-2.0
/* Unit test of tools/culvert/firewall/; selftests/check-unit runs it. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_rpfilter.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/rtnetlink.h>

#include "firewall/firewall.h"
#include "ktap.h"

#define PORT 51820
#define EITHER (CMD_FW_ACCEPT | CMD_FW_DROP)

static struct nlmsghdr message[512];
static struct nlattr *expressions;

static struct nlmsghdr *begin(unsigned int type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nfg->nfgen_family = NFPROTO_INET;
	return nlh;
}

static void put_number(struct nlmsghdr *nlh, uint16_t type, uint32_t number)
{
	mnl_attr_put_u32(nlh, type, htonl(number));
}

static void add_chain_at(struct cmd_fw_rules *rules, const char *name, int hook, int policy,
			 int priority)
{
	struct nlmsghdr *nlh = begin(NFT_MSG_NEWCHAIN);
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, "t");
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, name);
	if (hook >= 0) {
		nest = mnl_attr_nest_start(nlh, NFTA_CHAIN_HOOK);
		put_number(nlh, NFTA_HOOK_HOOKNUM, (uint32_t)hook);
		put_number(nlh, NFTA_HOOK_PRIORITY, (uint32_t)priority);
		mnl_attr_nest_end(nlh, nest);
		put_number(nlh, NFTA_CHAIN_POLICY, (uint32_t)policy);
		mnl_attr_put_strz(nlh, NFTA_CHAIN_TYPE, "filter");
	}
	cmd_fw_take(rules, nlh);
}

static void add_chain(struct cmd_fw_rules *rules, const char *name, int hook, int policy)
{
	add_chain_at(rules, name, hook, policy, 0);
}

static struct nlmsghdr *begin_rule(const char *chain)
{
	struct nlmsghdr *nlh = begin(NFT_MSG_NEWRULE);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, "t");
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, chain);
	expressions = mnl_attr_nest_start(nlh, NFTA_RULE_EXPRESSIONS);
	return nlh;
}

static void end_rule(struct cmd_fw_rules *rules, struct nlmsghdr *nlh)
{
	mnl_attr_nest_end(nlh, expressions);
	cmd_fw_take(rules, nlh);
}

static struct nlattr *expression(struct nlmsghdr *nlh, const char *name, struct nlattr **element)
{
	*element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	mnl_attr_put_strz(nlh, NFTA_EXPR_NAME, name);
	return mnl_attr_nest_start(nlh, NFTA_EXPR_DATA);
}

static void end_expression(struct nlmsghdr *nlh, struct nlattr *data, struct nlattr *element)
{
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, element);
}

static void put_value(struct nlmsghdr *nlh, uint16_t type, const void *value, size_t bytes)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put(nlh, NFTA_DATA_VALUE, bytes, value);
	mnl_attr_nest_end(nlh, nest);
}

static void put_dport(struct nlmsghdr *nlh)
{
	struct nlattr *element, *data = expression(nlh, "payload", &element);

	put_number(nlh, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_number(nlh, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	put_number(nlh, NFTA_PAYLOAD_OFFSET, 2);
	put_number(nlh, NFTA_PAYLOAD_LEN, 2);
	end_expression(nlh, data, element);
}

static void put_meta(struct nlmsghdr *nlh, uint32_t key)
{
	struct nlattr *element, *data = expression(nlh, "meta", &element);

	put_number(nlh, NFTA_META_DREG, NFT_REG_1);
	put_number(nlh, NFTA_META_KEY, key);
	end_expression(nlh, data, element);
}

static void put_cmp(struct nlmsghdr *nlh, uint32_t op, const void *value, size_t bytes)
{
	struct nlattr *element, *data = expression(nlh, "cmp", &element);

	put_number(nlh, NFTA_CMP_SREG, NFT_REG_1);
	put_number(nlh, NFTA_CMP_OP, op);
	put_value(nlh, NFTA_CMP_DATA, value, bytes);
	end_expression(nlh, data, element);
}

static void put_port(struct nlmsghdr *nlh, uint32_t op, uint16_t port)
{
	uint16_t value = htons(port);

	put_dport(nlh);
	put_cmp(nlh, op, &value, sizeof(value));
}

static void put_verdict(struct nlmsghdr *nlh, int code, const char *chain)
{
	struct nlattr *element, *data = expression(nlh, "immediate", &element);
	struct nlattr *value, *verdict;

	put_number(nlh, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	value = mnl_attr_nest_start(nlh, NFTA_IMMEDIATE_DATA);
	verdict = mnl_attr_nest_start(nlh, NFTA_DATA_VERDICT);
	put_number(nlh, NFTA_VERDICT_CODE, (uint32_t)code);
	if (chain)
		mnl_attr_put_strz(nlh, NFTA_VERDICT_CHAIN, chain);
	mnl_attr_nest_end(nlh, verdict);
	mnl_attr_nest_end(nlh, value);
	end_expression(nlh, data, element);
}

static void put_plain(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *element, *data = expression(nlh, name, &element);

	end_expression(nlh, data, element);
}

static void put_lookup(struct nlmsghdr *nlh, const char *set)
{
	struct nlattr *element, *data = expression(nlh, "lookup", &element);

	mnl_attr_put_strz(nlh, NFTA_LOOKUP_SET, set);
	put_number(nlh, NFTA_LOOKUP_SREG, NFT_REG_1);
	end_expression(nlh, data, element);
}

/* A set of ports; every second one is the end of an interval if it has those. */
static void add_set(struct cmd_fw_rules *rules, const char *name, uint32_t flags,
		    const uint16_t *ports, size_t count)
{
	struct nlmsghdr *nlh = begin(NFT_MSG_NEWSET);
	struct nlattr *list, *element;
	size_t i;

	mnl_attr_put_strz(nlh, NFTA_SET_TABLE, "t");
	mnl_attr_put_strz(nlh, NFTA_SET_NAME, name);
	put_number(nlh, NFTA_SET_FLAGS, flags);
	cmd_fw_take(rules, nlh);
	nlh = begin(NFT_MSG_NEWSETELEM);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, "t");
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, name);
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (i = 0; i < count; i++) {
		uint16_t port = htons(ports[i]);

		element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
		put_value(nlh, NFTA_SET_ELEM_KEY, &port, sizeof(port));
		if (flags & NFT_SET_INTERVAL && i % 2)
			put_number(nlh, NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
		mnl_attr_nest_end(nlh, element);
	}
	mnl_attr_nest_end(nlh, list);
	cmd_fw_take(rules, nlh);
}

/* Rules that tests add more than once: all they say, then a verdict. */
static void add_verdict(struct cmd_fw_rules *rules, const char *chain, int code, const char *to)
{
	struct nlmsghdr *nlh = begin_rule(chain);

	put_verdict(nlh, code, to);
	end_rule(rules, nlh);
}

static void add_port_rule(struct cmd_fw_rules *rules, const char *chain, uint16_t port, int code)
{
	struct nlmsghdr *nlh = begin_rule(chain);

	put_port(nlh, NFT_CMP_EQ, port);
	put_verdict(nlh, code, NULL);
	end_rule(rules, nlh);
}

static void add_device_rule(struct cmd_fw_rules *rules, const char *device, int code)
{
	struct nlmsghdr *nlh = begin_rule("input");

	put_meta(nlh, NFT_META_IIFNAME);
	put_cmp(nlh, NFT_CMP_EQ, device, strlen(device) + 1);
	put_verdict(nlh, code, NULL);
	end_rule(rules, nlh);
}

static void add_set_rule(struct cmd_fw_rules *rules, int code)
{
	struct nlmsghdr *nlh = begin_rule("input");

	put_dport(nlh);
	put_lookup(nlh, "ports");
	put_verdict(nlh, code, NULL);
	end_rule(rules, nlh);
}

static void add_notrack(struct cmd_fw_rules *rules, uint16_t port)
{
	struct nlmsghdr *nlh = begin_rule("raw");

	put_port(nlh, NFT_CMP_EQ, port);
	put_plain(nlh, "notrack");
	end_rule(rules, nlh);
}

static struct cmd_fw_fate judged(const struct cmd_fw_rules *rules,
				 const struct cmd_fw_packet *packet)
{
	struct cmd_fw_fate fate = { .can = CMD_FW_ACCEPT };

	cmd_fw_judge(rules, packet, NF_INET_LOCAL_IN, &fate);
	return fate;
}

static struct cmd_fw_packet a_packet(void)
{
	struct cmd_fw_packet packet;

	cmd_fw_packet(&packet, false, true);
	cmd_fw_packet_port(&packet, false, PORT);
	return packet;
}

static void test_policy(void)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();
	struct cmd_fw_fate fate;
	struct nlmsghdr *nlh;

	ktap_equal(judged(rules, &packet).can, CMD_FW_ACCEPT, "no rules: accept");
	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_DROP);
	fate = judged(rules, &packet);
	ktap_equal(fate.can, CMD_FW_DROP, "a policy of drop: drop");
	ktap_has(fate.chain, "input", "a policy of drop: its chain is named");
	ktap_has(fate.table, "t", "a policy of drop: its table is named");
	add_port_rule(rules, "input", PORT + 1, NF_ACCEPT);
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP, "another port is accepted: drop");
	nlh = begin_rule("input");
	put_port(nlh, NFT_CMP_EQ, PORT);
	put_plain(nlh, "counter");
	put_verdict(nlh, NF_ACCEPT, NULL);
	end_rule(rules, nlh);
	ktap_equal(judged(rules, &packet).can, CMD_FW_ACCEPT, "the port is accepted: accept");
	add_chain(rules, "other", NF_INET_LOCAL_IN, NF_DROP);
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP, "a second chain drops: drop");
	cmd_fw_destroy(rules);
}

static void test_unknown(void)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();
	struct nlmsghdr *nlh;

	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_DROP);
	add_device_rule(rules, "lo", NF_ACCEPT);
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP, "accepted by lo, device unknown: drop");
	add_device_rule(rules, "cv0", NF_ACCEPT);
	ktap_equal(judged(rules, &packet).can, EITHER, "accepted by cv0, device unknown: either");
	strcpy(packet.other, "cv0");
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP,
		   "accepted by cv0, known not to be by cv0: drop");
	strcpy(packet.device, "va");
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP, "accepted by cv0, comes by va: drop");
	nlh = begin_rule("input");
	put_plain(nlh, "of the future");
	put_verdict(nlh, NF_ACCEPT, NULL);
	end_rule(rules, nlh);
	ktap_equal(judged(rules, &packet).can, EITHER, "an unknown expression: either");
	cmd_fw_destroy(rules);
}

static void test_jump(void)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();

	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	add_chain(rules, "ours", -1, 0);
	add_chain(rules, "ring", -1, 0);
	add_verdict(rules, "input", NFT_JUMP, "ours");
	add_port_rule(rules, "ours", PORT, NFT_RETURN);
	add_verdict(rules, "ours", NF_DROP, NULL);
	ktap_equal(judged(rules, &packet).can, CMD_FW_ACCEPT,
		   "a chain that returns before its drop: accept");
	cmd_fw_packet_port(&packet, false, PORT + 1);
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP, "a chain that does not return: drop");
	cmd_fw_packet_port(&packet, false, PORT);
	add_verdict(rules, "input", NFT_GOTO, "ring");
	add_verdict(rules, "ring", NFT_JUMP, "ring");
	ktap_equal(judged(rules, &packet).can, EITHER, "chains that jump to themselves: either");
	cmd_fw_destroy(rules);
}

static unsigned int with_set(uint32_t flags, const uint16_t *ports, size_t count)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();
	unsigned int can;

	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_DROP);
	add_set_rule(rules, NF_ACCEPT);
	if (ports)
		add_set(rules, "ports", flags, ports, count);
	can = judged(rules, &packet).can;
	cmd_fw_destroy(rules);
	return can;
}

static void test_set(void)
{
	const uint16_t with[] = { 500, PORT };
	const uint16_t around[] = { 51000, 52001, 500, 501 };
	const uint16_t below[] = { 500, PORT };
	const uint16_t meets[] = { 500, PORT, PORT, PORT + 1 };

	ktap_equal(with_set(0, with, 2), CMD_FW_ACCEPT, "a port in a set: accept");
	ktap_equal(with_set(0, with, 1), CMD_FW_DROP, "a port not in a set: drop");
	ktap_equal(with_set(NFT_SET_INTERVAL, around, 4), CMD_FW_ACCEPT,
		   "a port in an interval: accept");
	ktap_equal(with_set(NFT_SET_INTERVAL, below, 2), CMD_FW_DROP,
		   "a port where an interval ends: drop");
	ktap_equal(with_set(NFT_SET_INTERVAL, meets, 4), CMD_FW_ACCEPT,
		   "a port where the next interval begins: accept");
	ktap_equal(with_set(0, NULL, 0), EITHER, "a set that was not read: either");
}

static bool take_none(void *arg, uint8_t family, const char *table, const char *set)
{
	(void)arg;
	(void)family;
	(void)table;
	(void)set;
	return false;
}

static void with_part(size_t count, const char *as_whole, const char *as_part)
{
	const uint16_t others[] = { 500 };
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();

	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	add_set_rule(rules, NF_DROP);
	add_set(rules, "ports", 0, others, count);
	ktap_equal(judged(rules, &packet).can, CMD_FW_ACCEPT, as_whole);
	cmd_fw_each_set(rules, take_none, NULL);
	ktap_equal(judged(rules, &packet).can, EITHER, as_part);
	cmd_fw_destroy(rules);
}

/* A set that is too large is read in part: what is not in that part may be in the rest. */
static void test_partial_set(void)
{
	with_part(0, "dropped by an empty set: accept",
		  "dropped by a set of which nothing was read: either");
	with_part(1, "dropped by a set of other ports: accept",
		  "dropped by a set that was read in part: either");
}

static void put_counter(struct nlmsghdr *nlh, uint32_t object)
{
	struct nlattr *element, *data = expression(nlh, "objref", &element);

	put_number(nlh, NFTA_OBJREF_IMM_TYPE, object);
	mnl_attr_put_strz(nlh, NFTA_OBJREF_IMM_NAME, "o");
	end_expression(nlh, data, element);
}

static void put_routing_header(struct nlmsghdr *nlh)
{
	struct nlattr *element, *data = expression(nlh, "exthdr", &element);

	put_number(nlh, NFTA_EXTHDR_DREG, NFT_REG_1);
	mnl_attr_put_u8(nlh, NFTA_EXTHDR_TYPE, IPPROTO_ROUTING);
	put_number(nlh, NFTA_EXTHDR_OFFSET, 2);
	put_number(nlh, NFTA_EXTHDR_LEN, 1);
	end_expression(nlh, data, element);
}

/* A policy of drop, and one rule with a step more than its verdict. */
static unsigned int with_step(void (*put)(struct nlmsghdr *nlh, uint32_t number), uint32_t number,
			      const char *plain, int verdict)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();
	struct nlmsghdr *nlh;
	unsigned int can;

	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_DROP);
	nlh = begin_rule("input");
	put_port(nlh, NFT_CMP_EQ, PORT);
	if (put)
		put(nlh, number);
	else if (plain)
		put_plain(nlh, plain);
	else
		put_routing_header(nlh);
	if (verdict >= 0)
		put_verdict(nlh, verdict, NULL);
	end_rule(rules, nlh);
	can = judged(rules, &packet).can;
	cmd_fw_destroy(rules);
	return can;
}

static void test_steps(void)
{
	ktap_equal(with_step(NULL, 0, "queue", -1), EITHER, "queue to a program: either");
	ktap_equal(with_step(put_counter, NFT_OBJECT_COUNTER, NULL, NF_ACCEPT), CMD_FW_ACCEPT,
		   "a named counter: no effect");
	ktap_equal(with_step(put_counter, NFT_OBJECT_LIMIT, NULL, NF_ACCEPT), EITHER,
		   "a named limit: either");
	ktap_equal(with_step(NULL, 0, NULL, NF_ACCEPT), CMD_FW_DROP,
		   "a rule for a routing header does not match: drop");
}

static void put_ct_state(struct nlmsghdr *nlh, uint32_t state)
{
	struct nlattr *element, *data = expression(nlh, "ct", &element);

	put_number(nlh, NFTA_CT_DREG, NFT_REG_1);
	put_number(nlh, NFTA_CT_KEY, NFT_CT_STATE);
	end_expression(nlh, data, element);
	put_cmp(nlh, NFT_CMP_EQ, &state, sizeof(state));
}

/* What is not tracked has a state that is not that of others, whichever chain comes first. */
static void test_notrack(void)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();
	struct nlmsghdr *nlh;
	int i;

	add_chain_at(rules, "late", NF_INET_LOCAL_IN, NF_DROP, 10);
	add_chain_at(rules, "raw", NF_INET_LOCAL_IN, NF_ACCEPT, -300);
	add_chain_at(rules, "mid", NF_INET_LOCAL_IN, NF_DROP, -150);
	for (i = 0; i < 2; i++) {
		nlh = begin_rule(i ? "mid" : "late");
		put_ct_state(nlh, 0x40);
		put_verdict(nlh, NF_ACCEPT, NULL);
		end_rule(rules, nlh);
	}
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP,
		   "untracked accepted, packet is new: drop");
	add_notrack(rules, PORT + 1);
	ktap_equal(judged(rules, &packet).can, CMD_FW_DROP,
		   "untracked accepted, other packets are not tracked: drop");
	add_notrack(rules, PORT);
	ktap_equal(judged(rules, &packet).can, EITHER,
		   "untracked accepted, the packet may be untracked: either");
	cmd_fw_destroy(rules);
}

static unsigned int with_fib(uint32_t flags, uint32_t result, const void *value, size_t bytes,
			     enum cmd_fw_match back)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_rules *rules = cmd_fw_create();
	struct nlattr *element, *data;
	struct nlmsghdr *nlh;
	unsigned int can;

	add_chain(rules, "input", NF_INET_LOCAL_IN, NF_ACCEPT);
	nlh = begin_rule("input");
	data = expression(nlh, "fib", &element);
	put_number(nlh, NFTA_FIB_DREG, NFT_REG_1);
	put_number(nlh, NFTA_FIB_RESULT, result);
	put_number(nlh, NFTA_FIB_FLAGS, flags);
	end_expression(nlh, data, element);
	put_cmp(nlh, NFT_CMP_EQ, value, bytes);
	put_verdict(nlh, NF_DROP, NULL);
	end_rule(rules, nlh);
	packet.way_back = back;
	can = judged(rules, &packet).can;
	cmd_fw_destroy(rules);
	return can;
}

static void test_fib(void)
{
	const uint32_t back = NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF;
	const uint32_t missing = back | NFTA_FIB_F_PRESENT;
	const uint32_t oif = NFT_FIB_RESULT_OIF;
	const uint32_t local = RTN_LOCAL;
	const uint8_t absent = 0;
	const uint32_t none = 0;

	ktap_equal(with_fib(missing, oif, &absent, 1, CMD_FW_YES), CMD_FW_ACCEPT,
		   "fib: a route back by an unknown device exists: accept");
	ktap_equal(with_fib(missing, oif, &absent, 1, CMD_FW_NO), CMD_FW_DROP,
		   "fib: no route back: drop");
	ktap_equal(with_fib(missing, oif, &absent, 1, CMD_FW_MAYBE), EITHER,
		   "fib: perhaps a route back: either");
	ktap_equal(with_fib(back, oif, &none, 4, CMD_FW_YES), EITHER,
		   "fib: the device of the route back is unknown: either");
	ktap_equal(with_fib(NFTA_FIB_F_DADDR, NFT_FIB_RESULT_ADDRTYPE, &local, 4, CMD_FW_MAYBE),
		   CMD_FW_DROP, "fib: the address is local: drop");
}

static enum cmd_fw_match xt_match(const struct cmd_fw_packet *packet,
				  const struct cmd_fw_fate *fate, const char *name,
				  unsigned int revision, const void *info, size_t bytes)
{
	const struct cmd_fw_extension match = {
		.name = name, .info = info, .bytes = bytes, .revision = revision,
	};

	return cmd_fw_xt_match(packet, fate, &match);
}

static void test_xt(void)
{
	struct cmd_fw_packet packet = a_packet();
	struct xt_udp udp = { .spts = { 0, UINT16_MAX }, .dpts = { PORT, PORT } };
	struct xt_conntrack_mtinfo3 state = {
		.match_flags = XT_CONNTRACK_STATE,
		.state_mask = CMD_FW_CT_ESTABLISHED,
	};
	struct xt_rpfilter_info back = { .flags = XT_RPFILTER_INVERT };
	struct cmd_fw_fate fate = { 0 };

	ktap_equal(xt_match(&packet, &fate, "udp", 0, &udp, sizeof(udp)), CMD_FW_YES,
		   "xt udp: the port: yes");
	udp.spts[1] = 100;
	ktap_equal(xt_match(&packet, &fate, "udp", 0, &udp, sizeof(udp)), CMD_FW_MAYBE,
		   "xt udp: an unknown source port: maybe");
	udp.dpts[1] = PORT - 1;
	ktap_equal(xt_match(&packet, &fate, "udp", 0, &udp, sizeof(udp)), CMD_FW_NO,
		   "xt udp: another port: no");
	ktap_equal(xt_match(&packet, &fate, "udp", 0, &udp, 1), CMD_FW_MAYBE,
		   "xt udp: data too short: maybe");
	ktap_equal(xt_match(&packet, &fate, "tcp", 0, NULL, 0), CMD_FW_NO, "xt tcp: no");
	ktap_equal(xt_match(&packet, &fate, "conntrack", 3, &state, sizeof(state)),
		   CMD_FW_NO, "xt conntrack: established, packet is new: no");
	packet.ct_state = CMD_FW_CT_ESTABLISHED;
	ktap_equal(xt_match(&packet, &fate, "conntrack", 3, &state, sizeof(state)),
		   CMD_FW_YES, "xt conntrack: established: yes");
	fate.untracks = true;
	ktap_equal(xt_match(&packet, &fate, "conntrack", 3, &state, sizeof(state)),
		   CMD_FW_MAYBE, "xt conntrack: perhaps untracked: maybe");
	packet.way_back = CMD_FW_NO;
	ktap_equal(xt_match(&packet, &fate, "rpfilter", 0, &back, sizeof(back)), CMD_FW_YES,
		   "xt rpfilter: another route back: yes");
	ktap_equal(xt_match(&packet, &fate, "new one", 0, NULL, 0), CMD_FW_MAYBE,
		   "an unknown xt match: maybe");
}

static void test_xt_addrtype(void)
{
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_fate fate = { 0 };
	struct xt_addrtype_info_v1 type = { .dest = XT_ADDRTYPE_LOCAL };
	const void *info = &type;

	ktap_equal(xt_match(&packet, &fate, "addrtype", 1, info, sizeof(type)), CMD_FW_YES,
		   "xt addrtype: to a local address: yes");
	type.flags = XT_ADDRTYPE_INVERT_DEST;
	ktap_equal(xt_match(&packet, &fate, "addrtype", 1, info, sizeof(type)), CMD_FW_NO,
		   "xt addrtype: to no local address: no");
	type.flags = 0;
	type.dest = XT_ADDRTYPE_BROADCAST;
	ktap_equal(xt_match(&packet, &fate, "addrtype", 1, info, sizeof(type)), CMD_FW_NO,
		   "xt addrtype: to a broadcast address: no");
	type.dest = XT_ADDRTYPE_LOCAL;
	type.source = XT_ADDRTYPE_UNICAST;
	ktap_equal(xt_match(&packet, &fate, "addrtype", 1, info, sizeof(type)),
		   CMD_FW_MAYBE, "xt addrtype: by source: maybe");
	packet.is_incoming = false;
	ktap_equal(xt_match(&packet, &fate, "addrtype", 1, info, sizeof(type)),
		   CMD_FW_MAYBE, "xt addrtype: a packet that goes out: maybe");
	cmd_fw_packet(&packet, true, true);
	type.source = 0;
	ktap_equal(xt_match(&packet, &fate, "addrtype", 1, info, sizeof(type)), CMD_FW_YES,
		   "xt addrtype: to a local IPv6 address: yes");
	ktap_equal(xt_match(&packet, &fate, "rt", 0, NULL, 0), CMD_FW_NO,
		   "xt rt: no routing header: no");
}

static void test_xt_target(void)
{
	uint64_t room[sizeof(struct xt_ct_target_info) / 8 + 1];
	char *attribute = (char *)room + 4;
	struct xt_ct_target_info ct = { .flags = 0 };
	struct cmd_fw_fate fate = { 0 };

	ktap_equal(cmd_fw_xt_target("CT", &ct, sizeof(ct), &fate), CMD_FW_NEXT,
		   "xt CT with a helper: next rule");
	ktap_ok(!fate.untracks, "xt CT with a helper: still tracked");
	ct.flags = XT_CT_NOTRACK;
	ktap_equal(cmd_fw_xt_target("CT", &ct, sizeof(ct), &fate), CMD_FW_NEXT,
		   "xt CT --notrack: next rule");
	ktap_ok(fate.untracks, "xt CT --notrack: not tracked");
	fate.untracks = false;
	memcpy(attribute, &ct, sizeof(ct));
	cmd_fw_xt_target("CT", attribute, sizeof(ct), &fate);
	ktap_ok(fate.untracks, "CT --notrack in an attribute, which is aligned to 4 bytes");
	fate.untracks = false;
	cmd_fw_xt_target("NOTRACK", NULL, 0, &fate);
	ktap_ok(fate.untracks, "xt NOTRACK: not tracked");
	ktap_equal(cmd_fw_xt_target("NFQUEUE", NULL, 0, &fate) & EITHER, EITHER,
		   "xt NFQUEUE: either");
}

/* A table of the older iptables with one rule and a policy. */
static void test_table(void)
{
	struct {
		struct ipt_entry entry;
		struct xt_standard_target target;
	} table[2];
	struct cmd_fw_packet packet = a_packet();
	struct cmd_fw_fate fate = { 0 };
	int i;

	memset(table, 0, sizeof(table));
	for (i = 0; i < 2; i++) {
		table[i].entry.target_offset = sizeof(struct ipt_entry);
		table[i].entry.next_offset = sizeof(table[i]);
		table[i].target.target.u.target_size = sizeof(table[i].target);
	}
	table[0].entry.ip.proto = IPPROTO_TCP;
	table[0].target.verdict = -NF_ACCEPT - 1;
	table[1].target.verdict = -NF_DROP - 1;
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table), 0, &packet, &fate), CMD_FW_DROP,
		   "xt table: TCP is accepted: drop");
	table[0].entry.ip.proto = IPPROTO_UDP;
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table), 0, &packet, &fate), CMD_FW_ACCEPT,
		   "xt table: UDP is accepted: accept");
	strcpy(table[0].entry.ip.iniface, "lo");
	memset(table[0].entry.ip.iniface_mask, 0xff, 3);
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table), 0, &packet, &fate), CMD_FW_DROP,
		   "xt table: accepted by lo only: drop");
	strcpy(table[0].entry.ip.iniface, "va");
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table), 0, &packet, &fate), EITHER,
		   "xt table: accepted by one device: either");
	table[0].target.verdict = 0;
	strcpy(packet.device, "va");
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table), 0, &packet, &fate) & CMD_FW_DROP,
		   CMD_FW_DROP, "xt table: a jump in a circle ends in the policy");
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table) - 1, sizeof(table[0]), &packet, &fate),
		   EITHER, "xt table that is cut off: either");
	table[1].entry.next_offset = 0;
	ktap_equal(cmd_fw_xt_judge(table, sizeof(table), sizeof(table[0]), &packet, &fate),
		   EITHER, "xt table, an entry without a length: either");
}

int main(void)
{
	test_policy();
	test_unknown();
	test_jump();
	test_set();
	test_partial_set();
	test_steps();
	test_notrack();
	test_fib();
	test_xt();
	test_xt_addrtype();
	test_xt_target();
	test_table();
	return ktap_finish();
}
