// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Fill in struct cvl_error; every function of the library that can fail calls
 * these, and programs may.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libculvert.h"

/*
 * What is in a sentence may come from anywhere, too, e.g. the name of a link: it stays
 * one line, and no terminal obeys it.
 */
static void cvl_error_plain(struct cvl_error *err)
{
	char *c;

	for (c = err->text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

/**
 * cvl_error_set() - say why something failed
 * @err: filled in; its word stays
 * @code: negative errno
 * @format: of the sentence, as for printf(3)
 *
 * Return: @code.
 */
int cvl_error_set(struct cvl_error *err, int code, const char *format, ...)
{
	va_list args;

	err->code = code;
	err->line = 0;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	cvl_error_plain(err);
	return code;
}

/**
 * cvl_error_prefix() - say where the error is: put text before its sentence
 * @err: set before
 * @format: of the text, as for printf(3)
 */
void cvl_error_prefix(struct cvl_error *err, const char *format, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	size_t used;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	used = strlen(text);
	snprintf(text + used, sizeof(text) - used, "%s", err->text);
	memcpy(err->text, text, sizeof(text));
	cvl_error_plain(err);
}

/**
 * cvl_error_word() - note the word at fault
 * @err: its word is filled in
 * @word: may come from anywhere, so what is not plain ASCII becomes a "?",
 *	and what is too long is cut off and ends in "..."
 */
void cvl_error_word(struct cvl_error *err, const char *word)
{
	size_t i;

	for (i = 0; word[i] && i < sizeof(err->word) - 1; i++)
		err->word[i] = word[i] >= ' ' && word[i] <= '~' ? word[i] : '?';
	err->word[i] = '\0';
	if (word[i])
		memcpy(err->word + i - 3, "...", 3);
}
