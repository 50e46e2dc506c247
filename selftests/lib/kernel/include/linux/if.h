/* SPDX-License-Identifier: GPL-2.0 */
/* Names of interfaces. */
#ifndef FAKE_LINUX_IF_H
#define FAKE_LINUX_IF_H

#define IFNAMSIZ 16

#endif /* FAKE_LINUX_IF_H */
