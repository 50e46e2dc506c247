/* SPDX-License-Identifier: GPL-2.0 */
/* TCP headers. */
#ifndef FAKE_LINUX_TCP_H
#define FAKE_LINUX_TCP_H

#include_next <linux/tcp.h>

#include <linux/skbuff.h>

#define tcp_hdrlen(skb) (((const struct tcphdr *)skb_transport_header(skb))->doff * 4)

#endif /* FAKE_LINUX_TCP_H */
