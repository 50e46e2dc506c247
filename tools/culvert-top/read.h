/* SPDX-License-Identifier: GPL-2.0 */
/* Devices, their peers and their drops, read from the kernel. */
#ifndef CULVERT_TOP_READ_H
#define CULVERT_TOP_READ_H

#include "model.h"

/**
 * struct top_source - where it is read
 * @nl: handle
 * @name: of the only device, or NULL
 */
struct top_source {
	struct cvl_netlink *nl;
	const char *name;
};

int top_read_all(struct top_model *model, const struct top_source *source,
		 struct cvl_error *err);

#endif /* CULVERT_TOP_READ_H */
