// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * struct cvl_device in memory: create it, append peers and allowed IPs, destroy it.
 * The parsers of files, command lines and netlink messages fill it.
 */
#include <stdlib.h>
#include <string.h>

#include "libculvert.h"

/**
 * cvl_device_create() - make an empty model
 *
 * Return: a device without fields and peers, for cvl_device_destroy(), or NULL
 * if there is no memory.
 */
struct cvl_device *cvl_device_create(void)
{
	return calloc(1, sizeof(struct cvl_device));
}

static void cvl_device_destroy_peer(struct cvl_peer *peer)
{
	struct cvl_allowed_ip *ip = peer->allowed_ips;

	while (ip) {
		struct cvl_allowed_ip *next = ip->next;

		free(ip);
		ip = next;
	}
	free(peer->endpoint_host);
	free(peer->endpoint_service);
	free(peer->endpoint_place);
	explicit_bzero(peer, sizeof(*peer));
	free(peer);
}

/**
 * cvl_device_destroy() - wipe and free a model with all it holds
 * @dev: may be NULL
 */
void cvl_device_destroy(struct cvl_device *dev)
{
	struct cvl_peer *peer;

	if (!dev)
		return;
	peer = dev->peers;
	while (peer) {
		struct cvl_peer *next = peer->next;

		cvl_device_destroy_peer(peer);
		peer = next;
	}
	explicit_bzero(dev, sizeof(*dev));
	free(dev);
}

/**
 * cvl_peer_append() - add an empty peer at the end
 * @dev: owns the new peer
 *
 * Return: the peer, borrowed, or NULL if there is no memory.
 */
struct cvl_peer *cvl_peer_append(struct cvl_device *dev)
{
	struct cvl_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	if (dev->last_peer)
		dev->last_peer->next = peer;
	else
		dev->peers = peer;
	dev->last_peer = peer;
	return peer;
}

/**
 * cvl_allowed_ip_append() - add a copy of a prefix at the end
 * @peer: owns the copy
 * @ip: its next pointer does not matter
 *
 * Return: the copy, borrowed, or NULL if there is no memory.
 */
struct cvl_allowed_ip *cvl_allowed_ip_append(struct cvl_peer *peer,
					     const struct cvl_allowed_ip *ip)
{
	struct cvl_allowed_ip *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *ip;
	copy->next = NULL;
	if (peer->last_allowed_ip)
		peer->last_allowed_ip->next = copy;
	else
		peer->allowed_ips = copy;
	peer->last_allowed_ip = copy;
	return copy;
}
