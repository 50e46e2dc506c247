// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A configuration in a file with very many peers, of which a model would take several times the
 * memory of the file. The commands setconf, addconf and syncconf use this.
 *
 * The file is read once, into memory, so that what is sent is what was checked, whatever becomes
 * of the file. As it is checked, its peers are encoded as they will be sent, and its text is given
 * back: in the end there are messages in place of the text. From the first peer with a name that
 * is to be looked up on, the text stays, and is parsed again when the addresses are known.
 *
 * syncconf needs the peers in the order in which the kernel has them. So the text stays, and there
 * is an index by public key, of 16 bytes for each peer.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "stream.h"

/* The address of a name. */
struct cvl_config_name {
	/* of the [Peer] that it stands in */
	const char *peer_at;
	union cvl_address address;
};

/* A peer of the index: the first bytes of its key, and where its [Peer] is in the text. */
struct cvl_config_entry {
	uint64_t key;
	uint64_t offset : 63;
	uint64_t seen : 1;
};

struct cvl_config {
	struct cvl_text text;
	char *file;
	struct cvl_config_reader reader;
	/* what the file says of the device; it has no peers */
	struct cvl_device head;
	/* what the reader fills; one peer at most */
	struct cvl_device *dev;
	const struct cvl_progress *progress;
	size_t peer_count;
	/* what is known of the peers before they are sent */
	const char *own_setting;
	bool removes_single;
	bool has_preshared_key;
	/* those before the first one with a name */
	struct cvl_pack pack;
	/* that one's [Peer] and the line before it, or NULL */
	const char *rest_at;
	unsigned int rest_line;
	/* in the order of the file; the next one to hand out */
	struct cvl_config_name *names;
	size_t name_count;
	size_t name_size;
	size_t name;
	/* for syncconf: by key, when it is sorted */
	bool indexed;
	struct cvl_config_entry *entries;
	size_t entry_size;
	/* what stands for each allowed IP, until it is known whether two are the same */
	uint64_t *prefixes;
	size_t prefix_count;
	size_t prefix_size;
	bool has_signs;
	bool has_twins;
};

/* The names of a peer, its endpoint's and its candidates', one after the other. */
struct cvl_config_places {
	struct cvl_peer *peer;
	struct cvl_candidate *candidate;
	bool begun;
};

/* The next address that the text gives as a name, or NULL; those without one are filled in. */
static union cvl_address *cvl_config_next_name(struct cvl_config_places *places)
{
	struct cvl_peer *peer = places->peer;
	struct cvl_candidate *candidate;

	if (!places->begun) {
		places->begun = true;
		places->candidate = peer->candidates;
		if (peer->endpoint_host && !cvl_endpoint_is_literal(&peer->endpoint,
								    peer->endpoint_host,
								    peer->endpoint_service))
			return &peer->endpoint;
	}
	while (places->candidate) {
		candidate = places->candidate;
		places->candidate = candidate->next;
		if (candidate->host && !cvl_endpoint_is_literal(&candidate->endpoint,
								candidate->host,
								candidate->service))
			return &candidate->endpoint;
	}
	return NULL;
}

/* Reads the next peer, as it is in the text. */
static int cvl_config_read_peer(struct cvl_config *config, struct cvl_peer **peer,
				struct cvl_error *err)
{
	int ret;

	config->reader.parser.err = err;
	ret = cvl_config_reader_peer(&config->reader);
	*peer = ret ? NULL : config->dev->peers;
	return ret ? cvl_config_reader_fail(&config->reader) : 0;
}

/* Room for one more of an array. */
static bool cvl_config_room(void **array, size_t count, size_t *size, size_t item_bytes)
{
	size_t more = *size ? *size * 2 : 64;
	void *bigger;

	if (count < *size)
		return true;
	bigger = reallocarray(*array, more, item_bytes);
	if (!bigger)
		return false;
	*array = bigger;
	*size = more;
	return true;
}

static uint64_t cvl_config_key(const uint8_t public_key[CVL_KEY_BYTES])
{
	uint64_t key;

	memcpy(&key, public_key, sizeof(key));
	return be64toh(key);
}

/*
 * A number for a prefix. That of IPv4 has no other; two of IPv6 with the same one are taken for
 * the same, which costs time and memory only.
 */
static uint64_t cvl_config_prefix(const struct cvl_allowed_ip *ip)
{
	struct cvl_allowed_ip masked = *ip;
	uint64_t words[2];

	cvl_address_mask(&masked);
	if (ip->family == AF_INET)
		return (uint64_t)ip->prefix_bits << 32 | masked.v4.s_addr;
	memcpy(words, &masked.v6, sizeof(words));
	words[0] = (words[0] ^ ip->prefix_bits) * 0x9e3779b97f4a7c15ULL;
	words[0] = (words[0] ^ words[0] >> 32 ^ words[1]) * 0xd6e8feb86659fd93ULL;
	/* none of IPv4 has the highest bit */
	return (words[0] ^ words[0] >> 32) >> 1 | 1ULL << 63;
}

static int cvl_config_index_peer(struct cvl_config *config, const struct cvl_peer *peer)
{
	size_t offset = (size_t)(config->reader.peer_at - config->text.bytes);
	const struct cvl_allowed_ip *ip;

	if (!cvl_config_room((void **)&config->entries, config->peer_count, &config->entry_size,
			     sizeof(*config->entries)))
		return -ENOMEM;
	config->entries[config->peer_count] = (struct cvl_config_entry) {
		.key = cvl_config_key(peer->public_key), .offset = offset,
	};
	config->has_signs |= !peer->replace_allowed_ips;
	for (ip = peer->allowed_ips; ip; ip = ip->next) {
		if (!cvl_config_room((void **)&config->prefixes, config->prefix_count,
				     &config->prefix_size, sizeof(*config->prefixes)))
			return -ENOMEM;
		config->prefixes[config->prefix_count++] = cvl_config_prefix(ip);
	}
	return 0;
}

/* Return: 0 or -ENOMEM. */
static int cvl_config_take_peer(struct cvl_config *config, const struct cvl_peer *peer,
				bool has_name)
{
	int ret = 0;

	if (!config->own_setting)
		config->own_setting = cvl_netlink_own_of_peer(peer);
	config->removes_single |= cvl_netlink_peer_removes_single(peer);
	config->has_preshared_key |= peer->has & CVL_PEER_PRESHARED_KEY;
	if (has_name && !config->rest_at) {
		config->rest_at = config->reader.peer_at;
		config->rest_line = config->reader.peer_line - 1;
	}
	if (config->indexed) {
		ret = cvl_config_index_peer(config, peer);
	} else if (!config->rest_at) {
		ret = cvl_pack_add(&config->pack, peer);
		cvl_text_drop(&config->text, (size_t)(config->reader.at - config->text.bytes));
	}
	config->peer_count++;
	return ret;
}

static void cvl_config_tell(const struct cvl_config *config, size_t done, size_t all)
{
	if (config->progress)
		config->progress->tell(config->progress->arg, done, all);
}

/* All errors of the file are found here. */
static int cvl_config_check(struct cvl_config *config, struct cvl_error *err)
{
	struct cvl_config_reader *reader = &config->reader;
	struct cvl_peer *peer;
	int ret;

	reader->parser.err = err;
	reader->no_places = true;
	if (cvl_config_reader_begin(reader, config->text.bytes, config->text.used))
		return cvl_config_reader_fail(reader);
	while (!(ret = cvl_config_read_peer(config, &peer, err)) && peer) {
		struct cvl_config_places places = { .peer = peer };

		ret = cvl_config_take_peer(config, peer, cvl_config_next_name(&places));
		if (ret)
			return cvl_error_set(err, ret, "out of memory");
		/* sending takes about as long again */
		if (!(config->peer_count % CVL_STREAM_TELL))
			cvl_config_tell(config, (size_t)(reader->at - config->text.bytes),
					config->text.used * 2);
	}
	config->head = *config->dev;
	return ret;
}

static int cvl_config_compare_entries(const void *a, const void *b)
{
	const struct cvl_config_entry *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int cvl_config_compare_prefixes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorts the index, and finds out whether peers can be looked at one by one. */
static void cvl_config_sort(struct cvl_config *config)
{
	size_t i;

	qsort(config->entries, config->peer_count, sizeof(*config->entries),
	      cvl_config_compare_entries);
	for (i = 1; i < config->peer_count; i++)
		config->has_twins |= config->entries[i].key == config->entries[i - 1].key;
	if (config->prefixes)
		qsort(config->prefixes, config->prefix_count, sizeof(*config->prefixes),
		      cvl_config_compare_prefixes);
	for (i = 1; i < config->prefix_count; i++)
		config->has_twins |= config->prefixes[i] == config->prefixes[i - 1];
	free(config->prefixes);
	config->prefixes = NULL;
}

static int cvl_config_load(struct cvl_config *config, const char *file, struct cvl_error *err)
{
	int ret = cvl_text_read(&config->text, file, -1, SIZE_MAX);

	if (ret)
		return cvl_error_set(err, ret, "%s: %s", file, strerror(-ret));
	config->dev = cvl_device_create();
	config->file = strdup(file);
	if (!config->dev || !config->file)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	config->reader.parser.dev = config->dev;
	config->reader.file = config->file;
	ret = cvl_config_check(config, err);
	if (!ret && config->indexed && config->peer_count)
		cvl_config_sort(config);
	return ret;
}

/**
 * cvl_config_open() - read a configuration file and check all of it
 * @file: its path; may be a pipe
 * @indexed: for cvl_sync(), instead of cvl_config_send()
 * @progress: told of what has been done, until it is closed; may be NULL
 * @err: set on failure, with line and word
 *
 * Return: the configuration for cvl_config_close(), or NULL.
 */
struct cvl_config *cvl_config_open(const char *file, bool indexed,
				   const struct cvl_progress *progress, struct cvl_error *err)
{
	struct cvl_config *config = calloc(1, sizeof(*config));

	memset(err, 0, sizeof(*err));
	if (!config) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	config->indexed = indexed;
	config->progress = progress;
	if (cvl_config_load(config, file, err)) {
		cvl_config_close(config);
		return NULL;
	}
	return config;
}

/**
 * cvl_config_close() - wipe and free a configuration
 * @config: may be NULL
 */
void cvl_config_close(struct cvl_config *config)
{
	if (!config)
		return;
	cvl_pack_clear(&config->pack);
	cvl_config_reader_end(&config->reader);
	cvl_text_wipe(&config->text);
	cvl_device_destroy(config->dev);
	free(config->entries);
	free(config->prefixes);
	free(config->names);
	free(config->file);
	explicit_bzero(config, sizeof(*config));
	free(config);
}

/**
 * cvl_config_device() - what a configuration says of the device
 * @config: owns it
 *
 * Return: a device without peers, which may be changed.
 */
struct cvl_device *cvl_config_device(struct cvl_config *config)
{
	return &config->head;
}

/**
 * cvl_config_peer_count() - how many peers a configuration has
 * @config: looked at
 *
 * Return: the number of its sections [Peer].
 */
size_t cvl_config_peer_count(const struct cvl_config *config)
{
	return config->peer_count;
}

/**
 * cvl_config_has_secret() - whether a configuration has a key that others must not see
 * @config: looked at
 *
 * Return: whether there is a private or a pre-shared key in it.
 */
bool cvl_config_has_secret(const struct cvl_config *config)
{
	return config->head.has & CVL_DEVICE_PRIVATE_KEY || config->has_preshared_key;
}

/* Goes to a [Peer] that is in the text. */
static void cvl_config_seek(struct cvl_config *config, const char *peer_at, unsigned int line)
{
	struct cvl_config_reader *reader = &config->reader;

	reader->section = CVL_CONFIG_NONE;
	reader->at = peer_at;
	reader->line = line;
}

static int cvl_config_keep_name(struct cvl_config *config, const union cvl_address *address)
{
	struct cvl_config_name *name;

	if (!cvl_config_room((void **)&config->names, config->name_count, &config->name_size,
			     sizeof(*name)))
		return -ENOMEM;
	name = &config->names[config->name_count++];
	name->peer_at = config->reader.peer_at;
	name->address = *address;
	return 0;
}

static int cvl_config_resolve_peer(struct cvl_config *config, struct cvl_peer *peer,
				   const struct cvl_resolve_options *options,
				   struct cvl_error *err)
{
	struct cvl_config_places places = { .peer = peer };
	union cvl_address *address;
	int ret = cvl_endpoint_resolve_peer(peer, options, err);

	while (!ret && (address = cvl_config_next_name(&places))) {
		ret = cvl_config_keep_name(config, address);
		if (ret)
			cvl_error_set(err, ret, "out of memory");
	}
	return ret;
}

/**
 * cvl_config_resolve() - find the address of each endpoint and candidate given as a name
 * @config: its peers have them from now on
 * @options: how patient to be with the names of each peer
 * @err: set on failure
 *
 * Blocks while a name server is asked.
 *
 * Return: 0 or a negative errno.
 */
int cvl_config_resolve(struct cvl_config *config, const struct cvl_resolve_options *options,
		       struct cvl_error *err)
{
	struct cvl_peer *peer = NULL;
	int ret = 0;

	if (!config->rest_at)
		return 0;
	cvl_config_seek(config, config->rest_at, config->rest_line);
	config->name_count = 0;
	config->reader.no_places = false;
	do {
		ret = cvl_config_read_peer(config, &peer, err);
		if (!ret && peer)
			ret = cvl_config_resolve_peer(config, peer, options, err);
	} while (!ret && peer);
	config->reader.no_places = true;
	return ret;
}

/* The first name of the latest peer, or of one behind it. */
static void cvl_config_seek_name(struct cvl_config *config)
{
	size_t from = 0, to = config->name_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (config->names[middle].peer_at < config->reader.peer_at)
			from = middle + 1;
		else
			to = middle;
	}
	config->name = from;
}

/* The peer at which the reader is, with addresses for names, or NULL at the end. */
static int cvl_config_next(struct cvl_config *config, struct cvl_peer **peer,
			   struct cvl_error *err)
{
	struct cvl_config_places places = { 0 };
	union cvl_address *address;
	int ret = cvl_config_read_peer(config, &places.peer, err);

	*peer = places.peer;
	if (ret || !*peer)
		return ret;
	if (config->indexed)
		cvl_config_seek_name(config);
	while ((address = cvl_config_next_name(&places))) {
		if (config->name < config->name_count)
			*address = config->names[config->name++].address;
	}
	return 0;
}

/* Those of a peer with a name and all that follow. */
static int cvl_config_send_rest(struct cvl_config *config, struct cvl_netlink_sender *sender,
				struct cvl_error *err)
{
	struct cvl_peer *peer;
	int ret;

	if (!config->rest_at)
		return 0;
	cvl_config_seek(config, config->rest_at, config->rest_line);
	config->name = 0;
	while (!(ret = cvl_config_next(config, &peer, err)) && peer) {
		ret = cvl_pack_add(&config->pack, peer);
		if (ret)
			return cvl_error_set(err, ret, "out of memory");
		ret = cvl_netlink_send_full(sender, &config->pack, err);
		if (ret)
			return ret;
	}
	return ret;
}

/**
 * cvl_config_tell_peers() - tell how far sending or comparing has come
 * @config: its progress is told
 * @peers: how many of its peers have been
 */
void cvl_config_tell_peers(const struct cvl_config *config, size_t peers)
{
	cvl_config_tell(config, config->peer_count + peers, config->peer_count * 2);
}

static void cvl_config_sent(void *arg, unsigned int sent)
{
	cvl_config_tell_peers(arg, (size_t)sent * CVL_STREAM_MESSAGE_PEERS);
}

/**
 * cvl_config_send() - change a device as a configuration says
 * @config: resolved; its device says what else is to be done. It has no peers afterwards
 * @nl: handle
 * @link: from cvl_netlink_find()
 * @err: set on failure; says so if a part of a large change is in effect
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno.
 */
int cvl_config_send(struct cvl_config *config, struct cvl_netlink *nl,
		    const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_netlink_sender sender;
	int ret;

	ret = cvl_netlink_own_fail(link, config->own_setting, err);
	if (!ret)
		ret = cvl_netlink_send_begin(&sender, nl, link, &config->head, err);
	if (ret)
		return ret;
	sender.removes_single = config->removes_single;
	sender.notify = cvl_config_sent;
	sender.arg = config;
	ret = cvl_netlink_send_full(&sender, &config->pack, err);
	if (!ret)
		ret = cvl_config_send_rest(config, &sender, err);
	if (!ret)
		return cvl_netlink_send_end(&sender, &config->pack, err);
	cvl_netlink_send_end(&sender, NULL, err);
	return ret;
}

/**
 * cvl_config_is_plain() - can each peer of an indexed configuration be looked at by itself?
 * @config: looked at
 *
 * Return: false if peers have several sections, allowed IPs have signs, or one of them is given to
 * two peers: then what a peer is to have depends on others.
 */
bool cvl_config_is_plain(const struct cvl_config *config)
{
	return !config->has_signs && !config->has_twins;
}

/**
 * cvl_config_own_setting() - find what kind wireguard does not have
 * @config: looked at
 *
 * Return: what the first peer has of these, or NULL.
 */
const char *cvl_config_own_setting(const struct cvl_config *config)
{
	return config->own_setting;
}

/**
 * cvl_config_model() - all of an indexed configuration
 * @config: stays as it is
 * @dev: gets it; endpoints are not resolved
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_config_model(const struct cvl_config *config, struct cvl_device *dev,
		     struct cvl_error *err)
{
	return cvl_config_parse(dev, config->file, config->text.bytes, config->text.used, err);
}

/* Return: 0 or a negative errno. */
static int cvl_config_at(struct cvl_config *config, const struct cvl_config_entry *entry,
			 struct cvl_peer **peer, struct cvl_error *err)
{
	cvl_config_seek(config, config->text.bytes + entry->offset, 0);
	return cvl_config_next(config, peer, err);
}

/**
 * cvl_config_find() - find a peer of an indexed configuration
 * @config: remembers that it was looked for
 * @public_key: of the peer
 * @peer: set to it, borrowed until the next call, or to NULL
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int cvl_config_find(struct cvl_config *config, const uint8_t public_key[CVL_KEY_BYTES],
		    struct cvl_peer **peer, struct cvl_error *err)
{
	const struct cvl_config_entry wanted = { .key = cvl_config_key(public_key) };
	struct cvl_config_entry *entry;
	int ret;

	*peer = NULL;
	entry = config->peer_count ? bsearch(&wanted, config->entries, config->peer_count,
					     sizeof(wanted), cvl_config_compare_entries) : NULL;
	if (!entry)
		return 0;
	ret = cvl_config_at(config, entry, peer, err);
	if (*peer && memcmp((*peer)->public_key, public_key, CVL_KEY_BYTES))
		*peer = NULL;
	if (*peer)
		entry->seen = 1;
	return ret;
}

/**
 * cvl_config_forget() - no peer has been looked for as yet
 * @config: changed
 */
void cvl_config_forget(struct cvl_config *config)
{
	size_t i;

	for (i = 0; i < config->peer_count; i++)
		config->entries[i].seen = 0;
}

/**
 * cvl_config_next_unseen() - the next peer that was not looked for
 * @config: indexed
 * @place: begins at 0, moves on
 * @peer: set to the peer, borrowed until the next call, or to NULL
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int cvl_config_next_unseen(struct cvl_config *config, size_t *place, struct cvl_peer **peer,
			   struct cvl_error *err)
{
	*peer = NULL;
	while (*place < config->peer_count && config->entries[*place].seen)
		++*place;
	if (*place == config->peer_count)
		return 0;
	return cvl_config_at(config, &config->entries[(*place)++], peer, err);
}
