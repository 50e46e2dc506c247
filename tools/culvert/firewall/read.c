// SPDX-License-Identifier: GPL-2.0
/*
 * Read the packet filters of this network namespace: nftables over netlink, and the tables
 * of the older iptables. Nothing is loaded into the kernel for it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include "common/proc.h"
#include "firewall/firewall.h"
#include "request.h"

#define FIREWALL_REQUEST_BYTES 1024

/* What the elements of all sets may take; others are taken for unknown. */
#define FIREWALL_SET_BYTES (16U << 20)

/* A ruleset that changes under so many dumps in a row is not read. */
#define FIREWALL_TRIES 10

/* filter, mangle and raw of two families */
#define FIREWALL_MAX_TABLES 6

/* A table of the older iptables. */
struct firewall_table {
	uint8_t family;
	struct ipt_getinfo info;
	struct ipt_get_entries *entries;
};

struct cmd_firewall {
	struct cmd_fw_rules *rules;
	struct firewall_table tables[FIREWALL_MAX_TABLES];
	size_t table_count;
	/* while it is read */
	struct mnl_socket *socket;
	struct cvl_channel channel;
	size_t set_bytes;
	int code;
};

static int firewall_take(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	struct cmd_firewall *firewall = arg;

	if (NFNL_MSG_TYPE(nlh->nlmsg_type) == NFT_MSG_NEWSETELEM)
		firewall->set_bytes += nlh->nlmsg_len;
	if (firewall->set_bytes > FIREWALL_SET_BYTES)
		return 0;
	if (cmd_fw_take(firewall->rules, nlh))
		return 0;
	err->code = -ENOMEM;
	return err->code;
}

/* A request for a dump; attributes may follow. */
static struct nlmsghdr *firewall_request(void *buffer, unsigned int type, uint8_t family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = family;
	nfg->version = NFNETLINK_V0;
	return nlh;
}

/* Return: 0, -EINTR if the ruleset changes under it, or another negative errno. */
static int firewall_dump(struct cmd_firewall *firewall, struct nlmsghdr *nlh)
{
	struct cvl_request request = {
		.socket = firewall->socket,
		.nlh = nlh,
		.take = firewall_take,
		.arg = firewall,
	};
	struct cvl_error err = { 0 };
	int code = cvl_request_run(&request, &firewall->channel, &err);

	return !code && request.interrupted ? -EINTR : code;
}

static int firewall_dump_all(struct cmd_firewall *firewall, unsigned int type)
{
	struct nlmsghdr request[FIREWALL_REQUEST_BYTES / sizeof(struct nlmsghdr)];

	return firewall_dump(firewall, firewall_request(request, type, NFPROTO_UNSPEC));
}

/* Return: whether all of its elements were taken. */
static bool firewall_dump_set(void *arg, uint8_t family, const char *table, const char *set)
{
	struct nlmsghdr request[FIREWALL_REQUEST_BYTES / sizeof(struct nlmsghdr)];
	struct cmd_firewall *firewall = arg;
	struct nlmsghdr *nlh;

	if (firewall->code || firewall->set_bytes > FIREWALL_SET_BYTES)
		return false;
	nlh = firewall_request(request, NFT_MSG_GETSETELEM, family);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, set);
	firewall->code = firewall_dump(firewall, nlh);
	/* it has been deleted since, and rules with it */
	if (firewall->code == -ENOENT)
		firewall->code = -EINTR;
	return !firewall->code && firewall->set_bytes <= FIREWALL_SET_BYTES;
}

/* One try at nftables; -EINTR: the ruleset has changed meanwhile. */
static int firewall_read_nft(struct cmd_firewall *firewall)
{
	cmd_fw_destroy(firewall->rules);
	firewall->set_bytes = 0;
	firewall->rules = cmd_fw_create();
	firewall->code = firewall->rules ? 0 : -ENOMEM;
	firewall->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!firewall->socket || mnl_socket_bind(firewall->socket, 0, MNL_SOCKET_AUTOPID))
		firewall->code = -errno;
	if (!firewall->code)
		firewall->code = firewall_dump_all(firewall, NFT_MSG_GETCHAIN);
	if (!firewall->code)
		firewall->code = firewall_dump_all(firewall, NFT_MSG_GETRULE);
	if (!firewall->code)
		firewall->code = firewall_dump_all(firewall, NFT_MSG_GETSET);
	if (!firewall->code)
		cmd_fw_each_set(firewall->rules, firewall_dump_set, firewall);
	if (firewall->socket)
		mnl_socket_close(firewall->socket);
	return firewall->code;
}

/* Whether nftables is in the kernel: asking it would load it. */
static bool firewall_has_nft(void)
{
	static const char * const symbols[] = { "nft_register_expr", NULL };

	return !access("/sys/module/nf_tables", F_OK) || cmd_proc_has_symbol(symbols, true);
}

/* One try at a table of the older iptables; -EAGAIN: its size has changed meanwhile. */
static int firewall_try_table(struct firewall_table *table, int fd, int level, const char *name)
{
	socklen_t bytes = sizeof(table->info);
	int code;

	snprintf(table->info.name, sizeof(table->info.name), "%s", name);
	if (getsockopt(fd, level, IPT_SO_GET_INFO, &table->info, &bytes))
		return -errno;
	bytes = (socklen_t)sizeof(*table->entries) + table->info.size;
	table->entries = calloc(1, bytes);
	if (!table->entries)
		return -ENOMEM;
	snprintf(table->entries->name, sizeof(table->entries->name), "%s", name);
	table->entries->size = table->info.size;
	if (!getsockopt(fd, level, IPT_SO_GET_ENTRIES, table->entries, &bytes))
		return 0;
	code = -errno;
	free(table->entries);
	table->entries = NULL;
	return code;
}

/* Without one of its tables, what the firewall does is not known. */
static void firewall_read_table(struct cmd_firewall *firewall, int fd, int level, uint8_t family,
				const char *name)
{
	struct firewall_table *table = &firewall->tables[firewall->table_count];
	int code = -EAGAIN;
	int tries;

	memset(table, 0, sizeof(*table));
	table->family = family;
	for (tries = 0; tries < FIREWALL_TRIES && code == -EAGAIN; tries++)
		code = firewall_try_table(table, fd, level, name);
	if (!code)
		firewall->table_count++;
	else if (code != -ENOENT)
		firewall->code = code;
}

/* The tables that are in use are listed; asking for others would make them. */
static void firewall_read_legacy(struct cmd_firewall *firewall, uint8_t family)
{
	bool ipv6 = family == NFPROTO_IPV6;
	FILE *file = fopen(ipv6 ? "/proc/net/ip6_tables_names" : "/proc/net/ip_tables_names",
			   "re");
	int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char name[XT_TABLE_MAXNAMELEN];

	while (file && fd >= 0 && fgets(name, sizeof(name), file)) {
		name[strcspn(name, "\n")] = '\0';
		if (firewall->table_count < FIREWALL_MAX_TABLES &&
		    (!strcmp(name, "filter") || !strcmp(name, "mangle") || !strcmp(name, "raw")))
			firewall_read_table(firewall, fd, ipv6 ? SOL_IPV6 : SOL_IP, family, name);
	}
	if (fd >= 0)
		close(fd);
	if (file)
		fclose(file);
}

/**
 * cmd_firewall_read() - read all rules of this network namespace
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: for cmd_firewall_destroy(), or NULL with errno set: it cannot be read.
 */
struct cmd_firewall *cmd_firewall_read(void)
{
	struct cmd_firewall *firewall = calloc(1, sizeof(*firewall));
	int tries;

	if (!firewall)
		return NULL;
	if (firewall_has_nft()) {
		for (tries = 0; tries < FIREWALL_TRIES; tries++) {
			if (firewall_read_nft(firewall) != -EINTR)
				break;
		}
	}
	firewall_read_legacy(firewall, NFPROTO_IPV4);
	firewall_read_legacy(firewall, NFPROTO_IPV6);
	if (firewall->code) {
		errno = -firewall->code;
		cmd_firewall_destroy(firewall);
		return NULL;
	}
	return firewall;
}

/**
 * cmd_firewall_destroy() - forget the rules
 * @firewall: may be NULL; errno stays
 */
void cmd_firewall_destroy(struct cmd_firewall *firewall)
{
	int code = errno;
	size_t i;

	if (!firewall)
		return;
	for (i = 0; i < firewall->table_count; i++)
		free(firewall->tables[i].entries);
	cmd_fw_destroy(firewall->rules);
	free(firewall);
	errno = code;
}

static void firewall_judge_table(const struct firewall_table *table, unsigned int hook,
				 const struct cmd_fw_packet *packet, struct cmd_fw_fate *fate)
{
	static const char * const chains[] = {
		[NF_INET_PRE_ROUTING] = "PREROUTING",
		[NF_INET_LOCAL_IN] = "INPUT",
		[NF_INET_FORWARD] = "FORWARD",
		[NF_INET_LOCAL_OUT] = "OUTPUT",
		[NF_INET_POST_ROUTING] = "POSTROUTING",
	};
	unsigned int can;

	if (table->family != packet->family || !(table->info.valid_hooks & 1U << hook) ||
	    fate->can == CMD_FW_DROP)
		return;
	can = cmd_fw_xt_judge(table->entries->entrytable, table->entries->size,
			      table->info.hook_entry[hook], packet, fate);
	if (!cmd_fw_fate_add(fate, can, table->info.name, chains[hook]))
		return;
	fate->program = packet->family == NFPROTO_IPV6 ? "ip6tables" : "iptables";
	fate->family = packet->family == NFPROTO_IPV6 ? "ip6" : "ip";
}

/* Those called raw, which come first, before connections are tracked; or the others. */
static void firewall_judge_tables(const struct cmd_firewall *firewall, bool is_raw,
				  unsigned int hook, const struct cmd_fw_packet *packet,
				  struct cmd_fw_fate *fate)
{
	size_t i;

	for (i = 0; i < firewall->table_count; i++) {
		const struct firewall_table *table = &firewall->tables[i];

		if (!strcmp(table->info.name, "raw") == is_raw)
			firewall_judge_table(table, hook, packet, fate);
	}
}

/**
 * cmd_firewall_judge() - what becomes of a packet that comes in for this machine or leaves it
 * @firewall: the rules
 * @packet: what is known of it
 * @fate: filled in
 */
void cmd_firewall_judge(const struct cmd_firewall *firewall, const struct cmd_fw_packet *packet,
			struct cmd_fw_fate *fate)
{
	const unsigned int hooks[] = {
		packet->is_incoming ? NF_INET_PRE_ROUTING : NF_INET_LOCAL_OUT,
		packet->is_incoming ? NF_INET_LOCAL_IN : NF_INET_POST_ROUTING,
	};
	size_t i;

	memset(fate, 0, sizeof(*fate));
	fate->can = CMD_FW_ACCEPT;
	for (i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		firewall_judge_tables(firewall, true, hooks[i], packet, fate);
		if (firewall->rules)
			cmd_fw_judge(firewall->rules, packet, hooks[i], fate);
		firewall_judge_tables(firewall, false, hooks[i], packet, fate);
	}
}

/* A table of the older iptables is changed by that only; the plain name may be the newer one. */
static const char *firewall_iptables(const struct cmd_fw_fate *fate)
{
	static const char * const paths[] = { "/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin" };
	bool ipv6 = !strcmp(fate->family, "ip6");
	const char *name = ipv6 ? "ip6tables-legacy" : "iptables-legacy";
	bool is_old = strcmp(fate->program, "nft");
	char path[64];
	size_t i;

	for (i = 0; is_old && i < sizeof(paths) / sizeof(*paths); i++) {
		snprintf(path, sizeof(path), "%s/%s", paths[i], name);
		if (!access(path, X_OK))
			return name;
	}
	return ipv6 ? "ip6tables" : "iptables";
}

/**
 * cmd_firewall_remedy() - how a port is opened
 * @firewall: the rules
 * @fate: whose chain drops
 * @text: filled in with a command
 * @text_bytes: size of @text
 * @port: which
 */
void cmd_firewall_remedy(const struct cmd_firewall *firewall, const struct cmd_fw_fate *fate,
			 char *text, size_t text_bytes, uint16_t port)
{
	bool by_iptables = strcmp(fate->program, "nft") || !strcmp(fate->chain, "INPUT");

	if (firewall->rules && cmd_fw_has_chain(firewall->rules, "ufw-user-input"))
		snprintf(text, text_bytes, "ufw allow %u/udp", port);
	else if (!strcmp(fate->table, "firewalld"))
		snprintf(text, text_bytes, "firewall-cmd --add-port=%u/udp", port);
	else if (by_iptables)
		snprintf(text, text_bytes, "%s -t %s -I %s -p udp --dport %u -j ACCEPT",
			 firewall_iptables(fate), fate->table, fate->chain, port);
	else
		snprintf(text, text_bytes, "nft insert rule %s %s %s udp dport %u accept",
			 fate->family, fate->table, fate->chain, port);
}
