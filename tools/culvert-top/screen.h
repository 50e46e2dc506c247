/* SPDX-License-Identifier: GPL-2.0 */
/* The screen: all that is drawn, by curses. */
#ifndef CULVERT_TOP_SCREEN_H
#define CULVERT_TOP_SCREEN_H

#include "sort.h"

/* A filter is typed in; it fits a name. */
#define TOP_SCREEN_INPUT CVL_NAME_SIZE

/**
 * struct top_screen - what the user sees and has asked for
 * @model: all devices
 * @ifindex: of the device that is shown
 * @order: of its peers
 * @view: its peers in that order
 * @first: the first row of @view that is shown
 * @rows: how many rows of peers fit, set by drawing
 * @paused: nothing is read
 * @help: the keys are explained instead
 * @is_typing: @input is being typed in
 * @input: the next filter
 * @note: why the last reading failed, or ""
 * @interval_s: between two readings
 * @utf8: whether the terminal's encoding is UTF-8
 * @colour: whether to use colours
 */
struct top_screen {
	struct top_model model;
	unsigned int ifindex;
	struct top_order order;
	struct top_view view;
	size_t first;
	size_t rows;
	bool paused;
	bool help;
	bool is_typing;
	char input[TOP_SCREEN_INPUT];
	char note[256];
	double interval_s;
	bool utf8;
	bool colour;
};

void top_screen_start(struct top_screen *screen);
void top_screen_draw(struct top_screen *screen);

#endif /* CULVERT_TOP_SCREEN_H */
