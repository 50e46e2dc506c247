/* SPDX-License-Identifier: GPL-2.0 */
/* Every CPU has a node of its own. */
#ifndef FAKE_LINUX_TOPOLOGY_H
#define FAKE_LINUX_TOPOLOGY_H

#define cpu_to_node(cpu) (cpu)

#endif /* FAKE_LINUX_TOPOLOGY_H */
