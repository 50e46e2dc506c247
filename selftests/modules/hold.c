// SPDX-License-Identifier: GPL-2.0
/*
 * Makes functions of the module slow, so that what usually lasts microseconds is under way
 * for as long as a test needs: each call is held, busily, before it begins. Loaded by
 * selftests/net/lifetime/netns-reap.sh and others.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#define HOLD_MAX 4

static char *hold_functions[HOLD_MAX];
static int hold_count;
module_param_array_named(functions, hold_functions, charp, &hold_count, 0444);
MODULE_PARM_DESC(functions, "which functions");

static unsigned int hold_ms[HOLD_MAX];
module_param_array_named(ms, hold_ms, uint, NULL, 0644);
MODULE_PARM_DESC(ms, "how long calls of each of them are held; 0 lets go");

static unsigned int hold_calls;
module_param_named(calls, hold_calls, uint, 0644);
MODULE_PARM_DESC(calls, "how many calls of the first of them have begun");

static unsigned int hold_done;
module_param_named(done, hold_done, uint, 0644);
MODULE_PARM_DESC(done, "how many of these have been let go; neither is exact when there are several at once");

static struct kprobe hold_probes[HOLD_MAX];
static struct kprobe *hold_all[HOLD_MAX];

static int hold_call(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned int i = probe - hold_probes;
	unsigned int ms;

	if (!i)
		WRITE_ONCE(hold_calls, READ_ONCE(hold_calls) + 1);
	for (ms = 0; ms < READ_ONCE(hold_ms[i]); ms++)
		mdelay(1);
	if (!i)
		WRITE_ONCE(hold_done, READ_ONCE(hold_done) + 1);
	return 0;
}

static int __init hold_init(void)
{
	int i;

	for (i = 0; i < hold_count; i++) {
		hold_probes[i].symbol_name = hold_functions[i];
		hold_probes[i].pre_handler = hold_call;
		hold_all[i] = &hold_probes[i];
	}
	return hold_count ? register_kprobes(hold_all, hold_count) : -EINVAL;
}

static void __exit hold_exit(void)
{
	unregister_kprobes(hold_all, hold_count);
}

module_init(hold_init);
module_exit(hold_exit);

MODULE_DESCRIPTION("Test of culvert: slow functions");
MODULE_LICENSE("GPL");
