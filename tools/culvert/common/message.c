// SPDX-License-Identifier: GPL-2.0
/*
 * Messages, for every subcommand: each is one line on standard error that begins with
 * "culvert: ".
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/message.h"
#include "common/module.h"

/**
 * cmd_fail() - report an error
 * @err: of the library
 *
 * Return: the exit status, 1.
 */
int cmd_fail(const struct cvl_error *err)
{
	/* what was printed before stays before it */
	fflush(stdout);
	fprintf(stderr, "culvert: %s%s\n", err->text,
		err->code == -ENODEV && !cmd_module_is_loaded() ?
		"; the module is not loaded: try 'culvert load'" : "");
	return 1;
}

/**
 * cmd_misused() - report wrong arguments
 * @name: of the subcommand, or NULL
 * @format: of the sentence, as for printf(3)
 *
 * The sentence ends without a full stop, or with a question mark.
 *
 * Return: the exit status, 1.
 */
int cmd_misused(const char *name, const char *format, ...)
{
	const char *see = "; see";
	char text[512];
	va_list args;
	char *c;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* arguments may hold anything; the message is one line all the same */
	for (c = text; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	/* "did you mean" is a question, and the end of its sentence */
	if (c > text && c[-1] == '?')
		see = " See";
	fprintf(stderr, "culvert: %s%s%s%s 'culvert help%s%s'\n",
		name ? name : "", name ? ": " : "", text, see, name ? " " : "",
		name ? name : "");
	return 1;
}

/**
 * cmd_expect_nothing() - refuse arguments where a subcommand takes none
 * @argc: must be 1
 * @argv: the subcommand, and nothing
 *
 * Return: 0, or the exit status, 1, if there are any.
 */
int cmd_expect_nothing(int argc, char **argv)
{
	if (argc == 1)
		return 0;
	return cmd_misused(argv[0], "unexpected argument '%s'; expected none", argv[1]);
}

/**
 * cmd_note() - tell the user something that is no error
 * @text: one line
 */
void cmd_note(const char *text)
{
	fprintf(stderr, "culvert: %s\n", text);
}
