// SPDX-License-Identifier: GPL-2.0
/*
 * The screen: all that is drawn, by curses. From top to bottom: a line about the device, the
 * curves of its rates, what was dropped since the start, the table of peers, the keys. Where there
 * is no room for all of that, curves and drops give way.
 */
#include <curses.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "column.h"
#include "common/columns.h"
#include "screen.h"
#include "text.h"

/* Less than this cannot be used. */
#define SCREEN_LINES_MIN 5
#define SCREEN_COLUMNS_MIN 40

/* From so many lines on there is room for the curves, and for the drops. */
#define SCREEN_LINES_CURVES 8
#define SCREEN_LINES_DROPS 10

enum screen_colour {
	SCREEN_PLAIN,
	SCREEN_RED,
	SCREEN_GREEN,
	SCREEN_YELLOW,
	SCREEN_CYAN,
};

/**
 * top_screen_start() - prepare what is drawn with
 * @screen: whether there are colours
 *
 * The terminal was taken before.
 */
void top_screen_start(struct top_screen *screen)
{
	screen->colour = screen->colour && has_colors() && start_color() == OK;
	if (!screen->colour)
		return;
	use_default_colors();
	init_pair(SCREEN_RED, COLOR_RED, -1);
	init_pair(SCREEN_GREEN, COLOR_GREEN, -1);
	init_pair(SCREEN_YELLOW, COLOR_YELLOW, -1);
	init_pair(SCREEN_CYAN, COLOR_CYAN, -1);
}

static void screen_attribute(const struct top_screen *screen, attr_t attribute,
			     enum screen_colour colour)
{
	attrset((int)(attribute | (screen->colour ? (attr_t)COLOR_PAIR(colour) : 0)));
}

/* A whole line, of text that is made printable and cut here. */
static void screen_line(const struct top_screen *screen, int line, const char *format, ...)
	CVL_PRINTF(3, 4);
static void screen_line(const struct top_screen *screen, int line, const char *format, ...)
{
	char text[TOP_TEXT_LINE];
	char fitted[TOP_TEXT_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	top_text_fit(fitted, sizeof(fitted), text, COLS, screen->utf8);
	mvaddstr(line, 0, fitted);
}

/* What matters most is on the left, where it is not cut off. */
static void screen_head(const struct top_screen *screen, const struct top_device *device)
{
	char rx[TOP_TEXT_NUMBER], tx[TOP_TEXT_NUMBER];
	char devices[48] = "";
	size_t number, count;

	top_text_bytes(rx, device->rx_rate);
	top_text_bytes(tx, device->tx_rate);
	count = top_model_count(&screen->model, device->ifindex, &number);
	if (count > 1)
		snprintf(devices, sizeof(devices), "  device %zu of %zu", number, count);
	screen_attribute(screen, A_BOLD, SCREEN_PLAIN);
	screen_line(screen, 0, "%s%s  in %s/s  out %s/s  %zu peer%s, %zu heard  %s%s",
		    device->name, screen->paused ? " PAUSED" : "", rx, tx, device->peer_count,
		    device->peer_count == 1 ? "" : "s", device->recent, device->module, devices);
}

static void screen_curves(const struct top_screen *screen, const struct top_device *device,
			  int line)
{
	char text[TOP_TEXT_LINE];
	int width = (COLS - 3 - 6) / 2;

	if (width > TOP_SPARK_DEVICE)
		width = TOP_SPARK_DEVICE;
	screen_attribute(screen, A_NORMAL, SCREEN_PLAIN);
	mvaddstr(line, 0, "in ");
	mvaddstr(line, 3 + width, "  out ");
	screen_attribute(screen, A_NORMAL, SCREEN_GREEN);
	top_spark_text(text, sizeof(text), &device->rx, width, screen->utf8);
	mvaddstr(line, 3, text);
	screen_attribute(screen, A_NORMAL, SCREEN_CYAN);
	top_spark_text(text, sizeof(text), &device->tx, width, screen->utf8);
	mvaddstr(line, 3 + width + 6, text);
}

/* The drop that comes after LAST, by how much it has grown, or NULL. */
static const struct top_drop *screen_next_drop(const struct top_device *device,
					       const struct top_drop *last)
{
	const struct top_drop *best = NULL;
	const struct top_drop *drop;

	for (drop = device->drops; drop < device->drops + TOP_MODEL_DROPS; drop++) {
		if (!drop->grown || (last && (drop->grown > last->grown ||
					      (drop->grown == last->grown && drop <= last))))
			continue;
		if (!best || drop->grown > best->grown)
			best = drop;
	}
	return best;
}

static void screen_drops(const struct top_screen *screen, const struct top_device *device,
			 int line)
{
	char text[TOP_TEXT_LINE] = "";
	const struct top_drop *drop = NULL;
	size_t at = 0;

	while ((drop = screen_next_drop(device, drop)) && at + 64 < sizeof(text))
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s %" PRIu64,
				       at ? ", " : "", drop->name, drop->grown);
	screen_attribute(screen, A_NORMAL, at ? SCREEN_YELLOW : SCREEN_PLAIN);
	if (at)
		screen_line(screen, line, "dropped: %s", text);
	else if (!strcmp(device->module, "wireguard"))
		screen_line(screen, line, "dropped: the module wireguard does not say");
	else
		screen_line(screen, line, "dropped: nothing since the start");
}

/* The letter that sorts by a column is underlined, and the column sorted by has an arrow. */
static void screen_title(const struct top_screen *screen, const struct top_title *title, int width)
{
	bool is_sorted = title->sort == (int)screen->order.sort;
	const char *arrow = screen->utf8 ? (screen->order.reverse ? "\xe2\x86\x91" :
						"\xe2\x86\x93") :
			    screen->order.reverse ? "^" : "v";
	int length = (int)strlen(title->text) + is_sorted;
	char key = title->sort < 0 ? 0 : cmd_columns[title->sort].key;
	const char *letter;

	screen_attribute(screen, A_REVERSE, SCREEN_PLAIN);
	if (title->is_right)
		printw("%*s", width > length ? width - length : 0, "");
	for (letter = title->text; *letter; letter++) {
		bool is_key = key && (*letter | 0x20) == key;

		screen_attribute(screen, A_REVERSE | (is_key ? (A_UNDERLINE | A_BOLD) : A_NORMAL),
				 SCREEN_PLAIN);
		addnstr(letter, 1);
		if (is_key)
			key = 0;
	}
	screen_attribute(screen, A_REVERSE, SCREEN_PLAIN);
	if (is_sorted)
		addstr(arrow);
	if (!title->is_right)
		printw("%*s", width > length ? width - length : 0, "");
}

static void screen_titles(const struct top_screen *screen, const struct top_layout *layout,
			  enum cvl_kind kind, int line)
{
	enum top_column column;
	const char *space = "";

	move(line, 0);
	for (column = 0; column < TOP_COLUMNS; column++) {
		struct top_title title = top_column_title(column, kind);

		if (!layout->width[column])
			continue;
		screen_attribute(screen, A_REVERSE, SCREEN_PLAIN);
		addstr(space);
		screen_title(screen, &title, layout->width[column]);
		space = " ";
	}
	screen_attribute(screen, A_REVERSE, SCREEN_PLAIN);
	printw("%*s", COLS - getcurx(stdscr), "");
}

static void screen_peer(const struct top_screen *screen, const struct top_layout *layout,
			const struct top_peer *peer, int line)
{
	const struct top_device *device = top_model_find(&screen->model, screen->ifindex);
	bool is_recent = peer->heard_s && device->read_s - peer->heard_s < TOP_MODEL_RECENT_S;
	char text[TOP_TEXT_LINE];
	enum top_column column;
	const char *space = "";

	move(line, 0);
	for (column = 0; column < TOP_COLUMNS; column++) {
		struct top_cell cell = {
			.column = column, .width = layout->width[column], .utf8 = screen->utf8,
		};

		if (!cell.width)
			continue;
		top_column_cell(text, &cell, device, peer);
		screen_attribute(screen, is_recent ? A_NORMAL : A_DIM,
				 column == TOP_COLUMN_SPARK ? SCREEN_GREEN :
				 column == TOP_COLUMN_HEARD && !is_recent ? SCREEN_RED :
				 SCREEN_PLAIN);
		addstr(space);
		addstr(text);
		space = " ";
	}
}

static void screen_table(struct top_screen *screen, const struct top_device *device, int line)
{
	struct top_layout layout;
	size_t i;

	screen->rows = LINES - line > 2 ? (size_t)(LINES - line - 2) : 0;
	if (screen->first + screen->rows > screen->view.count)
		screen->first = screen->view.count > screen->rows ?
				screen->view.count - screen->rows : 0;
	top_column_fit(&layout, device, COLS);
	screen_titles(screen, &layout, device->kind, line);
	for (i = 0; i < screen->rows && screen->first + i < screen->view.count; i++)
		screen_peer(screen, &layout, screen->view.peers[screen->first + i],
			    line + 1 + (int)i);
	screen_attribute(screen, A_DIM, SCREEN_PLAIN);
	if (!screen->view.count && screen->rows)
		screen_line(screen, line + 1, "%s", *screen->order.filter ?
			    "no peer is like the filter" : "no peers");
}

/* The last line: what was typed in so far, or what is wrong, or what keys there are. */
static void screen_bottom(const struct top_screen *screen)
{
	const struct top_order *order = &screen->order;

	screen_attribute(screen, A_NORMAL, SCREEN_PLAIN);
	if (screen->is_typing) {
		screen_line(screen, LINES - 1, "filter: %s_", screen->input);
	} else if (*screen->note) {
		screen_attribute(screen, A_BOLD, SCREEN_RED);
		screen_line(screen, LINES - 1, "%s", screen->note);
	} else if (*order->filter) {
		screen_line(screen, LINES - 1, "%zu like '%s'  f another filter  ? help  q quit",
			    screen->view.count, order->filter);
	} else {
		screen_line(screen, LINES - 1,
			    "%zu-%zu of %zu  q quit  ? help  p pause  f filter  n e h x t sort  r reverse  d device",
			    screen->view.count ? screen->first + 1 : 0,
			    screen->first + screen->rows < screen->view.count ?
			    screen->first + screen->rows : screen->view.count,
			    screen->view.count);
	}
}

/* Lines that fit the narrowest screen; the last ones are cut off a low one. */
static void screen_help(const struct top_screen *screen)
{
	static const char * const lines[] = {
		"n e h x t  sort by name, endpoint,",
		"           heard, rx or tx",
		"r          reverse the order",
		"f or /     show only peers with a name,",
		"           key or endpoint like this",
		"d          next device",
		"arrows, PgUp PgDn Home End   scroll",
		"p          pause, and go on",
		"q          quit",
		"",
		"Rates are bytes per second; K, M, G are",
		"powers of 1024. HEARD: since the last",
		"authentic message; SHAKEN, of kind",
		"wireguard: since the last handshake.",
		"WAY: class of the candidate in use, set",
		"by request, roamed there, or fixed; -",
		"where the kernel does not say.",
		NULL,
	};
	int i;

	screen_attribute(screen, A_NORMAL, SCREEN_PLAIN);
	for (i = 0; lines[i] && i < LINES - 1; i++)
		screen_line(screen, i, "%s", lines[i]);
	screen_attribute(screen, A_REVERSE, SCREEN_PLAIN);
	screen_line(screen, LINES - 1, "any key: back");
}

static void screen_main(struct top_screen *screen)
{
	const struct top_device *device = top_model_find(&screen->model, screen->ifindex);
	int line = 1;

	if (!device) {
		screen_attribute(screen, A_NORMAL, SCREEN_PLAIN);
		screen_line(screen, 0, "no device: ip link add cv0 type culvert makes one");
		screen_bottom(screen);
		return;
	}
	screen_head(screen, device);
	if (LINES >= SCREEN_LINES_CURVES)
		screen_curves(screen, device, line++);
	if (LINES >= SCREEN_LINES_DROPS)
		screen_drops(screen, device, line++);
	screen_table(screen, device, line);
	screen_bottom(screen);
}

/**
 * top_screen_draw() - draw all of it
 * @screen: what is to be seen
 */
void top_screen_draw(struct top_screen *screen)
{
	erase();
	if (LINES < SCREEN_LINES_MIN || COLS < SCREEN_COLUMNS_MIN)
		screen_line(screen, 0, "terminal too small");
	else if (screen->help)
		screen_help(screen);
	else
		screen_main(screen);
	screen_attribute(screen, A_NORMAL, SCREEN_PLAIN);
	refresh();
}
