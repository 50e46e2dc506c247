// SPDX-License-Identifier: GPL-2.0
/* Unit test of tools/lib/nearest.c; selftests/check-unit runs it. */
#include <stddef.h>

#include "ktap.h"
#include "nearest.h"

static const char * const known[] = {
	"show", "showconf", "set", "setconf", "pubkey", "PresharedKey", "persistent-keepalive",
	"[Peer]", NULL,
};

static const char *nearest(const char *word)
{
	struct cvl_nearest search;
	size_t i;

	cvl_nearest_begin(&search, word);
	for (i = 0; known[i]; i++)
		cvl_nearest_try(&search, known[i]);
	return search.best ? search.best : "(none)";
}

/* Word, the nearest, name of the case. */
static const char * const cases[][3] = {
	{ "shwo", "show", "two neighbours swapped" },
	{ "hsow", "show", "the first two swapped" },
	{ "shw", "show", "a letter left out" },
	{ "shoow", "show", "a letter put in" },
	{ "shox", "show", "a letter changed" },
	{ "SHWO", "show", "case does not matter" },
	{ "presharedkye", "PresharedKey", "nor that of the known word" },
	{ "persistent-kepalvie", "persistent-keepalive", "two slips" },
	{ "persistent-kepalvi", "(none)", "three slips" },
	{ "sett", "set", "of two that are as near, the first" },
	{ "[pear]", "[Peer]", "brackets are letters" },
	{ "pkey", "(none)", "two of four is half" },
	{ "pukey", "pubkey", "one of five" },
	{ "se", "(none)", "one of two is half" },
	{ "sep", "set", "one of three is less than half" },
	{ "s", "(none)", "one letter" },
	{ "", "(none)", "nothing" },
	{ "frob", "(none)", "nothing like it" },
	{ "persistent-keepalivepersistent-keepalive", "(none)", "a word that is too long" },
	{ "\xff\xfehow", "show", "bytes that are no letters" },
	{ "wohs", "(none)", "the letters backwards" },
};

int main(void)
{
	char name[128];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(name, sizeof(name), "nearest word: %s", cases[i][2]);
		ktap_is(nearest(cases[i][0]), cases[i][1], name);
	}
	return ktap_finish();
}
