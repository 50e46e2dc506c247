// SPDX-License-Identifier: GPL-2.0
/*
 * Reading nftables while it changes: a dump that the kernel ends with an errno is not taken for
 * the whole. The kernel's answers come from here: the functions of libmnl and of the C library
 * that reach it are defined here instead.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/firewall.h"
#include "ktap.h"

static int open_socket;
static struct nlmsghdr request[64];
/* What the dump of rules, and those of a set's elements end with; the latter so many times. */
static int rules_code, set_code, set_times;
static bool interrupts;
/* How often the chains were asked for, which is the first of each try. */
static unsigned int tries;

/* nftables is in this kernel. */
int access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return 0;
}

/* The older iptables is not. */
int socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	errno = EAFNOSUPPORT;
	return -1;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&open_socket;
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *socket)
{
	(void)socket;
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *socket)
{
	(void)socket;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *message, size_t bytes)
{
	(void)socket;
	if (bytes > sizeof(request)) {
		errno = EMSGSIZE;
		return -1;
	}
	memcpy(request, message, bytes);
	return (ssize_t)bytes;
}

static struct nlmsghdr *begin(void *buffer, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_MULTI | (interrupts ? NLM_F_DUMP_INTR : 0);
	nlh->nlmsg_seq = request->nlmsg_seq;
	return nlh;
}

/* There is one set. */
static size_t put_set(void *buffer)
{
	struct nlmsghdr *nlh = begin(buffer, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSET);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nfg->nfgen_family = NFPROTO_INET;
	mnl_attr_put_strz(nlh, NFTA_SET_TABLE, "t");
	mnl_attr_put_strz(nlh, NFTA_SET_NAME, "s");
	return nlh->nlmsg_len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t room)
{
	struct nlmsghdr *nlh;
	size_t bytes = 0;
	int code = 0;

	(void)socket;
	(void)room;
	switch (NFNL_MSG_TYPE(request->nlmsg_type)) {
	case NFT_MSG_GETCHAIN:
		tries++;
		break;
	case NFT_MSG_GETRULE:
		code = rules_code;
		break;
	case NFT_MSG_GETSET:
		bytes = put_set(buffer);
		break;
	case NFT_MSG_GETSETELEM:
		if (set_times-- > 0)
			code = set_code;
		break;
	}
	nlh = begin((char *)buffer + bytes, NLMSG_DONE);
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(code)), &code, sizeof(code));
	return (ssize_t)(bytes + nlh->nlmsg_len);
}

/* Return: 0, or the errno that it cannot be read for. */
static int read_firewall(void)
{
	struct cmd_firewall *firewall;
	int code;

	tries = 0;
	errno = 0;
	firewall = cmd_firewall_read();
	code = firewall ? 0 : errno;
	cmd_firewall_destroy(firewall);
	return code;
}

int main(void)
{
	ktap_equal(read_firewall(), 0, "a ruleset that stays is read");
	ktap_equal(tries, 1, "a ruleset that stays is read once");

	set_code = -ENOENT;
	set_times = 1;
	ktap_equal(read_firewall(), 0, "a set that is deleted while it is dumped: read in the end");
	ktap_equal(tries, 2, "a set that is deleted while it is dumped: all is read again");

	set_times = 1000;
	ktap_equal(read_firewall(), EINTR, "a set that is deleted each time: given up");

	set_times = 0;
	rules_code = -ENOMEM;
	ktap_equal(read_firewall(), ENOMEM, "a dump of rules that ends with ENOMEM: given up");

	rules_code = 0;
	interrupts = true;
	ktap_equal(read_firewall(), EINTR, "dumps that are interrupted each time: given up");
	return ktap_finish();
}
