// SPDX-License-Identifier: GPL-2.0
/*
 * The link kind "culvert", called by rtnetlink and the network stack: making,
 * setting up, opening, closing and deleting a link, its counters, and what happens when
 * its namespace ends, when the machine sleeps or when the virtual machine is cloned.
 *
 * In place of wireguard.ko there is the link kind "wireguard" too. A link of that kind
 * differs in what userspace sees of it, and in nothing else.
 */
#include <linux/error-injection.h>
#include <linux/ethtool.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/suspend.h>
#include <net/addrconf.h>
#include <net/ip_tunnels.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/rtnetlink.h>
#include <uapi/linux/culvert.h>

#include "link.h"
#include "peering.h"
#include "reaper.h"
#include "../core/device.h"
#include "../core/peer.h"
#include "../datapath/adopt.h"
#include "../datapath/lane.h"
#include "../datapath/path.h"
#include "../datapath/socket.h"
#include "../datapath/tx.h"
#include "../datapath/want.h"
#include "../events/notify.h"
#include "../handshake/exchange.h"
#include "../handshake/inbox.h"
#include "../handshake/knock.h"
#include "../handshake/session.h"
#include "../handshake/timers.h"
#include "../handshake/work.h"

/* Outer IPv6 and UDP headers and our own, rounded up to the MTU that is customary. */
#define CV_LINK_MTU (ETH_DATA_LEN - 80)

/* The kind and the type of the links of wireguard.ko, which udev and others go by. */
#define CV_LINK_WIREGUARD "wireguard"

/* All links there are, in any namespace; under RTNL. */
static LIST_HEAD(cv_link_devices);

/* These, and those whose link has been deleted but that still have peers. */
static LIST_HEAD(cv_link_kept);
static DEFINE_MUTEX(cv_link_kept_lock);

static void cv_link_release(struct net_device *netdev);
static const struct net_device_ops cv_link_netdev_ops;
static const struct ethtool_ops cv_link_ethtool_ops;
static const struct ethtool_ops cv_link_wireguard_ethtool_ops;

/*
 * Making a link.
 */

static const struct device_type cv_link_type = {
	.name = CV_LINK_KIND,
};

static const struct device_type cv_link_wireguard_type = {
	.name = CV_LINK_WIREGUARD,
};

/* As long as there is one link, the module cannot be unloaded. */
static int cv_link_hold_module(struct cv_device *dev)
{
	return try_module_get(THIS_MODULE) ? 0 : -ENODEV;
}

/* Not the end of our code here: unloading waits for rtnetlink to forget the link. */
static void cv_link_release_module(struct cv_device *dev)
{
	module_put(THIS_MODULE);
}

/* The parts of a device, in the order they are made; they go in the reverse order. */
static const struct cv_link_part {
	int (*create)(struct cv_device *dev);
	void (*destroy)(struct cv_device *dev);
} cv_link_parts[] = {
	{ cv_link_hold_module, cv_link_release_module },
	{ cv_device_create_tables, cv_device_destroy_tables },
	/* Made when they are first used; until the inbox is destroyed its workers use them. */
	{ NULL, cv_knock_destroy },
	{ NULL, cv_want_destroy },
	{ cv_inbox_create, cv_inbox_destroy },
	{ cv_lane_create, cv_lane_destroy },
};

static void cv_link_destroy_parts(struct cv_device *dev, unsigned int parts)
{
	while (parts--)
		cv_link_parts[parts].destroy(dev);
}

static void cv_link_setup(struct net_device *netdev)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
					   NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
					   NETIF_F_GSO_SOFTWARE;

	netdev->netdev_ops = &cv_link_netdev_ops;
	netdev->ethtool_ops = &cv_link_ethtool_ops;
	netdev->header_ops = &ip_tunnel_header_ops;
	SET_NETDEV_DEVTYPE(netdev, &cv_link_type);

	netdev->type = ARPHRD_NONE;
	netdev->flags = IFF_POINTOPOINT | IFF_NOARP;
	netdev->priv_flags |= IFF_NO_QUEUE;
	netdev->mtu = CV_LINK_MTU;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = IP_MAX_MTU;

	netdev->features |= features;
	netdev->hw_features |= features;
	netdev->hw_enc_features |= features;
	cv_compat_set_lltx(netdev);
	netdev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	/* The inner packet's route says by which socket mark it may go out again. */
	netif_keep_dst(netdev);
	netdev->priv_destructor = cv_link_release;
	netdev->needs_free_netdev = true;
}

static void cv_link_setup_wireguard(struct net_device *netdev)
{
	struct cv_device *dev = netdev_priv(netdev);

	cv_link_setup(netdev);
	netdev->ethtool_ops = &cv_link_wireguard_ethtool_ops;
	dev->counts_messages = true;
	SET_NETDEV_DEVTYPE(netdev, &cv_link_wireguard_type);
}

/* ndo_init: everything that may fail; register_netdevice() undoes it by ndo_uninit. */
static int cv_link_attach(struct net_device *netdev)
{
	struct cv_device *dev = netdev_priv(netdev);
	unsigned int part;
	int err;

	for (part = 0; part < ARRAY_SIZE(cv_link_parts); part++) {
		err = cv_link_parts[part].create ? cv_link_parts[part].create(dev) : 0;
		if (err) {
			cv_link_destroy_parts(dev, part);
			return err;
		}
	}
	netdev_hold(netdev, &dev->netdev_tracker, GFP_KERNEL);
	cv_queue_init(dev);
	atomic_set(&dev->alive, 1);
	list_add_tail(&dev->link, &cv_link_devices);
	mutex_lock(&cv_link_kept_lock);
	list_add_tail(&dev->kept, &cv_link_kept);
	mutex_unlock(&cv_link_kept_lock);
	return 0;
}

ALLOW_ERROR_INJECTION(cv_link_attach, ERRNO);

static int cv_link_new(struct net_device *netdev, struct rtnl_newlink_params *params,
		       struct netlink_ext_ack *extack)
{
	struct cv_device *dev = netdev_priv(netdev);

	ASSERT_RTNL();
	if (netdev->num_tx_queues > 1)
		NL_SET_ERR_MSG(extack, "numtxqueues: only the first TX queue is used");
	cv_device_init(dev, netdev, rtnl_newlink_link_net(params));
	cv_reaper_init(&dev->reaper);
	cv_notify_init_device(dev);
	return register_netdevice(netdev);
}

CV_COMPAT_NEWLINK_DEFINE(cv_link_new);

static int cv_link_validate(struct nlattr *tb[], struct nlattr *data[],
			    struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "a culvert link has no link-layer address, so none can be set");
		return -EINVAL;
	}
	return 0;
}

/* So many, so that any attribute is refused and not overlooked. */
#define CV_LINK_ATTRS 32

static const struct nla_policy cv_link_policy[CV_LINK_ATTRS + 1] = {
	[1 ... CV_LINK_ATTRS] = {
		.type = NLA_REJECT,
		.reject_message = "link kind culvert has no options: use `culvert set`",
	},
};

/*
 * Open and closed.
 */

/* Peers reach each other through us: a redirect would lead nowhere. */
static void cv_link_settle_redirects(struct net_device *netdev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(netdev);

	if (!in_dev)
		return;
	IN_DEV_CONF_SET(in_dev, SEND_REDIRECTS, false);
	IPV4_DEVCONF_ALL(dev_net(netdev), SEND_REDIRECTS) = false;
}

/* A generated address would be in no peer's allowed IPs. */
static void cv_link_settle_in6(struct cv_device *dev)
{
	struct inet6_dev *in6_dev = __in6_dev_get(dev->netdev);

	ASSERT_RTNL();
	if (in6_dev)
		WRITE_ONCE(in6_dev->cnf.addr_gen_mode, IN6_ADDR_GEN_MODE_NONE);
	dev->settled_in6 = in6_dev;
}

/*
 * An MTU below 1280 destroys the link's inet6_dev. When the MTU rises again, addrconf
 * creates one with the namespace's default mode and generates an address in the same
 * notifier call; the first chance to prevent that is the validator of the address.
 */
static int cv_link_in6_validate(struct notifier_block *block, unsigned long event, void *data)
{
	const struct in6_validator_info *info = data;
	struct net_device *netdev = info->i6vi_dev->dev;
	struct cv_device *dev = cv_link_device(netdev);
	bool generated;

	if (!dev || !netif_running(netdev) || info->i6vi_dev == dev->settled_in6)
		return NOTIFY_DONE;
	/* Requests by netlink have an extack. None by ioctl can come before NETDEV_CHANGEMTU. */
	generated = !info->extack && info->i6vi_dev->cnf.addr_gen_mode != IN6_ADDR_GEN_MODE_NONE;
	cv_link_settle_in6(dev);
	return generated ? notifier_from_errno(-EADDRNOTAVAIL) : NOTIFY_DONE;
}

static struct notifier_block cv_link_in6_validator = {
	.notifier_call = cv_link_in6_validate,
};

/* Links may be bound to an interface that has come or gone, or that has another name. */
static void cv_link_follow(struct net_device *netdev, unsigned long event)
{
	struct cv_device *dev;

	list_for_each_entry(dev, &cv_link_devices, link) {
		if (likely(!dev->bind.device[0]) || !cv_socket_follow(dev, netdev, event))
			continue;
		mutex_lock(&dev->lock);
		cv_notify_tell_device(dev, CVEVENT_DEVICE_CHANGED, 0);
		mutex_unlock(&dev->lock);
	}
}

static int cv_link_netdev_notify(struct notifier_block *block, unsigned long event, void *data)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(data);
	struct cv_device *dev = cv_link_device(netdev);

	if (event == NETDEV_CHANGEMTU && dev && netif_running(netdev) &&
	    dev->settled_in6 != __in6_dev_get(netdev))
		cv_link_settle_in6(dev);
	if (event == NETDEV_REGISTER || event == NETDEV_UNREGISTER || event == NETDEV_CHANGENAME)
		cv_link_follow(netdev, event);
	return NOTIFY_DONE;
}

static struct notifier_block cv_link_netdev_notifier = {
	.notifier_call = cv_link_netdev_notify,
	.priority = INT_MIN,	/* after addrconf */
};

static int cv_link_open(struct net_device *netdev)
{
	struct cv_device *dev = netdev_priv(netdev);
	u16 port_before = dev->wanted_port;
	struct cv_socket_bind bind;
	struct cv_peer *peer;
	u16 family;
	int err;

	cv_link_settle_redirects(netdev);
	cv_link_settle_in6(dev);
	/* A copy: cv_socket_open() writes where it is kept. */
	bind = dev->bind;
	err = 0;
	if (dev->socket_state == CVSOCKET_OWN)
		err = cv_socket_open(dev, dev->wanted_port, &bind, &family);
	else
		cv_adopt_open(dev);
	if (err) {
		/* A packet socket may have seen it running, and it is not stopped. */
		cv_want_forget(dev);
		/* Without an extack, that the link is no such device would be misunderstood. */
		return err == -ENODEV || err == -ELOOP ? -EADDRNOTAVAIL : err;
	}
	mutex_lock(&dev->lock);
	/* Any was wanted, and this is the one. */
	if (dev->wanted_port != port_before)
		cv_notify_tell_device(dev, CVEVENT_DEVICE_CHANGED, 0);
	list_for_each_entry(peer, &dev->peer_list, link) {
		/* The sockets may have been elsewhere before. */
		cv_path_forget_routes(&peer->path);
		cv_timers_event(peer, CV_EVENT_START);
		cv_work_send_waiting(peer);
	}
	mutex_unlock(&dev->lock);
	return 0;
}

static int cv_link_stop(struct net_device *netdev)
{
	struct cv_device *dev = netdev_priv(netdev);
	struct cv_peer *peer;

	/* Before the peers: what waits may be on its way to one. */
	cv_want_forget(dev);
	mutex_lock(&dev->lock);
	list_for_each_entry(peer, &dev->peer_list, link) {
		cv_peering_stop(peer);
	}
	mutex_unlock(&dev->lock);
	cv_socket_close(dev);
	cv_knock_forget(dev);
	return 0;
}

/*
 * The end of a link.
 */

static const struct cv_notify_asked cv_link_gone = { .reason = CVREASON_LINK_GONE };

/* The peers go first, so that closing has none to look at. */
static void cv_link_delete(struct net_device *netdev, struct list_head *head)
{
	struct cv_device *dev = netdev_priv(netdev);

	mutex_lock(&dev->lock);
	cv_reaper_remove_all(dev, &cv_link_gone);
	mutex_unlock(&dev->lock);
	unregister_netdevice_queue(netdev, head);
}

/* ndo_uninit: nothing finds the device any more; what has found it already may go on. */
static void cv_link_detach(struct net_device *netdev)
{
	struct cv_device *dev = netdev_priv(netdev);

	list_del(&dev->link);
	RCU_INIT_POINTER(dev->birth_net, NULL);
	mutex_lock(&dev->lock);
	cv_reaper_remove_all(dev, &cv_link_gone);
	cv_device_set_identity(dev, NULL);
	mutex_unlock(&dev->lock);
	cv_adopt_release(dev);
	cv_knock_forget(dev);
	/* Waits for a grace period, as cv_path_has_routes_into() relies on. */
	cv_lane_destroy(dev);
	cv_device_put(dev);
}

/* priv_destructor: the last reference has gone, no peer is left. */
static void cv_link_release(struct net_device *netdev)
{
	struct cv_device *dev = netdev_priv(netdev);

	mutex_lock(&cv_link_kept_lock);
	list_del(&dev->kept);
	mutex_unlock(&cv_link_kept_lock);
	cv_link_destroy_parts(dev, ARRAY_SIZE(cv_link_parts));
}

/*
 * Counters and words about a link.
 */

static void cv_link_add_drops(struct rtnl_link_stats64 *stats, enum cv_drop_class class, u64 n)
{
	switch (class) {
	case CV_DROP_AS_NONE:
		break;
	case CV_DROP_AS_TX_ERRORS:
		stats->tx_errors += n;
		break;
	case CV_DROP_AS_TX_DROPPED:
		stats->tx_dropped += n;
		break;
	case CV_DROP_AS_RX_DROPPED:
		stats->rx_dropped += n;
		break;
	case CV_DROP_AS_RX_LENGTH:
		stats->rx_length_errors += n;
		stats->rx_errors += n;
		break;
	case CV_DROP_AS_RX_FRAME:
		stats->rx_frame_errors += n;
		stats->rx_errors += n;
		break;
	case CV_DROP_AS_RX_ERRORS:
		stats->rx_errors += n;
		break;
	}
}

static void cv_link_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats)
{
	const struct cv_device *dev = netdev_priv(netdev);
	bool wireguard = cv_link_is_wireguard(netdev);
	unsigned int reason;

	dev_get_tstats64(netdev, stats);
	for (reason = CV_DROP_NONE + 1; reason < CV_DROP_COUNT; reason++)
		cv_link_add_drops(stats, cv_drop_class_of(reason, wireguard),
				  cv_drop_sum(dev, reason));
}

static void cv_link_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->version, CULVERT_VERSION, sizeof(info->version));
}

/* All reasons but CV_DROP_NONE, and what is no drop: tx_odd_super_packet. */
#define CV_LINK_ETHTOOL_STATS (CV_DROP_COUNT - 1 + 1)

static int cv_link_get_sset_count(struct net_device *netdev, int set)
{
	return set == ETH_SS_STATS ? CV_LINK_ETHTOOL_STATS : -EOPNOTSUPP;
}

static void cv_link_get_strings(struct net_device *netdev, u32 set, u8 *names)
{
	unsigned int reason;

	if (set != ETH_SS_STATS)
		return;
	for (reason = CV_DROP_NONE + 1; reason < CV_DROP_COUNT; reason++, names += ETH_GSTRING_LEN)
		strscpy(names, cv_drop_name(reason), ETH_GSTRING_LEN);
	strscpy(names, "tx_odd_super_packet", ETH_GSTRING_LEN);
}

static void cv_link_get_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats,
				      u64 *data)
{
	const struct cv_device *dev = netdev_priv(netdev);
	unsigned int reason;

	for (reason = CV_DROP_NONE + 1; reason < CV_DROP_COUNT; reason++)
		*data++ = cv_drop_sum(dev, reason);
	*data = cv_drop_sum_odd(dev);
}

static const struct ethtool_ops cv_link_ethtool_ops = {
	.get_drvinfo = cv_link_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = cv_link_get_sset_count,
	.get_strings = cv_link_get_strings,
	.get_ethtool_stats = cv_link_get_ethtool_stats,
};

/* Of the other kind: what a link of wireguard.ko does not answer, it does not either. */
static const struct ethtool_ops cv_link_wireguard_ethtool_ops = {
	.get_drvinfo = cv_link_get_drvinfo,
	.get_sset_count = cv_link_get_sset_count,
	.get_strings = cv_link_get_strings,
	.get_ethtool_stats = cv_link_get_ethtool_stats,
};

/* Told to userspace while the link is in another namespace. */
static struct net *cv_link_get_net(const struct net_device *netdev)
{
	const struct cv_device *dev = netdev_priv(netdev);
	struct net *net;

	rcu_read_lock();
	net = rcu_dereference(dev->birth_net);
	rcu_read_unlock();
	return net ?: dev_net(netdev);
}

/* However many there are: queue.c stops and wakes the first one. */
static u16 cv_link_select_queue(struct net_device *netdev, struct sk_buff *skb,
				struct net_device *subordinate)
{
	return 0;
}

static const struct net_device_ops cv_link_netdev_ops = {
	.ndo_init = cv_link_attach,
	.ndo_uninit = cv_link_detach,
	.ndo_open = cv_link_open,
	.ndo_stop = cv_link_stop,
	.ndo_start_xmit = cv_tx_xmit,
	.ndo_select_queue = cv_link_select_queue,
	.ndo_get_stats64 = cv_link_get_stats64,
};

static struct rtnl_link_ops cv_link_ops __read_mostly = {
	.kind = CV_LINK_KIND,
	.priv_size = sizeof(struct cv_device),
	.setup = cv_link_setup,
	.validate = cv_link_validate,
	.maxtype = CV_LINK_ATTRS,
	.policy = cv_link_policy,
	.newlink = CV_COMPAT_NEWLINK(cv_link_new),
	.dellink = cv_link_delete,
	.get_link_net = cv_link_get_net,
};

/*
 * Like the original it lets pass what it has no use for, a link-layer address and
 * attributes of its own, and does not tell where it was born.
 */
static struct rtnl_link_ops cv_link_wireguard_ops __read_mostly = {
	.kind = CV_LINK_WIREGUARD,
	.priv_size = sizeof(struct cv_device),
	.setup = cv_link_setup_wireguard,
	.newlink = CV_COMPAT_NEWLINK(cv_link_new),
	.dellink = cv_link_delete,
};

/**
 * cv_link_device() - the device behind a link
 * @netdev: any link
 *
 * Context: any.
 * Return: the device, or NULL if the link is of another kind; borrowed as @netdev is.
 */
struct cv_device *cv_link_device(struct net_device *netdev)
{
	return netdev->netdev_ops == &cv_link_netdev_ops ? netdev_priv(netdev) : NULL;
}

/**
 * cv_link_is_wireguard() - whether a link is of kind "wireguard", and ours
 * @netdev: any link
 *
 * Context: any.
 * Return: true if it is.
 */
bool cv_link_is_wireguard(const struct net_device *netdev)
{
	return netdev->rtnl_link_ops == &cv_link_wireguard_ops;
}

/*
 * What happens to all links.
 */

/*
 * A namespace ends. Links that were born in it but have been moved live on, without a
 * socket unless a program has handed in one: whatever they send is dropped, and they cannot be
 * opened again. Of links that were born in it and deleted, and of their removed peers, there may
 * be routes left: see path.c, DOC: Routes.
 */
static void cv_link_net_pre_exit(struct net *net)
{
	struct cv_device *dev;
	bool found;

	rtnl_lock();
	found = cv_path_has_routes_into(net);
	list_for_each_entry(dev, &cv_link_devices, link) {
		if (rtnl_dereference(dev->birth_net) != net)
			continue;
		RCU_INIT_POINTER(dev->birth_net, NULL);
		found = true;
		if (dev->socket_state != CVSOCKET_OWN)
			continue;
		netif_carrier_off(dev->netdev);
		cv_socket_close(dev);
		cv_notify_tell_device(dev, CVEVENT_SOCKET_LOST, 0);
	}
	rtnl_unlock();
	if (!found)
		return;
	/* After this no peer gets a route cache for @net, and no sender fills one. */
	synchronize_net();
	cv_path_drop_routes_into(net);
}

static struct pernet_operations cv_link_net_ops = {
	.pre_exit = cv_link_net_pre_exit,
};

/*
 * Forget all keys that were agreed on, of all peers of all links, those that have been
 * removed or deleted included. On return they are wiped.
 */
static void cv_link_wipe_all(void)
{
	struct cv_device *dev;

	mutex_lock(&cv_link_kept_lock);
	list_for_each_entry(dev, &cv_link_kept, kept) {
		cv_reaper_wipe_all(dev);
		cv_knock_forget(dev);
	}
	mutex_unlock(&cv_link_kept_lock);
	cv_session_wait_wiped();
}

/* An image of sleeping memory must not hold keys that still open what was recorded. */
static int cv_link_pm_notify(struct notifier_block *block, unsigned long event, void *data)
{
	/* Where the machine dozes off all the time, that would be worse than it is good. */
	if (IS_ENABLED(CONFIG_PM_AUTOSLEEP) || IS_ENABLED(CONFIG_PM_USERSPACE_AUTOSLEEP))
		return NOTIFY_DONE;
	if (event == PM_HIBERNATION_PREPARE || event == PM_SUSPEND_PREPARE)
		cv_link_wipe_all();
	return NOTIFY_DONE;
}

static struct notifier_block cv_link_pm_notifier = {
	.notifier_call = cv_link_pm_notify,
};

/* Two machines with the same keys and counters would use every nonce twice. */
static int cv_link_clone_notify(struct notifier_block *block, unsigned long event, void *data)
{
	cv_link_wipe_all();
	return NOTIFY_DONE;
}

static struct notifier_block cv_link_clone_notifier = {
	.notifier_call = cv_link_clone_notify,
};

/**
 * cv_link_init() - offer the link kind
 *
 * Context: process, at module load, after everything that a link needs.
 * Return: 0 or a negative errno.
 */
int cv_link_init(void)
{
	int err;

	err = register_pm_notifier(&cv_link_pm_notifier);
	if (err)
		return err;
	err = register_random_vmfork_notifier(&cv_link_clone_notifier);
	if (err)
		goto no_clone;
	err = register_pernet_device(&cv_link_net_ops);
	if (err)
		goto no_net;
	err = register_netdevice_notifier(&cv_link_netdev_notifier);
	if (err)
		goto no_netdev;
	err = register_inet6addr_validator_notifier(&cv_link_in6_validator);
	if (err)
		goto no_in6;
	err = rtnl_link_register(&cv_link_ops);
	if (err)
		goto no_kind;
	return 0;

no_kind:
	unregister_inet6addr_validator_notifier(&cv_link_in6_validator);
no_in6:
	unregister_netdevice_notifier(&cv_link_netdev_notifier);
no_netdev:
	unregister_pernet_device(&cv_link_net_ops);
no_net:
	unregister_random_vmfork_notifier(&cv_link_clone_notifier);
no_clone:
	unregister_pm_notifier(&cv_link_pm_notifier);
	return err;
}

/**
 * cv_link_exit() - take the link kind away, and any link that there still is
 *
 * Context: process, at module unload; waits until the last link has been freed.
 */
void cv_link_exit(void)
{
	rtnl_link_unregister(&cv_link_ops);
	unregister_inet6addr_validator_notifier(&cv_link_in6_validator);
	unregister_netdevice_notifier(&cv_link_netdev_notifier);
	unregister_pernet_device(&cv_link_net_ops);
	unregister_random_vmfork_notifier(&cv_link_clone_notifier);
	unregister_pm_notifier(&cv_link_pm_notifier);
}

/**
 * cv_link_init_wireguard() - offer the link kind "wireguard"
 *
 * Context: process, at module load, after cv_link_init().
 * Return: 0 or a negative errno: -EEXIST if another module has that kind.
 */
int cv_link_init_wireguard(void)
{
	return rtnl_link_register(&cv_link_wireguard_ops);
}

/**
 * cv_link_exit_wireguard() - take the link kind "wireguard" away, and its links
 *
 * Context: process, at module unload; waits until the last link has been freed.
 */
void cv_link_exit_wireguard(void)
{
	rtnl_link_unregister(&cv_link_wireguard_ops);
}
