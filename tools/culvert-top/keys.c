// SPDX-License-Identifier: GPL-2.0
/* What each key does. */
#include <curses.h>
#include <limits.h>
#include <string.h>

#include "keys.h"

#define KEYS_ESCAPE 0x1b
#define KEYS_BACKSPACE 0x7f

/* Takes back the last character, which may have several bytes. */
static void keys_take_back(char *input)
{
	size_t length = strlen(input);

	while (length && (input[length - 1] & 0xc0) == 0x80)
		length--;
	input[length ? length - 1 : 0] = '\0';
}

static void keys_add(char input[TOP_SCREEN_INPUT], wint_t key)
{
	mbstate_t state = { 0 };
	char bytes[MB_LEN_MAX];
	size_t length = strlen(input);
	size_t more = wcrtomb(bytes, (wchar_t)key, &state);

	if (key < ' ' || more > MB_LEN_MAX || length + more >= TOP_SCREEN_INPUT)
		return;
	memcpy(input + length, bytes, more);
	input[length + more] = '\0';
}

/* A filter is typed in: the peers follow it as it grows. */
static void keys_type(struct top_screen *screen, wint_t key, bool is_special)
{
	if ((is_special && key == KEY_ENTER) || (!is_special && (key == '\r' || key == '\n'))) {
		screen->is_typing = false;
	} else if (!is_special && key == KEYS_ESCAPE) {
		screen->is_typing = false;
		*screen->input = '\0';
	} else if (is_special ? key == KEY_BACKSPACE : key == KEYS_BACKSPACE || key == '\b') {
		keys_take_back(screen->input);
	} else if (!is_special) {
		keys_add(screen->input, key);
	}
	memcpy(screen->order.filter, screen->input, sizeof(screen->order.filter));
	screen->first = 0;
}

/* Drawing brings back what is too far. */
static void keys_scroll(struct top_screen *screen, wint_t key)
{
	size_t page = screen->rows ? screen->rows : 1;
	size_t up = key == KEY_UP ? 1 : key == KEY_PPAGE ? page : 0;

	if (key == KEY_HOME)
		screen->first = 0;
	else if (key == KEY_END)
		screen->first = screen->view.count;
	else if (key == KEY_DOWN)
		screen->first++;
	else if (key == KEY_NPAGE)
		screen->first += page;
	else
		screen->first -= up < screen->first ? up : screen->first;
}

static void keys_next_device(struct top_screen *screen)
{
	const struct top_device *device = top_model_after(&screen->model, screen->ifindex);

	if (!device)
		return;
	screen->ifindex = device->ifindex;
	screen->first = 0;
}

/**
 * top_keys_press() - do what a key says
 * @screen: changed
 * @key: a character, or KEY_... of curses
 * @is_special: it is the latter
 *
 * Return: false if the program is to end.
 */
bool top_keys_press(struct top_screen *screen, wint_t key, bool is_special)
{
	enum top_sort sort;

	if (screen->help) {
		screen->help = false;
		return is_special || key != 'q';
	}
	if (screen->is_typing) {
		keys_type(screen, key, is_special);
	} else if (is_special) {
		keys_scroll(screen, key);
	} else if (top_sort_key(&sort, (wchar_t)key)) {
		screen->order.sort = sort;
		screen->first = 0;
	} else if (key == 'r') {
		screen->order.reverse = !screen->order.reverse;
	} else if (key == 'd') {
		keys_next_device(screen);
	} else if (key == 'p') {
		screen->paused = !screen->paused;
	} else if (key == '?') {
		screen->help = true;
	} else if (key == 'f' || key == '/') {
		screen->is_typing = true;
		*screen->input = '\0';
		*screen->order.filter = '\0';
	}
	return key != 'q' || is_special || screen->is_typing;
}
