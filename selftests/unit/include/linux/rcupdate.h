/* SPDX-License-Identifier: GPL-2.0 */
/* RCU whose callbacks wait for rcu_barrier(), which one thread may call. */
#ifndef UNIT_LINUX_RCUPDATE_H
#define UNIT_LINUX_RCUPDATE_H

#include <assert.h>

#include <linux/types.h>
#include <shim.h>

#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define rcu_assign_pointer(pointer, value) __atomic_store_n(&(pointer), value, __ATOMIC_RELEASE)
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define rcu_dereference_protected(pointer, condition) \
	({ assert(condition); READ_ONCE(pointer); })
#define rcu_dereference_check(pointer, condition) \
	({ assert(shim_rcu_depth || (condition)); __atomic_load_n(&(pointer), __ATOMIC_ACQUIRE); })
#define rcu_read_lock_bh_held() false

void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void rcu_barrier(void);

#endif /* UNIT_LINUX_RCUPDATE_H */
