/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a socket's control group has programs of one type: without CONFIG_CGROUP_BPF there are
 * no types to ask for.
 */
#ifndef CV_COMPAT_LINUX_BPF_CGROUP_H
#define CV_COMPAT_LINUX_BPF_CGROUP_H

#include_next <linux/bpf-cgroup.h>

#ifdef CONFIG_CGROUP_BPF
#define cv_compat_cgroup_has(sk, type) \
	(cgroup_bpf_enabled(type) && cgroup_bpf_sock_enabled(sk, type))
#else
#define cv_compat_cgroup_has(sk, type) ((void)(sk), false)
#endif

#endif /* CV_COMPAT_LINUX_BPF_CGROUP_H */
