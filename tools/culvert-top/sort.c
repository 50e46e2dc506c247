// SPDX-License-Identifier: GPL-2.0
/* Which peers of a device are shown, and in which order. */
#include <stdlib.h>
#include <string.h>

#include "common/columns.h"
#include "sort.h"

/**
 * top_sort_find() - a column by its name
 * @sort: set
 * @word: from the user
 *
 * Return: whether there is such a column.
 */
bool top_sort_find(enum top_sort *sort, const char *word)
{
	unsigned int i;

	for (i = 0; cmd_columns[i].name; i++) {
		if (strcmp(cmd_columns[i].name, word))
			continue;
		*sort = (enum top_sort)i;
		return true;
	}
	return false;
}

/**
 * top_sort_key() - a column by its key
 * @sort: set
 * @key: that was pressed
 *
 * Return: whether there is such a column.
 */
bool top_sort_key(enum top_sort *sort, wchar_t key)
{
	unsigned int i;

	for (i = 0; cmd_columns[i].name; i++) {
		if (cmd_columns[i].key != key)
			continue;
		*sort = (enum top_sort)i;
		return true;
	}
	return false;
}

/**
 * top_sort_endpoint() - where a peer is
 * @text: set, to "" if that is not known
 * @peer: the peer
 */
void top_sort_endpoint(char text[CVL_ENDPOINT_TEXT_SIZE], const struct top_peer *peer)
{
	if (!peer->endpoint.any.sa_family || cvl_endpoint_to_text(text, &peer->endpoint))
		*text = '\0';
}

static int sort_more(double a, double b)
{
	return (a < b) - (a > b);
}

/* Those without a name come after those that have one, by key. */
static int sort_name(const struct top_peer *a, const struct top_peer *b)
{
	int ret;

	if (!*a->name != !*b->name)
		return *a->name ? -1 : 1;
	ret = strcasecmp(a->name, b->name);
	return ret ? ret : memcmp(a->key, b->key, sizeof(a->key));
}

/* By family, address and port; those without one last. */
static int sort_endpoint(const struct top_peer *a, const struct top_peer *b)
{
	const union cvl_address *x = &a->endpoint;
	const union cvl_address *y = &b->endpoint;
	int ret;

	if (!x->any.sa_family != !y->any.sa_family)
		return x->any.sa_family ? -1 : 1;
	if (x->any.sa_family != y->any.sa_family)
		return x->any.sa_family == AF_INET ? -1 : 1;
	if (x->any.sa_family == AF_INET) {
		ret = memcmp(&x->v4.sin_addr, &y->v4.sin_addr, sizeof(x->v4.sin_addr));
		return ret ? ret : ntohs(x->v4.sin_port) - ntohs(y->v4.sin_port);
	}
	ret = memcmp(&x->v6.sin6_addr, &y->v6.sin6_addr, sizeof(x->v6.sin6_addr));
	return ret ? ret : ntohs(x->v6.sin6_port) - ntohs(y->v6.sin6_port);
}

/* Those that are equal keep an order of their own, which is not turned. */
static int sort_compare(const void *left, const void *right, void *arg)
{
	const struct top_peer *a = *(const struct top_peer * const *)left;
	const struct top_peer *b = *(const struct top_peer * const *)right;
	const struct top_order *order = arg;
	int ret = 0;

	switch (order->sort) {
	case TOP_SORT_NAME:
		break;
	case TOP_SORT_ENDPOINT:
		ret = sort_endpoint(a, b);
		break;
	case TOP_SORT_HEARD:
		ret = sort_more((double)a->heard_s, (double)b->heard_s);
		break;
	case TOP_SORT_RX:
		ret = sort_more(a->rx_rate, b->rx_rate);
		break;
	case TOP_SORT_TX:
		ret = sort_more(a->tx_rate, b->tx_rate);
		break;
	}
	if (!ret && order->sort != TOP_SORT_NAME)
		return sort_name(a, b);
	if (order->sort == TOP_SORT_NAME)
		ret = sort_name(a, b);
	return order->reverse ? -ret : ret;
}

static bool sort_wanted(const struct top_peer *peer, const char *filter)
{
	char text[CVL_ENDPOINT_TEXT_SIZE];
	char key[CVL_KEY_TEXT_SIZE];

	if (!*filter || strcasestr(peer->name, filter))
		return true;
	cvl_key_to_text(key, peer->key);
	if (strcasestr(key, filter))
		return true;
	top_sort_endpoint(text, peer);
	return strcasestr(text, filter);
}

/**
 * top_sort_view() - choose and sort the peers of a device
 * @view: set; all zero before the first time
 * @device: the device, or NULL
 * @order: what is wanted
 *
 * Return: false if there is no memory; then no peers are shown.
 */
bool top_sort_view(struct top_view *view, const struct top_device *device,
		   struct top_order *order)
{
	size_t count = device ? device->peer_count : 0;
	size_t i;

	view->count = 0;
	if (view->size < count) {
		const struct top_peer **peers =
			realloc(view->peers, count * sizeof(*view->peers));

		if (!peers)
			return false;
		view->peers = peers;
		view->size = count;
	}
	for (i = 0; i < count; i++) {
		if (sort_wanted(&device->peers[i], order->filter))
			view->peers[view->count++] = &device->peers[i];
	}
	if (view->count)
		qsort_r(view->peers, view->count, sizeof(*view->peers), sort_compare, order);
	return true;
}
