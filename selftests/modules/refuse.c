// SPDX-License-Identifier: GPL-2.0
/*
 * Makes functions fail as they do when memory is short: each call returns 0, that is NULL or
 * false, without being run. Loaded by selftests/net/protocol/drop-reasons.sh. For x86-64, which
 * test VMs are.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

#define REFUSE_MAX 4

static char *refuse_functions[REFUSE_MAX];
static int refuse_count;
module_param_array_named(functions, refuse_functions, charp, &refuse_count, 0444);
MODULE_PARM_DESC(functions, "which functions");

static struct kprobe refuse_probes[REFUSE_MAX];
static struct kprobe *refuse_all[REFUSE_MAX];

static notrace noinline long refuse_nothing(void)
{
	return 0;
}

/* At its first instruction a function can still become another, which returns to its caller. */
static int refuse_call(struct kprobe *probe, struct pt_regs *regs)
{
	regs->ip = (unsigned long)refuse_nothing;
	return 1;
}

/* With one of these a probe is not optimised to a jump, which could not leave a call out. */
static void refuse_after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static int __init refuse_init(void)
{
	int i;

	for (i = 0; i < refuse_count; i++) {
		refuse_probes[i].symbol_name = refuse_functions[i];
		refuse_probes[i].pre_handler = refuse_call;
		refuse_probes[i].post_handler = refuse_after;
		refuse_all[i] = &refuse_probes[i];
	}
	return refuse_count ? register_kprobes(refuse_all, refuse_count) : -EINVAL;
}

static void __exit refuse_exit(void)
{
	unregister_kprobes(refuse_all, refuse_count);
}

module_init(refuse_init);
module_exit(refuse_exit);

MODULE_DESCRIPTION("Test of culvert: functions that fail");
MODULE_LICENSE("GPL");
