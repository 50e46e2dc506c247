// SPDX-License-Identifier: GPL-2.0
/*
 * A device and its peers: one is made and published as netlink_set.c has planned, and stopped
 * when the link goes down or reaper.c takes it apart. What a peer is made of has its files in
 * handshake and datapath; references to it are in core/peer.c.
 */
#include <linux/bitops.h>
#include <linux/error-injection.h>
#include <linux/netdevice.h>

#include "peering.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/tx.h"
#include "../events/notify.h"
#include "../handshake/exchange.h"
#include "../handshake/knock.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/todo.h"
#include "../handshake/work.h"

/**
 * cv_peering_create() - make a peer
 * @dev: its device
 * @public_key: its public key
 *
 * It is in no table yet, and not live: cv_peering_reserve() and cv_peering_publish() come
 * next, or cv_peer_put().
 *
 * Context: process, may sleep.
 * Return: the peer with one reference, the caller's; NULL without memory.
 */
struct cv_peer *cv_peering_create(struct cv_device *dev, const u8 public_key[CV_WIRE_KEY_BYTES])
{
	struct cv_peer *peer = cv_peer_alloc(dev, public_key);

	if (!peer)
		return NULL;
	cv_order_init(&peer->tx);
	cv_pace_init(&peer->pace);
	cv_order_init(&peer->rx);
	cv_path_init(&peer->path);
	cv_work_create(peer);
	return peer;
}

ALLOW_ERROR_INJECTION(cv_peering_create, NULL);

/**
 * cv_peering_reserve() - see to it that a peer can be published
 * @peer: from cv_peering_create()
 *
 * Context: process, holds &cv_device.lock.
 * Return: 0, or the error of cv_peers_insert().
 */
int cv_peering_reserve(struct cv_peer *peer)
{
	lockdep_assert_held(&peer->dev->lock);
	return cv_peers_insert(&peer->dev->peers, peer);
}

ALLOW_ERROR_INJECTION(cv_peering_reserve, ERRNO);

/**
 * cv_peering_cancel() - give up a peer that has been reserved but is not to be published
 * @peer: the peer; the caller's reference goes
 *
 * Context: process, holds &cv_device.lock.
 */
void cv_peering_cancel(struct cv_peer *peer)
{
	lockdep_assert_held(&peer->dev->lock);
	cv_peers_remove(&peer->dev->peers, peer);
	cv_peer_put(peer);
}

/**
 * cv_peering_publish() - a peer becomes one of its device
 * @peer: reserved; the device's list gets the caller's reference
 *
 * Context: process, holds &cv_device.lock; cannot fail.
 */
void cv_peering_publish(struct cv_peer *peer)
{
	struct cv_device *dev = peer->dev;

	lockdep_assert_held(&dev->lock);
	list_add_tail(&peer->link, &dev->peer_list);
	dev->peer_count++;
	/* After any removal of the same request, which has noted what it must not take again. */
	cv_knock_recall(dev, peer->public_key, peer->seen_stamp);
	/* From here on its initiations are answered: all of it must be in place. */
	smp_store_release(&peer->dead, false);
	cv_device_changed(dev);
	if (netif_running(dev->netdev))
		cv_timers_event(peer, CV_EVENT_START);
}

/**
 * cv_peering_stop() - a peer has nothing more to do until it is started again, or ever
 * @peer: the link goes down, or the peer has been removed
 *
 * Context: process, may sleep; holds &cv_device.lock, or the peer has been removed.
 */
void cv_peering_stop(struct cv_peer *peer)
{
	cv_timers_event(peer, CV_EVENT_STOP);
	/* Before the sessions: until it has seen the link down or the peer dead, it makes some. */
	cv_exchange_clear(peer);
	clear_bit(CV_TODO_REKEY, &peer->todo);
	if (cv_session_is_young(peer))
		cv_notify_raise(peer, CVEVENT_SESSION_OVER, CVREASON_LINK_DOWN);
	if (cv_session_drop_all(peer))
		cv_notify_raise(peer, CVEVENT_KEYS_WIPED, CVREASON_LINK_DOWN);
	cv_tx_drop_staged(peer, CV_DROP_TX_LINK_DOWN);
}
