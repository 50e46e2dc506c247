/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel that the module's stateful rooms find beneath them in a fuzz target: what
 * selftests/unit/include has for the pure ones, and this, which the compiler puts before
 * each file of theirs; the headers that it stands for are empty. One CPU, one thread:
 * work waits until fake_run_works(), time stands still until it is told to go on, memory
 * is counted and may run out (shim.h).
 */
#ifndef FUZZ_KERNEL_FAKE_H
#define FUZZ_KERNEL_FAKE_H

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include <linux/bits.h>
#include <linux/genetlink.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <linux/unaligned.h>

/*
 * The compiler, the byte order, atomic numbers.
 */
#define __force
#define __percpu
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#define ____cacheline_aligned_in_smp
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define fallthrough __attribute__((__fallthrough__))
/* Faults come from damaged input here, not from an injector. */
#define ALLOW_ERROR_INJECTION(function, sort)
#define DIV_ROUND_UP(n, by) (((n) + (by) - 1) / (by))
#define ALIGN(n, to) (((n) + (to) - 1) / (to) * (to))
#define max_t(type, a, b) max((type)(a), (type)(b))

#define cpu_to_le32(x) htole32(x)
#define le32_to_cpu(x) le32toh(x)
#define le64_to_cpu(x) le64toh(x)
#define le32_to_cpup(p) le32toh(*(p))

#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	int count;
} refcount_t;

static inline int atomic_read(const atomic_t *a)
{
	return a->counter;
}

static inline void atomic_set(atomic_t *a, int n)
{
	a->counter = n;
}

static inline void atomic_add(int n, atomic_t *a)
{
	a->counter += n;
}

static inline void atomic_sub(int n, atomic_t *a)
{
	a->counter -= n;
}

#define atomic_inc(a) atomic_add(1, a)
#define atomic_dec(a) atomic_sub(1, a)
#define atomic_inc_return(a) (++(a)->counter)

static inline bool atomic_dec_and_test(atomic_t *a)
{
	return !--a->counter;
}

static inline s64 atomic64_read(const atomic64_t *a)
{
	return a->counter;
}

static inline void atomic64_add(s64 n, atomic64_t *a)
{
	a->counter += n;
}

static inline void refcount_set(refcount_t *refs, int n)
{
	refs->count = n;
}

static inline void refcount_inc(refcount_t *refs)
{
	assert(refs->count > 0);
	refs->count++;
}

static inline bool refcount_inc_not_zero(refcount_t *refs)
{
	return refs->count && refs->count++;
}

static inline bool refcount_dec_and_test(refcount_t *refs)
{
	assert(refs->count > 0);
	return !--refs->count;
}

static inline u32 get_unaligned_le32(const void *from)
{
	u32 value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static inline u64 get_unaligned_le64(const void *from)
{
	u64 value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

static inline void put_unaligned_le64(u64 value, void *to)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

static inline bool IS_ERR(const void *pointer)
{
	return (unsigned long)pointer >= -4095UL;
}

static inline long PTR_ERR(const void *pointer)
{
	return (long)pointer;
}

static inline long PTR_ERR_OR_ZERO(const void *pointer)
{
	return IS_ERR(pointer) ? PTR_ERR(pointer) : 0;
}

/*
 * Lists, locks, RCU.
 */
struct llist_node {
	struct llist_node *next;
};

struct hlist_node {
	struct hlist_node *next;
};

#define list_first_entry(list, type, member) list_entry((list)->next, type, member)
#define list_last_entry(list, type, member) list_entry((list)->prev, type, member)

#define list_first_entry_or_null(list, type, member) \
	(list_empty(list) ? NULL : list_first_entry(list, type, member))

static inline void list_add(struct list_head *entry, struct list_head *list)
{
	list_add_tail(entry, list->next);
}

static inline void list_del_init(struct list_head *entry)
{
	list_del(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *list)
{
	list_del(entry);
	list_add_tail(entry, list);
}

static inline void list_splice(struct list_head *from, struct list_head *to)
{
	while (!list_empty(from))
		list_move_tail(from->prev, to->next);
}

#define list_splice_init(from, to) list_splice(from, to)

static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	while (!list_empty(from))
		list_move_tail(from->next, to);
}

typedef struct {
	bool held;
} seqlock_t;

static inline void seqlock_init(seqlock_t *lock)
{
	lock->held = false;
}

static inline void mutex_init(struct mutex *lock)
{
	lock->held = false;
}

extern void (*fake_unlocked)(void);

/* What another CPU might do as soon as a lock is free, a target may do here. */
static inline void fake_mutex_unlock(struct mutex *lock)
{
	mutex_unlock(lock);
	if (fake_unlocked)
		fake_unlocked();
}

#define mutex_unlock(lock) fake_mutex_unlock(lock)
#define mutex_destroy(lock) assert(!(lock)->held)
#define DEFINE_SPINLOCK(name) spinlock_t name
#define spin_lock(lock) spin_lock_bh(lock)
#define spin_unlock(lock) spin_unlock_bh(lock)

extern bool fake_rtnl;

static inline void rtnl_lock(void)
{
	assert(!fake_rtnl);
	fake_rtnl = true;
}

static inline void rtnl_unlock(void)
{
	assert(fake_rtnl);
	fake_rtnl = false;
}

#define ASSERT_RTNL() assert(fake_rtnl)
#define rtnl_dereference(pointer) rcu_dereference_protected(pointer, fake_rtnl)
#define rcu_dereference(pointer) rcu_dereference_check(pointer, false)
#define rcu_replace_pointer(pointer, value, condition) ({			\
	__typeof__(pointer) rcu_old_ = rcu_dereference_protected(pointer, condition);	\
	rcu_assign_pointer(pointer, value);					\
	rcu_old_;								\
})

/*
 * Memory and CPUs.
 */
#define __GFP_NOWARN 0U

static inline void *kzalloc(size_t bytes, gfp_t gfp)
{
	return kvzalloc(bytes, gfp);
}

/* Whoever reads before he writes shall not find a lucky zero. */
static inline void *kmalloc(size_t bytes, gfp_t gfp)
{
	void *memory = kvzalloc(bytes, gfp);

	return memory ? memset(memory, 0xa5, bytes) : NULL;
}

static inline void *kvcalloc(size_t count, size_t bytes, gfp_t gfp)
{
	return kvzalloc(count * bytes, gfp);
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp, size_t bytes)
{
	void *object = kmem_cache_alloc(cache, gfp);

	return object ? memset(object, 0, bytes) : NULL;
}

/* The cache knows its size, but does not tell; its only user is a peer's. */
#define kmem_cache_zalloc(cache, gfp) kmem_cache_zalloc(cache, gfp, sizeof(struct cv_peer))
#define kzalloc_node(bytes, gfp, node) kzalloc(bytes, gfp)
#define kfree(memory) kvfree(memory)
#define kfree_sensitive(memory) kvfree(memory)

#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define alloc_percpu(type) ((type *)kvzalloc(sizeof(type), GFP_KERNEL))
#define free_percpu(memory) kvfree(memory)
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define this_cpu_read(variable) (variable)
#define this_cpu_add(variable, n) ((variable) += (n))
#define per_cpu(variable, cpu) (*((void)(cpu), &(variable)))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define smp_processor_id() 0
#define num_online_cpus() 1
/* Time stands still. */
#define jiffies 0UL
#define jiffies_to_msecs(ticks) ((unsigned int)(ticks))
#define lockdep_assert_in_softirq() do { } while (0)
#define cpu_to_node(cpu) (cpu)
#define cpu_online_mask NULL
#define nr_cpu_ids 1U
#define cpumask_next(cpu, mask) ((void)(mask), (cpu) + 1)
#define cpumask_first(mask) 0
#define cond_resched() do { } while (0)

/*
 * Time.
 */
#define NSEC_PER_MSEC 1000000L

extern u64 fake_boottime_ns;
extern struct timespec64 fake_realtime;

#define ktime_get_boottime_ns() fake_boottime_ns
#define ktime_get_coarse_boottime_ns() fake_boottime_ns
#define ktime_get_real_ts64(time) (*(time) = fake_realtime)

struct timer_list {
	bool armed;
};

/*
 * Work, in the order it was queued.
 */
struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;
	bool queued;
};

struct workqueue_struct;

#define WQ_PERCPU 0
#define WQ_UNBOUND 0
#define WQ_FREEZABLE 0
#define WQ_CPU_INTENSIVE 0

#define INIT_WORK(work, function) (*(work) = (struct work_struct){ .func = (function) })
#define alloc_workqueue(name, flags, max) ((struct workqueue_struct *)"workqueue")
#define destroy_workqueue(queue) ((void)(queue))
#define queue_work(queue, work) fake_queue_work(work)
#define queue_work_on(cpu, queue, work) ((void)(cpu), fake_queue_work(work))
#define cancel_work_sync(work) fake_cancel_work(work)

bool fake_queue_work(struct work_struct *work);
void fake_cancel_work(struct work_struct *work);
void fake_run_works(void);

/*
 * A ring of pointers.
 */
struct ptr_ring {
	void **slots;
	int size;
	int first;
	int used;
};

int ptr_ring_init(struct ptr_ring *ring, int size, gfp_t gfp);
int ptr_ring_produce(struct ptr_ring *ring, void *pointer);
void *ptr_ring_consume_bh(struct ptr_ring *ring);
void ptr_ring_cleanup(struct ptr_ring *ring, void (*destroy)(void *pointer));

/*
 * Hash tables, as one chain each: the fuzzers' are small.
 */
struct rhash_head {
	struct rhash_head *next;
};

struct rhashtable_compare_arg {
	const void *key;
};

struct rhashtable_params {
	size_t head_offset;
	size_t key_offset;
	size_t key_len;
	bool automatic_shrinking;
	u32 (*hashfn)(const void *key, u32 len, u32 seed);
	u32 (*obj_hashfn)(const void *object, u32 len, u32 seed);
	int (*obj_cmpfn)(struct rhashtable_compare_arg *arg, const void *object);
};

struct rhashtable {
	struct rhash_head *first;
	unsigned int count;
};

u64 siphash(const void *data, size_t len, const siphash_key_t *key);

int rhashtable_init(struct rhashtable *table, const struct rhashtable_params *params);
void rhashtable_destroy(struct rhashtable *table);
int rhashtable_insert_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params);
int rhashtable_lookup_insert_fast(struct rhashtable *table, struct rhash_head *node,
				  const struct rhashtable_params params);
int rhashtable_remove_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params);
int rhashtable_replace_fast(struct rhashtable *table, struct rhash_head *old,
			    struct rhash_head *node, const struct rhashtable_params params);
void *rhashtable_lookup_fast(struct rhashtable *table, const void *key,
			     const struct rhashtable_params params);

#define get_random_once(buffer, len) get_random_bytes(buffer, len)

static inline void sort(void *base, size_t count, size_t size,
			int (*compare)(const void *a, const void *b), void *swap)
{
	qsort(base, count, size, compare);
}

/*
 * Links.
 */
#define IFNAMSIZ 16
#define CAP_NET_ADMIN 12

struct user_namespace;

struct net {
	struct user_namespace *user_ns;
};

typedef struct {
} netdevice_tracker;

typedef int netdev_tx_t;

struct pcpu_sw_netstats;

/* Nobody sleeps here. */
#define HZ 1000
#define DECLARE_WAIT_QUEUE_HEAD(name) __attribute__((__unused__)) bool name
#define wq_has_sleeper(queue) ((void)(queue), false)
#define wake_up(queue) ((void)(queue))
#define wait_event_timeout(queue, condition, jiffies) ((void)(jiffies), (condition))
#define pr_warn(...) ((void)0)
#define local_bh_disable() ((void)0)
#define local_bh_enable() ((void)0)
#define dev_sw_netstats_rx_add(netdev, bytes) ((void)(netdev), (void)(bytes))

struct net_device {
	char name[IFNAMSIZ];
	int ifindex;
	bool running;
	bool has_gro;
	unsigned int holders;
	struct pcpu_sw_netstats *tstats;
	void *priv;
};

struct napi_struct {
	bool polling;
};

struct dql {
	unsigned int limit;
};

struct dst_cache {
	void *memory;
};

extern bool fake_capable;

#define netif_running(netdev) ((netdev)->running)
#define netif_elide_gro(netdev) (!(netdev)->has_gro)
#define netdev_put(netdev, tracker) ((void)(tracker), (netdev)->holders--)
#define netlink_ns_capable(skb, ns, capability) ((void)(skb), (void)(ns), fake_capable)

static inline int dst_cache_init(struct dst_cache *cache, gfp_t gfp)
{
	cache->memory = kzalloc(1, gfp);
	return cache->memory ? 0 : -ENOMEM;
}

static inline void dst_cache_destroy(struct dst_cache *cache)
{
	kfree(cache->memory);
}

struct net_device *__dev_get_by_index(struct net *net, int ifindex);
struct net_device *__dev_get_by_name(struct net *net, const char *name);

#include "netlink.h"
#include "skbuff.h"

#endif /* FUZZ_KERNEL_FAKE_H */
