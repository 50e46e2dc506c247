// SPDX-License-Identifier: GPL-2.0
/*
 * Holds kernel/datapath/aead.c against the kernel library's ChaCha20-Poly1305: loading
 * the module runs it, and the kernel's log has the results. Called by
 * selftests/net/datapath/dp-aead.sh.
 */
#include <crypto/chacha20poly1305.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../kernel/datapath/aead.h"

#define MAX_BYTES 9000
#define TAG_BYTES 16
#define MAX_OFFSET 63
/* A packet, what it needs around it, and on both sides what nobody may touch. */
#define GUARD_BYTES 128
#define ARENA_BYTES (MAX_OFFSET + 2 * GUARD_BYTES + MAX_BYTES + TAG_BYTES)

/**
 * struct arena - a packet in the middle of noise
 */
struct arena {
	/** @memory: the noise, ARENA_BYTES of it */
	u8 *memory;
	/** @before: what it was */
	u8 *before;
	/** @packet: where the packet begins */
	u8 *packet;
};

static struct arena from, to;
static u8 *plain, *expected;
static u8 key[CHACHA20POLY1305_KEY_SIZE];
static unsigned int failures;

static void fail(const char *name, unsigned int bytes, const char *want, const char *got)
{
	/* The first ones say what is wrong; thousands more would say nothing new. */
	if (failures++ >= 20)
		return;
	pr_info("cv_test_aead: not ok - %s, %u bytes, from offset %lu to %lu\n", name, bytes,
		(unsigned long)from.packet % 64, (unsigned long)to.packet % 64);
	pr_info("cv_test_aead: #   expected: %s\n", want);
	pr_info("cv_test_aead: #   got:      %s\n", got);
}

static void report(const char *name, unsigned int failures_before)
{
	if (failures == failures_before)
		pr_info("cv_test_aead: ok - %s\n", name);
}

/* A packet of its own place, at some offset, and new noise around it. */
static void place(struct arena *arena, const u8 *packet, unsigned int bytes)
{
	arena->packet = arena->memory + GUARD_BYTES + get_random_u8() % (MAX_OFFSET + 1);
	/* The noise need not be new each time, only unlike what aead.c writes. */
	memset(arena->memory, get_random_u8() | 1, ARENA_BYTES);
	if (bytes)
		memcpy(arena->packet, packet, bytes);
	memcpy(arena->before, arena->memory, ARENA_BYTES);
}

/*
 * Nothing has changed but [packet, packet + bytes), and what is before it may be zeros
 * now, @zeros of them.
 */
static void check_around(const char *name, const struct arena *arena, unsigned int bytes,
			 unsigned int zeros)
{
	size_t start = arena->packet - arena->memory;

	memcpy(arena->before + start, arena->packet, bytes);
	if (zeros && !memchr_inv(arena->packet - zeros, 0, zeros))
		memset(arena->before + start - zeros, 0, zeros);
	if (!memcmp(arena->memory, arena->before, ARENA_BYTES))
		return;
	fail(name, bytes, "nothing written outside the packet",
	     memcmp(arena->memory, arena->before, start) ? "a byte before it changed" :
							   "a byte behind it changed");
}

static void check_seal(unsigned int bytes, u64 counter, bool in_place)
{
	u8 *src;

	place(&from, plain, bytes);
	place(&to, plain, in_place ? bytes : 0);
	src = in_place ? to.packet : from.packet;
	local_bh_disable();
	cv_aead_seal(to.packet, src, bytes, counter, key);
	local_bh_enable();
	if (memcmp(to.packet, expected, bytes))
		fail("sealing", bytes, "the library's cipher text", "another");
	else if (memcmp(to.packet + bytes, expected + bytes, TAG_BYTES))
		fail("sealing", bytes, "the library's tag", "another");
	check_around("sealing, where it writes to", &to, bytes + TAG_BYTES, 0);
	if (in_place)
		return;
	if (memcmp(from.packet, plain, bytes))
		fail("sealing", bytes, "a plain text as it was", "a changed one");
	check_around("sealing, where it reads from", &from, bytes, CV_AEAD_BEFORE_BYTES);
}

/* @sealed has @bytes and a tag. */
static bool opens(const u8 *sealed, unsigned int bytes, u64 counter)
{
	bool authentic;

	place(&from, sealed, bytes + TAG_BYTES);
	place(&to, NULL, 0);
	local_bh_disable();
	authentic = cv_aead_open(to.packet, from.packet, bytes, counter, key);
	local_bh_enable();
	check_around("opening, where it writes to", &to, bytes, 0);
	check_around("opening, where it reads from", &from, bytes + TAG_BYTES,
		     CV_AEAD_BEFORE_BYTES);
	return authentic;
}

static void check_open(unsigned int bytes, u64 counter)
{
	if (!opens(expected, bytes, counter))
		fail("opening", bytes, "an authentic packet", "a forged one");
	else if (memcmp(to.packet, plain, bytes))
		fail("opening", bytes, "the plain text", "another");
	if (memcmp(from.packet, expected, bytes + TAG_BYTES))
		fail("opening", bytes, "a cipher text as it was", "a changed one");
}

static void check_forged(unsigned int bytes, u64 counter, unsigned int at, u8 bits)
{
	expected[at] ^= bits;
	if (opens(expected, bytes, counter))
		fail(at < bytes ? "a changed byte of the cipher text" : "a changed byte of the tag",
		     bytes, "refused", "opened");
	expected[at] ^= bits;
}

/* The counters' edges, and any. */
static u64 some_counter(unsigned int serial)
{
	static const u64 edges[] = { 0, 1, U32_MAX, 1ull << 32, ~0ull };
	u64 random;

	if (serial % 8 < ARRAY_SIZE(edges))
		return edges[serial % 8];
	get_random_bytes(&random, sizeof(random));
	return random;
}

static void every_length(void)
{
	unsigned int bytes, before = failures;

	for (bytes = 0; bytes <= MAX_BYTES; bytes++) {
		u64 counter = some_counter(bytes);

		/* Another text at each length. */
		plain[get_random_u32() % MAX_BYTES] ^= get_random_u8() | 1;
		chacha20poly1305_encrypt(expected, plain, bytes, NULL, 0, counter, key);
		check_seal(bytes, counter, bytes & 1);
		check_open(bytes, counter);
		if (bytes % 16 == 0)
			check_forged(bytes, counter, get_random_u32() % (bytes + TAG_BYTES),
				     1 << get_random_u8() % 8);
		cond_resched();
	}
	report("every length from 0 to 9000, at any offset: as the kernel's library", before);
}

/* Lengths where blocks, vectors and the choice of a way begin and end. */
static const unsigned int some_bytes[] = {
	0, 1, 15, 16, 17, 31, 32, 63, 64, 65, 127, 128, 129, 191, 192, 255, 256, 257, 287,
	288, 319, 320, 511, 512, 513, 575, 576, 1023, 1024, 1419, 1420, 1424, 2048, 4032,
	4095, 4096, 4097, 8192, MAX_BYTES,
};

static void every_offset(void)
{
	unsigned int i, round, before = failures;

	for (i = 0; i < ARRAY_SIZE(some_bytes); i++) {
		chacha20poly1305_encrypt(expected, plain, some_bytes[i], NULL, 0, i, key);
		for (round = 0; round < 32; round++) {
			check_seal(some_bytes[i], i, round & 1);
			check_open(some_bytes[i], i);
		}
		cond_resched();
	}
	report("lengths at edges, at many pairs of offsets: as the kernel's library", before);
}

static void every_tag_bit(void)
{
	unsigned int i, bit, before = failures;

	for (i = 0; i < ARRAY_SIZE(some_bytes); i += 3) {
		unsigned int bytes = some_bytes[i];

		chacha20poly1305_encrypt(expected, plain, bytes, NULL, 0, i, key);
		for (bit = 0; bit < 8 * TAG_BYTES; bit++)
			check_forged(bytes, i, bytes + bit / 8, 1 << bit % 8);
		if (opens(expected, bytes, i + 1))
			fail("another counter", bytes, "refused", "opened");
		key[bytes % sizeof(key)] ^= 1;
		if (opens(expected, bytes, i))
			fail("another key", bytes, "refused", "opened");
		key[bytes % sizeof(key)] ^= 1;
		cond_resched();
	}
	report("a changed bit of the tag, another counter, another key: refused", before);
}

static bool __init make_room(void)
{
	from.memory = kmalloc(ARENA_BYTES, GFP_KERNEL);
	from.before = kmalloc(ARENA_BYTES, GFP_KERNEL);
	to.memory = kmalloc(ARENA_BYTES, GFP_KERNEL);
	to.before = kmalloc(ARENA_BYTES, GFP_KERNEL);
	plain = kmalloc(MAX_BYTES, GFP_KERNEL);
	expected = kmalloc(MAX_BYTES + TAG_BYTES, GFP_KERNEL);
	return from.memory && from.before && to.memory && to.before && plain && expected;
}

static void free_room(void)
{
	kfree(from.memory);
	kfree(from.before);
	kfree(to.memory);
	kfree(to.before);
	kfree(plain);
	kfree(expected);
}

static int __init aead_init(void)
{
	int err = -ENOMEM;

	if (make_room()) {
		get_random_bytes(plain, MAX_BYTES);
		get_random_bytes(key, sizeof(key));
		every_length();
		every_offset();
		every_tag_bit();
		pr_info("cv_test_aead: # %u failures\n", failures);
		err = failures ? -EBADMSG : 0;
	}
	free_room();
	return err;
}

static void __exit aead_exit(void)
{
}

module_init(aead_init);
module_exit(aead_exit);
MODULE_DESCRIPTION("Test of culvert's AEAD");
MODULE_LICENSE("GPL");
