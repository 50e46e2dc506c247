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

/* A dump, while it is handed on in parts. */
struct cvl_netlink_dump {
	const struct cvl_netlink_parts *parts;
	struct cvl_request *request;
	struct cvl_device *part;
	size_t count;
	bool begun;
};

static int cvl_netlink_hand_on(struct cvl_netlink_dump *dump, bool last, struct cvl_error *err)
{
	bool first = !dump->begun;
	int ret;

	dump->begun = true;
	ret = dump->parts->take(dump->parts->arg, dump->part, first, last, err);
	/* the kernel says of an interrupted dump what it has, all the same */
	dump->request->goes_on = true;
	return ret;
}

static int cvl_netlink_take_device(const struct nlmsghdr *nlh, void *arg,
				   struct cvl_error *err)
{
	struct cvl_netlink_dump *dump = arg;
	struct cvl_device *part = dump->part;
	struct cvl_peer *peer, *last = part->last_peer;
	int ret = cvl_decode_device(part, nlh, err);

	for (peer = last ? last->next : part->peers; peer; peer = peer->next)
		dump->count++;
	if (ret || dump->count < 2 || (!dump->begun && dump->count - 1 <= dump->parts->hold))
		return ret;
	/* the last peer may go on in the next message */
	last = part->last_peer;
	for (peer = part->peers; peer->next != last; peer = peer->next)
		;
	peer->next = NULL;
	part->last_peer = peer;
	ret = cvl_netlink_hand_on(dump, false, err);
	while (part->peers)
		free(cvl_device_take_peer(part));
	part->peers = last;
	part->last_peer = last;
	dump->count = 1;
	return ret;
}

/* One try. Nothing has been handed on if the dump was not consistent from the beginning. */
static int cvl_netlink_dump(struct cvl_netlink *nl, struct cvl_request *request,
			    const struct cvl_link *link, struct cvl_netlink_dump *dump,
			    struct cvl_error *err)
{
	int ret;

	dump->count = 0;
	dump->part = cvl_device_create();
	if (!dump->part)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	memcpy(dump->part->name, link->name, sizeof(dump->part->name));
	dump->part->ifindex = link->ifindex;
	dump->part->kind = link->kind;
	request->arg = dump;
	ret = cvl_request_run(request, &nl->channel, err);
	if (!ret && (dump->begun || !request->interrupted))
		ret = cvl_netlink_hand_on(dump, true, err);
	cvl_device_destroy(dump->part);
	return ret;
}

/**
 * cvl_netlink_read() - read a device with its peers, without holding them all
 * @nl: handle
 * @link: from cvl_netlink_find() or cvl_netlink_list()
 * @parts: what is done with them; its hold is how many peers are read again if they change
 *	meanwhile
 * @err: set on failure
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno; -EAGAIN after the last part if something has changed since the
 * first one was handed on, -EBUSY if it changes all the time before.
 */
int cvl_netlink_read(struct cvl_netlink *nl, const struct cvl_link *link,
		     struct cvl_netlink_parts *parts, struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	struct cvl_request request = {
		.socket = nl->generic,
		.nlh = message,
		.take = cvl_netlink_take_device,
	};
	struct cvl_netlink_dump dump = { .parts = parts, .request = &request };
	uint16_t family_id;
	int tries;
	int ret;

	ret = cvl_netlink_family(nl, link, &family_id, err);
	if (ret)
		return ret;
	cvl_encode_get(message, family_id, link);
	for (tries = 0; tries < CVL_DUMP_TRIES && !ret && !dump.begun; tries++)
		ret = cvl_netlink_dump(nl, &request, link, &dump, err);
	if (!ret && !dump.begun)
		ret = cvl_error_set(err, -EBUSY,
				    "the configuration keeps changing while it is read");
	else if (!ret && request.interrupted)
		ret = cvl_error_set(err, -EAGAIN,
				    "the peers have changed while they were read, so that some may be missing: try again");
	if (ret)
		cvl_netlink_explain(link, err);
	return ret;
}

/* Moves what was read. */
static int cvl_netlink_take_whole(void *arg, struct cvl_device *part, bool first, bool last,
				  struct cvl_error *err)
{
	struct cvl_device **dev = arg;

	(void)first;
	(void)last;
	*dev = cvl_device_create();
	if (!*dev)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	**dev = *part;
	part->peers = NULL;
	part->last_peer = NULL;
	return 0;
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
	struct cvl_netlink_parts parts = {
		.take = cvl_netlink_take_whole, .arg = dev, .hold = SIZE_MAX,
	};

	*dev = NULL;
	return cvl_netlink_read(nl, link, &parts, err);
}

/**
 * cvl_netlink_peer_removes_single() - does a change to a peer need a newer kernel?
 * @peer: the change
 *
 * Return: whether it takes away single allowed IPs, as kind wireguard learned late.
 */
bool cvl_netlink_peer_removes_single(const struct cvl_peer *peer)
{
	const struct cvl_allowed_ip *ip;

	for (ip = peer->allowed_ips; ip; ip = ip->next) {
		if (ip->remove)
			return true;
	}
	return false;
}

static bool cvl_netlink_removes_single(const struct cvl_device *change)
{
	const struct cvl_peer *peer;

	for (peer = change->peers; peer; peer = peer->next) {
		if (cvl_netlink_peer_removes_single(peer))
			return true;
	}
	return false;
}

/**
 * cvl_netlink_own_of_peer() - find what kind wireguard does not have
 * @peer: a change
 *
 * Return: what is said of the peer and only culvert knows, or NULL.
 */
const char *cvl_netlink_own_of_peer(const struct cvl_peer *peer)
{
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
	return peer->rekey_now ? "rekey of a peer" : NULL;
}

/* The same of a whole change. */
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
		const char *own = cvl_netlink_own_of_peer(peer);

		if (own)
			return own;
	}
	return NULL;
}

/* Says of a failed change what is known about it here. */
static void cvl_netlink_explain_set(const struct cvl_netlink_sender *sender, struct cvl_error *err)
{
	if (err->code == -EINVAL && sender->link->kind == CVL_KIND_WIREGUARD &&
	    sender->removes_single)
		cvl_error_prefix(err, "%s, %s: ",
				 "kind wireguard can remove single allowed IPs since Linux 6.16",
				 "on older kernels, set the whole list");
	if (sender->sent)
		cvl_error_prefix(err, "(the first %u parts of the change are in effect) ",
				 sender->sent);
	cvl_netlink_explain(sender->link, err);
}

/**
 * cvl_netlink_own_fail() - refuse what a link of kind wireguard would pass over
 * @link: the link
 * @own: what there is that only culvert knows, or NULL
 * @err: set on failure
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int cvl_netlink_own_fail(const struct cvl_link *link, const char *own, struct cvl_error *err)
{
	if (!own || link->kind == CVL_KIND_CULVERT)
		return 0;
	return cvl_error_set(err, -EOPNOTSUPP,
			     "%s: links of kind wireguard have no %s; expected one of kind culvert",
			     link->name, own);
}

/**
 * cvl_netlink_send_begin() - get ready to send a change
 * @sender: set up; for cvl_netlink_send_end()
 * @nl: handle
 * @link: what is changed
 * @head: what is said of the device
 * @err: set on failure
 *
 * Return: 0 or a negative errno, and nothing has to be ended.
 */
int cvl_netlink_send_begin(struct cvl_netlink_sender *sender, struct cvl_netlink *nl,
			   const struct cvl_link *link, const struct cvl_device *head,
			   struct cvl_error *err)
{
	uint16_t family_id;
	int ret = cvl_netlink_family(nl, link, &family_id, err);

	if (ret)
		return ret;
	memset(sender, 0, sizeof(*sender));
	sender->nl = nl;
	sender->link = link;
	sender->head = *head;
	sender->head.ifindex = link->ifindex;
	cvl_encoder_begin(&sender->encoder, &sender->head, family_id);
	return 0;
}

static int cvl_netlink_send_message(struct cvl_netlink_sender *sender, struct nlmsghdr *message,
				    struct cvl_error *err)
{
	struct cvl_request request = {
		.socket = sender->nl->generic,
		.nlh = message,
		.is_change = true,
	};
	int ret = cvl_request_run(&request, &sender->nl->channel, err);

	if (ret) {
		cvl_netlink_explain_set(sender, err);
		return ret;
	}
	sender->sent++;
	if (sender->notify)
		sender->notify(sender->arg, sender->sent);
	return 0;
}

/**
 * cvl_netlink_send_full() - send those messages of a pack that are full
 * @sender: has begun
 * @pack: loses them; more may be added to what is left
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_netlink_send_full(struct cvl_netlink_sender *sender, struct cvl_pack *pack,
			  struct cvl_error *err)
{
	int ret = 0;

	while (!ret && pack->first && pack->first != pack->open) {
		ret = cvl_netlink_send_message(sender, cvl_pack_message(pack, &sender->encoder),
					       err);
		cvl_pack_drop(pack);
	}
	return ret;
}

/**
 * cvl_netlink_send_end() - send what is left, or a message without peers if there was none
 * @sender: wiped
 * @pack: empty afterwards; NULL: something has failed, and nothing is sent
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_netlink_send_end(struct cvl_netlink_sender *sender, struct cvl_pack *pack,
			 struct cvl_error *err)
{
	struct nlmsghdr message[CVL_HEADERS(CVL_MESSAGE_MIN_BYTES)];
	int ret = 0;

	if (pack) {
		cvl_pack_close(pack);
		ret = cvl_netlink_send_full(sender, pack, err);
		cvl_pack_clear(pack);
	}
	if (pack && !ret && cvl_encoder_next(&sender->encoder, message, sizeof(message))) {
		ret = cvl_netlink_send_message(sender, message, err);
		explicit_bzero(message, sizeof(message));
	}
	explicit_bzero(sender, sizeof(*sender));
	return ret;
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
	struct cvl_netlink_sender sender;
	const struct cvl_peer *peer;
	struct cvl_device head;
	struct cvl_pack pack = { 0 };
	int ret;

	/* its family would pass over what it does not know */
	ret = cvl_netlink_own_fail(link, cvl_netlink_own_setting(change), err);
	if (!ret)
		ret = cvl_device_check(change, err);
	if (ret)
		return ret;
	head = *change;
	head.peers = NULL;
	ret = cvl_netlink_send_begin(&sender, nl, link, &head, err);
	explicit_bzero(&head, sizeof(head));
	if (ret)
		return ret;
	sender.removes_single = cvl_netlink_removes_single(change);
	for (peer = change->peers; peer && !ret; peer = peer->next) {
		ret = cvl_pack_add(&pack, peer);
		if (ret)
			cvl_error_set(err, ret, "out of memory");
		else
			ret = cvl_netlink_send_full(&sender, &pack, err);
	}
	if (ret) {
		cvl_pack_clear(&pack);
		cvl_netlink_send_end(&sender, NULL, err);
		return ret;
	}
	return cvl_netlink_send_end(&sender, &pack, err);
}
