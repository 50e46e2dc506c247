/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test can do to the pretended kernel beneath the code that it tests, and ask it. What
 * is pretended is listed in selftests/README.md.
 */
#ifndef FAKE_FAKE_KERNEL_H
#define FAKE_FAKE_KERNEL_H

#include <linux/types.h>

struct net;
struct timespec64;
struct netlink_ext_ack;

/* How many CPUs there may be; the Makefile of a test says so if it wants several. */
#ifndef FAKE_CPUS
#define FAKE_CPUS 1
#endif

/*
 * CPUs. One thread plays all of them, one after another.
 */

/**
 * fake_cpu - the CPU that runs
 */
extern unsigned int fake_cpu;

/**
 * fake_cpus_online - how many there are: the first ones; all from the start
 */
extern unsigned int fake_cpus_online;

/**
 * fake_bh_off - per CPU, how many local_bh_disable() are open
 */
extern unsigned int fake_bh_off[FAKE_CPUS];

/**
 * fake_backlog_head - per CPU, how many packets were taken from its backlog
 */
extern u32 fake_backlog_head[FAKE_CPUS];

/**
 * fake_backlog_tail - per CPU, how many packets were put into its backlog
 */
extern u32 fake_backlog_tail[FAKE_CPUS];

/*
 * Deferred work: it waits, in the order in which it was queued, until the test runs it.
 */

/**
 * struct fake_deferred - a work item or a tasklet that waits
 */
struct fake_deferred {
	/** @next: the one that was queued after it */
	struct fake_deferred *next;
	/** @run: runs it, when it is no longer queued */
	void (*run)(struct fake_deferred *deferred);
	/** @queue: the workqueue's name, or FAKE_TASKLET */
	const char *queue;
	/** @cpu: where it is to run */
	unsigned int cpu;
	/** @queued: waits */
	bool queued;
};

#define FAKE_TASKLET "tasklet"

/**
 * fake_deferred_first - what waits; the oldest first
 */
extern struct fake_deferred *fake_deferred_first;

/**
 * fake_deferred_count() - how many wait
 */
unsigned int fake_deferred_count(void);

/**
 * fake_deferred_run() - run one of those that wait, on its CPU
 * @deferred: it
 */
void fake_deferred_run(struct fake_deferred *deferred);

/**
 * fake_deferred_run_all() - run all of them, the delayed work that is due, and what they queue
 */
void fake_deferred_run_all(void);

/*
 * Time, which stands still but for what a test adds to it.
 */
extern u64 fake_boottime_ns;
extern struct timespec64 fake_realtime;
extern unsigned long fake_jiffies;

/*
 * Locks and RCU.
 */

/**
 * fake_rtnl_held - RTNL is held
 */
extern bool fake_rtnl_held;

/**
 * fake_mutex_unlocked - called whenever a mutex was unlocked, if it is set
 *
 * It may do what another CPU might, as soon as the mutex is free.
 */
extern void (*fake_mutex_unlocked)(void);

/**
 * fake_rcu_depth - how many rcu_read_lock() are open in this thread
 */
extern __thread unsigned int fake_rcu_depth;

/*
 * Memory.
 */

/**
 * fake_memory_objects() - how many allocations have not been freed
 *
 * Slab caches do not count; what waits for rcu_barrier() does.
 */
unsigned int fake_memory_objects(void);

/**
 * fake_memory_fail_after() - let allocations fail
 * @count: how many more succeed; negative for all
 */
void fake_memory_fail_after(long count);

/**
 * fake_page_frag_bytes - how large a new chunk of skb_page_frag_refill() is
 */
extern unsigned int fake_page_frag_bytes;

/*
 * Random numbers, the same in every run.
 */

/**
 * fake_random_seed() - start the random numbers over
 * @seed: any number; the same one gives the same random bytes
 */
void fake_random_seed(u64 seed);

/**
 * fake_random_next() - say what get_random_bytes() gives next
 * @bytes: used up from the start, then the ordinary random bytes follow
 * @len: how many, at most 256
 */
void fake_random_next(const void *bytes, size_t len);

/**
 * fake_random_below() - a number for a test
 * @limit: at least 1
 *
 * Return: 0 to @limit - 1.
 */
u32 fake_random_below(u32 limit);

/*
 * Networking.
 */

/**
 * fake_net - the network namespace
 */
extern struct net fake_net;

/**
 * fake_capable - the sender of a netlink request has CAP_NET_ADMIN
 */
extern bool fake_capable;

/**
 * fake_portid - of the socket that sends a netlink request
 */
extern u32 fake_portid;

/**
 * fake_genl_heard - multicast groups of the family that have listeners: a bit each
 */
extern unsigned long fake_genl_heard;

/**
 * fake_genl_deaf - no listener has room for an event
 */
extern bool fake_genl_deaf;

/**
 * fake_genl_told - a test that sets it is told of each message to a group, and to a socket
 *
 * @group is -1 for an answer, which is refused with what this returns.
 */
extern int (*fake_genl_told)(int group, u8 cmd, const void *attrs, size_t bytes);

/**
 * fake_netlink_close() - a socket of generic netlink is closed
 * @portid: which
 */
void fake_netlink_close(u32 portid);

/**
 * fake_genl_request() - a request of generic netlink comes in
 * @id: of the family
 * @cmd: command
 * @attrs: its attributes
 * @bytes: their size
 * @extack: is told why it is refused
 *
 * Return: what the family's function returned, or a negative errno.
 */
int fake_genl_request(int id, u8 cmd, const void *attrs, size_t bytes,
		      struct netlink_ext_ack *extack);

/**
 * fake_route_missing - no route is found to any host
 */
extern bool fake_route_missing;

/**
 * fake_route_refs() - how many packets have the one route that is found otherwise
 */
unsigned int fake_route_refs(void);

/**
 * fake_checksum() - the Internet checksum, not inverted
 * @data: in network byte order
 * @bytes: how many; even
 * @sum: to begin with
 *
 * Return: folded to 16 bits.
 */
u16 fake_checksum(const void *data, unsigned int bytes, u32 sum);

/**
 * fake_tcp_pseudo_checksum() - the sum of a TCP segment's pseudo header
 * @bytes: of the segment
 * @addresses: source and destination
 * @address_bytes: of both
 *
 * Return: not inverted, folded to 16 bits.
 */
u16 fake_tcp_pseudo_checksum(unsigned int bytes, const void *addresses,
			     unsigned int address_bytes);

#endif /* FAKE_FAKE_KERNEL_H */
