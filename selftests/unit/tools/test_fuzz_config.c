// SPDX-License-Identifier: GPL-2.0
/*
 * Runs fuzz_config.c on a fixed series of damaged files, without libFuzzer;
 * selftests/unit/run runs it.
 */
#include <stdint.h>

#include "ktap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char seed[] =
	"# comment\n[Interface]\nPrivateKey = AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
	"ListenPort = 51820\nFwMark = 0xca6c\n\n[Peer]\n"
	"PublicKey = AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
	"PresharedKey = AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n"
	"AllowedIPs = 10.0.0.0/8, fd00::/8\nEndpoint = [2001:db8::1]:51820\n"
	"PersistentKeepalive = 25\n";

static uint32_t random_state = 1;

static unsigned int pick(unsigned int below)
{
	random_state = random_state * 1664525U + 1013904223U;
	return (random_state >> 8) % below;
}

/* Overwrites, removes or copies a few bytes; the new size. */
static size_t damage(uint8_t *text, size_t size, size_t room)
{
	static const char letters[] = "[]=#\n\r\t ,:/+-.0x9aA%\0\377";
	unsigned int times = 1 + pick(6);

	while (times--) {
		size_t at = pick((unsigned int)size + 1);
		size_t count = pick(40);

		switch (pick(3)) {
		case 0:
			if (at < size)
				text[at] = (uint8_t)letters[pick(sizeof(letters))];
			break;
		case 1:
			if (count > size - at)
				count = size - at;
			memmove(text + at, text + at + count, size - at - count);
			size -= count;
			break;
		default:
			if (count > room - size)
				count = room - size;
			memmove(text + at + count, text + at, size - at);
			size += count;
			break;
		}
	}
	return size;
}

int main(void)
{
	uint8_t text[1024];
	int i;

	LLVMFuzzerTestOneInput((const uint8_t *)seed, sizeof(seed) - 1);
	for (i = 0; i < 50000; i++) {
		size_t size = sizeof(seed) - 1;

		memcpy(text, seed, size);
		size = damage(text, size, sizeof(text));
		LLVMFuzzerTestOneInput(text, size);
	}
	ktap_ok(true, "50000 damaged files are refused with a line, or reprinted");
	return ktap_finish();
}
