/* SPDX-License-Identifier: GPL-2.0 */
/* Routes that are none, which no packet has. */
#ifndef FAKE_NET_DST_METADATA_H
#define FAKE_NET_DST_METADATA_H

#include <linux/skbuff.h>

#define skb_valid_dst(skb) (!!(skb)->dst)

#endif /* FAKE_NET_DST_METADATA_H */
