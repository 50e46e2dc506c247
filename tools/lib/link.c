// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Links as rtnetlink has them: create one, set it up or down, move it, delete it. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "internal.h"
#include "netlink.h"
#include "route.h"

/* Enough for each request of this file. */
#define CVL_LINK_REQUEST_BYTES 256

/* Begins a request about the link of that index, 0 for one that is still to be. */
static struct ifinfomsg *cvl_link_begin(struct nlmsghdr *nlh, uint16_t type, unsigned int ifindex)
{
	struct ifinfomsg *info;

	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->ifi_index = (int)ifindex;
	return info;
}

/* The text has the kernel's own words, and gets what to do about it. */
static int cvl_link_run(struct cvl_netlink *nl, const struct cvl_link *link, struct nlmsghdr *nlh,
			struct cvl_error *err)
{
	struct cvl_request request = { .socket = nl->route, .nlh = nlh };
	int ret = cvl_request_run(&request, &nl->channel, err);

	if (!ret)
		return 0;
	cvl_error_word(err, link->name);
	switch (ret) {
	case -EEXIST:
		cvl_error_prefix(err, "%s: a device has that name already; choose another: ",
				 err->word);
		return ret;
	case -EOPNOTSUPP:
		if (!(nlh->nlmsg_flags & NLM_F_CREATE))
			break;
		cvl_error_prefix(err, "%s: the kernel has no links of kind %s; try: modprobe %s: ",
				 err->word, cvl_route_kinds[link->kind],
				 cvl_route_kinds[link->kind]);
		return ret;
	default:
		break;
	}
	cvl_netlink_explain(link, err);
	return ret;
}

/* The kernel takes "%d" for a number that it chooses, and does not say which. */
static int cvl_link_check_name(const char *name, struct cvl_error *err)
{
	cvl_error_word(err, name);
	if (!*name || strlen(name) >= CVL_IFNAME_SIZE)
		return cvl_error_set(err, -EINVAL,
				     "'%s': a name of a link has 1 to %d characters", err->word,
				     CVL_IFNAME_SIZE - 1);
	if (strpbrk(name, "/:% \t\n\v\f\r") || !strcmp(name, ".") || !strcmp(name, ".."))
		return cvl_error_set(err, -EINVAL,
				     "'%s': a name of a link has no space and none of '/', ':' and '%%', and is not '.' or '..'",
				     err->word);
	return 0;
}

/**
 * cvl_link_create() - make a link
 * @nl: handle
 * @link: set, as by cvl_netlink_find(); may be NULL
 * @name: of 1 to 15 characters
 * @kind: its kind
 * @err: set on failure: -EEXIST if the name is taken, -EOPNOTSUPP if the module is not loaded
 *
 * It is down, has neither key nor address, and stays when the program ends. Its UDP sockets are in
 * the namespace of @nl, wherever it is moved later. Needs CAP_NET_ADMIN. The kernel may load the
 * module by itself. With @link it may fail and the link be there all the same, if another program
 * renames or deletes it at that moment.
 *
 * Return: 0 or a negative errno.
 */
int cvl_link_create(struct cvl_netlink *nl, struct cvl_link *link, const char *name,
		    enum cvl_kind kind, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_LINK_REQUEST_BYTES)];
	struct cvl_link made = { .kind = kind };
	struct nlattr *nest;
	int ret;

	if (kind != CVL_KIND_CULVERT && kind != CVL_KIND_WIREGUARD)
		return cvl_error_set(err, -EINVAL, "%d: there is no kind of link of that number",
				     (int)kind);
	ret = cvl_link_check_name(name, err);
	if (ret)
		return ret;
	strcpy(made.name, name);
	cvl_link_begin(message, RTM_NEWLINK, 0);
	message->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	nest = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, cvl_route_kinds[kind]);
	mnl_attr_nest_end(message, nest);
	ret = cvl_link_run(nl, &made, message, err);
	return ret || !link ? ret : cvl_netlink_find(nl, link, name, err);
}

static int cvl_link_set_flags(struct cvl_netlink *nl, const struct cvl_link *link,
			      unsigned int flags, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_LINK_REQUEST_BYTES)];
	struct ifinfomsg *info = cvl_link_begin(message, RTM_NEWLINK, link->ifindex);

	info->ifi_flags = flags;
	info->ifi_change = IFF_UP;
	return cvl_link_run(nl, link, message, err);
}

/**
 * cvl_link_up() - set a link up: its UDP sockets are opened
 * @nl: handle
 * @link: from cvl_netlink_find() or cvl_link_create()
 * @err: set on failure: -EADDRINUSE if another socket has its port
 *
 * No difference to one that is up. Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int cvl_link_up(struct cvl_netlink *nl, const struct cvl_link *link, struct cvl_error *err)
{
	return cvl_link_set_flags(nl, link, IFF_UP, err);
}

/**
 * cvl_link_down() - set a link down: its sessions end, its UDP sockets are closed
 * @nl: handle
 * @link: from cvl_netlink_find() or cvl_link_create()
 * @err: set on failure
 *
 * No difference to one that is down. Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int cvl_link_down(struct cvl_netlink *nl, const struct cvl_link *link, struct cvl_error *err)
{
	return cvl_link_set_flags(nl, link, 0, err);
}

/**
 * cvl_link_move() - move a link to another network namespace
 * @nl: handle
 * @link: from cvl_netlink_find() or cvl_link_create(); not of use there: find it there again
 * @netns_fd: descriptor of that namespace, as of /proc/PID/ns/net or /run/netns/NAME
 * @err: set on failure: -EEXIST if there is a device of its name there
 *
 * It is down afterwards and has lost its addresses; its UDP sockets stay where it was made. Needs
 * CAP_NET_ADMIN in both.
 *
 * Return: 0 or a negative errno.
 */
int cvl_link_move(struct cvl_netlink *nl, const struct cvl_link *link, int netns_fd,
		  struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_LINK_REQUEST_BYTES)];

	/* the kernel would say that there is no such device */
	if (netns_fd < 0)
		return cvl_error_set(err, -EBADF,
				     "%s: %d is no descriptor; expected one of a network namespace",
				     link->name, netns_fd);
	cvl_link_begin(message, RTM_NEWLINK, link->ifindex);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	return cvl_link_run(nl, link, message, err);
}

/**
 * cvl_link_delete() - delete a link
 * @nl: handle
 * @link: from cvl_netlink_find() or cvl_link_create()
 * @err: set on failure: -ENODEV if it has gone already
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int cvl_link_delete(struct cvl_netlink *nl, const struct cvl_link *link, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_LINK_REQUEST_BYTES)];

	cvl_link_begin(message, RTM_DELLINK, link->ifindex);
	return cvl_link_run(nl, link, message, err);
}
