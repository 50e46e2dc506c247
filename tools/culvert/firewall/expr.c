// SPDX-License-Identifier: GPL-2.0
/*
 * The expressions of nftables, for a packet of which not everything is known: registers
 * have known and unknown bytes. One that is not understood here may match.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "firewall/run.h"

#include <linux/netfilter/nf_tables_compat.h>

#define FW_WORD_BYTES 4
#define FW_LONG_BYTES 16

/**
 * fw_attr() - an attribute of a nest
 * @nest: may be NULL
 * @type: of the attribute
 *
 * Return: it, or NULL.
 */
const struct nlattr *fw_attr(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

/**
 * fw_text() - the text of an attribute
 * @attr: may be NULL
 *
 * Return: the text, or "" if there is none.
 */
const char *fw_text(const struct nlattr *attr)
{
	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 ?
	       mnl_attr_get_str(attr) : "";
}

/**
 * fw_attr_text() - an attribute of a nest that is text
 * @nest: may be NULL
 * @type: of the attribute
 *
 * Return: the text, or "".
 */
const char *fw_attr_text(const struct nlattr *nest, uint16_t type)
{
	return fw_text(fw_attr(nest, type));
}

/**
 * fw_attr_number() - an attribute of a nest that is a number
 * @number: set, if it is there
 * @nest: may be NULL
 * @type: of the attribute
 *
 * Return: whether it is there.
 */
bool fw_attr_number(uint32_t *number, const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr = fw_attr(nest, type);

	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(*number))
		return false;
	*number = ntohl(mnl_attr_get_u32(attr));
	return true;
}

/* Where a register is; false if the attribute is not there or the bytes do not fit. */
static bool fw_register(size_t *offset, const struct nlattr *data, uint16_t type, size_t bytes)
{
	uint32_t number;

	if (!fw_attr_number(&number, data, type))
		return false;
	if (number >= NFT_REG_1 && number <= NFT_REG_4)
		*offset = (number - NFT_REG_1) * FW_LONG_BYTES;
	else if (number >= NFT_REG32_00 && number <= NFT_REG32_15)
		*offset = (number - NFT_REG32_00) * FW_WORD_BYTES;
	else
		return false;
	return bytes <= FW_REGISTER_BYTES - *offset;
}

/* Loads a register, with zeros up to a whole word as the kernel does. */
static void fw_load(struct fw_run *run, const struct nlattr *data, uint16_t type,
		    const void *value, size_t bytes)
{
	size_t offset, end;

	if (!fw_register(&offset, data, type, bytes))
		return;
	run->device_at = -1;
	memcpy(run->value + offset, value, bytes);
	memset(run->known + offset, true, bytes);
	for (end = offset + bytes; end % FW_WORD_BYTES; end++) {
		run->value[end] = 0;
		run->known[end] = true;
	}
}

/* Which bytes of a register that has been loaded are known. */
static void fw_set_known(struct fw_run *run, const struct nlattr *data, uint16_t type,
			 const bool *known, size_t bytes)
{
	size_t offset;

	if (fw_register(&offset, data, type, bytes))
		memcpy(run->known + offset, known, bytes * sizeof(*known));
}

static void fw_load_unknown(struct fw_run *run, const struct nlattr *data, uint16_t type)
{
	size_t offset;

	if (!fw_register(&offset, data, type, 0))
		return;
	memset(run->known + offset, false, FW_REGISTER_BYTES - offset);
	run->device_at = -1;
}

/**
 * fw_matches() - a rule matches a packet no more than each of its expressions
 * @run: the packet; its match may become less
 * @match: whether this expression matches
 */
void fw_matches(struct fw_run *run, enum cmd_fw_match match)
{
	if (match < run->match)
		run->match = match;
}

static void fw_unknown(struct fw_run *run, const struct nlattr *data)
{
	(void)data;
	memset(run->known, false, sizeof(run->known));
	fw_matches(run, CMD_FW_MAYBE);
}

/* A connection that is not tracked has another state than packets like it. */
static void fw_notrack(struct fw_run *run, const struct nlattr *data)
{
	(void)data;
	run->fate->untracks = true;
}

/* To a program, or past it if there is none; which, rules do not tell. */
static void fw_queue(struct fw_run *run, const struct nlattr *data)
{
	(void)data;
	run->can = CMD_FW_ACCEPT | CMD_FW_DROP;
}

/* A counter and the like with a name; a limit or a quota may not match. */
static void fw_objref(struct fw_run *run, const struct nlattr *data)
{
	uint32_t type;

	if (!fw_attr_number(&type, data, NFTA_OBJREF_IMM_TYPE) ||
	    (type != NFT_OBJECT_COUNTER && type != NFT_OBJECT_CT_HELPER &&
	     type != NFT_OBJECT_CT_TIMEOUT && type != NFT_OBJECT_SECMARK))
		fw_matches(run, CMD_FW_MAYBE);
}

/* The packets have no extension headers of IPv6 nor options of IPv4, and are not TCP. */
static void fw_exthdr(struct fw_run *run, const struct nlattr *data)
{
	const uint8_t absent = 0;
	uint32_t flags = 0;

	fw_attr_number(&flags, data, NFTA_EXTHDR_FLAGS);
	if (!fw_attr(data, NFTA_EXTHDR_DREG))
		fw_matches(run, CMD_FW_MAYBE);
	else if (flags & NFT_EXTHDR_F_PRESENT)
		fw_load(run, data, NFTA_EXTHDR_DREG, &absent, sizeof(absent));
	else
		fw_matches(run, CMD_FW_NO);
}

static void fw_nothing(struct fw_run *run, const struct nlattr *data)
{
	(void)run;
	(void)data;
}

/* The name of a device is compared with all its zeros, or a beginning of it. */
static void fw_load_device(struct fw_run *run, const struct nlattr *data, bool is_index,
			   bool is_input)
{
	const struct cmd_fw_packet *packet = run->packet;
	bool exists = is_input == packet->is_incoming;
	size_t offset;

	if (exists && !*packet->device) {
		fw_load_unknown(run, data, NFTA_META_DREG);
		if (fw_register(&offset, data, NFTA_META_DREG, 0))
			run->device_at = (int)offset;
	} else if (is_index) {
		uint32_t ifindex = exists ? packet->ifindex : 0;

		fw_load(run, data, NFTA_META_DREG, &ifindex, sizeof(ifindex));
	} else {
		char name[CVL_IFNAME_SIZE] = { 0 };

		if (exists)
			memcpy(name, packet->device, sizeof(name));
		fw_load(run, data, NFTA_META_DREG, name, sizeof(name));
	}
}

static void fw_load_mark(struct fw_run *run, const struct nlattr *data)
{
	if (run->fate->sets_mark)
		fw_load_unknown(run, data, NFTA_META_DREG);
	else
		fw_load(run, data, NFTA_META_DREG, &run->packet->mark, sizeof(uint32_t));
}

static void fw_meta(struct fw_run *run, const struct nlattr *data)
{
	bool ipv6 = run->packet->family == NFPROTO_IPV6;
	uint16_t protocol = htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	uint8_t udp = IPPROTO_UDP;
	uint32_t key;

	if (!fw_attr_number(&key, data, NFTA_META_KEY))
		fw_unknown(run, data);
	else if (fw_attr(data, NFTA_META_SREG))
		run->fate->sets_mark |= key == NFT_META_MARK;
	else if (key == NFT_META_PROTOCOL)
		fw_load(run, data, NFTA_META_DREG, &protocol, sizeof(protocol));
	else if (key == NFT_META_NFPROTO)
		fw_load(run, data, NFTA_META_DREG, &run->packet->family, sizeof(uint8_t));
	else if (key == NFT_META_L4PROTO)
		fw_load(run, data, NFTA_META_DREG, &udp, sizeof(udp));
	else if (key == NFT_META_MARK)
		fw_load_mark(run, data);
	else if (key == NFT_META_IIF || key == NFT_META_IIFNAME)
		fw_load_device(run, data, key == NFT_META_IIF, true);
	else if (key == NFT_META_OIF || key == NFT_META_OIFNAME)
		fw_load_device(run, data, key == NFT_META_OIF, false);
	else
		fw_load_unknown(run, data, NFTA_META_DREG);
}

static void fw_payload(struct fw_run *run, const struct nlattr *data)
{
	const struct cmd_fw_packet *packet = run->packet;
	uint32_t base, offset, bytes;

	if (!fw_attr(data, NFTA_PAYLOAD_DREG))
		return;
	fw_load_unknown(run, data, NFTA_PAYLOAD_DREG);
	if (!fw_attr_number(&base, data, NFTA_PAYLOAD_BASE) ||
	    !fw_attr_number(&offset, data, NFTA_PAYLOAD_OFFSET) ||
	    !fw_attr_number(&bytes, data, NFTA_PAYLOAD_LEN))
		return;
	if (base == NFT_PAYLOAD_NETWORK_HEADER && offset <= CMD_FW_NETWORK_BYTES &&
	    bytes <= CMD_FW_NETWORK_BYTES - offset) {
		fw_load(run, data, NFTA_PAYLOAD_DREG, packet->network + offset, bytes);
		fw_set_known(run, data, NFTA_PAYLOAD_DREG, packet->network_known + offset, bytes);
	}
	if (base == NFT_PAYLOAD_TRANSPORT_HEADER && offset <= CMD_FW_TRANSPORT_BYTES &&
	    bytes <= CMD_FW_TRANSPORT_BYTES - offset) {
		fw_load(run, data, NFTA_PAYLOAD_DREG, packet->transport + offset, bytes);
		fw_set_known(run, data, NFTA_PAYLOAD_DREG, packet->transport_known + offset,
			     bytes);
	}
}

/* An attribute that is a nest of NFTA_DATA_VALUE, or NULL. */
static const struct nlattr *fw_data(const struct nlattr *data, uint16_t type)
{
	return fw_attr(fw_attr(data, type), NFTA_DATA_VALUE);
}

/* Of a device whose name is not known, it is known which ones it is not. */
static bool fw_is_other(const struct cmd_fw_packet *packet, const void *value, size_t bytes)
{
	uint32_t ifindex;

	/* a name with its end: the beginning of one may be that of many */
	if (memchr(value, '\0', bytes) &&
	    (!strcmp(value, "lo") || (*packet->other && !strcmp(value, packet->other))))
		return true;
	if (bytes != sizeof(ifindex))
		return false;
	memcpy(&ifindex, value, sizeof(ifindex));
	return ifindex == 1 || (*packet->other && ifindex == packet->other_ifindex);
}

static enum cmd_fw_match fw_compare_equal(const struct fw_run *run, size_t offset,
					  const uint8_t *value, size_t bytes)
{
	enum cmd_fw_match match = CMD_FW_YES;
	size_t i;

	for (i = 0; i < bytes; i++) {
		if (!run->known[offset + i])
			match = CMD_FW_MAYBE;
		else if (run->value[offset + i] != value[i])
			return CMD_FW_NO;
	}
	if ((int)offset == run->device_at && fw_is_other(run->packet, value, bytes))
		return CMD_FW_NO;
	return match;
}

static enum cmd_fw_match fw_compare(const struct fw_run *run, uint32_t op, size_t offset,
				    const uint8_t *value, size_t bytes)
{
	enum cmd_fw_match equal = fw_compare_equal(run, offset, value, bytes);
	int order;

	if (op == NFT_CMP_EQ || op == NFT_CMP_NEQ)
		return cmd_fw_invert(equal, op == NFT_CMP_NEQ);
	if (memchr(run->known + offset, false, bytes))
		return CMD_FW_MAYBE;
	order = memcmp(run->value + offset, value, bytes);
	switch (op) {
	case NFT_CMP_LT:
		return order < 0 ? CMD_FW_YES : CMD_FW_NO;
	case NFT_CMP_LTE:
		return order <= 0 ? CMD_FW_YES : CMD_FW_NO;
	case NFT_CMP_GT:
		return order > 0 ? CMD_FW_YES : CMD_FW_NO;
	case NFT_CMP_GTE:
		return order >= 0 ? CMD_FW_YES : CMD_FW_NO;
	}
	return CMD_FW_MAYBE;
}

static void fw_cmp(struct fw_run *run, const struct nlattr *data)
{
	const struct nlattr *value = fw_data(data, NFTA_CMP_DATA);
	size_t bytes = value ? mnl_attr_get_payload_len(value) : 0;
	size_t offset;
	uint32_t op;

	if (!value || !fw_register(&offset, data, NFTA_CMP_SREG, bytes) ||
	    !fw_attr_number(&op, data, NFTA_CMP_OP))
		fw_matches(run, CMD_FW_MAYBE);
	else
		fw_matches(run, fw_compare(run, op, offset, mnl_attr_get_payload(value), bytes));
}

static void fw_range(struct fw_run *run, const struct nlattr *data)
{
	const struct nlattr *from = fw_data(data, NFTA_RANGE_FROM_DATA);
	const struct nlattr *to = fw_data(data, NFTA_RANGE_TO_DATA);
	size_t bytes = from ? mnl_attr_get_payload_len(from) : 0;
	enum cmd_fw_match low, high;
	size_t offset;
	uint32_t op;

	if (!from || !to || mnl_attr_get_payload_len(to) != bytes ||
	    !fw_register(&offset, data, NFTA_RANGE_SREG, bytes) ||
	    !fw_attr_number(&op, data, NFTA_RANGE_OP)) {
		fw_matches(run, CMD_FW_MAYBE);
		return;
	}
	low = fw_compare(run, NFT_CMP_GTE, offset, mnl_attr_get_payload(from), bytes);
	high = fw_compare(run, NFT_CMP_LTE, offset, mnl_attr_get_payload(to), bytes);
	if (high < low)
		low = high;
	fw_matches(run, cmd_fw_invert(low, op != NFT_RANGE_EQ));
}

static void fw_bitwise(struct fw_run *run, const struct nlattr *data)
{
	const struct nlattr *mask = fw_data(data, NFTA_BITWISE_MASK);
	const struct nlattr *flip = fw_data(data, NFTA_BITWISE_XOR);
	size_t bytes = mask ? mnl_attr_get_payload_len(mask) : 0;
	const uint8_t *mask_bytes, *flip_bytes;
	size_t from, to, i;

	if (!mask || !flip || mnl_attr_get_payload_len(flip) != bytes ||
	    !fw_register(&from, data, NFTA_BITWISE_SREG, bytes) ||
	    !fw_register(&to, data, NFTA_BITWISE_DREG, bytes)) {
		fw_load_unknown(run, data, NFTA_BITWISE_DREG);
		return;
	}
	mask_bytes = mnl_attr_get_payload(mask);
	flip_bytes = mnl_attr_get_payload(flip);
	for (i = 0; i < bytes; i++) {
		run->known[to + i] = run->known[from + i] || !mask_bytes[i];
		run->value[to + i] = (run->value[from + i] & mask_bytes[i]) ^ flip_bytes[i];
	}
}

static void fw_immediate(struct fw_run *run, const struct nlattr *data)
{
	const struct nlattr *value = fw_data(data, NFTA_IMMEDIATE_DATA);

	if (value)
		fw_load(run, data, NFTA_IMMEDIATE_DREG, mnl_attr_get_payload(value),
			mnl_attr_get_payload_len(value));
	else
		run->can = fw_verdict(run, fw_attr(fw_attr(data, NFTA_IMMEDIATE_DATA),
						   NFTA_DATA_VERDICT));
}

static void fw_ct(struct fw_run *run, const struct nlattr *data)
{
	uint32_t key;

	if (!fw_attr_number(&key, data, NFTA_CT_KEY)) {
		fw_unknown(run, data);
	} else if (fw_attr(data, NFTA_CT_SREG)) {
		run->fate->saves_mark |= key == NFT_CT_MARK;
	} else {
		fw_load_unknown(run, data, NFTA_CT_DREG);
		if (key == NFT_CT_STATE && run->packet->ct_state && !run->fate->untracks)
			fw_load(run, data, NFTA_CT_DREG, &run->packet->ct_state,
				sizeof(run->packet->ct_state));
	}
}

/* As a filter of the reverse path it asks whether the way to the source is by the device. */
static void fw_fib_back(struct fw_run *run, const struct nlattr *data, uint32_t flags)
{
	const struct cmd_fw_packet *packet = run->packet;
	uint8_t present = packet->way_back == CMD_FW_YES;
	uint32_t found = present ? packet->ifindex : 0;

	if (packet->way_back == CMD_FW_MAYBE ||
	    (flags & NFTA_FIB_F_MARK && run->fate->sets_mark))
		return;
	if (flags & NFTA_FIB_F_PRESENT)
		fw_load(run, data, NFTA_FIB_DREG, &present, sizeof(present));
	else if (found || !present)
		fw_load(run, data, NFTA_FIB_DREG, &found, sizeof(found));
}

static void fw_fib(struct fw_run *run, const struct nlattr *data)
{
	const uint32_t back = NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF;
	const uint32_t local = RTN_LOCAL;
	uint32_t flags, result;

	fw_load_unknown(run, data, NFTA_FIB_DREG);
	if (!fw_attr_number(&flags, data, NFTA_FIB_FLAGS) ||
	    !fw_attr_number(&result, data, NFTA_FIB_RESULT))
		return;
	if (result == NFT_FIB_RESULT_OIF && (flags & back) == back)
		fw_fib_back(run, data, flags);
	/* what comes in is for this machine; for which device of it is not known */
	if (result == NFT_FIB_RESULT_ADDRTYPE && flags == NFTA_FIB_F_DADDR &&
	    run->packet->is_incoming)
		fw_load(run, data, NFTA_FIB_DREG, &local, sizeof(local));
}

static void fw_match(struct fw_run *run, const struct nlattr *data)
{
	const struct nlattr *info = fw_attr(data, NFTA_MATCH_INFO);
	struct cmd_fw_extension match = {
		.name = fw_attr_text(data, NFTA_MATCH_NAME),
		.info = info ? mnl_attr_get_payload(info) : NULL,
		.bytes = info ? mnl_attr_get_payload_len(info) : 0,
	};

	fw_attr_number(&match.revision, data, NFTA_MATCH_REV);
	fw_matches(run, cmd_fw_xt_match(run->packet, run->fate, &match));
}

static void fw_target(struct fw_run *run, const struct nlattr *data)
{
	const struct nlattr *info = fw_attr(data, NFTA_TARGET_INFO);

	run->can = cmd_fw_xt_target(fw_attr_text(data, NFTA_TARGET_NAME),
				    info ? mnl_attr_get_payload(info) : NULL,
				    info ? mnl_attr_get_payload_len(info) : 0, run->fate);
}

static void fw_look(struct fw_run *run, const struct nlattr *data)
{
	size_t offset;

	fw_load_unknown(run, data, NFTA_LOOKUP_DREG);
	if (fw_register(&offset, data, NFTA_LOOKUP_SREG, 0))
		fw_lookup(run, data, run->value + offset, run->known + offset,
			  FW_REGISTER_BYTES - offset);
	else
		fw_unknown(run, data);
}

static void fw_reject(struct fw_run *run, const struct nlattr *data)
{
	(void)data;
	run->can = CMD_FW_DROP;
}

static const struct {
	const char *name;
	void (*run)(struct fw_run *run, const struct nlattr *data);
} fw_expressions[] = {
	{ "meta", fw_meta },
	{ "payload", fw_payload },
	{ "cmp", fw_cmp },
	{ "range", fw_range },
	{ "bitwise", fw_bitwise },
	{ "immediate", fw_immediate },
	{ "lookup", fw_look },
	{ "ct", fw_ct },
	{ "fib", fw_fib },
	{ "match", fw_match },
	{ "target", fw_target },
	{ "reject", fw_reject },
	{ "counter", fw_nothing },
	{ "log", fw_nothing },
	{ "last", fw_nothing },
	{ "notrack", fw_notrack },
	{ "queue", fw_queue },
	{ "objref", fw_objref },
	{ "exthdr", fw_exthdr },
};

/**
 * fw_expression() - one step of a rule
 * @run: the packet; its match, what it can and its registers change
 * @element: nest of NFTA_EXPR_*
 */
void fw_expression(struct fw_run *run, const struct nlattr *element)
{
	const struct nlattr *data = fw_attr(element, NFTA_EXPR_DATA);
	const char *name = fw_attr_text(element, NFTA_EXPR_NAME);
	size_t i;

	for (i = 0; i < sizeof(fw_expressions) / sizeof(*fw_expressions); i++) {
		if (!strcmp(name, fw_expressions[i].name)) {
			fw_expressions[i].run(run, data);
			return;
		}
	}
	fw_unknown(run, data);
}
