// SPDX-License-Identifier: GPL-2.0
/*
 * Allowed IPs against a model that tries every prefix, and what happens at the edges:
 * moves, removals, no memory, readers that stay, very many entries.
 */
#include <arpa/inet.h>
#include <pthread.h>

#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <fake_kernel.h>
#include <tables/allowedips.h>

#include "unit.h"

#define PEERS 6
#define MODEL_ENTRIES 400

struct cv_peer {
	unsigned int number;
	struct list_head allowed_ips;
};

/* A prefix of the model; entries of a peer are in the order of its list. */
struct test_entry {
	u8 addr[16];
	u8 cidr;
	int family;
	struct cv_peer *peer;
};

struct test_table {
	struct cv_allowedips trie;
	/* the configuration mutex of the device; every case holds it */
	struct mutex lock;
	struct cv_allowedips_spare spare;
	struct cv_peer peers[PEERS];
	struct test_entry model[MODEL_ENTRIES];
	unsigned int entries;
};

static void test_table_init(struct test_table *t)
{
	unsigned int i;

	memset(t, 0, sizeof(*t));
	CHECK(!cv_allowedips_init_caches(), "expected a slab cache");
	cv_allowedips_init(&t->trie, &t->lock);
	for (i = 0; i < PEERS; i++) {
		t->peers[i].number = i;
		INIT_LIST_HEAD(&t->peers[i].allowed_ips);
	}
	mutex_lock(&t->lock);
}

static void test_table_exit(struct test_table *t)
{
	unsigned int i;

	cv_allowedips_free(&t->trie);
	for (i = 0; i < PEERS; i++)
		CHECK(list_empty(&t->peers[i].allowed_ips), "expected no prefix left");
	mutex_unlock(&t->lock);
	cv_allowedips_spare_free(&t->spare);
	cv_allowedips_exit_caches();
}

static bool test_matches(const u8 *addr, const u8 *prefix, unsigned int cidr)
{
	unsigned int bit;

	for (bit = 0; bit < cidr; bit++)
		if ((addr[bit / 8] ^ prefix[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static struct cv_peer *test_model_find(const struct test_table *t, int family, const u8 *addr)
{
	const struct test_entry *best = NULL;
	unsigned int i;

	for (i = 0; i < t->entries; i++) {
		const struct test_entry *e = &t->model[i];

		if (e->family == family && (!best || e->cidr >= best->cidr) &&
		    test_matches(addr, e->addr, e->cidr))
			best = e;
	}
	return best ? best->peer : NULL;
}

static int test_model_index(const struct test_table *t, int family, const u8 *addr, u8 cidr)
{
	unsigned int i;

	for (i = 0; i < t->entries; i++)
		if (t->model[i].family == family && t->model[i].cidr == cidr &&
		    test_matches(addr, t->model[i].addr, cidr))
			return i;
	return -1;
}

static void test_model_drop(struct test_table *t, unsigned int i)
{
	memmove(&t->model[i], &t->model[i + 1],
		(t->entries - i - 1) * sizeof(t->model[0]));
	t->entries--;
}

static void test_model_insert(struct test_table *t, int family, const u8 *addr, u8 cidr,
			      struct cv_peer *peer)
{
	int i = test_model_index(t, family, addr, cidr);
	struct test_entry *e;
	unsigned int bit;

	if (i >= 0)
		test_model_drop(t, i);
	e = &t->model[t->entries++];
	memset(e, 0, sizeof(*e));
	for (bit = 0; bit < cidr; bit++)
		e->addr[bit / 8] |= addr[bit / 8] & 0x80 >> bit % 8;
	e->cidr = cidr;
	e->family = family;
	e->peer = peer;
}

static struct cv_peer *test_find(struct test_table *t, int family, const void *addr)
{
	struct cv_peer *peer;

	rcu_read_lock();
	peer = cv_allowedips_find(&t->trie, family, addr);
	rcu_read_unlock();
	return peer;
}

static int test_number(const struct cv_peer *peer)
{
	return peer ? (int)peer->number : -1;
}

/* An address of few bits, so that prefixes meet; now and then any address. */
static void test_random_addr(u8 addr[16], int family)
{
	unsigned int i;

	memset(addr, 0, 16);
	if (fake_random_below(10) == 0) {
		for (i = 0; i < 16; i++)
			addr[i] = fake_random_below(256);
	} else {
		addr[0] = fake_random_below(4) << 6;
		addr[family == AF_INET6 ? 7 : 1] = fake_random_below(4);
		addr[family == AF_INET6 ? 8 : 2] = fake_random_below(4) << 6;
		addr[family == AF_INET6 ? 15 : 3] = fake_random_below(8);
	}
}

static void test_compare_lookup(struct test_table *t)
{
	int family = fake_random_below(2) ? AF_INET6 : AF_INET;
	struct cv_peer *got, *expected;
	u8 addr[17];

	/* from an odd address, as it may come from a packet */
	test_random_addr(addr + 1, family);
	got = test_find(t, family, addr + 1);
	expected = test_model_find(t, family, addr + 1);
	CHECK(got == expected, "expected peer %d, got %d", test_number(expected),
	      test_number(got));
}

/* Every list holds what the model says, in that order. */
static void test_compare_lists(struct test_table *t)
{
	struct cv_allowedips_node *node;
	unsigned int i, e;
	u8 addr[16], cidr;
	int family;

	for (i = 0; i < PEERS; i++) {
		e = 0;
		cv_allowedips_for_each(node, &t->peers[i].allowed_ips) {
			while (e < t->entries && t->model[e].peer != &t->peers[i])
				e++;
			if (e == t->entries) {
				CHECK(false, "expected the list of peer %u to end", i);
				return;
			}
			memset(addr, 0, sizeof(addr));
			family = cv_allowedips_read(node, addr, &cidr);
			CHECK(family == t->model[e].family && cidr == t->model[e].cidr,
			      "expected family %d /%u, got %d /%u", t->model[e].family,
			      t->model[e].cidr, family, cidr);
			CHECK_BYTES(addr, t->model[e].addr, 16);
			e++;
		}
		while (e < t->entries && t->model[e].peer != &t->peers[i])
			e++;
		CHECK(e == t->entries, "expected more in the list of peer %u", i);
	}
}

/* Fewer than two nodes for each prefix, none for an empty table. */
static void test_compare_nodes(struct test_table *t)
{
	unsigned int spare = 0;
	unsigned int nodes;
	struct cv_allowedips_node *node;

	for (node = t->spare.first; node; node = node->next_spare)
		spare++;
	rcu_barrier();
	nodes = fake_memory_objects() - spare;
	CHECK(nodes <= 2 * t->entries, "expected at most %u nodes for %u prefixes, got %u",
	      2 * t->entries, t->entries, nodes);
	CHECK(t->trie.count == nodes, "expected %u nodes to be counted, got %u", nodes,
	      t->trie.count);
}

static struct cv_allowedips_prefix test_prefix(int family, const void *addr, u8 cidr)
{
	return (struct cv_allowedips_prefix){ .addr = addr, .family = family, .cidr = cidr };
}

static void test_insert(struct test_table *t, int family, const void *addr, u8 cidr,
			struct cv_peer *peer)
{
	const struct cv_allowedips_prefix prefix = test_prefix(family, addr, cidr);

	CHECK(!cv_allowedips_prealloc(&t->spare, 1, GFP_KERNEL), "expected memory");
	cv_allowedips_insert(&t->trie, &t->spare, &prefix, peer, &peer->allowed_ips);
	cv_allowedips_spare_free(&t->spare);
	test_model_insert(t, family, addr, cidr, peer);
}

static bool test_remove(struct test_table *t, int family, const void *addr, u8 cidr,
			const struct cv_peer *peer)
{
	const struct cv_allowedips_prefix prefix = test_prefix(family, addr, cidr);

	return cv_allowedips_remove(&t->trie, &prefix, peer);
}

static void test_remove_peer(struct test_table *t, struct cv_peer *peer)
{
	unsigned int i = 0;

	cv_allowedips_remove_peer(&t->trie, &peer->allowed_ips);
	CHECK(list_empty(&peer->allowed_ips), "expected an empty list");
	while (i < t->entries) {
		if (t->model[i].peer == peer)
			test_model_drop(t, i);
		else
			i++;
	}
}

static void test_random_step(struct test_table *t)
{
	int family = fake_random_below(2) ? AF_INET6 : AF_INET;
	struct cv_peer *peer = &t->peers[fake_random_below(PEERS)];
	u8 cidr = fake_random_below(family == AF_INET6 ? 129 : 33);
	unsigned int what = fake_random_below(100);
	bool got, expected;
	u8 addr[16];
	int i;

	test_random_addr(addr, family);
	if (what < 60 && t->entries < MODEL_ENTRIES - 1) {
		test_insert(t, family, addr, cidr, peer);
	} else if (what < 98) {
		/* an entry that is there, more often than not */
		if (t->entries && fake_random_below(4)) {
			i = fake_random_below(t->entries);
			family = t->model[i].family;
			cidr = t->model[i].cidr;
			memcpy(addr, t->model[i].addr, 16);
			if (fake_random_below(8))
				peer = t->model[i].peer;
		}
		i = test_model_index(t, family, addr, cidr);
		expected = i >= 0 && t->model[i].peer == peer;
		got = test_remove(t, family, addr, cidr, peer);
		CHECK(got == expected, "expected removal to say %d, got %d", expected, got);
		if (expected)
			test_model_drop(t, i);
	} else {
		test_remove_peer(t, peer);
	}
}

static void test_allowedips_random(void)
{
	static struct test_table t;
	unsigned int i, j;

	test_table_init(&t);
	for (i = 0; i < 20000 && !unit_failures(); i++) {
		test_random_step(&t);
		for (j = 0; j < 5; j++)
			test_compare_lookup(&t);
		if (i % 50 == 0) {
			test_compare_lists(&t);
			test_compare_nodes(&t);
		}
	}
	for (i = 0; i < PEERS; i++)
		test_remove_peer(&t, &t.peers[i]);
	test_compare_nodes(&t);
	CHECK(!t.entries, "expected an empty model");
	test_table_exit(&t);
}

static const void *test_addr(int family, const char *text)
{
	static u8 addr[16];

	CHECK(inet_pton(family, text, addr) == 1, "expected an address, got %s", text);
	return addr;
}

static void test_expect_find(int line, struct test_table *t, int family, const char *text,
			     int expected)
{
	int found = test_number(test_find(t, family, test_addr(family, text)));

	if (found != expected)
		unit_fail(__FILE__, line, "%s: expected peer %d, got %d", text, expected, found);
}

#define CHECK_FIND(...) test_expect_find(__LINE__, __VA_ARGS__)

static void test_allowedips_known(void)
{
	static struct test_table t;

	test_table_init(&t);
	CHECK_FIND(&t, AF_INET, "0.0.0.0", -1);
	test_insert(&t, AF_INET, test_addr(AF_INET, "192.168.4.77"), 24, &t.peers[0]);
	test_insert(&t, AF_INET, test_addr(AF_INET, "192.168.4.4"), 32, &t.peers[1]);
	test_insert(&t, AF_INET, test_addr(AF_INET, "192.168.0.0"), 16, &t.peers[2]);
	test_insert(&t, AF_INET, test_addr(AF_INET, "10.0.0.0"), 8, &t.peers[3]);
	CHECK_FIND(&t, AF_INET, "192.168.4.3", 0);
	CHECK_FIND(&t, AF_INET, "192.168.4.4", 1);
	CHECK_FIND(&t, AF_INET, "192.168.5.4", 2);
	CHECK_FIND(&t, AF_INET, "10.255.255.255", 3);
	CHECK_FIND(&t, AF_INET, "11.0.0.0", -1);
	CHECK_FIND(&t, AF_INET6, "::", -1);
	test_insert(&t, AF_INET, test_addr(AF_INET, "1.2.3.4"), 0, &t.peers[4]);
	CHECK_FIND(&t, AF_INET, "0.0.0.0", 4);
	CHECK_FIND(&t, AF_INET, "255.255.255.255", 4);
	CHECK_FIND(&t, AF_INET, "192.168.4.4", 1);

	test_insert(&t, AF_INET6, test_addr(AF_INET6, "::"), 0, &t.peers[5]);
	test_insert(&t, AF_INET6, test_addr(AF_INET6, "2001:db8::"), 64, &t.peers[0]);
	test_insert(&t, AF_INET6, test_addr(AF_INET6, "2001:db8::1"), 128, &t.peers[1]);
	test_insert(&t, AF_INET6, test_addr(AF_INET6, "2001:db8::"), 65, &t.peers[2]);
	CHECK_FIND(&t, AF_INET6, "ffff::", 5);
	CHECK_FIND(&t, AF_INET6, "2001:db8:0:0:8000::", 0);
	CHECK_FIND(&t, AF_INET6, "2001:db8::2", 2);
	CHECK_FIND(&t, AF_INET6, "2001:db8::1", 1);
	CHECK_FIND(&t, AF_INET6, "2001:db8:0:1::1", 5);

	/* a prefix belongs to one peer */
	test_insert(&t, AF_INET, test_addr(AF_INET, "192.168.4.0"), 24, &t.peers[5]);
	CHECK_FIND(&t, AF_INET, "192.168.4.3", 5);
	CHECK(list_empty(&t.peers[0].allowed_ips) == false, "expected peer 0 to keep IPv6");
	CHECK(!test_remove(&t, AF_INET, test_addr(AF_INET, "192.168.4.0"), 24, &t.peers[0]),
	      "expected only the owner to lose it");
	CHECK_FIND(&t, AF_INET, "192.168.4.3", 5);
	CHECK(test_remove(&t, AF_INET, test_addr(AF_INET, "192.168.4.9"), 24, &t.peers[5]),
	      "expected the bits after /24 not to count");
	CHECK_FIND(&t, AF_INET, "192.168.4.3", 2);
	CHECK(!test_remove(&t, AF_INET, test_addr(AF_INET, "192.168.0.0"), 17, &t.peers[2]),
	      "expected an exact match of lengths");
	test_table_exit(&t);
}

static void test_allowedips_order(void)
{
	static struct test_table t;
	unsigned int i;
	u8 addr[16] = { 10 };

	test_table_init(&t);
	for (i = 0; i < 8; i++) {
		addr[1] = 7 * i;
		test_insert(&t, AF_INET, addr, 16, &t.peers[0]);
	}
	test_compare_lists(&t);
	addr[1] = 21;
	test_insert(&t, AF_INET, addr, 16, &t.peers[1]);
	test_compare_lists(&t);
	test_insert(&t, AF_INET, addr, 16, &t.peers[0]);
	test_compare_lists(&t);
	test_table_exit(&t);
}

/* What is set aside is enough at the worst, and what could not be had harms nothing. */
static void test_allowedips_no_memory(void)
{
	struct cv_allowedips_prefix prefix;
	static struct test_table t;
	u8 addr[16] = {};
	unsigned int i;

	test_table_init(&t);
	for (i = 0; i < 40; i++) {
		fake_memory_fail_after(i);
		CHECK(cv_allowedips_prealloc(&t.spare, 20, GFP_KERNEL) == -ENOMEM,
		      "expected 20 insertions to need more than %u nodes", i);
		fake_memory_fail_after(-1);
		cv_allowedips_spare_free(&t.spare);
	}
	CHECK(!cv_allowedips_prealloc(&t.spare, 0, GFP_KERNEL) && !t.spare.first,
	      "expected nothing to be set aside for nothing");
	CHECK(!cv_allowedips_prealloc(&t.spare, 128, GFP_KERNEL), "expected memory");
	fake_memory_fail_after(0);
	for (i = 0; i < 128; i++) {
		memset(addr, 0, sizeof(addr));
		addr[i / 8] = 0x80 >> i % 8;
		prefix = test_prefix(AF_INET6, addr, 128);
		cv_allowedips_insert(&t.trie, &t.spare, &prefix, &t.peers[0],
				     &t.peers[0].allowed_ips);
		test_model_insert(&t, AF_INET6, addr, 128, &t.peers[0]);
	}
	test_compare_lists(&t);
	/* and taking away needs none */
	cv_allowedips_remove_peer(&t.trie, &t.peers[0].allowed_ips);
	fake_memory_fail_after(-1);
	test_table_exit(&t);

	fake_memory_fail_after(0);
	CHECK(cv_allowedips_init_caches() == -ENOMEM, "expected no cache without memory");
	fake_memory_fail_after(-1);
}

/* The deepest trie: every length of one address, in several orders. */
static void test_allowedips_deep(void)
{
	static struct test_table t;
	u8 addr[16], flipped[16];
	unsigned int i, cidr, round;
	int found;

	memset(addr, 0xff, sizeof(addr));
	for (round = 0; round < 3; round++) {
		test_table_init(&t);
		for (i = 0; i <= 128; i++) {
			cidr = round == 0 ? i : round == 1 ? 128 - i : i * 37 % 129;
			test_insert(&t, AF_INET6, addr, cidr, &t.peers[cidr % PEERS]);
		}
		for (i = 0; i < 128; i++) {
			memcpy(flipped, addr, 16);
			flipped[i / 8] ^= 0x80 >> i % 8;
			found = test_number(test_find(&t, AF_INET6, flipped));
			CHECK(found == i % PEERS, "expected peer %d for %u bits, got %d",
			      i % PEERS, i, found);
		}
		CHECK(test_number(test_find(&t, AF_INET6, addr)) == 128 % PEERS,
		      "expected the full length to win");
		test_table_exit(&t);
	}
}

/* A reader that is under way keeps what it can see. */
static void test_allowedips_reader(void)
{
	static struct test_table t;
	u8 addr[16] = { 10, 1 };
	unsigned int before;

	test_table_init(&t);
	test_insert(&t, AF_INET, addr, 16, &t.peers[0]);
	rcu_read_lock();
	before = fake_memory_objects();
	test_remove_peer(&t, &t.peers[0]);
	CHECK(fake_memory_objects() == before, "expected nodes to outlive their readers");
	CHECK(!cv_allowedips_find(&t.trie, AF_INET, addr), "expected new readers to miss it");
	rcu_read_unlock();
	test_table_exit(&t);
}

#define READERS 2

/* What a reader thread is told and says. */
struct test_reader {
	pthread_t thread;
	struct test_table *table;
	/* set when it may stop */
	bool *stop;
	unsigned long lookups;
	unsigned long wrong;
};

/*
 * 10.0.0.0/8 stays with peer 0 and 10.x.0.0/16 with peers 1 and 2 in turn for odd x;
 * what else comes and goes below or above them is peer 3's.
 */
static void *test_reader_run(void *arg)
{
	struct test_reader *reader = arg;
	u8 addr[4] = { 10 };
	unsigned int i = 0;
	int found;

	while (!__atomic_load_n(reader->stop, __ATOMIC_ACQUIRE)) {
		i = i * 1103515245 + 12345;
		addr[1] = i >> 16 & 7;
		addr[2] = 255;
		found = test_number(test_find(reader->table, AF_INET, addr));
		reader->wrong += addr[1] & 1 ? found != 1 && found != 2 : found != 0;
		/* half of them are never in the table of a moment */
		addr[2] = i >> 24 & 127;
		found = test_number(test_find(reader->table, AF_INET, addr));
		reader->wrong += found < 0 || (addr[1] & 1 ? found == 0 : found != 0 && found != 3);
		__atomic_fetch_add(&reader->lookups, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void test_writer_run(struct test_table *t, unsigned int rounds)
{
	u8 addr[4] = { 10 };
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		addr[1] = fake_random_below(8) | 1;
		addr[2] = 0;
		test_insert(t, AF_INET, addr, 16, &t->peers[1 + (i & 1)]);
		addr[1] = fake_random_below(8);
		addr[2] = fake_random_below(128);
		test_insert(t, AF_INET, addr, 24 + fake_random_below(3), &t->peers[3]);
		addr[2] = 0;
		test_insert(t, AF_INET, addr, fake_random_below(8), &t->peers[3]);
		if (i % 16 == 0)
			test_remove_peer(t, &t->peers[3]);
		rcu_barrier();
	}
}

static bool test_reader_behind(const struct test_reader *readers)
{
	unsigned int i;

	for (i = 0; i < READERS; i++)
		if (__atomic_load_n(&readers[i].lookups, __ATOMIC_RELAXED) <= 100)
			return true;
	return false;
}

/* Lookups beside changes find what stays, the old or the new owner of what moves. */
static void test_allowedips_threads(void)
{
	static struct test_table t;
	struct test_reader readers[READERS] = {};
	u8 addr[4] = { 10 };
	bool stop = false;
	unsigned int i;

	test_table_init(&t);
	test_insert(&t, AF_INET, addr, 8, &t.peers[0]);
	for (addr[1] = 1; addr[1] < 8; addr[1] += 2)
		test_insert(&t, AF_INET, addr, 16, &t.peers[1]);
	for (i = 0; i < READERS; i++) {
		readers[i].table = &t;
		readers[i].stop = &stop;
		CHECK(!pthread_create(&readers[i].thread, NULL, test_reader_run, &readers[i]),
		      "expected a thread");
	}
	/* On a busy machine some reader may not have begun by then. */
	do {
		test_writer_run(&t, 5000);
	} while (test_reader_behind(readers));
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		CHECK(!readers[i].wrong, "expected no wrong lookup, got %lu of %lu",
		      readers[i].wrong, readers[i].lookups);
		CHECK(readers[i].lookups > 100, "expected lookups meanwhile, got %lu",
		      readers[i].lookups);
	}
	test_table_exit(&t);
}

/* Very many entries of one peer come and go, among those of another. */
static void test_allowedips_many(void)
{
	static struct test_table t;
	const unsigned int many = 1 << 17;
	struct cv_allowedips_prefix prefix;
	struct cv_allowedips orphans;
	u32 addr;
	u32 i;

	test_table_init(&t);
	CHECK(!cv_allowedips_prealloc(&t.spare, many, GFP_KERNEL), "expected memory");
	for (i = 0; i < many; i++) {
		addr = htonl(10U << 24 | (i * 40503U & (many - 1)) << 2);
		prefix = test_prefix(AF_INET, &addr, 30);
		cv_allowedips_insert(&t.trie, &t.spare, &prefix, &t.peers[i & 1],
				     &t.peers[i & 1].allowed_ips);
	}
	cv_allowedips_spare_free(&t.spare);
	addr = htonl(10U << 24 | 40503U << 2 | 3);
	CHECK(test_find(&t, AF_INET, &addr) == &t.peers[1], "expected the second peer");
	cv_allowedips_remove_peer(&t.trie, &t.peers[1].allowed_ips);
	CHECK(!test_find(&t, AF_INET, &addr), "expected no peer");
	rcu_barrier();
	CHECK(fake_memory_objects() < many, "expected fewer than %u nodes, got %u", many,
	      fake_memory_objects());
	addr = htonl(10U << 24);
	CHECK(test_find(&t, AF_INET, &addr) == &t.peers[0], "expected the first peer");
	cv_allowedips_init(&orphans, &t.lock);
	cv_allowedips_move(&orphans, &t.trie);
	CHECK(!t.trie.count && !test_find(&t, AF_INET, &addr), "expected no peer");
	rcu_read_lock();
	CHECK(cv_allowedips_find(&orphans, AF_INET, &addr) == &t.peers[0],
	      "expected the first peer in the table that all was moved to");
	rcu_read_unlock();
	INIT_LIST_HEAD(&t.peers[0].allowed_ips);
	cv_allowedips_free_orphans(&orphans);
	CHECK(!orphans.count && !fake_memory_objects() && list_empty(&t.peers[0].allowed_ips),
	      "expected nothing to be left, got %u nodes, %u of them counted",
	      fake_memory_objects(), orphans.count);
	test_table_exit(&t);
}

static void test_allowedips_size(void)
{
	CHECK(sizeof(struct cv_allowedips_node) <= 80, "expected at most 80 bytes, got %zu",
	      sizeof(struct cv_allowedips_node));
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "lookups find the longest match of known prefixes", test_allowedips_known },
		{ "after random changes the trie equals a model", test_allowedips_random },
		{ "a peer's list keeps the order of insertion", test_allowedips_order },
		{ "no memory: preallocation fails; inserting and removing need none",
		  test_allowedips_no_memory },
		{ "a trie with a node for each of 128 bits finds each", test_allowedips_deep },
		{ "a reader may use a node that is removed", test_allowedips_reader },
		{ "readers beside a writer find valid peers", test_allowedips_threads },
		{ "131072 prefixes are inserted, found, and removed by peer",
		  test_allowedips_many },
		{ "a node has at most 80 bytes", test_allowedips_size },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
