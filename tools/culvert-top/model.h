/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of devices and their peers, from one reading to the next. */
#ifndef CULVERT_TOP_MODEL_H
#define CULVERT_TOP_MODEL_H

#include "libculvert.h"
#include "spark.h"

/* A peer was heard of lately: the time that a session sends for. */
#define TOP_MODEL_RECENT_S 180

/* Drop reasons, more than there are. */
#define TOP_MODEL_DROPS 128

/**
 * enum top_way - how a peer came to be where it is
 * @TOP_WAY_NONE: it is nowhere, or the kernel does not say
 * @TOP_WAY_SET: a request has said so
 * @TOP_WAY_ROAMED: its packets came from there
 * @TOP_WAY_FIXED: it is followed to its candidates only, and at none of them
 * @TOP_WAY_CANDIDATE: that is one of its candidates
 */
enum top_way {
	TOP_WAY_NONE,
	TOP_WAY_SET,
	TOP_WAY_ROAMED,
	TOP_WAY_FIXED,
	TOP_WAY_CANDIDATE,
};

/**
 * struct top_peer - a peer of a device
 * @key: names it
 * @name: for people; from the kernel as it is, "" for none
 * @endpoint: where it is; the family is 0 until it is known
 * @way: why it is there
 * @preference: class of the candidate
 * @heard_s: when it was heard from, in seconds since 1970, or 0
 * @rx_bytes: received from it, ever
 * @tx_bytes: sent to it, ever
 * @rx_rate: received from it, bytes per second
 * @tx_rate: sent to it, bytes per second
 * @count: of @rates
 * @rates: both directions together, one interval after another
 */
struct top_peer {
	uint8_t key[CVL_KEY_BYTES];
	char name[CVL_NAME_SIZE];
	union cvl_address endpoint;
	enum top_way way;
	uint8_t preference;
	int64_t heard_s;
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	double rx_rate;
	double tx_rate;
	unsigned int count;
	float rates[TOP_SPARK_PEER];
};

/**
 * struct top_drop - a drop reason of a device
 * @name: of the reason, or NULL
 * @base: its counter in the first reading
 * @grown: by how much it has grown since then
 */
struct top_drop {
	const char *name;
	uint64_t base;
	uint64_t grown;
};

/**
 * struct top_device - a device
 * @next: the next one, or NULL
 * @ifindex: tells it from others
 * @name: of the link; from the kernel as it is
 * @module: that serves it, or ""
 * @kind: of the link
 * @seen: it was there in this reading
 * @readings: how many there were
 * @read_ns: time of the latest, CLOCK_MONOTONIC
 * @read_s: the same in seconds since 1970
 * @peers: all of them, in the kernel's order
 * @peer_count: how many
 * @index: hash table of their numbers, and one more: 0 is free
 * @index_mask: its size less one
 * @recent: how many were heard of lately
 * @longest_name: of the peers, in bytes; that of a key if one has no name
 * @has_ipv6: some endpoint has such an address
 * @rx_rate: received from all, bytes per second
 * @tx_rate: sent to all, bytes per second
 * @rx: @rx_rate of one interval after another
 * @tx: @tx_rate of one interval after another
 * @values: of @rx and @tx
 * @drops: by the number of the reason
 */
struct top_device {
	struct top_device *next;
	unsigned int ifindex;
	char name[CVL_IFNAME_SIZE];
	char module[CVL_IFNAME_SIZE];
	enum cvl_kind kind;
	bool seen;
	unsigned int readings;
	uint64_t read_ns;
	int64_t read_s;
	struct top_peer *peers;
	size_t peer_count;
	uint32_t *index;
	size_t index_mask;
	size_t recent;
	int longest_name;
	bool has_ipv6;
	double rx_rate;
	double tx_rate;
	struct top_spark rx;
	struct top_spark tx;
	float values[2][TOP_SPARK_DEVICE];
	struct top_drop drops[TOP_MODEL_DROPS];
};

/**
 * struct top_model - all devices
 * @devices: the first, or NULL; in the order in which they were found
 * @seed: of hashes, so that no keys can be chosen that collide
 */
struct top_model {
	struct top_device *devices;
	uint64_t seed;
};

/**
 * struct top_time - when something was read
 * @ns: CLOCK_MONOTONIC
 * @s: seconds since 1970
 */
struct top_time {
	uint64_t ns;
	int64_t s;
};

void top_model_begin(struct top_model *model);
struct top_device *top_model_read(struct top_model *model, const struct cvl_device *dev,
				  const struct top_time *now);
void top_model_keep(struct top_model *model, unsigned int ifindex);
void top_model_drop(struct top_device *device, unsigned int reason, const char *name,
		    uint64_t count);
void top_model_end(struct top_model *model);
void top_model_free(struct top_model *model);
struct top_device *top_model_find(const struct top_model *model, unsigned int ifindex);
struct top_device *top_model_after(const struct top_model *model, unsigned int ifindex);
size_t top_model_count(const struct top_model *model, unsigned int ifindex, size_t *number);

#endif /* CULVERT_TOP_MODEL_H */
