/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program's own UDP socket as that of a link.
 */
#ifndef CV_DATAPATH_ADOPT_H
#define CV_DATAPATH_ADOPT_H

#include <linux/types.h>

struct cv_device;
struct cv_socket;
struct sk_buff;
struct sock;
struct socket;

/* One for each family. */
#define CV_ADOPT_SOCKETS_MAX 2

int cv_adopt_init(void);
void cv_adopt_exit(void);

int cv_adopt_sockets(struct cv_device *dev, struct socket *const *sockets, unsigned int count,
		     u8 pass);
void cv_adopt_release(struct cv_device *dev);
void cv_adopt_open(struct cv_device *dev);

#endif /* CV_DATAPATH_ADOPT_H */
