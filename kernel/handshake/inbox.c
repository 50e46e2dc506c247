// SPDX-License-Identifier: GPL-2.0
/*
 * Handshake messages from the moment rx.c finds them in a datagram: a bounded queue, the
 * workers that take them off it, and what stands between the network and exchange.c, which
 * answers them: mac1, and under load a cookie and the rate of their source.
 */
#include <linux/error-injection.h>
#include <linux/ktime.h>
#include <linux/ptr_ring.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "exchange.h"
#include "inbox.h"
#include "knock.h"
#include "ratelimit.h"
#include "../core/cpu.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/tx.h"
#include "../datapath/xmit.h"

/* DS field of cookie replies: a handshake asks for low drop probability, they for nothing. */
#define CV_INBOX_COOKIE_DS 0

/* Messages of a device that may wait; at an eighth of that it is under load. */
#define CV_INBOX_MAX_MESSAGES 4096
#define CV_INBOX_LOADED_MESSAGES (CV_INBOX_MAX_MESSAGES / 8)
#define CV_INBOX_LOADED_NS NSEC_PER_SEC

/* Messages a worker does before it lets others have its CPU. */
#define CV_INBOX_RUN_BUDGET 16

/* For each so many that wait the next CPU in turn is woken, too. */
#define CV_INBOX_WAKE_MESSAGES 8

/**
 * struct cv_inbox_worker - one CPU's share of a device's messages
 */
struct cv_inbox_worker {
	/** @work: takes messages off the ring */
	struct work_struct work;
	/** @inbox: whose */
	struct cv_inbox *inbox;
};

/**
 * struct cv_inbox - handshake messages of a device that wait, and what limits their senders
 */
struct cv_inbox {
	/** @dev: whose */
	struct cv_device *dev;
	/** @ring: struct cv_exchange_received */
	struct ptr_ring ring;
	/** @waiting: how many there are in @ring */
	atomic_t waiting;
	/** @loaded_ns: CLOCK_BOOTTIME when the load was last seen; racy, one second is long */
	u64 loaded_ns;
	/** @workers: one per CPU */
	struct cv_inbox_worker __percpu *workers;
	/** @last_cpu: see cv_cpu_next() */
	unsigned int last_cpu;
	/** @closing: workers are to stop at the next message */
	bool closing;
	/** @secret_lock: @secret and @secret_ns */
	spinlock_t secret_lock;
	/** @secret: cookies are made of it */
	u8 secret[CV_WIRE_KEY_BYTES];
	/** @secret_ns: CLOCK_BOOTTIME when it was made, 0: never */
	u64 secret_ns;
};

static struct workqueue_struct *cv_inbox_wq;
static struct cv_ratelimit *cv_inbox_limit;

static void cv_inbox_wake(struct cv_inbox *inbox, int cpu);
static void cv_inbox_work(struct work_struct *work);
static void cv_inbox_handle(struct cv_inbox *inbox, struct cv_exchange_received *received);

/**
 * cv_inbox_init() - make what all devices' handshakes share
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int cv_inbox_init(void)
{
	cv_inbox_limit = cv_ratelimit_create();
	if (!cv_inbox_limit)
		return -ENOMEM;
	cv_inbox_wq = alloc_workqueue("culvert-handshake",
				      WQ_PERCPU | WQ_CPU_INTENSIVE | WQ_FREEZABLE, 0);
	if (!cv_inbox_wq) {
		cv_ratelimit_destroy(cv_inbox_limit);
		return -ENOMEM;
	}
	return 0;
}

/**
 * cv_inbox_exit() - undo cv_inbox_init()
 *
 * Context: module unload, no device left.
 */
void cv_inbox_exit(void)
{
	destroy_workqueue(cv_inbox_wq);
	cv_ratelimit_destroy(cv_inbox_limit);
}

/**
 * cv_inbox_create() - make a device ready to receive handshakes
 * @dev: the device
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int cv_inbox_create(struct cv_device *dev)
{
	struct cv_inbox *inbox = kzalloc(sizeof(*inbox), GFP_KERNEL);
	int cpu;

	if (!inbox)
		return -ENOMEM;
	inbox->dev = dev;
	spin_lock_init(&inbox->secret_lock);
	inbox->workers = alloc_percpu(struct cv_inbox_worker);
	if (!inbox->workers || ptr_ring_init(&inbox->ring, CV_INBOX_MAX_MESSAGES, GFP_KERNEL)) {
		free_percpu(inbox->workers);
		kfree(inbox);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		struct cv_inbox_worker *worker = per_cpu_ptr(inbox->workers, cpu);

		INIT_WORK(&worker->work, cv_inbox_work);
		worker->inbox = inbox;
	}
	dev->inbox = inbox;
	return 0;
}

ALLOW_ERROR_INJECTION(cv_inbox_create, ERRNO);

static void cv_inbox_free_received(void *received)
{
	kfree(received);
}

/**
 * cv_inbox_destroy() - undo cv_inbox_create()
 * @dev: the device, its sockets closed for a grace period; may have no inbox
 *
 * Context: may sleep; waits for the message that each CPU has in hand, not for
 * those that are queued.
 */
void cv_inbox_destroy(struct cv_device *dev)
{
	struct cv_inbox *inbox = dev->inbox;
	int cpu;

	if (!inbox)
		return;
	dev->inbox = NULL;
	WRITE_ONCE(inbox->closing, true);
	for_each_possible_cpu(cpu)
		cancel_work_sync(&per_cpu_ptr(inbox->workers, cpu)->work);
	ptr_ring_cleanup(&inbox->ring, cv_inbox_free_received);
	free_percpu(inbox->workers);
	kfree_sensitive(inbox);
}

/**
 * cv_inbox_receive() - a handshake message came in
 * @dev: the device
 * @from: the sender, unproven
 * @message: initiation, response or cookie reply; copied
 * @bytes: its size, right for its type
 *
 * Context: softirq.
 */
void cv_inbox_receive(struct cv_device *dev, const struct cv_endpoint *from,
		      const void *message, size_t bytes)
{
	struct cv_inbox *inbox = dev->inbox;
	struct cv_exchange_received *received;
	int waiting;

	/* Seen before the allocation, so that a flood costs as little as can be. */
	if (unlikely(atomic_read(&inbox->waiting) >= CV_INBOX_MAX_MESSAGES)) {
		cv_drop_count(dev, CV_DROP_HS_QUEUE_FULL);
		return;
	}
	received = kmalloc(sizeof(*received), GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!received)) {
		cv_drop_count(dev, CV_DROP_HS_NO_MEMORY);
		return;
	}
	received->from = *from;
	received->bytes = bytes;
	memcpy(received->message.raw, message, bytes);
	waiting = atomic_inc_return(&inbox->waiting);
	if (unlikely(ptr_ring_produce(&inbox->ring, received))) {
		atomic_dec(&inbox->waiting);
		kfree(received);
		cv_drop_count(dev, CV_DROP_HS_QUEUE_FULL);
		return;
	}
	cv_inbox_wake(inbox, smp_processor_id());
	if (waiting % CV_INBOX_WAKE_MESSAGES == 0)
		cv_inbox_wake(inbox, cv_cpu_next(&inbox->last_cpu));
}

/*
 * The worker of the CPU that received always: it sees each message that was queued before
 * it ran, and costs a wake-up a burst. Others, in turn with it, only help with what waits:
 * waking one for each message of a flood costs sessions more than the messages do.
 */
static void cv_inbox_wake(struct cv_inbox *inbox, int cpu)
{
	queue_work_on(cpu, cv_inbox_wq, &per_cpu_ptr(inbox->workers, cpu)->work);
}

static void cv_inbox_work(struct work_struct *work)
{
	struct cv_inbox_worker *worker = container_of(work, struct cv_inbox_worker, work);
	struct cv_inbox *inbox = worker->inbox;
	struct cv_exchange_received *received;
	unsigned int n;

	for (n = 0; n < CV_INBOX_RUN_BUDGET; n++) {
		if (READ_ONCE(inbox->closing))
			return;
		received = ptr_ring_consume_bh(&inbox->ring);
		if (!received)
			return;
		cv_inbox_handle(inbox, received);
		atomic_dec(&inbox->waiting);
		kfree(received);
		cond_resched();
	}
	queue_work(cv_inbox_wq, &worker->work);
}

static bool cv_inbox_under_load(struct cv_inbox *inbox)
{
	u64 now_ns = ktime_get_coarse_boottime_ns();
	u64 loaded_ns;

	if (atomic_read(&inbox->waiting) >= CV_INBOX_LOADED_MESSAGES) {
		WRITE_ONCE(inbox->loaded_ns, now_ns);
		return true;
	}
	loaded_ns = READ_ONCE(inbox->loaded_ns);
	return loaded_ns && now_ns - loaded_ns < CV_INBOX_LOADED_NS;
}

/* The cookie that a source must show: what it is told, and what it is checked against. */
static void cv_inbox_cookie_of(struct cv_inbox *inbox,
			       const struct cv_endpoint *from,
			       u8 cookie[CV_WIRE_COOKIE_BYTES])
{
	u64 now_ns = ktime_get_coarse_boottime_ns();
	u8 secret[CV_WIRE_KEY_BYTES];

	spin_lock(&inbox->secret_lock);
	if (!inbox->secret_ns ||
	    now_ns - inbox->secret_ns >= (u64)CV_WIRE_COOKIE_SECRET_S * NSEC_PER_SEC) {
		get_random_bytes(inbox->secret, sizeof(inbox->secret));
		inbox->secret_ns = now_ns;
	}
	memcpy(secret, inbox->secret, sizeof(secret));
	spin_unlock(&inbox->secret_lock);
	if (from->remote.any.sa_family == AF_INET)
		cv_cookie_make(cookie, secret, &from->remote.v4.sin_addr,
			       sizeof(from->remote.v4.sin_addr), from->remote.v4.sin_port);
	else
		cv_cookie_make(cookie, secret, &from->remote.v6.sin6_addr,
			       sizeof(from->remote.v6.sin6_addr), from->remote.v6.sin6_port);
	memzero_explicit(secret, sizeof(secret));
}

/* Whether a message shows the cookie of its source, which is computed. */
static bool cv_inbox_has_cookie(struct cv_inbox *inbox,
				const struct cv_exchange_received *received,
				u8 cookie[CV_WIRE_COOKIE_BYTES])
{
	cv_inbox_cookie_of(inbox, &received->from, cookie);
	return cv_cookie_mac2_ok(received->message.raw, received->bytes, cookie);
}

/* Refuse a message but for a cookie, with which it may come again. */
static void cv_inbox_demand_cookie(struct cv_inbox *inbox,
				   const struct cv_exchange_received *received,
				   const struct cv_identity *identity,
				   const u8 cookie[CV_WIRE_COOKIE_BYTES])
{
	struct cv_device *dev = inbox->dev;
	const struct cv_wire_macs *macs = (const void *)(received->message.raw + received->bytes -
							 sizeof(*macs));
	const struct cv_xmit xmit = {
		.dev = dev, .endpoint = &received->from, .ds = CV_INBOX_COOKIE_DS,
	};
	struct cv_wire_cookie reply;
	u8 nonce[CV_WIRE_COOKIE_NONCE_BYTES];

	reply.type = cpu_to_le32(CV_WIRE_COOKIE);
	/* Both messages have the sender's index in the same place. */
	reply.receiver = received->message.initiation.sender;
	get_random_bytes(nonce, sizeof(nonce));
	cv_cookie_seal(&reply, cookie, identity->keys.cookie_key, macs->mac1, nonce);
	cv_xmit_message(&xmit, &reply, sizeof(reply));
	cv_drop_count(dev, CV_DROP_HS_NO_COOKIE);
}

static bool cv_inbox_source_allowed(struct cv_device *dev, const struct cv_endpoint *from)
{
	return cv_ratelimit_allow(cv_inbox_limit, dev->serial, from->remote.any.sa_family,
				  cv_endpoint_address(from), ktime_get_coarse_boottime_ns());
}

/*
 * What stands between the network and our Diffie-Hellman: mac1 always, and under
 * load a cookie and the rate of its source.
 */
static bool cv_inbox_admit(struct cv_inbox *inbox,
			   struct cv_exchange_received *received,
			   const struct cv_identity *identity)
{
	struct cv_device *dev = inbox->dev;
	u8 cookie[CV_WIRE_COOKIE_BYTES];

	if (!cv_cookie_mac1_ok(received->message.raw, received->bytes, &identity->keys)) {
		cv_drop_count(dev, CV_DROP_HS_MAC1);
		return false;
	}
	if (likely(!cv_inbox_under_load(inbox))) {
		received->has_cookie = cv_knock_is_crowded(dev) &&
				       cv_inbox_has_cookie(inbox, received, cookie);
		return true;
	}
	received->has_cookie = cv_inbox_has_cookie(inbox, received, cookie);
	if (!received->has_cookie) {
		cv_inbox_demand_cookie(inbox, received, identity, cookie);
		return false;
	}
	if (!cv_inbox_source_allowed(dev, &received->from)) {
		cv_drop_count(dev, CV_DROP_HS_RATE_LIMITED);
		return false;
	}
	return true;
}

/* Only exchange.c finds that a key is unknown, for which a cookie may be needed. */
static void cv_inbox_initiated(struct cv_inbox *inbox, const struct cv_identity *identity,
			       const struct cv_exchange_received *received)
{
	enum cv_drop reason = cv_exchange_take_initiation(inbox->dev, identity, received);
	u8 cookie[CV_WIRE_COOKIE_BYTES];

	if (reason == CV_DROP_HS_NO_COOKIE) {
		cv_inbox_cookie_of(inbox, &received->from, cookie);
		cv_inbox_demand_cookie(inbox, received, identity, cookie);
	} else if (reason != CV_DROP_NONE) {
		cv_drop_count(inbox->dev, reason);
	}
}

static void cv_inbox_handle(struct cv_inbox *inbox, struct cv_exchange_received *received)
{
	struct cv_identity identity;
	struct cv_peer *peer = NULL;

	/* An answer needs secrets; nothing waits for them, RTNL may wait for the worker. */
	if (unlikely(!rng_is_initialized())) {
		cv_drop_count(inbox->dev, CV_DROP_HS_NO_RANDOM);
		return;
	}
	if (received->message.type == cpu_to_le32(CV_WIRE_COOKIE)) {
		cv_exchange_take_cookie(inbox->dev, received);
		return;
	}
	if (!cv_device_read_identity(inbox->dev, &identity)) {
		cv_drop_count(inbox->dev, CV_DROP_HS_NO_IDENTITY);
		return;
	}
	if (cv_inbox_admit(inbox, received, &identity)) {
		if (received->message.type == cpu_to_le32(CV_WIRE_INITIATION))
			cv_inbox_initiated(inbox, &identity, received);
		else
			peer = cv_exchange_take_response(inbox->dev, &identity, received);
	}
	memzero_explicit(&identity, sizeof(identity));
	if (peer) {
		/* What is staged, or a keepalive. */
		cv_tx_send_keepalive(peer);
		cv_peer_put(peer);
	}
}
