/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The peers of a device by public key. Readers hold RCU and never write; peers are
 * added under the lock of the device.
 */
#ifndef CV_TABLES_PEERS_H
#define CV_TABLES_PEERS_H

#include <linux/rhashtable-types.h>
#include <linux/types.h>

struct cv_peer;

/**
 * struct cv_peers - the table
 */
struct cv_peers {
	/** @table: peers by public key, siphashed with a boot-time secret */
	struct rhashtable table;
};

int cv_peers_init(struct cv_peers *peers);
void cv_peers_destroy(struct cv_peers *peers);
int cv_peers_insert(struct cv_peers *peers, struct cv_peer *peer);
void cv_peers_remove(struct cv_peers *peers, struct cv_peer *peer);
struct cv_peer *cv_peers_find(struct cv_peers *peers, const u8 public_key[32]);

#endif /* CV_TABLES_PEERS_H */
