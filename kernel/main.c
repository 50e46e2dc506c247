// SPDX-License-Identifier: GPL-2.0
/*
 * The module, loaded and unloaded: what is made in which order, and that it goes in the
 * reverse order.
 */
#include <linux/genetlink.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>
#include <uapi/linux/culvert.h>

#include "control/link.h"
#include "control/netlink.h"
#include "control/netlink_listener.h"
#include "control/netlink_wireguard.h"
#include "control/reaper.h"
#include "core/peer.h"
#include "datapath/adopt.h"
#include "datapath/batch.h"
#include "datapath/flow.h"
#include "datapath/hook.h"
#include "datapath/merge.h"
#include "datapath/order.h"
#include "datapath/path.h"
#include "datapath/place.h"
#include "datapath/scratch.h"
#include "datapath/seal.h"
#include "datapath/want.h"
#include "datapath/worker.h"
#include "events/notify.h"
#include "handshake/inbox.h"
#include "handshake/knock.h"
#include "handshake/noise.h"
#include "handshake/spread.h"
#include "handshake/todo.h"
#include "tables/allowedips.h"

static bool cv_main_replace_wireguard;
module_param_named(replace_wireguard, cv_main_replace_wireguard, bool, 0444);
MODULE_PARM_DESC(replace_wireguard,
		 "register link kind and netlink family \"wireguard\" as well, in place of wireguard.ko");

/*
 * Memory first, then workers, then what is called from outside. What is
 * freed after a grace period is waited for where its cache is destroyed, which is when
 * nothing is left to be freed. Of the outside, the families come before the kinds,
 * so that a program that has made a link can configure it, and the one that wireguard.ko has too
 * comes before our own, so that nothing is seen of culvert if it is taken.
 */
static const struct cv_main_step {
	int (*init)(void);
	void (*exit)(void);
	/* What it takes the name "wireguard" for; for replace_wireguard only. */
	const char *replaces;
} cv_main_steps[] = {
	{ cv_allowedips_init_caches, cv_allowedips_exit_caches },
	{ cv_peer_init, cv_peer_exit },
	{ cv_reaper_init_wq, cv_reaper_exit_wq },
	{ cv_batch_init, cv_batch_exit },
	{ cv_scratch_init, cv_scratch_exit },
	{ NULL, cv_seal_exit },
	{ NULL, cv_merge_exit },
	{ cv_order_init_cpus, cv_order_exit_cpus },
	{ cv_place_init, NULL },
	{ cv_worker_init, cv_worker_exit },
	{ cv_todo_init, cv_todo_exit },
	{ cv_knock_init, cv_knock_exit },
	{ cv_want_init, cv_want_exit },
	{ cv_inbox_init, cv_inbox_exit },
	{ cv_spread_init, cv_spread_exit },
	{ cv_hook_init, cv_hook_exit },
	{ cv_path_init_nets, cv_path_exit_nets },
	{ cv_adopt_init, cv_adopt_exit },
	{ cv_notify_init, cv_notify_exit },
	{ cv_netlink_listener_init, cv_netlink_listener_exit },
	{ cv_netlink_wireguard_init, cv_netlink_wireguard_exit, "netlink family" },
	{ cv_netlink_init, cv_netlink_exit },
	{ cv_link_init, cv_link_exit },
	{ cv_link_init_wireguard, cv_link_exit_wireguard, "link kind" },
};

static bool cv_main_wants(const struct cv_main_step *step)
{
	return !step->replaces || cv_main_replace_wireguard;
}

static void cv_main_undo(unsigned int steps)
{
	while (steps--)
		if (cv_main_wants(&cv_main_steps[steps]) && cv_main_steps[steps].exit)
			cv_main_steps[steps].exit();
}

static int __init cv_main_do(const struct cv_main_step *step)
{
	int err = step->init ? step->init() : 0;

	if (err != -EEXIST || !step->replaces)
		return err;
	pr_err("culvert: not loaded: replace_wireguard=1 needs the %s \"wireguard\", which is registered already: unload wireguard.ko (modprobe -r wireguard), or load culvert without replace_wireguard\n",
	       step->replaces);
	/* Of -EEXIST modprobe thinks that the module is there already, and is content. */
	return -EBUSY;
}

static int __init cv_main_init(void)
{
	unsigned int step;
	int err;

	cv_noise_init();
	cv_flow_init();
	for (step = 0; step < ARRAY_SIZE(cv_main_steps); step++) {
		if (!cv_main_wants(&cv_main_steps[step]))
			continue;
		err = cv_main_do(&cv_main_steps[step]);
		if (err) {
			cv_main_undo(step);
			return err;
		}
	}
	pr_info("culvert " CULVERT_VERSION " loaded%s\n",
		cv_main_replace_wireguard ? ", in place of wireguard" : "");
	return 0;
}

static void __exit cv_main_exit(void)
{
	cv_main_undo(ARRAY_SIZE(cv_main_steps));
}

module_init(cv_main_init);
module_exit(cv_main_exit);

MODULE_DESCRIPTION("Network tunnel that speaks the WireGuard protocol");
MODULE_LICENSE("GPL");
MODULE_VERSION(CULVERT_VERSION);
MODULE_ALIAS_RTNL_LINK(CV_LINK_KIND);
MODULE_ALIAS_GENL_FAMILY(CV_GENL_NAME);
