// SPDX-License-Identifier: GPL-2.0
/* Finding a peer by its key where there may be many: a second up and SaveConfig compare all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "up/peers.h"

static int up_peers_compare(const void *a, const void *b)
{
	const struct up_peer_place *x = a, *y = b;

	return memcmp(x->peer->public_key, y->peer->public_key, CVL_KEY_BYTES);
}

/**
 * up_peers_sort() - sort the peers of a device by their keys
 * @peers: set, for up_peers_clear()
 * @dev: stays as it is as long as @peers is used
 *
 * Return: 0 or -ENOMEM.
 */
int up_peers_sort(struct up_peers *peers, const struct cvl_device *dev)
{
	const struct cvl_peer *peer;
	size_t count = 0;

	for (peer = dev->peers; peer; peer = peer->next)
		count++;
	peers->places = calloc(count + 1, sizeof(*peers->places));
	peers->count = 0;
	if (!peers->places)
		return -ENOMEM;
	for (peer = dev->peers; peer; peer = peer->next)
		peers->places[peers->count++].peer = peer;
	qsort(peers->places, count, sizeof(*peers->places), up_peers_compare);
	return 0;
}

/**
 * up_peers_find() - find the peer with the key of another one
 * @peers: sorted
 * @like: has the key
 *
 * Return: its place, or NULL if there is none.
 */
struct up_peer_place *up_peers_find(const struct up_peers *peers, const struct cvl_peer *like)
{
	const struct up_peer_place wanted = { .peer = like };

	return bsearch(&wanted, peers->places, peers->count, sizeof(*peers->places),
		       up_peers_compare);
}

/**
 * up_peers_clear() - free what up_peers_sort() has made
 * @peers: are none afterwards
 */
void up_peers_clear(struct up_peers *peers)
{
	free(peers->places);
	peers->places = NULL;
	peers->count = 0;
}
