/* SPDX-License-Identifier: GPL-2.0 */
/* RTNL, which one thread holds or does not. */
#ifndef FAKE_LINUX_RTNETLINK_H
#define FAKE_LINUX_RTNETLINK_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>

static inline void rtnl_lock(void)
{
	assert(!fake_rtnl_held);
	fake_rtnl_held = true;
}

static inline void rtnl_unlock(void)
{
	assert(fake_rtnl_held);
	fake_rtnl_held = false;
}

#define ASSERT_RTNL() assert(fake_rtnl_held)
#define rtnl_dereference(pointer) rcu_dereference_protected(pointer, fake_rtnl_held)

#endif /* FAKE_LINUX_RTNETLINK_H */
