/* SPDX-License-Identifier: GPL-2.0 */
/* Tasklets, which wait for fake_deferred_run(). */
#ifndef FAKE_LINUX_INTERRUPT_H
#define FAKE_LINUX_INTERRUPT_H

#include <linux/bottom_half.h>

struct tasklet_struct {
	void (*callback)(struct tasklet_struct *tasklet);
	struct fake_deferred deferred;
};

#define tasklet_kill(tasklet) ((void)(tasklet))

void tasklet_setup(struct tasklet_struct *tasklet,
		   void (*callback)(struct tasklet_struct *tasklet));
void tasklet_schedule(struct tasklet_struct *tasklet);

#endif /* FAKE_LINUX_INTERRUPT_H */
