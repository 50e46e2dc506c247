/* SPDX-License-Identifier: GPL-2.0 */
/* Namespaces: in linux/netdevice.h. */
#ifndef FAKE_NET_NET_NAMESPACE_H
#define FAKE_NET_NET_NAMESPACE_H

#include <linux/netdevice.h>

#endif /* FAKE_NET_NET_NAMESPACE_H */
