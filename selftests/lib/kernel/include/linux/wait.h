/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting does not sleep: the condition holds now, or the wait has timed out. */
#ifndef FAKE_LINUX_WAIT_H
#define FAKE_LINUX_WAIT_H

#define DECLARE_WAIT_QUEUE_HEAD(name) __attribute__((__unused__)) bool name
#define wq_has_sleeper(queue) ((void)(queue), false)
#define wake_up(queue) ((void)(queue))
#define wait_event_timeout(queue, condition, timeout) ((void)(timeout), (condition))

#endif /* FAKE_LINUX_WAIT_H */
