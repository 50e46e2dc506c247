/* SPDX-License-Identifier: GPL-2.0 */
/* Network devices, which are a name and what a test says of them. */
#ifndef FAKE_LINUX_NETDEVICE_H
#define FAKE_LINUX_NETDEVICE_H

#include <linux/bottom_half.h>
#include <linux/if.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>

struct user_namespace;

struct net {
	struct user_namespace *user_ns;
};

typedef struct {
} netdevice_tracker;

typedef int netdev_tx_t;

struct pcpu_sw_netstats {
	u64_stats_t rx_packets;
	u64_stats_t rx_bytes;
	u64_stats_t tx_packets;
	u64_stats_t tx_bytes;
	struct u64_stats_sync syncp;
};

struct net_device {
	char name[IFNAMSIZ];
	int ifindex;
	bool running;
	bool has_gro;
	unsigned int holders;
	/* where it is */
	struct net *net;
	struct pcpu_sw_netstats *tstats;
	void *priv;
};

struct napi_struct {
	bool polling;
};

#define dev_net(netdev) ((netdev)->net)
#define net_eq(one, other) ((one) == (other))
#define maybe_get_net(net_) (net_)
#define put_net(net_) ((void)(net_))
#define synchronize_net() synchronize_rcu()
#define netif_running(netdev) ((netdev)->running)
#define netif_carrier_on(netdev) ((void)(netdev))
#define netif_elide_gro(netdev) (!(netdev)->has_gro)
#define netdev_put(netdev, tracker) ((void)(tracker), (netdev)->holders--)
#define dev_sw_netstats_rx_add(netdev, bytes) ((void)(netdev), (void)(bytes))

/* Of kernel/compat/include: the CPUs' backlogs. */
#define cv_compat_backlog_tail(cpu) (fake_backlog_tail[cpu])
#define cv_compat_backlog_is_past(cpu, tail) ((int)(fake_backlog_head[cpu] - (tail)) >= 0)

/* A target that has links defines these two. */
struct net_device *__dev_get_by_index(struct net *net, int ifindex);
struct net_device *__dev_get_by_name(struct net *net, const char *name);

#endif /* FAKE_LINUX_NETDEVICE_H */
