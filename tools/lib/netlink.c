// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A handle on the kernel for the users of the library: list the links, dump a device,
 * change one. encode.c and decode.c know the messages, request.c the sockets.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "netlink.h"
#include "route.h"

/**
 * cvl_netlink_create() - open what it takes to talk to the kernel
 * @err: set on failure
 *
 * The handle belongs to the network namespace of the calling thread.
 *
 * Return: a handle for cvl_netlink_destroy(), or NULL.
 */
struct cvl_netlink *cvl_netlink_create(struct cvl_error *err)
{
	struct cvl_netlink *nl = calloc(1, sizeof(*nl));

	if (!nl) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	nl->generic = cvl_request_open(NETLINK_GENERIC, err);
	if (nl->generic)
		nl->route = cvl_request_open(NETLINK_ROUTE, err);
	if (!nl->route) {
		cvl_netlink_destroy(nl);
		return NULL;
	}
	return nl;
}

/**
 * cvl_netlink_destroy() - close a handle
 * @nl: may be NULL
 */
void cvl_netlink_destroy(struct cvl_netlink *nl)
{
	if (!nl)
		return;
	if (nl->generic)
		mnl_socket_close(nl->generic);
	if (nl->route)
		mnl_socket_close(nl->route);
	/* dumps bring keys */
	explicit_bzero(nl, sizeof(*nl));
	free(nl);
}

/* -ENOENT: not loaded. */
static int cvl_netlink_resolve(struct cvl_netlink *nl, enum cvl_kind kind,
			       struct cvl_error *err)
{
	struct cvl_family family = { .name = cvl_route_kinds[kind] };
	int ret;

	if (nl->family_id[kind])
		return 0;
	ret = cvl_family_find(&family, nl->generic, &nl->channel, err);
	nl->family_id[kind] = family.id;
	return ret;
}

/**
 * cvl_netlink_family() - find the family to use for a link
 * @nl: handle
 * @link: the link
 * @family_id: set
 * @err: set on failure
 *
 * Family culvert serves links of kind wireguard too when the module has taken over that kind, so
 * it is the second choice.
 *
 * Return: 0 or a negative errno.
 */
int cvl_netlink_family(struct cvl_netlink *nl, const struct cvl_link *link, uint16_t *family_id,
		       struct cvl_error *err)
{
	enum cvl_kind kind = link->kind;
	int ret = cvl_netlink_resolve(nl, kind, err);

	if (ret == -ENOENT && kind == CVL_KIND_WIREGUARD) {
		kind = CVL_KIND_CULVERT;
		ret = cvl_netlink_resolve(nl, kind, err);
	}
	if (ret == -ENOENT)
		return cvl_error_set(err, ret,
				     "%s: the kernel has no netlink family '%s'; try: modprobe %s",
				     link->name, cvl_route_kinds[link->kind],
				     cvl_route_kinds[link->kind]);
	if (ret)
		cvl_error_prefix(err, "%s: ", link->name);
	*family_id = nl->family_id[kind];
	return ret;
}

/**
 * cvl_netlink_list() - find all links that can be talked to
 * @nl: handle
 * @links: set to an array for free(), or NULL if there are none
 * @link_count: set to its length
 * @err: set on failure
 *
 * Needs no privilege and no module.
 *
 * Return: 0 or a negative errno.
 */
int cvl_netlink_list(struct cvl_netlink *nl, struct cvl_link **links,
		     size_t *link_count, struct cvl_error *err)
{
	struct cvl_route_links found = { 0 };
	int ret = cvl_route_links(&found, NULL, nl->route, &nl->channel, err);

	if (ret || !found.count) {
		free(found.links);
		found.links = NULL;
		found.count = 0;
	}
	if (ret)
		cvl_error_prefix(err, "cannot list the links: ");
	*links = found.links;
	*link_count = found.count;
	return ret;
}

/**
 * cvl_netlink_find() - find a link by its name
 * @nl: handle
 * @link: set
 * @name: from the user
 * @err: set on failure
 *
 * Return: 0, -ENODEV if there is none of that name, -EOPNOTSUPP if it is of
 * another kind, or another negative errno.
 */
int cvl_netlink_find(struct cvl_netlink *nl, struct cvl_link *link,
		     const char *name, struct cvl_error *err)
{
	struct cvl_route_links found = { 0 };
	int ret = -ENODEV;

	cvl_error_word(err, name);
	if (*name && strlen(name) < CVL_IFNAME_SIZE)
		ret = cvl_route_links(&found, name, nl->route, &nl->channel, err);
	if (ret == -ENODEV) {
		cvl_error_set(err, ret, "%s: there is no such device",
			      err->word);
	} else if (ret) {
		cvl_error_prefix(err, "%s: ", err->word);
	} else if (!found.count) {
		ret = cvl_error_set(err, -EOPNOTSUPP,
				    "%s: this device is neither of kind culvert nor of kind wireguard",
				    err->word);
	} else {
		*link = found.links[0];
	}
	free(found.links);
	return ret;
}

/**
 * cvl_netlink_explain() - say what an errno means here
 * @link: that the request was about
 * @err: its text has the kernel's own words
 */
void cvl_netlink_explain(const struct cvl_link *link, struct cvl_error *err)
{
	switch (err->code) {
	case -EPERM:
	case -EACCES:
		cvl_error_prefix(err, "%s: this needs CAP_NET_ADMIN, for example as root: ",
				 link->name);
		break;
	case -ENODEV:
		cvl_error_prefix(err, "%s: the device no longer exists: ", link->name);
		break;
	case -EADDRINUSE:
		cvl_error_prefix(err, "%s: another socket uses that port: ",
				 link->name);
		break;
	default:
		cvl_error_prefix(err, "%s: ", link->name);
		break;
	}
}

static int cvl_netlink_take_device(const struct nlmsghdr *nlh, void *arg,
				   struct cvl_error *err)
{
	return cvl_decode_device(arg, nlh, err);
}

/* One try. *dev is set only if the dump is whole and consistent. */
static int cvl_netlink_dump(struct cvl_netlink *nl,
			    struct cvl_request *request,
			    const struct cvl_link *link,
			    struct cvl_device **dev, struct cvl_error *err)
{
	struct cvl_device *fresh = cvl_device_create();
	int ret;

	if (!fresh)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	memcpy(fresh->name, link->name, sizeof(fresh->name));
	fresh->ifindex = link->ifindex;
	fresh->kind = link->kind;
	request->arg = fresh;
	ret = cvl_request_run(request, &nl->channel, err);
	if (!ret && !request->interrupted)
		*dev = fresh;
	else
		cvl_device_destroy(fresh);
	return ret;
}

/**
 * cvl_netlink_get() - read a device with all its peers
 * @nl: handle
 * @link: from cvl_netlink_find() or cvl_netlink_list()
 * @dev: set to a device for cvl_device_destroy(), or to NULL
 * @err: set on failure
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno, -EBUSY if it changes all the time.
 */
int cvl_netlink_get(struct cvl_netlink *nl, const struct cvl_link *link,
		    struct cvl_device **dev, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct cvl_request request = {
		.socket = nl->generic,
		.nlh = message,
		.take = cvl_netlink_take_device,
	};
	uint16_t family_id;
	int tries;
	int ret;

	*dev = NULL;
	ret = cvl_netlink_family(nl, link, &family_id, err);
	if (ret)
		return ret;
	cvl_encode_get(message, family_id, link);
	for (tries = 0; tries < CVL_DUMP_TRIES && !ret && !*dev; tries++)
		ret = cvl_netlink_dump(nl, &request, link, dev, err);
	if (!ret && !*dev)
		ret = cvl_error_set(err, -EBUSY,
				    "the configuration keeps changing while it is read");
	if (ret)
		cvl_netlink_explain(link, err);
	return ret;
}

/* Whether the change has something that only newer kernels understand. */
static bool cvl_netlink_removes_single(const struct cvl_device *change)
{
	const struct cvl_allowed_ip *ip;
	const struct cvl_peer *peer;

	for (peer = change->peers; peer; peer = peer->next) {
		for (ip = peer->allowed_ips; ip; ip = ip->next) {
			if (ip->remove)
				return true;
		}
	}
	return false;
}

static int cvl_netlink_set_all(struct cvl_netlink *nl,
			       struct cvl_encoder *encoder, void *message,
			       unsigned int *sent, struct cvl_error *err)
{
	int ret = 0;

	while (!ret && cvl_encoder_next(encoder, message, CVL_MESSAGE_BYTES)) {
		struct cvl_request request = {
			.socket = nl->generic,
			.nlh = message,
			.is_change = true,
		};

		ret = cvl_request_run(&request, &nl->channel, err);
		if (!ret)
			++*sent;
	}
	return ret;
}

/* What is said of a device or a peer that kind wireguard does not have, or NULL. */
static const char *cvl_netlink_own_setting(const struct cvl_device *change)
{
	const struct cvl_peer *peer;

	if (change->has & CVL_DEVICE_BIND_ADDRESSES)
		return "bind address";
	if (change->has & CVL_DEVICE_BIND_DEVICE)
		return "bind device";
	if (change->has & CVL_DEVICE_DSCP)
		return "DSCP";
	if (change->has & (CVL_DEVICE_SOCKET_FDS | CVL_DEVICE_SOCKET_PASS))
		return "socket of a program";
	for (peer = change->peers; peer; peer = peer->next) {
		if (peer->has & CVL_PEER_NAME)
			return "name of a peer";
		if (peer->has & CVL_PEER_IDLE)
			return "idle time of a peer";
		if (peer->has & CVL_PEER_CANDIDATES)
			return "candidates of a peer";
		if (peer->has & CVL_PEER_FOLLOW)
			return "limit to where a peer is followed";
		if (peer->has & CVL_PEER_SILENT)
			return "silent time of a peer";
		if (peer->rekey_now)
			return "rekey of a peer";
	}
	return NULL;
}

/**
 * cvl_netlink_set() - change a device
 * @nl: handle
 * @link: from cvl_netlink_find()
 * @change: its endpoints must be resolved; name and index do not matter
 * @err: set on failure; says so if a part of a large change is in effect
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int cvl_netlink_set(struct cvl_netlink *nl, const struct cvl_link *link,
		    const struct cvl_device *change, struct cvl_error *err)
{
	struct cvl_device head = *change;
	const char *own = cvl_netlink_own_setting(change);
	struct cvl_encoder encoder;
	unsigned int sent = 0;
	uint16_t family_id;
	void *message;
	int ret;

	/* its family would pass over what it does not know */
	if (own && link->kind != CVL_KIND_CULVERT)
		return cvl_error_set(err, -EOPNOTSUPP,
				     "%s: links of kind wireguard have no %s; expected one of kind culvert",
				     link->name, own);
	ret = cvl_netlink_family(nl, link, &family_id, err);
	if (ret)
		return ret;
	message = malloc(CVL_MESSAGE_BYTES);
	if (!message)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	head.ifindex = link->ifindex;
	cvl_encoder_begin(&encoder, &head, family_id);
	ret = cvl_netlink_set_all(nl, &encoder, message, &sent, err);
	explicit_bzero(message, CVL_MESSAGE_BYTES);
	explicit_bzero(&head, sizeof(head));
	free(message);
	if (!ret)
		return 0;
	if (ret == -EINVAL && link->kind == CVL_KIND_WIREGUARD &&
	    cvl_netlink_removes_single(change))
		cvl_error_prefix(err, "%s, %s: ",
				 "kind wireguard can remove single allowed IPs since Linux 6.16",
				 "on older kernels, set the whole list");
	if (sent)
		cvl_error_prefix(err, "(the first %u parts of the change are in effect) ",
				 sent);
	cvl_netlink_explain(link, err);
	return ret;
}
