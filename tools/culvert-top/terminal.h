/* SPDX-License-Identifier: GPL-2.0 */
/* The terminal: taken, given back as it was, and what it or another process tells meanwhile. */
#ifndef CULVERT_TOP_TERMINAL_H
#define CULVERT_TOP_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

/**
 * enum top_happened - what a wait has come to
 * @TOP_HAPPENED_TIME: the time is over
 * @TOP_HAPPENED_KEY: a key was pressed
 * @TOP_HAPPENED_REDRAW: the size is another one, or something else has used the terminal
 * @TOP_HAPPENED_END: a signal says so, or the terminal is gone
 */
enum top_happened {
	TOP_HAPPENED_TIME,
	TOP_HAPPENED_KEY,
	TOP_HAPPENED_REDRAW,
	TOP_HAPPENED_END,
};

bool top_terminal_check(void);
bool top_terminal_start(void);
int top_terminal_stop(void);
enum top_happened top_terminal_wait(int64_t ns);
bool top_terminal_key(wint_t *key, bool *is_special);

#endif /* CULVERT_TOP_TERMINAL_H */
