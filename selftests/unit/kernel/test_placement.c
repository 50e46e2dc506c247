// SPDX-License-Identifier: GPL-2.0
/*
 * Which processor runs which batch, and that all leave in order, by one processor as long as
 * something is in its backlog: the module's own batch.c, place.c, worker.c and order.c, with
 * several processors whose work runs when the test lets it. What seals, opens and carries away
 * only writes down where and when.
 */
#include <datapath/batch.h>
#include <datapath/place.h>
#include <datapath/policy.h>
#include <datapath/queue.h>
#include <datapath/worker.h>
#include <core/device.h>
#include <handshake/session.h>
#include <fake_kernel.h>

#include "unit.h"

#define PEERS 3
#define LOG_MAX 65536

enum test_placement_kind {
	/* many short packets */
	SHORT,
	/* long packets */
	BULK,
	/* a short packet by itself */
	LONE,
};

struct test_placement_ran {
	unsigned int peer, cpu;
	u64 counter;
	bool sealing;
};

/*
 * A direction of a peer: how many batches of it have joined and left, the counters of the next
 * to do so; by which processor its last batch was sent, and where in its backlog.
 */
struct test_placement_flow {
	u64 joined, left, counter_joined, counter_left;
	unsigned int cpu, tail;
};

static struct test_placement_ran ran[LOG_MAX];
static unsigned int ran_count;
static struct test_placement_flow flows[PEERS][2];
static struct cv_peer peers[PEERS];
static struct cv_session sessions[PEERS];
static struct cv_device device;
/* What others do while a batch is in hand: for the random test. */
static void (*meanwhile)(void);
static bool busy[FAKE_CPUS];
/* What is sent goes through the backlog of the processor that sends. */
static bool backlog;

/*
 * The files between.
 */
static void test_placement_note(struct cv_batch *batch)
{
	assert(ran_count < LOG_MAX && batch->state == CV_BATCH_RUNNING);
	ran[ran_count++] = (struct test_placement_ran){
		.peer = batch->session->peer - peers, .cpu = fake_cpu,
		.counter = batch->counter, .sealing = batch->ops->sealing,
	};
	if (meanwhile)
		meanwhile();
}

/* What another processor has sent must not be overtaken. */
static void test_placement_send(struct test_placement_flow *flow)
{
	unsigned int head = fake_backlog_head[flow->cpu];

	CHECK(flow->cpu == fake_cpu || (int)(head - flow->tail) >= 0,
	      "CPU %u sends while the backlog of CPU %u, at %u, is not past %u", fake_cpu,
	      flow->cpu, head, flow->tail);
	flow->cpu = fake_cpu;
	flow->tail = ++fake_backlog_tail[fake_cpu];
}

/* A processor takes all from its backlog. */
static void test_placement_receive(unsigned int cpu)
{
	fake_backlog_head[cpu] = fake_backlog_tail[cpu];
}

static void test_placement_leave(struct cv_batch *batch)
{
	unsigned int peer = batch->session->peer - peers;
	struct test_placement_flow *flow = &flows[peer][batch->ops->sealing];

	CHECK(batch->counter == flow->counter_left,
	      "expected the batch with counter %llu of peer %u to leave, got %llu",
	      (unsigned long long)flow->counter_left, peer, (unsigned long long)batch->counter);
	flow->counter_left = batch->counter + batch->packets;
	flow->left++;
	if (backlog && batch->ops->sealing)
		test_placement_send(flow);
	if (meanwhile)
		meanwhile();
	cv_batch_free(batch);
}

static const struct cv_batch_ops test_placement_ops[] = {
	{ .run = test_placement_note, .finish = test_placement_leave, .sealing = false },
	{ .run = test_placement_note, .finish = test_placement_leave, .sealing = true },
};

bool cv_queue_has_discipline(const struct cv_device *dev)
{
	return false;
}

unsigned int cv_queue_sent(struct cv_device *dev, unsigned int bytes)
{
	return 0;
}

struct cv_peer *cv_peer_get(struct cv_peer *peer)
{
	refcount_inc(&peer->refs);
	return peer;
}

void cv_peer_put(struct cv_peer *peer)
{
	assert(!refcount_dec_and_test(&peer->refs));
}

void cv_session_put(struct cv_session *session)
{
	assert(!refcount_dec_and_test(&session->refs));
}

/*
 * What the tests do.
 */
static void test_placement_begin(unsigned int cpus)
{
	unsigned int i;

	fake_cpu = 0;
	fake_cpus_online = cpus;
	ran_count = 0;
	meanwhile = NULL;
	backlog = false;
	memset(flows, 0, sizeof(flows));
	for (i = 0; i < PEERS; i++) {
		refcount_set(&peers[i].refs, 1);
		refcount_set(&sessions[i].refs, 1);
		sessions[i].peer = &peers[i];
		sessions[i].send_counter = 0;
		peers[i].dev = &device;
		cv_pace_init(&peers[i].pace);
		cv_order_init(&peers[i].tx);
		cv_order_init(&peers[i].rx);
	}
	atomic_set(&device.tx_flight_bytes, 0);
	atomic_set(&device.rx_flight_bytes, 0);
	CHECK(!cv_batch_init() && !cv_order_init_cpus() && !cv_place_init() && !cv_worker_init(),
	      "expected to begin");
}

/* As many bytes as a batch holds, so that none joins another. */
static void test_placement_join_at(unsigned int peer, bool sealing,
				   enum test_placement_kind kind, u64 counter)
{
	struct sk_buff *skb = netdev_alloc_skb(NULL, 0);
	struct cv_batch_cb *cb = cv_batch_cb(skb);
	struct sk_buff_head packets;

	assert(skb);
	cb->bytes = CV_BATCH_MAX_BYTES;
	cb->packets = kind == LONE ? 1 : CV_BATCH_MAX_PACKETS;
	cb->packet_bytes = kind == BULK ? CV_POLICY_SHORT_BYTES + 1 : CV_POLICY_SHORT_BYTES;
	cb->last_bytes = cb->packet_bytes;
	if (!sealing)
		cb->rx.counter = counter;
	__skb_queue_head_init(&packets);
	__skb_queue_tail(&packets, skb);
	local_bh_disable();
	CHECK(!cv_place_packets(&sessions[peer], &test_placement_ops[sealing], &packets),
	      "expected the packets to be taken");
	local_bh_enable();
}

/* As this processor makes it; counted on. */
static void test_placement_join(unsigned int peer, bool sealing, enum test_placement_kind kind)
{
	struct test_placement_flow *flow = &flows[peer][sealing];
	u64 counter = flow->counter_joined;

	flow->joined++;
	flow->counter_joined += kind == LONE ? 1 : CV_BATCH_MAX_PACKETS;
	test_placement_join_at(peer, sealing, kind, counter);
}

static void test_placement_run_one(struct fake_deferred *deferred)
{
	unsigned int cpu = deferred->cpu;

	busy[cpu] = true;
	fake_deferred_run(deferred);
	busy[cpu] = false;
}

/* The oldest on a CPU; NULL for any queue. False if none waits. */
static bool test_placement_run(unsigned int cpu, const char *queue)
{
	struct fake_deferred *deferred;

	for (deferred = fake_deferred_first; deferred; deferred = deferred->next)
		if (deferred->cpu == cpu && (!queue || !strcmp(deferred->queue, queue))) {
			test_placement_run_one(deferred);
			return true;
		}
	return false;
}

/* With the line that asks. */
#define CHECK_RAN(count) test_placement_check_ran(__LINE__, count)
#define CHECK_RAN_ON(number, cpu) test_placement_check_ran_on(__LINE__, number, cpu)
#define CHECK_PENDING(count) test_placement_check_pending(__LINE__, count)
#define CHECK_LEFT(peer, sealing, count) \
	test_placement_check_left(__LINE__, peer, sealing, count)

static void test_placement_check_ran(int line, unsigned int count)
{
	if (ran_count != count)
		unit_fail(__FILE__, line, "expected %u batches to have run, got %u", count,
			  ran_count);
}

static void test_placement_check_ran_on(int line, unsigned int number, unsigned int cpu)
{
	if (ran[number].cpu != cpu)
		unit_fail(__FILE__, line, "batch %u: expected CPU %u to run it, it was %u", number,
			  cpu, ran[number].cpu);
}

static void test_placement_check_pending(int line, unsigned int count)
{
	if (fake_deferred_count() != count)
		unit_fail(__FILE__, line, "expected %u pieces of work to wait, got %u", count,
			  fake_deferred_count());
}

static void test_placement_check_left(int line, unsigned int peer, bool sealing, u64 count)
{
	u64 left = flows[peer][sealing].left;

	if (left != count)
		unit_fail(__FILE__, line, "expected %llu batches of peer %u to have left, got %llu",
			  (unsigned long long)count, peer, (unsigned long long)left);
}

static void test_placement_end(void)
{
	unsigned int i, sealing;

	while (fake_deferred_first) {
		for (i = 0; i < FAKE_CPUS; i++)
			test_placement_receive(i);
		test_placement_run_one(fake_deferred_first);
	}
	for (i = 0; i < PEERS; i++) {
		for (sealing = 0; sealing < 2; sealing++) {
			struct cv_order *order = sealing ? &peers[i].tx : &peers[i].rx;

			CHECK_LEFT(i, sealing, flows[i][sealing].joined);
			CHECK(list_empty(&order->batches) && !order->waiting && !order->bulk &&
			      !order->running && !order->draining && !order->packets,
			      "expected peer %u's queue to be empty", i);
		}
		CHECK(peers[i].refs.count == 1 && sessions[i].refs.count == 1,
		      "expected no reference to peer %u, got %d and %d to its session", i,
		      peers[i].refs.count - 1, sessions[i].refs.count - 1);
	}
	cv_worker_exit();
	cv_order_exit_cpus();
	cv_batch_exit();
}

static void test_placement_idle(void)
{
	test_placement_begin(2);
	test_placement_join(0, true, LONE);
	CHECK_PENDING(1);
	CHECK(test_placement_run(0, FAKE_TASKLET),
	      "expected the CPU that brought it to run it soon");
	CHECK_RAN(1);
	CHECK_RAN_ON(0, 0);
	test_placement_end();
}

static void test_placement_one_cpu(void)
{
	unsigned int i;

	test_placement_begin(1);
	for (i = 0; i < 20; i++)
		test_placement_join(0, true, i % 3);
	CHECK_RAN(0);
	CHECK_PENDING(1);
	CHECK(test_placement_run(0, FAKE_TASKLET), "expected the one CPU to run all soon");
	CHECK_RAN(20);
	test_placement_end();
}

/* In turn, beginning with the neighbour. */
static void test_placement_turns(enum test_placement_kind kind, const char *queue)
{
	struct fake_deferred *deferred;
	unsigned int i, cpu;

	test_placement_begin(4);
	for (i = 0; i < 8; i++)
		test_placement_join(0, true, kind);
	CHECK_PENDING(4);
	CHECK_RAN(0);
	deferred = fake_deferred_first;
	for (i = 0; i < 4; i++, deferred = deferred->next)
		CHECK(deferred->cpu == (i + 1) % 4 && !strcmp(deferred->queue, queue),
		      "turn %u: expected CPU %u to be told, %s, got %u, %s", i, (i + 1) % 4,
		      queue, deferred->cpu, deferred->queue);
	/* Each has its own batches: none is stolen while all CPUs run. */
	for (cpu = 1; cpu < 4; cpu++)
		CHECK(test_placement_run(cpu, queue), "expected CPU %u to run", cpu);
	CHECK_RAN(8);
	test_placement_end();
}

static void test_placement_bulk(void)
{
	test_placement_turns(BULK, "culvert-patient");
}

static void test_placement_short(void)
{
	test_placement_turns(SHORT, "culvert-urgent");
}

/* A CPU that does not come to its share holds up no other. */
static void test_placement_take_over(enum test_placement_kind kind, const char *queue)
{
	unsigned int i;

	test_placement_begin(2);
	for (i = 0; i < 10; i++)
		test_placement_join(0, i % 2, kind);
	CHECK(test_placement_run(0, queue), "expected CPU 0 to have work");
	CHECK_RAN(10);
	CHECK_LEFT(0, false, 5);
	CHECK_LEFT(0, true, 5);
	for (i = 0; i < 10; i++)
		CHECK_RAN_ON(i, 0);
	test_placement_end();
	CHECK_RAN(10);
}

static void test_placement_take_over_bulk(void)
{
	test_placement_take_over(BULK, "culvert-patient");
}

static void test_placement_take_over_short(void)
{
	test_placement_take_over(SHORT, "culvert-urgent");
}

/* Bulk is none of the urgent worker's business, nor what waits behind it. */
static void test_placement_no_bulk(void)
{
	test_placement_begin(2);
	test_placement_join(0, true, SHORT);
	test_placement_join(0, true, SHORT);
	test_placement_join(0, true, BULK);
	test_placement_join(0, true, SHORT);
	test_placement_join(0, true, SHORT);
	/* The first, the fourth; and what CPU 1 has not come to, but not behind bulk. */
	CHECK(test_placement_run(0, "culvert-urgent"), "expected CPU 0 to have work");
	CHECK_RAN(3);
	CHECK_LEFT(0, true, 2);
	CHECK(test_placement_run(1, "culvert-patient"), "expected CPU 1 to have bulk");
	CHECK_LEFT(0, true, 5);
	test_placement_end();
}

/* Short packets come before programs, but not without end. */
static void test_placement_tired(void)
{
	unsigned int i;

	test_placement_begin(2);
	/* Half of them are CPU 0's; there are six flows, lest their maker must help. */
	for (i = 0; i < 2 * CV_POLICY_RUN_BUDGET + 16; i++)
		test_placement_join(i / 2 % PEERS, i / 2 / PEERS % 2, SHORT);
	CHECK_RAN(0);
	CHECK(test_placement_run(0, "culvert-urgent"), "expected CPU 0 to have work");
	CHECK_RAN(CV_POLICY_RUN_BUDGET);
	CHECK(!test_placement_run(0, "culvert-urgent"), "expected CPU 0 to be tired");
	/* What comes now does not wake the urgent one. */
	test_placement_join(0, true, SHORT);
	test_placement_join(0, true, SHORT);
	CHECK(!test_placement_run(0, "culvert-urgent"), "expected CPU 0 to be tired still");
	CHECK(test_placement_run(0, "culvert-patient"), "expected it to go on as a program");
	while (test_placement_run(0, "culvert-patient"))
		;
	test_placement_join(0, true, SHORT);
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(0, "culvert-urgent"), "expected CPU 0 to be rested");
	test_placement_end();
}

/* For each batch that is run two more: the first one's turn is CPU 0's. */
static void test_placement_flood_on(void)
{
	static bool inside;
	unsigned int cpu = fake_cpu;

	if (inside || peers[0].tx.waiting == CV_POLICY_MAX_WAITING)
		return;
	inside = true;
	fake_cpu = 1;
	test_placement_join(0, true, SHORT);
	test_placement_join(2, true, SHORT);
	fake_cpu = cpu;
	inside = false;
}

/* A flood of short packets leaves another peer's bulk its share. */
static void test_placement_share(void)
{
	const unsigned int share = CV_POLICY_RUN_BUDGET / CV_POLICY_BULK_TURN;
	unsigned int i, begun, bulk = 0, all = 0;

	test_placement_begin(2);
	fake_cpu = 1;
	for (i = 0; i < share; i++) {
		test_placement_join(0, true, SHORT);
		test_placement_join(2, true, SHORT);
		test_placement_join(1, false, BULK);
		test_placement_join(1, false, BULK);
	}
	meanwhile = test_placement_flood_on;
	CHECK(test_placement_run(0, "culvert-urgent"), "expected CPU 0 to have short packets");
	begun = ran_count;
	CHECK(test_placement_run(0, "culvert-patient"), "expected CPU 0 to go on");
	meanwhile = NULL;
	for (i = begun; i < ran_count; i++) {
		/* Some were run by their maker, CPU 1. */
		all += ran[i].cpu == 0;
		bulk += ran[i].cpu == 0 && ran[i].peer == 1;
	}
	CHECK(all == CV_POLICY_RUN_BUDGET && bulk == share,
	      "expected %u of %u batches to be bulk, got %u of %u", share, CV_POLICY_RUN_BUDGET,
	      bulk, all);
	test_placement_end();
}

/* The CPU that queues a lone packet runs what lies before it. */
static void test_placement_lone(void)
{
	unsigned int i;

	test_placement_begin(2);
	for (i = 0; i < CV_POLICY_MAX_WAITING - 1; i++)
		test_placement_join(0, false, BULK);
	CHECK_RAN(0);
	test_placement_join(0, false, LONE);
	CHECK_RAN(CV_POLICY_MAX_WAITING);
	for (i = 0; i < CV_POLICY_MAX_WAITING; i++)
		CHECK_RAN_ON(i, 0);
	CHECK_LEFT(0, false, CV_POLICY_MAX_WAITING);
	test_placement_end();
}

/* But not behind short ones: those come before programs anyway. */
static void test_placement_lone_behind_short(void)
{
	test_placement_begin(2);
	test_placement_join(0, false, SHORT);
	test_placement_join(0, false, LONE);
	CHECK_RAN(0);
	test_placement_end();
}

/* A CPU that makes too many batches runs the oldest. */
static void test_placement_behind(void)
{
	unsigned int i;

	test_placement_begin(2);
	for (i = 0; i < CV_POLICY_MAX_WAITING; i++)
		test_placement_join(0, true, BULK);
	CHECK_RAN(0);
	for (i = 1; i <= 5; i++) {
		test_placement_join(0, true, BULK);
		CHECK_RAN(i);
		CHECK_LEFT(0, true, i);
	}
	/* A lone one has so many run and no more. */
	test_placement_join(0, true, LONE);
	CHECK_LEFT(0, true, 5 + CV_POLICY_MAX_WAITING);
	CHECK(peers[0].tx.waiting == 1, "expected 1 batch to wait, got %u", peers[0].tx.waiting);
	test_placement_end();
}

/* What was overtaken on the path by as many as may be takes its place. */
static void test_placement_overtaken(void)
{
	u64 i;

	test_placement_begin(2);
	for (i = 1; i <= 8; i++)
		test_placement_join_at(0, false, BULK, i * CV_BATCH_MAX_PACKETS);
	test_placement_join_at(0, false, BULK, 0);
	flows[0][0].joined = 9;
	test_placement_end();
}

/* The first batch is in hand: all that may come comes, and others open what they can. */
static void test_placement_late_others(void)
{
	static bool inside;
	unsigned int i;

	if (inside)
		return;
	inside = true;
	for (i = 0; i < 2 * CV_WIRE_REPLAY_BITS / CV_BATCH_MAX_PACKETS; i++) {
		if (!cv_place_admits(&peers[0], CV_BATCH_MAX_PACKETS))
			break;
		fake_cpu = 0;
		test_placement_join(0, false, SHORT);
		test_placement_run(2, "culvert-urgent");
		test_placement_run(3, "culvert-urgent");
	}
	fake_cpu = 1;
	meanwhile = NULL;
	inside = false;
}

/* A batch that is opened after all others in flight is not too old for the window. */
static void test_placement_late(void)
{
	u64 greatest = 0;
	unsigned int i;

	test_placement_begin(4);
	test_placement_join(0, false, SHORT);
	meanwhile = test_placement_late_others;
	CHECK(test_placement_run(1, "culvert-urgent"), "expected CPU 1 to have work");
	for (i = 0; i < ran_count; i++)
		greatest = max(greatest, ran[i].counter);
	CHECK(greatest > 64 * CV_BATCH_MAX_PACKETS,
	      "expected more than 64 batches to overtake one, got counter %llu",
	      (unsigned long long)greatest);
	CHECK(greatest + CV_BATCH_MAX_PACKETS <= CV_REPLAY_WINDOW,
	      "expected the counters in flight to fit %u, got %llu", CV_REPLAY_WINDOW,
	      (unsigned long long)greatest + CV_BATCH_MAX_PACKETS);
	test_placement_end();
}

/*
 * What the first CPU has sent is in its backlog: the second leaves what it completes to it,
 * until that is past.
 */
static void test_placement_held(void)
{
	test_placement_begin(2);
	backlog = true;
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(1, "culvert-urgent"), "expected CPU 1 to have work");
	CHECK_LEFT(0, true, 1);
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(0, "culvert-urgent"), "expected CPU 0 to have work");
	CHECK_RAN(2);
	CHECK_LEFT(0, true, 1);
	CHECK(test_placement_run(1, FAKE_TASKLET), "expected CPU 1 to look after what it holds");
	CHECK_LEFT(0, true, 1);
	test_placement_receive(1);
	CHECK(test_placement_run(1, FAKE_TASKLET), "expected CPU 1 to look again");
	CHECK_LEFT(0, true, 2);
	test_placement_receive(1);
	CHECK(test_placement_run(1, FAKE_TASKLET), "expected CPU 1 to have sent the second");
	CHECK(!peers[0].tx.draining, "expected CPU 1 to have let go");
	CHECK_PENDING(0);
	test_placement_end();
}

/* Nor does what a card has taken at once keep others from sending. */
static void test_placement_not_held(void)
{
	test_placement_begin(2);
	test_placement_join(0, true, SHORT);
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(1, "culvert-urgent"), "expected CPU 1 to have work");
	CHECK(!peers[0].tx.draining, "expected nothing to be held");
	test_placement_end();
}

/* A backlog that stands still does not stop the tunnel. */
static void test_placement_stuck(void)
{
	test_placement_begin(2);
	backlog = true;
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(1, "culvert-urgent"), "expected CPU 1 to have work");
	fake_jiffies += HZ / 10;
	CHECK(test_placement_run(1, FAKE_TASKLET), "expected CPU 1 to look");
	CHECK(peers[0].tx.draining, "expected CPU 1 to wait for a tenth of a second");
	fake_jiffies++;
	CHECK(test_placement_run(1, FAKE_TASKLET), "expected CPU 1 to look again");
	CHECK(!peers[0].tx.draining, "expected CPU 1 to have let go");
	test_placement_end();
}

/* Nor does a CPU that does not come to its tasklet: another sends in its place. */
static void test_placement_hogged(void)
{
	test_placement_begin(2);
	backlog = true;
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(1, "culvert-urgent"), "expected CPU 1 to have work");
	/* That has been overtaken now. */
	backlog = false;
	fake_jiffies += HZ / 10 + 1;
	test_placement_join(0, true, SHORT);
	CHECK(test_placement_run(0, "culvert-urgent"), "expected CPU 0 to have work");
	CHECK_LEFT(0, true, 2);
	CHECK(peers[0].tx.draining, "expected CPU 1 still to hold what is its own");
	CHECK(test_placement_run(1, FAKE_TASKLET), "expected CPU 1 to look");
	CHECK(!peers[0].tx.draining, "expected CPU 1 to have let go");
	test_placement_end();
}

/*
 * Processors that do all of this at once, in any order.
 */
static void test_placement_random_step(unsigned int depth)
{
	unsigned int cpu = fake_random_below(FAKE_CPUS), before = fake_cpu;

	if (busy[cpu] || depth > 3)
		return;
	if (!fake_random_below(4))
		test_placement_receive(cpu);
	if (fake_random_below(2)) {
		unsigned int peer = fake_random_below(PEERS);
		bool sealing = fake_random_below(2);

		/* A softirq or a program of that CPU. */
		fake_cpu = cpu;
		busy[cpu] = true;
		test_placement_join(peer, sealing, fake_random_below(3));
		busy[cpu] = false;
		fake_cpu = before;
		return;
	}
	test_placement_run(cpu, NULL);
}

static void test_placement_meanwhile(void)
{
	static unsigned int depth;

	depth++;
	if (!fake_random_below(3))
		test_placement_random_step(depth);
	depth--;
}

static void test_placement_random(void)
{
	u64 joined = 0;
	unsigned int i;

	test_placement_begin(FAKE_CPUS);
	backlog = true;
	meanwhile = test_placement_meanwhile;
	for (i = 0; i < 20000 && !unit_failures(); i++)
		test_placement_random_step(0);
	meanwhile = NULL;
	test_placement_end();
	for (i = 0; i < PEERS; i++)
		joined += flows[i][0].joined + flows[i][1].joined;
	CHECK(joined > 5000, "expected thousands of batches, got %llu",
	      (unsigned long long)joined);
	CHECK_RAN(joined);
}

int main(void)
{
	static const struct unit_case cases[] = {
		{ "a lone packet of an idle tunnel is run on its own CPU", test_placement_idle },
		{ "with one CPU all batches run on it, soon", test_placement_one_cpu },
		{ "bulk is spread over patient workers", test_placement_bulk },
		{ "short packets are spread over urgent workers", test_placement_short },
		{ "a patient worker takes over bulk", test_placement_take_over_bulk },
		{ "an urgent worker takes over short packets", test_placement_take_over_short },
		{ "an urgent worker takes over no bulk", test_placement_no_bulk },
		{ "an urgent worker becomes patient after its budget", test_placement_tired },
		{ "short packets leave bulk its share", test_placement_share },
		{ "a lone packet does not wait behind bulk", test_placement_lone },
		{ "a lone packet behind short ones waits for their worker",
		  test_placement_lone_behind_short },
		{ "a CPU that makes too many batches helps", test_placement_behind },
		{ "a batch that was overtaken leaves in its place", test_placement_overtaken },
		{ "a batch that is opened last is not too old", test_placement_late },
		{ "batches in a CPU's backlog are not overtaken", test_placement_held },
		{ "a batch in no backlog does not hold the order", test_placement_not_held },
		{ "a backlog that stands still is not waited for", test_placement_stuck },
		{ "a CPU that does nothing is not waited for", test_placement_hogged },
		{ "random batches each run once and leave in order", test_placement_random },
	};

	return unit_main(cases, ARRAY_SIZE(cases));
}
