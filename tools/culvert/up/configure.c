// SPDX-License-Identifier: GPL-2.0
/* Keys, peers and words of our own: what the module is told by up, all or what differs. */
#include <errno.h>
#include <string.h>

#include "common/apply.h"
#include "up/peers.h"
#include "up/up.h"

/* What cvl_device_diff() leaves alone, for it is not in files that wg(8) reads. */
static void up_configure_own_device(struct cvl_device *change, const struct cvl_device *now,
				    const struct cvl_device *wanted)
{
	if (now->bind4_off != wanted->bind4_off || now->bind6_off != wanted->bind6_off ||
	    memcmp(&now->bind4, &wanted->bind4, sizeof(now->bind4)) ||
	    memcmp(&now->bind6, &wanted->bind6, sizeof(now->bind6))) {
		change->has |= CVL_DEVICE_BIND_ADDRESSES;
		change->bind4_off = wanted->bind4_off;
		change->bind6_off = wanted->bind6_off;
		change->bind4 = wanted->bind4;
		change->bind6 = wanted->bind6;
	}
	if (strcmp(now->bind_device, wanted->bind_device)) {
		change->has |= CVL_DEVICE_BIND_DEVICE;
		strcpy(change->bind_device, wanted->bind_device);
	}
	if (now->dscp != wanted->dscp) {
		change->has |= CVL_DEVICE_DSCP;
		change->dscp = wanted->dscp;
	}
}

static int up_configure_own_peer(struct cvl_device *change, const struct cvl_peer *now,
				 const struct cvl_peer *wanted)
{
	bool name = strcmp(now ? now->name : "", wanted->name);
	bool idle = (now ? now->idle_s : 0) != wanted->idle_s;
	struct cvl_peer *peer;

	if (!name && !idle)
		return 0;
	peer = cvl_peer_append(change);
	if (!peer)
		return -ENOMEM;
	memcpy(peer->public_key, wanted->public_key, CVL_KEY_BYTES);
	peer->update_only = true;
	if (name) {
		peer->has |= CVL_PEER_NAME;
		strcpy(peer->name, wanted->name);
	}
	if (idle) {
		peer->has |= CVL_PEER_IDLE;
		peer->idle_s = wanted->idle_s;
	}
	return 0;
}

static int up_configure_own_peers(struct cvl_device *change, const struct cvl_device *now,
				  const struct cvl_device *wanted)
{
	const struct up_peer_place *place;
	const struct cvl_peer *peer;
	struct up_peers peers;
	int ret = up_peers_sort(&peers, now);

	for (peer = wanted->peers; peer && !ret; peer = peer->next) {
		place = up_peers_find(&peers, peer);
		ret = up_configure_own_peer(change, place ? place->peer : NULL, peer);
	}
	up_peers_clear(&peers);
	return ret;
}

/*
 * What the file does not have may have come by a hook, as wg-quick(8) says for private keys: it
 * stays.
 */
static int up_configure_keep(const struct up *up, const struct cvl_device *now)
{
	struct cvl_device *wanted = up->file.dev;
	const struct up_peer_place *place;
	struct up_peers peers;
	struct cvl_peer *peer;

	if (!(wanted->has & CVL_DEVICE_PRIVATE_KEY)) {
		memcpy(wanted->private_key, now->private_key, CVL_KEY_BYTES);
		wanted->has |= now->has & CVL_DEVICE_PRIVATE_KEY;
	}
	if (!(wanted->has & CVL_DEVICE_FWMARK) && now->fwmark != up->record.set_mark) {
		wanted->fwmark = now->fwmark;
		wanted->has |= now->has & CVL_DEVICE_FWMARK;
	}
	if (up_peers_sort(&peers, now))
		return -ENOMEM;
	for (peer = wanted->peers; peer; peer = peer->next) {
		place = up_peers_find(&peers, peer);
		if (!place || peer->has & CVL_PEER_PRESHARED_KEY)
			continue;
		memcpy(peer->preshared_key, place->peer->preshared_key, CVL_KEY_BYTES);
		peer->has |= place->peer->has & CVL_PEER_PRESHARED_KEY;
	}
	up_peers_clear(&peers);
	return 0;
}

/* What differs, in one change. */
static int up_configure_again(struct up *up, struct cvl_error *err)
{
	struct cvl_device *now = NULL, *change = NULL;
	int ret = cvl_netlink_get(up->there, &up->link, &now, err);

	if (!ret && up_configure_keep(up, now))
		ret = cvl_error_set(err, -ENOMEM, "out of memory");
	if (!ret)
		ret = cvl_device_diff(&change, now, up->file.dev, err);
	if (!ret) {
		up_configure_own_device(change, now, up->file.dev);
		if (up_configure_own_peers(change, now, up->file.dev))
			ret = cvl_error_set(err, -ENOMEM, "out of memory");
	}
	if (!ret && !cvl_device_is_empty(change))
		ret = cvl_netlink_set(up->there, &up->link, change, err);
	cvl_device_destroy(change);
	cvl_device_destroy(now);
	return ret;
}

/**
 * up_resolve() - resolve the names of endpoints, if that has not been done
 * @up: has the file
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_resolve(struct up *up, struct cvl_error *err)
{
	const struct cvl_resolve_options patience = cmd_apply_patience();
	int ret = up->is_resolved ? 0 : cvl_endpoints_resolve(up->file.dev, &patience, err);

	if (!ret)
		up->is_resolved = true;
	return ret;
}

/**
 * up_resolve_here() - the same from where the sockets of the link are
 * @up: has both namespaces
 * @err: set on failure
 *
 * What is on the way to the peers is there, name servers too.
 *
 * Return: 0 or a negative errno.
 */
int up_resolve_here(struct up *up, struct cvl_error *err)
{
	struct cvl_error also = { 0 };
	int ret;

	if (up->is_resolved)
		return 0;
	ret = up_place_go(up, true, err);
	if (!ret)
		ret = up_resolve(up, err);
	if (up_place_go(up, false, ret ? &also : err) && !ret)
		ret = err->code;
	return ret;
}

/**
 * up_configure() - tell the module what the file says
 * @up: has the link, and the mark; endpoints are resolved
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_configure(struct up *up, struct cvl_error *err)
{
	if (up->again)
		return up_configure_again(up, err);
	cvl_config_make_whole(up->file.dev);
	return cvl_netlink_set(up->there, &up->link, up->file.dev, err);
}
