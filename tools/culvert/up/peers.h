/* SPDX-License-Identifier: GPL-2.0 */
/* Finding a peer by its key where there may be very many. */
#ifndef CULVERT_UP_PEERS_H
#define CULVERT_UP_PEERS_H

#include "libculvert.h"

/**
 * struct up_peer_place - a peer of a device
 * @peer: the peer
 * @is_seen: for the caller; unset at first
 */
struct up_peer_place {
	const struct cvl_peer *peer;
	bool is_seen;
};

/**
 * struct up_peers - the peers of a device by their keys
 * @places: array, sorted
 * @count: how many there are
 */
struct up_peers {
	struct up_peer_place *places;
	size_t count;
};

int up_peers_sort(struct up_peers *peers, const struct cvl_device *dev);
struct up_peer_place *up_peers_find(const struct up_peers *peers, const struct cvl_peer *like);
void up_peers_clear(struct up_peers *peers);

#endif /* CULVERT_UP_PEERS_H */
