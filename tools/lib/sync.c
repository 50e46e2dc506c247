// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Make a device like a file, and leave alone what is so already: the command syncconf calls this.
 *
 * The peers that the kernel has come one after the other, and each is compared with its section in
 * the file. What is to change is encoded and kept until the kernel has told them all; then it is
 * sent, and after it those peers of the file that the kernel did not have. So besides the file, its
 * index and what differs there is a message of the kernel at a time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "stream.h"

struct cvl_sync {
	struct cvl_config *config;
	/* what is said of the device; it has the peer that is looked at, if that is to change */
	struct cvl_device *change;
	struct cvl_pack pack;
	size_t compared;
};

/* Adds the peers of the change to those that are to be sent: one or none. */
static int cvl_sync_pack(struct cvl_sync *sync, struct cvl_error *err)
{
	struct cvl_peer *peer = sync->change->peers;
	int ret = 0;

	if (peer)
		ret = cvl_pack_add(&sync->pack, peer);
	free(cvl_device_take_peer(sync->change));
	return ret ? cvl_error_set(err, ret, "out of memory") : 0;
}

static int cvl_sync_one(struct cvl_sync *sync, struct cvl_peer *now, struct cvl_peer *wanted,
			struct cvl_error *err)
{
	int ret = 0;

	if (!wanted)
		ret = cvl_diff_remove(sync->change, now);
	else if (!now || !cvl_diff_is_same_peer(now, wanted))
		ret = cvl_diff_one_peer(sync->change, now, wanted);
	if (ret)
		return cvl_error_set(err, ret, "out of memory");
	return cvl_sync_pack(sync, err);
}

/* What differs in the device itself, none of its peers being looked at. */
static int cvl_sync_device(struct cvl_sync *sync, const struct cvl_device *part,
			   struct cvl_error *err)
{
	struct cvl_device now = *part;
	int ret;

	now.peers = NULL;
	now.last_peer = NULL;
	ret = cvl_device_diff(&sync->change, &now, cvl_config_device(sync->config), err);
	explicit_bzero(&now, sizeof(now));
	return ret;
}

/* See struct cvl_netlink_parts. */
static int cvl_sync_take(void *arg, struct cvl_device *part, bool first, bool last,
			 struct cvl_error *err)
{
	struct cvl_peer *peer, *next, *wanted;
	struct cvl_sync *sync = arg;
	int ret = 0;

	(void)last;
	if (first)
		ret = cvl_sync_device(sync, part, err);
	for (peer = part->peers; peer && !ret; peer = next) {
		next = peer->next;
		/* it is compared by itself */
		peer->next = NULL;
		ret = cvl_config_find(sync->config, peer->public_key, &wanted, err);
		if (!ret)
			ret = cvl_sync_one(sync, peer, wanted, err);
		peer->next = next;
		sync->compared++;
	}
	cvl_config_tell_peers(sync->config, sync->compared);
	return ret;
}

static void cvl_sync_end(struct cvl_sync *sync)
{
	cvl_device_destroy(sync->change);
	sync->change = NULL;
	cvl_pack_clear(&sync->pack);
}

/* Asks for all peers, and once more if they change meanwhile. */
static int cvl_sync_compare(struct cvl_sync *sync, struct cvl_netlink *nl,
			    const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_netlink_parts parts = { .take = cvl_sync_take, .arg = sync };
	int tries = 0;
	int ret;

	do {
		cvl_sync_end(sync);
		cvl_config_forget(sync->config);
		sync->compared = 0;
		ret = cvl_netlink_read(nl, link, &parts, err);
	} while (ret == -EAGAIN && ++tries < CVL_DUMP_TRIES);
	return ret;
}

/* What has been found, and the peers that the kernel does not have. */
static int cvl_sync_send_peers(struct cvl_sync *sync, struct cvl_netlink_sender *sender,
			       struct cvl_error *err)
{
	struct cvl_peer *wanted;
	size_t place = 0;
	int ret;

	while (!(ret = cvl_netlink_send_full(sender, &sync->pack, err)) &&
	       !(ret = cvl_config_next_unseen(sync->config, &place, &wanted, err)) && wanted) {
		ret = cvl_sync_one(sync, NULL, wanted, err);
		if (ret)
			return ret;
	}
	return ret;
}

static int cvl_sync_send(struct cvl_sync *sync, struct cvl_netlink *nl,
			 const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_netlink_sender sender;
	struct cvl_peer *wanted;
	size_t place = 0;
	int ret;

	ret = cvl_config_next_unseen(sync->config, &place, &wanted, err);
	if (ret || (!wanted && !sync->pack.first && cvl_device_is_empty(sync->change)))
		return ret;
	ret = cvl_netlink_send_begin(&sender, nl, link, sync->change, err);
	if (ret)
		return ret;
	ret = cvl_sync_send_peers(sync, &sender, err);
	if (!ret)
		return cvl_netlink_send_end(&sender, &sync->pack, err);
	cvl_netlink_send_end(&sender, NULL, err);
	return ret;
}

/* What takes a look at all peers at once. */
static int cvl_sync_whole(struct cvl_config *config, struct cvl_netlink *nl,
			  const struct cvl_link *link,
			  const struct cvl_resolve_options *options, struct cvl_error *err)
{
	struct cvl_device *wanted = cvl_device_create();
	struct cvl_device *change = NULL, *now = NULL;
	int ret;

	if (!wanted)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	ret = cvl_config_model(config, wanted, err);
	if (!ret)
		ret = cvl_endpoints_resolve(wanted, options, err);
	if (!ret)
		ret = cvl_netlink_get(nl, link, &now, err);
	if (!ret)
		ret = cvl_device_diff(&change, now, wanted, err);
	if (!ret && !cvl_device_is_empty(change))
		ret = cvl_netlink_set(nl, link, change, err);
	cvl_device_destroy(change);
	cvl_device_destroy(now);
	cvl_device_destroy(wanted);
	return ret;
}

/**
 * cvl_sync() - make a device like a file
 * @config: indexed
 * @nl: handle
 * @link: from cvl_netlink_find()
 * @options: how patient to be with names
 * @err: set on failure; says so if a part of a large change is in effect
 *
 * See cvl_device_diff() for what a file means that does not mention something. Needs
 * CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int cvl_sync(struct cvl_config *config, struct cvl_netlink *nl, const struct cvl_link *link,
	     const struct cvl_resolve_options *options, struct cvl_error *err)
{
	struct cvl_sync sync = { .config = config };
	int ret;

	/* on kind wireguard, what it does not have is refused only if it makes a difference */
	if (!cvl_config_is_plain(config) ||
	    (link->kind == CVL_KIND_WIREGUARD && cvl_config_own_setting(config)))
		return cvl_sync_whole(config, nl, link, options, err);
	ret = cvl_config_resolve(config, options, err);
	if (!ret)
		ret = cvl_sync_compare(&sync, nl, link, err);
	if (!ret)
		ret = cvl_sync_send(&sync, nl, link, err);
	cvl_sync_end(&sync);
	return ret;
}
