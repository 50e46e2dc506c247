// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Ask the kernel for a generic netlink family and its multicast groups, by name. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "internal.h"
#include "request.h"

static void cvl_family_take_group(struct cvl_family *family, const struct nlattr *nest)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t number = 0;
	unsigned int i;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			cvl_decode_bytes(&number, attr, sizeof(number));
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
			 mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			name = mnl_attr_get_str(attr);
	}
	for (i = 0; name && i < CVL_FAMILY_GROUPS_MAX && family->group_names[i]; i++) {
		if (!strcmp(name, family->group_names[i]))
			family->groups[i] = number;
	}
}

static int cvl_family_take(const struct nlmsghdr *nlh, void *arg, struct cvl_error *err)
{
	struct cvl_family *family = arg;
	const struct nlattr *attr;
	const struct nlattr *item;

	(void)err;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			cvl_decode_bytes(&family->id, attr, sizeof(family->id));
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(item, attr)
			cvl_family_take_group(family, item);
	}
	return 0;
}

/**
 * cvl_family_find() - find a family and its groups
 * @family: has the names; the numbers are set
 * @socket: of NETLINK_GENERIC
 * @channel: used
 * @err: set on failure
 *
 * Return: 0, -ENOENT if the kernel has none of that name, or another negative errno.
 */
int cvl_family_find(struct cvl_family *family, struct mnl_socket *socket,
		    struct cvl_channel *channel, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct cvl_request request = {
		.socket = socket,
		.nlh = mnl_nlmsg_put_header(message),
		.take = cvl_family_take,
		.arg = family,
	};
	struct genlmsghdr *genl;
	int ret;

	request.nlh->nlmsg_type = GENL_ID_CTRL;
	request.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(request.nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(request.nlh, CTRL_ATTR_FAMILY_NAME, family->name);
	ret = cvl_request_run(&request, channel, err);
	return ret || family->id ? ret : -ENOENT;
}
