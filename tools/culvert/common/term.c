// SPDX-License-Identifier: GPL-2.0
/* Text for people on standard output; show/pretty.c calls this. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/env.h"
#include "common/term.h"

/**
 * cmd_term_has_colour() - decide whether to use colours
 *
 * Return: what the environment's COLOR_MODE says, and otherwise whether
 * standard output is a terminal and NO_COLOR is not set (no-color.org).
 */
bool cmd_term_has_colour(void)
{
	const char *mode = cmd_env("COLOR_MODE");
	const char *none = getenv("NO_COLOR");

	if (mode && !strcmp(mode, "always"))
		return true;
	if (mode && !strcmp(mode, "never"))
		return false;
	return !(none && *none) && isatty(STDOUT_FILENO);
}

/**
 * cmd_term_style() - change how the text from here on looks
 * @colour: whether to do so at all
 * @style: the new one
 */
void cmd_term_style(bool colour, enum cmd_style style)
{
	static const unsigned char codes[] = {
		[CMD_PLAIN] = 0, [CMD_BOLD] = 1, [CMD_RED] = 31,
		[CMD_GREEN] = 32, [CMD_YELLOW] = 33, [CMD_CYAN] = 36,
	};

	if (colour)
		printf("\033[%um", codes[style]);
}

/**
 * cmd_term_print() - print a piece of text in a style
 * @colour: whether to use it
 * @style: of the text
 * @text: the text
 */
void cmd_term_print(bool colour, enum cmd_style style, const char *text)
{
	cmd_term_style(colour, style);
	fputs(text, stdout);
	cmd_term_style(colour, CMD_PLAIN);
}

/**
 * cmd_term_print_bytes() - print a number of bytes in a fitting unit
 * @colour: whether to use it
 * @bytes: the number
 */
void cmd_term_print_bytes(bool colour, uint64_t bytes)
{
	static const char * const units[] = {
		"KiB", "MiB", "GiB", "TiB", NULL,
	};
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		printf("%llu ", (unsigned long long)bytes);
		cmd_term_print(colour, CMD_CYAN, "B");
		return;
	}
	while (value >= 1024 && units[unit + 1]) {
		value /= 1024;
		unit++;
	}
	printf("%.2f ", value);
	cmd_term_print(colour, CMD_CYAN, units[unit]);
}

/**
 * cmd_term_print_span() - print a span of time, like "1 minute, 5 seconds"
 * @colour: whether to use it
 * @seconds: the span, not 0
 */
void cmd_term_print_span(bool colour, uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *one;
		const char *many;
	} units[] = {
		{ 365 * 86400, "year", "years" },
		{ 86400, "day", "days" },
		{ 3600, "hour", "hours" },
		{ 60, "minute", "minutes" },
		{ 1, "second", "seconds" },
		{ 0, NULL, NULL },
	};
	const char *separator = "";
	size_t i;

	for (i = 0; units[i].seconds; i++) {
		uint64_t count = seconds / units[i].seconds;

		if (!count)
			continue;
		seconds -= count * units[i].seconds;
		printf("%s%llu ", separator, (unsigned long long)count);
		cmd_term_print(colour, CMD_CYAN,
			       count == 1 ? units[i].one : units[i].many);
		separator = ", ";
	}
}
