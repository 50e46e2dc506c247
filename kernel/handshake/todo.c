// SPDX-License-Identifier: GPL-2.0
/*
 * What is to be done for a peer and may sleep: the packet path, timers and requests ask for it
 * here, and one work item per peer runs work.c.
 */
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "timers.h"
#include "todo.h"
#include "../core/peer.h"

static struct workqueue_struct *cv_todo_wq;

/**
 * cv_todo_init() - make what the work items of peers run on
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_todo_init(void)
{
	cv_todo_wq = alloc_workqueue("culvert-peer", WQ_UNBOUND | WQ_FREEZABLE | WQ_MEM_RECLAIM,
				     0);
	return cv_todo_wq ? 0 : -ENOMEM;
}

/**
 * cv_todo_exit() - undo cv_todo_init()
 *
 * Context: module unload, no peer left.
 */
void cv_todo_exit(void)
{
	destroy_workqueue(cv_todo_wq);
}

/*
 * Between two initiations the retry timer remembers that one is wanted, and its jitter is
 * what keeps two ends from trying at the same moment, which on a way of more than half a second
 * undoes both initiations: so
 * packets, which come at both all the while, leave it the whole of its time. The coarse
 * clock may be a little before @initiated_ns.
 */
static bool cv_todo_retry_comes(const struct cv_peer *peer)
{
	const s64 most_ns = (s64)CV_WIRE_RETRY_S * NSEC_PER_SEC +
			    CV_TIMERS_CROSSED_JITTER_MS * NSEC_PER_MSEC;
	u64 initiated_ns = READ_ONCE(peer->initiated_ns);

	return initiated_ns && READ_ONCE(peer->timers.deadline_ms[CV_TIMER_RETRY]) &&
	       (s64)(ktime_get_coarse_boottime_ns() - initiated_ns) < most_ns;
}

/**
 * cv_todo_request() - have something done that may sleep
 * @peer: borrowed or referenced
 * @todo: what
 *
 * Context: any but hard interrupts.
 */
void cv_todo_request(struct cv_peer *peer, enum cv_todo todo)
{
	if ((todo == CV_TODO_INITIATE || todo == CV_TODO_WAY_LOST) && cv_todo_retry_comes(peer))
		return;
	if (!cv_peer_is_live(peer))
		return;
	/* One that waits for its time stays set while no work is queued. */
	if (test_and_set_bit(todo, &peer->todo) && todo != CV_TODO_REKEY)
		return;
	/* The packet path only borrows it: it may be on its way out. */
	if (!cv_peer_tryget(peer))
		return;
	if (!queue_work(cv_todo_wq, &peer->work))
		cv_peer_put(peer);
}
