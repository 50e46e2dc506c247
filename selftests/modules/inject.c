// SPDX-License-Identifier: GPL-2.0
/*
 * Makes packets of any shape, as drivers, GRO and other tunnels make them, and hands
 * them to a network device: each write to /dev/cv_inject is a struct inject and the
 * packet. Called by selftests/net/datapath/shapes.py.
 */
#include <linux/etherdevice.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define MAX_PACKET_BYTES 131072

/* @flags */
#define INJECT_TRANSMIT BIT(0)	/* send it through the device; else it came in by it */
#define INJECT_CLONED BIT(1)	/* while somebody else has a clone */
#define INJECT_SHARED BIT(2)	/* while somebody else has it too */
#define INJECT_UNNECESSARY BIT(3)	/* its checksum is known to be right */

/**
 * struct inject - how to lay a packet out; zero for what is not wanted
 */
struct inject {
	/** @ifindex: of the device, in the writer's namespace */
	__u32 ifindex;
	/** @flags: INJECT_ */
	__u32 flags;
	/** @protocol: ETH_P_, host order */
	__u32 protocol;
	/** @linear_bytes: the rest is in page fragments */
	__u32 linear_bytes;
	/** @frag_bytes: in each of them; 4096 unless given */
	__u32 frag_bytes;
	/** @list_bytes: of all bytes so many are in each packet of a frag_list, at the end */
	__u32 list_bytes;
	/** @list_count: packets in that list */
	__u32 list_count;
	/** @gso_size: and the next two: as in struct skb_shared_info */
	__u32 gso_size;
	/** @gso_type: SKB_GSO_ */
	__u32 gso_type;
	/** @gso_segs: number of segments */
	__u32 gso_segs;
	/** @csum_start: from the packet's begin; if not 0, a checksum is to be finished */
	__u32 csum_start;
	/** @csum_offset: where, from there */
	__u32 csum_offset;
	/** @transport: where the transport header is */
	__u32 transport;
};

/* Bytes to page fragments, at the end of a packet. */
static int add_frags(struct sk_buff *skb, const u8 *data, size_t bytes, size_t frag_bytes)
{
	while (bytes) {
		size_t part = min3(bytes, frag_bytes, PAGE_SIZE - 256);
		int i = skb_shinfo(skb)->nr_frags;
		struct page *page;

		if (i == MAX_SKB_FRAGS)
			return -E2BIG;
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		/* Not at the page's begin: nobody may rely on that. */
		memcpy(page_address(page) + 200, data, part);
		skb_add_rx_frag(skb, i, page, 200, part, PAGE_SIZE);
		data += part;
		bytes -= part;
	}
	return 0;
}

static struct sk_buff *make_one(const struct inject *how, const u8 *data, size_t bytes,
				size_t linear_bytes)
{
	struct sk_buff *skb = alloc_skb(128 + linear_bytes, GFP_KERNEL);

	if (!skb)
		return ERR_PTR(-ENOMEM);
	skb_reserve(skb, 128);
	skb_put_data(skb, data, linear_bytes);
	if (add_frags(skb, data + linear_bytes, bytes - linear_bytes,
		      how->frag_bytes ?: PAGE_SIZE)) {
		kfree_skb(skb);
		return ERR_PTR(-E2BIG);
	}
	return skb;
}

static int add_list(struct sk_buff *skb, const struct inject *how, const u8 *data, size_t bytes)
{
	struct sk_buff **tail = &skb_shinfo(skb)->frag_list;

	while (bytes) {
		size_t part = min_t(size_t, bytes, how->list_bytes);
		/* By turns with their data in line and in fragments. */
		struct sk_buff *one = make_one(how, data, part, bytes & 1 ? part : 0);

		if (IS_ERR(one))
			return PTR_ERR(one);
		*tail = one;
		tail = &one->next;
		skb->len += part;
		skb->data_len += part;
		skb->truesize += one->truesize;
		data += part;
		bytes -= part;
	}
	return 0;
}

static struct sk_buff *make(const struct inject *how, const u8 *data, size_t bytes)
{
	size_t list_bytes = min_t(size_t, bytes, (size_t)how->list_bytes * how->list_count);
	size_t own_bytes = bytes - list_bytes;
	struct sk_buff *skb;
	int err;

	skb = make_one(how, data, own_bytes, min_t(size_t, how->linear_bytes, own_bytes));
	if (IS_ERR(skb))
		return skb;
	err = add_list(skb, how, data + own_bytes, list_bytes);
	if (err) {
		kfree_skb(skb);
		return ERR_PTR(err);
	}
	skb->protocol = htons(how->protocol);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, how->transport);
	skb_shinfo(skb)->gso_size = how->gso_size;
	skb_shinfo(skb)->gso_type = how->gso_type;
	skb_shinfo(skb)->gso_segs = how->gso_segs;
	if (how->csum_start) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + how->csum_start;
		skb->csum_offset = how->csum_offset;
	} else if (how->flags & INJECT_UNNECESSARY) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	return skb;
}

static void hand_over(const struct inject *how, struct sk_buff *skb, struct net_device *dev)
{
	struct sk_buff *clone = NULL, *same = NULL;

	if (how->flags & INJECT_CLONED)
		clone = skb_clone(skb, GFP_KERNEL);
	/* Only what comes in may be shared. */
	if (how->flags & INJECT_SHARED && !(how->flags & INJECT_TRANSMIT))
		same = skb_get(skb);
	skb->dev = dev;
	local_bh_disable();
	if (how->flags & INJECT_TRANSMIT)
		dev_queue_xmit(skb);
	else
		netif_receive_skb(skb);
	local_bh_enable();
	kfree_skb(clone);
	kfree_skb(same);
}

static ssize_t inject_write(struct file *file, const char __user *from, size_t count,
			    loff_t *offset)
{
	struct net_device *dev;
	struct sk_buff *skb;
	struct inject how;
	u8 *data;

	if (count <= sizeof(how) || count > MAX_PACKET_BYTES)
		return -EMSGSIZE;
	if (copy_from_user(&how, from, sizeof(how)))
		return -EFAULT;
	if (how.list_count && !how.list_bytes)
		return -EINVAL;
	data = vmemdup_user(from + sizeof(how), count - sizeof(how));
	if (IS_ERR(data))
		return PTR_ERR(data);
	skb = make(&how, data, count - sizeof(how));
	kvfree(data);
	if (IS_ERR(skb))
		return PTR_ERR(skb);
	dev = dev_get_by_index(current->nsproxy->net_ns, how.ifindex);
	if (!dev) {
		kfree_skb(skb);
		return -ENODEV;
	}
	hand_over(&how, skb, dev);
	dev_put(dev);
	return count;
}

static const struct file_operations inject_operations = {
	.owner = THIS_MODULE,
	.write = inject_write,
};

static struct miscdevice inject_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cv_inject",
	.fops = &inject_operations,
	.mode = 0600,
};

module_misc_device(inject_device);
MODULE_DESCRIPTION("Packets of any shape, for culvert's tests");
MODULE_LICENSE("GPL");
