/* SPDX-License-Identifier: GPL-2.0 */
/* Text for people: colours, byte counts and spans of time. show prints with it. */
#ifndef CULVERT_TERM_H
#define CULVERT_TERM_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum cmd_style - how a piece of text looks
 * @CMD_PLAIN: as the terminal does by itself; ends all others
 * @CMD_BOLD: bold
 * @CMD_RED: red
 * @CMD_GREEN: green
 * @CMD_YELLOW: yellow
 * @CMD_CYAN: cyan
 */
enum cmd_style {
	CMD_PLAIN,
	CMD_BOLD,
	CMD_RED,
	CMD_GREEN,
	CMD_YELLOW,
	CMD_CYAN,
};

bool cmd_term_has_colour(void);
void cmd_term_style(bool colour, enum cmd_style style);
void cmd_term_print(bool colour, enum cmd_style style, const char *text);
void cmd_term_print_bytes(bool colour, uint64_t bytes);
void cmd_term_print_span(bool colour, uint64_t seconds);

#endif /* CULVERT_TERM_H */
