/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Older kernels take a struct socket where newer ones take its struct sock, and know
 * no flags for the control block when they send.
 */
#ifndef CV_COMPAT_NET_UDP_TUNNEL_H
#define CV_COMPAT_NET_UDP_TUNNEL_H

#include_next <net/udp_tunnel.h>

#if !HAVE_UDP_TUNNEL_SK
#define setup_udp_tunnel_sock(net, sk, config) \
	setup_udp_tunnel_sock(net, (sk)->sk_socket, config)
#define udp_tunnel_sock_release(sk) udp_tunnel_sock_release((sk)->sk_socket)
#endif

#if !HAVE_UDP_TUNNEL_IPCB
#define udp_tunnel_xmit_skb(rt, sk, skb, src, dst, tos, ttl, df, sport, dport, xnet, \
			    nocheck, flags) \
	udp_tunnel_xmit_skb(rt, sk, skb, src, dst, tos, ttl, df, sport, dport, xnet, nocheck)
#define udp_tunnel6_xmit_skb(dst, sk, skb, dev, saddr, daddr, prio, ttl, label, sport, \
			     dport, nocheck, flags) \
	udp_tunnel6_xmit_skb(dst, sk, skb, dev, saddr, daddr, prio, ttl, label, sport, \
			     dport, nocheck)
#endif

#endif /* CV_COMPAT_NET_UDP_TUNNEL_H */
