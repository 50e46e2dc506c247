// SPDX-License-Identifier: GPL-2.0
/*
 * Random numbers: the same ones in every run.
 */
#include <fake_kernel.h>

#include <assert.h>
#include <string.h>

#include <linux/random.h>

static u64 fake_random_state = 1;
static u8 fake_random_queue[256];
static size_t fake_random_queued;

void fake_random_seed(u64 seed)
{
	fake_random_state = seed * 2 + 1;
	fake_random_queued = 0;
}

void fake_random_next(const void *bytes, size_t len)
{
	assert(fake_random_queued + len <= sizeof(fake_random_queue));
	memcpy(fake_random_queue + fake_random_queued, bytes, len);
	fake_random_queued += len;
}

/* Steps of a multiplicative generator, of which the upper half is used. */
u32 get_random_u32(void)
{
	fake_random_state = fake_random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return fake_random_state >> 32;
}

void get_random_bytes(void *buffer, size_t len)
{
	size_t queued = len < fake_random_queued ? len : fake_random_queued;
	u8 *byte = buffer;

	memcpy(byte, fake_random_queue, queued);
	fake_random_queued -= queued;
	memmove(fake_random_queue, fake_random_queue + queued, fake_random_queued);
	while (queued < len)
		byte[queued++] = get_random_u32();
}

u32 fake_random_below(u32 limit)
{
	return (u64)get_random_u32() * limit >> 32;
}
