// SPDX-License-Identifier: GPL-2.0
/*
 * The replay window: lets each counter of a session through once. For the receive
 * path, after a packet has been authenticated.
 *
 * The bits form a ring of 64-bit words. Moving the window forward clears the words it
 * enters, so that the word the greatest counter is in has no stale bits; the oldest
 * word of the ring is given up for that, hence CV_REPLAY_WINDOW.
 */
#include "replay.h"

#include <linux/minmax.h>
#include <linux/string.h>

void cv_replay_init(struct cv_replay *replay)
{
	spin_lock_init(&replay->lock);
	replay->next = 0;
	memset(replay->seen, 0, sizeof(replay->seen));
}

/* Move the window forward so that @counter is its greatest. */
static void cv_replay_advance(struct cv_replay *replay, u64 counter)
{
	/* Before the first counter all words are clear: any start does. */
	u64 old_word = replay->next ? (replay->next - 1) / 64 : 0;
	u64 entered = min_t(u64, counter / 64 - old_word, CV_REPLAY_WORDS);

	lockdep_assert_held(&replay->lock);

	while (entered--)
		replay->seen[++old_word % CV_REPLAY_WORDS] = 0;

	replay->next = counter + 1;
}

static bool cv_replay_claim(struct cv_replay *replay, u64 counter)
{
	u64 *word = &replay->seen[counter / 64 % CV_REPLAY_WORDS];
	u64 bit = 1ULL << counter % 64;

	lockdep_assert_held(&replay->lock);

	if (counter >= replay->next)
		cv_replay_advance(replay, counter);
	else if (replay->next - counter > CV_REPLAY_WINDOW)
		return false;

	if (*word & bit)
		return false;
	*word |= bit;
	return true;
}

bool cv_replay_accept(struct cv_replay *replay, u64 counter)
{
	bool accepted;

	if (unlikely(counter >= CV_WIRE_REJECT_AFTER_MESSAGES))
		return false;

	spin_lock_bh(&replay->lock);
	accepted = cv_replay_claim(replay, counter);
	spin_unlock_bh(&replay->lock);
	return accepted;
}
