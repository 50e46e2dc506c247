// SPDX-License-Identifier: GPL-2.0
/* The columns of the table of peers: those that fit the screen, and what is in them. */
#include <stdio.h>
#include <string.h>

#include "column.h"

/* An IPv4 address and a port; an IPv6 address in brackets and a port. */
#define COLUMN_ENDPOINT_V4 21
#define COLUMN_ENDPOINT_V6 47

/* Of a name or key, if others are to have room as well. */
#define COLUMN_NAME 16

/* The least that a column takes, and the least width of the name before it has any. */
static const struct {
	enum top_column column;
	int least;
	int name;
} column_sizes[] = {
	{ TOP_COLUMN_NAME, 8, 0 },
	{ TOP_COLUMN_RX, 6, 8 },
	{ TOP_COLUMN_TX, 6, 8 },
	{ TOP_COLUMN_HEARD, 6, 8 },
	{ TOP_COLUMN_ENDPOINT, COLUMN_ENDPOINT_V4, 8 },
	{ TOP_COLUMN_SPARK, 8, COLUMN_NAME },
	{ TOP_COLUMN_WAY, 9, COLUMN_NAME },
	{ TOP_COLUMNS, 0, 0 },
};

#define COLUMN_TOTAL 6

/* Takes what it may of what is left for one more column. */
static int column_grow(struct top_layout *layout, enum top_column column, int most, int left)
{
	int more = most - layout->width[column];

	if (!layout->width[column] || more <= 0)
		return left;
	if (more > left)
		more = left;
	layout->width[column] += more;
	return left - more;
}

/* Those that fit, at their least; the first ones are left out last. Returns what is left. */
static int column_choose(struct top_layout *layout, const struct top_device *device, int left)
{
	int longest = device->longest_name;
	size_t i;

	for (i = 0; column_sizes[i].column != TOP_COLUMNS; i++) {
		int name = column_sizes[i].name;

		/* kind wireguard does not tell the way */
		if (column_sizes[i].column == TOP_COLUMN_WAY &&
		    device->kind == CVL_KIND_WIREGUARD)
			continue;
		left = column_grow(layout, TOP_COLUMN_NAME, longest < name ? longest : name, left);
		if (column_sizes[i].least + 1 > left)
			break;
		layout->width[column_sizes[i].column] = column_sizes[i].least;
		left -= column_sizes[i].least + 1;
	}
	return left;
}

/**
 * top_column_fit() - choose columns
 * @layout: set
 * @device: the one that is shown
 * @columns: of the screen
 *
 * A name as it is comes before a key as it is, part of which is enough to know it.
 */
void top_column_fit(struct top_layout *layout, const struct top_device *device, int columns)
{
	int longest = device->longest_name;
	int left;

	memset(layout, 0, sizeof(*layout));
	left = column_choose(layout, device, columns + 1);
	if (device->has_ipv6)
		left = column_grow(layout, TOP_COLUMN_ENDPOINT, COLUMN_ENDPOINT_V6, left);
	if (layout->width[TOP_COLUMN_SPARK] && left >= 2 * (COLUMN_TOTAL + 1)) {
		layout->width[TOP_COLUMN_RX_TOTAL] = COLUMN_TOTAL;
		layout->width[TOP_COLUMN_TX_TOTAL] = COLUMN_TOTAL;
		left -= 2 * (COLUMN_TOTAL + 1);
	}
	left = column_grow(layout, TOP_COLUMN_NAME, longest, left);
	column_grow(layout, TOP_COLUMN_SPARK, TOP_SPARK_PEER, left);
}

/**
 * top_column_title() - what stands above a column
 * @column: the column
 * @kind: of the device
 *
 * Return: the title.
 */
struct top_title top_column_title(enum top_column column, enum cvl_kind kind)
{
	static const struct top_title titles[TOP_COLUMNS] = {
		[TOP_COLUMN_NAME] = { "NAME", TOP_SORT_NAME, false },
		[TOP_COLUMN_ENDPOINT] = { "ENDPOINT", TOP_SORT_ENDPOINT, false },
		[TOP_COLUMN_WAY] = { "WAY", -1, false },
		[TOP_COLUMN_HEARD] = { "HEARD", TOP_SORT_HEARD, true },
		[TOP_COLUMN_RX] = { "RX/s", TOP_SORT_RX, true },
		[TOP_COLUMN_TX] = { "TX/s", TOP_SORT_TX, true },
		[TOP_COLUMN_RX_TOTAL] = { "RX", -1, true },
		[TOP_COLUMN_TX_TOTAL] = { "TX", -1, true },
		[TOP_COLUMN_SPARK] = { "RX+TX", -1, false },
	};

	/* the latest handshake, which is all that there is to know */
	if (column == TOP_COLUMN_HEARD && kind == CVL_KIND_WIREGUARD)
		return (struct top_title){ "SHAKEN", TOP_SORT_HEARD, true };
	return titles[column];
}

static void column_way(char to[TOP_TEXT_LINE], const struct top_peer *peer)
{
	static const char * const words[] = {
		[TOP_WAY_NONE] = "-",
		[TOP_WAY_SET] = "set",
		[TOP_WAY_ROAMED] = "roamed",
		[TOP_WAY_FIXED] = "fixed",
		[TOP_WAY_CANDIDATE] = "class ",
	};

	if (peer->way == TOP_WAY_CANDIDATE)
		snprintf(to, TOP_TEXT_LINE, "%s%u", words[peer->way], peer->preference);
	else
		strcpy(to, words[peer->way]);
}

/* As long as it is, and as it is. */
static void column_text(char to[TOP_TEXT_LINE], const struct top_cell *cell,
			const struct top_device *device, const struct top_peer *peer)
{
	int64_t age = device->read_s - peer->heard_s;

	switch (cell->column) {
	case TOP_COLUMN_NAME:
		if (*peer->name)
			snprintf(to, TOP_TEXT_LINE, "%s", peer->name);
		else
			cvl_key_to_text(to, peer->key);
		break;
	case TOP_COLUMN_ENDPOINT:
		top_sort_endpoint(to, peer);
		if (!*to)
			strcpy(to, "-");
		break;
	case TOP_COLUMN_WAY:
		column_way(to, peer);
		break;
	case TOP_COLUMN_HEARD:
		top_text_age(to, !peer->heard_s ? -1 : age < 0 ? 0 : age);
		break;
	case TOP_COLUMN_RX:
		top_text_bytes(to, peer->rx_rate);
		break;
	case TOP_COLUMN_TX:
		top_text_bytes(to, peer->tx_rate);
		break;
	case TOP_COLUMN_RX_TOTAL:
		top_text_bytes(to, (double)peer->rx_bytes);
		break;
	case TOP_COLUMN_TX_TOTAL:
		top_text_bytes(to, (double)peer->tx_bytes);
		break;
	default:
		*to = '\0';
		break;
	}
}

/**
 * top_column_cell() - what is in a place of the table
 * @to: set; printable, and as wide as the place
 * @cell: the place
 * @device: the device
 * @peer: the peer
 */
void top_column_cell(char to[TOP_TEXT_LINE], const struct top_cell *cell,
		     const struct top_device *device, const struct top_peer *peer)
{
	char text[TOP_TEXT_LINE];
	struct top_spark rates;
	float values[TOP_SPARK_PEER];

	if (cell->column == TOP_COLUMN_SPARK) {
		memcpy(values, peer->rates, sizeof(values));
		rates = (struct top_spark){
			.values = values, .size = TOP_SPARK_PEER, .count = peer->count,
		};
		top_spark_text(to, TOP_TEXT_LINE, &rates, cell->width, cell->utf8);
		return;
	}
	column_text(text, cell, device, peer);
	if (top_column_title(cell->column, device->kind).is_right)
		snprintf(to, TOP_TEXT_LINE, "%*s", cell->width, text);
	else
		top_text_fit(to, TOP_TEXT_LINE, text, cell->width, cell->utf8);
}
