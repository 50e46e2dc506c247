/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints that are off: functions that do nothing. */
#ifndef FAKE_LINUX_TRACEPOINT_H
#define FAKE_LINUX_TRACEPOINT_H

#define TP_PROTO(...) __VA_ARGS__
#define TP_ARGS(...) __VA_ARGS__
#define TRACE_EVENT(name, proto, args, structure, assign, print) \
	static inline void trace_##name(proto) { }
#define DECLARE_EVENT_CLASS(name, proto, args, structure, assign, print)
#define DEFINE_EVENT(class, name, proto, args) static inline void trace_##name(proto) { }

#endif /* FAKE_LINUX_TRACEPOINT_H */
