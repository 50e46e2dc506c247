/* SPDX-License-Identifier: GPL-2.0 */
/* RCU whose callbacks wait for rcu_barrier(), which one thread may call. */
#define synchronize_rcu() do { } while (0)
#ifndef FAKE_LINUX_RCUPDATE_H
#define FAKE_LINUX_RCUPDATE_H

#include <assert.h>

#include <fake_kernel.h>
#include <linux/types.h>

#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define rcu_assign_pointer(pointer, value) __atomic_store_n(&(pointer), value, __ATOMIC_RELEASE)
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define rcu_dereference_protected(pointer, condition) \
	({ assert(condition); READ_ONCE(pointer); })
#define rcu_dereference_check(pointer, condition) \
	({ assert(fake_rcu_depth || (condition)); __atomic_load_n(&(pointer), __ATOMIC_ACQUIRE); })
#define rcu_dereference(pointer) rcu_dereference_check(pointer, false)
#define rcu_replace_pointer(pointer, value, condition) ({				\
	__typeof__(pointer) rcu_old_ = rcu_dereference_protected(pointer, condition);	\
	rcu_assign_pointer(pointer, value);						\
	rcu_old_;									\
})
#define rcu_read_lock_bh_held() false
#define rcu_read_lock_held() (fake_rcu_depth > 0)
#define RCU_LOCKDEP_WARN(condition, text) assert(!(condition))
#define kfree_rcu(object, member) fake_kfree_rcu(object, &(object)->member)

void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);
#define synchronize_rcu() do { } while (0)
void fake_kfree_rcu(void *object, struct rcu_head *head);

#endif /* FAKE_LINUX_RCUPDATE_H */
