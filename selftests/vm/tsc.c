// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the rate of this machine's time stamp counter in kHz. For boot: an emulated
 * processor with two CPUs has the machine's own counter, and a guest that measures it
 * while the machine is busy may be wrong by any factor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <x86intrin.h>

struct sample {
	unsigned long long ticks;
	double ns;
};

/* Clock and counter of one moment: of some tries the one that took the fewest ticks. */
static struct sample take(void)
{
	struct sample best = { 0 };
	unsigned long long shortest = ~0ULL;
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		unsigned long long before = __rdtsc();
		struct timespec now;
		unsigned long long after;

		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		after = __rdtsc();
		if (after - before < shortest) {
			shortest = after - before;
			best.ticks = before + shortest / 2;
			best.ns = now.tv_sec * 1e9 + now.tv_nsec;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec wait = { .tv_nsec = 300000000 };
	struct sample first = take();
	struct sample last;

	nanosleep(&wait, NULL);
	last = take();
	if (last.ns <= first.ns || last.ticks <= first.ticks) {
		fputs("tsc: the counter does not run forward\n", stderr);
		return EXIT_FAILURE;
	}
	printf("%.0f\n", (last.ticks - first.ticks) * 1e6 / (last.ns - first.ns));
	return EXIT_SUCCESS;
}
