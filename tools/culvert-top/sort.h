/* SPDX-License-Identifier: GPL-2.0 */
/* Which peers of a device are shown, and in which order. */
#ifndef CULVERT_TOP_SORT_H
#define CULVERT_TOP_SORT_H

#include "model.h"

/* enum top_sort - columns to sort by; the order is that of cmd_columns */
enum top_sort {
	TOP_SORT_NAME,
	TOP_SORT_ENDPOINT,
	TOP_SORT_HEARD,
	TOP_SORT_RX,
	TOP_SORT_TX,
};

/**
 * struct top_order - what the user wants to see
 * @sort: column
 * @reverse: the other way round
 * @filter: part of the name, the key or the endpoint, or ""
 */
struct top_order {
	enum top_sort sort;
	bool reverse;
	char filter[CVL_NAME_SIZE];
};

/**
 * struct top_view - the peers that are shown
 * @peers: in their order
 * @count: how many
 * @size: of the memory at @peers
 */
struct top_view {
	const struct top_peer **peers;
	size_t count;
	size_t size;
};

bool top_sort_find(enum top_sort *sort, const char *word);
bool top_sort_key(enum top_sort *sort, wchar_t key);
void top_sort_endpoint(char text[CVL_ENDPOINT_TEXT_SIZE], const struct top_peer *peer);
bool top_sort_view(struct top_view *view, const struct top_device *device,
		   struct top_order *order);

#endif /* CULVERT_TOP_SORT_H */
