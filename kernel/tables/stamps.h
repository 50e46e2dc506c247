/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The greatest timestamps of keys that are no peers any more, and keys that are refused for a
 * while: so that an initiation that was recorded is not taken for a new one. A bounded number:
 * the key that was noted longest ago is forgotten.
 */
#ifndef CV_TABLES_STAMPS_H
#define CV_TABLES_STAMPS_H

#include <linux/list.h>
#include <linux/siphash.h>
#include <linux/types.h>

#include "../wire.h"

/* Keys that are remembered, and chains that they are found by; powers of 2. */
#define CV_STAMPS_MAX 8192
#define CV_STAMPS_CHAINS 8192

/**
 * struct cv_stamps_entry - what is remembered of one key
 */
struct cv_stamps_entry {
	/** @chain: in &cv_stamps.chains; unhashed while the entry is unused */
	struct hlist_node chain;
	/** @age: in &cv_stamps.ages */
	struct list_head age;
	/** @refused_until_ns: as the caller's clock goes, 0: it is not refused */
	u64 refused_until_ns;
	/** @public_key: the key */
	u8 public_key[CV_WIRE_KEY_BYTES];
	/** @stamp: its greatest TAI64N */
	u8 stamp[CV_WIRE_TIMESTAMP_BYTES];
};

/**
 * struct cv_stamps - the memory of one device; the caller has a lock
 */
struct cv_stamps {
	/** @secret: of the hash: the network chooses the keys */
	siphash_key_t secret;
	/** @ages: all entries, the one noted last at the end */
	struct list_head ages;
	/** @chains: those in use, by the hash of the key */
	struct hlist_head chains[CV_STAMPS_CHAINS];
	/** @entries: all of them, from the start: no flood makes this grow */
	struct cv_stamps_entry entries[CV_STAMPS_MAX];
};

struct cv_stamps *cv_stamps_create(void);
void cv_stamps_destroy(struct cv_stamps *stamps);
const struct cv_stamps_entry *cv_stamps_find(const struct cv_stamps *stamps,
					     const u8 public_key[CV_WIRE_KEY_BYTES]);
void cv_stamps_note(struct cv_stamps *stamps, const u8 public_key[CV_WIRE_KEY_BYTES],
		    const u8 stamp[CV_WIRE_TIMESTAMP_BYTES], u64 refused_until_ns, u64 now_ns);

#endif /* CV_TABLES_STAMPS_H */
