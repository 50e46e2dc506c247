// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of devices and their peers: each reading is compared with the one before, and
 * rates are what counters have grown by in the time between them. Peers are matched by key, in
 * the order in which they come, or else by a hash.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Endpoint and way of a peer. */
static void model_take_way(struct top_peer *to, const struct cvl_peer *from)
{
	const struct cvl_candidate *candidate;

	if (!(from->has & CVL_PEER_ENDPOINT))
		return;
	to->endpoint = from->endpoint;
	for (candidate = from->candidates; candidate; candidate = candidate->next) {
		if (!candidate->in_use)
			continue;
		to->way = TOP_WAY_CANDIDATE;
		to->preference = candidate->preference;
		return;
	}
	if (from->follow == CVL_FOLLOW_NEVER)
		to->way = TOP_WAY_FIXED;
	else if (from->endpoint_reason == CVL_ENDPOINT_SET)
		to->way = TOP_WAY_SET;
	else if (from->endpoint_reason != CVL_ENDPOINT_UNTOLD)
		to->way = TOP_WAY_ROAMED;
}

static void model_take(struct top_peer *to, const struct cvl_peer *from, enum cvl_kind kind)
{
	*to = (struct top_peer){ .rx_bytes = from->rx_bytes, .tx_bytes = from->tx_bytes };
	memcpy(to->key, from->public_key, sizeof(to->key));
	memcpy(to->name, from->name, sizeof(to->name));
	/* kind wireguard does not tell when a peer was heard from */
	to->heard_s = kind == CVL_KIND_WIREGUARD && !from->heard_s ? from->handshake_s :
		      from->heard_s;
	model_take_way(to, from);
}

/* A counter that went back is that of another peer with the same key: it begins anew. */
static void model_compare(struct top_peer *now, const struct top_peer *before, double seconds)
{
	struct top_spark rates = { .values = now->rates, .size = TOP_SPARK_PEER };

	if (now->rx_bytes < before->rx_bytes || now->tx_bytes < before->tx_bytes || seconds <= 0)
		return;
	now->rx_rate = (double)(now->rx_bytes - before->rx_bytes) / seconds;
	now->tx_rate = (double)(now->tx_bytes - before->tx_bytes) / seconds;
	memcpy(now->rates, before->rates, sizeof(now->rates));
	rates.count = before->count;
	top_spark_add(&rates, now->rx_rate + now->tx_rate);
	now->count = rates.count;
}

static size_t model_hash(const struct top_model *model, const uint8_t key[CVL_KEY_BYTES])
{
	uint64_t hash = model->seed;
	uint64_t word;
	size_t i;

	for (i = 0; i < CVL_KEY_BYTES; i += sizeof(word)) {
		memcpy(&word, key + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	return (size_t)hash;
}

/* Without memory there is no table, and peers that come in another order begin anew. */
static void model_index(const struct top_model *model, struct top_device *device)
{
	size_t size = 16;
	size_t i, at;

	free(device->index);
	while (size < 2 * device->peer_count)
		size *= 2;
	device->index = calloc(size, sizeof(*device->index));
	device->index_mask = size - 1;
	for (i = 0; device->index && i < device->peer_count; i++) {
		at = model_hash(model, device->peers[i].key) & device->index_mask;
		while (device->index[at])
			at = (at + 1) & device->index_mask;
		device->index[at] = (uint32_t)(i + 1);
	}
}

/* The peer with this key in the reading before; NEXT is the one that is likely. */
static const struct top_peer *model_before(const struct top_model *model,
					   const struct top_device *device, const uint8_t *key,
					   size_t next)
{
	size_t at;

	if (next < device->peer_count && cvl_key_equal(device->peers[next].key, key))
		return &device->peers[next];
	if (!device->index)
		return NULL;
	for (at = model_hash(model, key) & device->index_mask; device->index[at];
	     at = (at + 1) & device->index_mask) {
		const struct top_peer *peer = &device->peers[device->index[at] - 1];

		if (cvl_key_equal(peer->key, key))
			return peer;
	}
	return NULL;
}

/* What is to be said of all peers of a device. */
static void model_sum_up(struct top_device *device)
{
	const struct top_peer *peer;
	size_t length;

	device->rx_rate = 0;
	device->tx_rate = 0;
	device->recent = 0;
	device->longest_name = 0;
	device->has_ipv6 = false;
	for (peer = device->peers; peer < device->peers + device->peer_count; peer++) {
		device->rx_rate += peer->rx_rate;
		device->tx_rate += peer->tx_rate;
		device->recent += peer->heard_s &&
				  device->read_s - peer->heard_s < TOP_MODEL_RECENT_S;
		device->has_ipv6 = device->has_ipv6 || peer->endpoint.any.sa_family == AF_INET6;
		length = *peer->name ? strlen(peer->name) : CVL_KEY_TEXT_SIZE - 1;
		if ((int)length > device->longest_name)
			device->longest_name = (int)length;
	}
	if (device->readings < 2)
		return;
	top_spark_add(&device->rx, device->rx_rate);
	top_spark_add(&device->tx, device->tx_rate);
}

static bool model_take_peers(const struct top_model *model, struct top_device *device,
			     const struct cvl_device *dev, double seconds)
{
	const struct cvl_peer *from;
	struct top_peer *peers;
	size_t count = 0;
	size_t likely = 0;
	size_t i = 0;

	for (from = dev->peers; from; from = from->next)
		count++;
	peers = calloc(count ? count : 1, sizeof(*peers));
	if (!peers)
		return false;
	for (from = dev->peers; from; from = from->next, i++) {
		const struct top_peer *before =
			model_before(model, device, from->public_key, likely);

		model_take(&peers[i], from, dev->kind);
		if (!before)
			continue;
		model_compare(&peers[i], before, seconds);
		likely = (size_t)(before - device->peers) + 1;
	}
	free(device->peers);
	device->peers = peers;
	device->peer_count = count;
	model_index(model, device);
	return true;
}

static struct top_device *model_add(struct top_model *model, unsigned int ifindex)
{
	struct top_device *device = calloc(1, sizeof(*device));
	struct top_device **place = &model->devices;

	if (!device)
		return NULL;
	device->ifindex = ifindex;
	device->rx = (struct top_spark){ .values = device->values[0], .size = TOP_SPARK_DEVICE };
	device->tx = (struct top_spark){ .values = device->values[1], .size = TOP_SPARK_DEVICE };
	while (*place)
		place = &(*place)->next;
	*place = device;
	return device;
}

/**
 * top_model_begin() - a reading of all devices begins
 * @model: all devices
 */
void top_model_begin(struct top_model *model)
{
	struct top_device *device;

	for (device = model->devices; device; device = device->next)
		device->seen = false;
}

/**
 * top_model_read() - a device was read
 * @model: all devices
 * @dev: what the kernel has said
 * @now: when it was asked
 *
 * Return: the device, or NULL if there is no memory: it is as it was before.
 */
struct top_device *top_model_read(struct top_model *model, const struct cvl_device *dev,
				  const struct top_time *now)
{
	struct top_device *device = top_model_find(model, dev->ifindex);
	double seconds;

	if (!device)
		device = model_add(model, dev->ifindex);
	if (!device)
		return NULL;
	device->seen = true;
	seconds = (double)(now->ns - device->read_ns) / 1e9;
	if (!model_take_peers(model, device, dev, seconds))
		return NULL;
	memcpy(device->name, dev->name, sizeof(device->name));
	device->kind = dev->kind;
	device->read_ns = now->ns;
	device->read_s = now->s;
	device->readings++;
	model_sum_up(device);
	return device;
}

/**
 * top_model_keep() - a device is there, but could not be read
 * @model: all devices
 * @ifindex: of the device
 */
void top_model_keep(struct top_model *model, unsigned int ifindex)
{
	struct top_device *device = top_model_find(model, ifindex);

	if (device)
		device->seen = true;
}

/**
 * top_model_drop() - a drop counter of a device was read
 * @device: from top_model_read()
 * @reason: number of the reason
 * @name: of it, which stays
 * @count: the counter
 */
void top_model_drop(struct top_device *device, unsigned int reason, const char *name,
		    uint64_t count)
{
	struct top_drop *drop;

	if (reason >= TOP_MODEL_DROPS)
		return;
	drop = &device->drops[reason];
	drop->name = name;
	/* Counters begin at 0 again when the module is replaced. */
	if (device->readings < 2 || count < drop->base)
		drop->base = count;
	drop->grown = count - drop->base;
}

static void model_remove(struct top_device *device)
{
	free(device->peers);
	free(device->index);
	free(device);
}

/**
 * top_model_end() - all devices were read: those that were not there are forgotten
 * @model: all devices
 */
void top_model_end(struct top_model *model)
{
	struct top_device **place = &model->devices;

	while (*place) {
		struct top_device *device = *place;

		if (device->seen) {
			place = &device->next;
			continue;
		}
		*place = device->next;
		model_remove(device);
	}
}

/**
 * top_model_free() - forget all devices
 * @model: all devices
 */
void top_model_free(struct top_model *model)
{
	top_model_begin(model);
	top_model_end(model);
}

/**
 * top_model_find() - a device by its index
 * @model: all devices
 * @ifindex: the index
 *
 * Return: the device, or NULL.
 */
struct top_device *top_model_find(const struct top_model *model, unsigned int ifindex)
{
	struct top_device *device = model->devices;

	while (device && device->ifindex != ifindex)
		device = device->next;
	return device;
}

/**
 * top_model_after() - the device after another one
 * @model: all devices
 * @ifindex: of that one
 *
 * Return: the next device, or the first one after the last or if there is none with that index;
 * NULL if there are none.
 */
struct top_device *top_model_after(const struct top_model *model, unsigned int ifindex)
{
	struct top_device *device = top_model_find(model, ifindex);

	return device && device->next ? device->next : model->devices;
}

/**
 * top_model_count() - how many devices there are
 * @model: all devices
 * @ifindex: of one of them
 * @number: set to its place among them, from 1 on, or 0
 *
 * Return: the number of devices.
 */
size_t top_model_count(const struct top_model *model, unsigned int ifindex, size_t *number)
{
	const struct top_device *device;
	size_t count = 0;

	*number = 0;
	for (device = model->devices; device; device = device->next) {
		count++;
		if (device->ifindex == ifindex)
			*number = count;
	}
	return count;
}
