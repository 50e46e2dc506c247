// SPDX-License-Identifier: GPL-2.0
/* The columns that culvert top sorts by. */
#include <stddef.h>

#include "common/columns.h"

const struct cmd_column cmd_columns[] = {
	{ "name", 'n', "name of the peer, or its public key" },
	{ "endpoint", 'e', "address and port of the peer" },
	{ "heard", 'h', "when it was heard from last, the latest first" },
	{ "rx", 'x', "bytes per second received from it, the most first" },
	{ "tx", 't', "bytes per second sent to it, the most first" },
	{ NULL, 0, NULL },
};
