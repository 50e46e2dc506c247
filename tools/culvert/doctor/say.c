// SPDX-License-Identifier: GPL-2.0
/* Print what culvert doctor finds, a line or an object each, and count what is bad. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"
#include "doctor/wire.h"

/* On a line, and in JSON. */
static const struct {
	const char *line;
	const char *json;
} doctor_words[] = {
	[DOCTOR_OK] = { "ok", "ok" },
	[DOCTOR_NOTE] = { "note", "note" },
	[DOCTOR_BAD] = { "BAD", "bad" },
};

static void doctor_say_object(struct cmd_out *out, enum doctor_state state, const char *what,
			      const char *text)
{
	cmd_out_open(out, NULL, '{');
	out->key = "state";
	cmd_out_text(out, doctor_words[state].json);
	out->key = "about";
	cmd_out_text(out, what);
	out->key = "text";
	cmd_out_text(out, text);
	cmd_out_close(out, '}');
}

static void doctor_say_args(struct doctor *doctor, enum doctor_state state, const char *what,
			    const char *format, va_list args)
{
	char text[DOCTOR_TEXT_SIZE], about[DOCTOR_ABOUT_SIZE];

	vsnprintf(text, sizeof(text), format, args);
	doctor->bad += state == DOCTOR_BAD;
	if (state == DOCTOR_BAD && !*doctor->first)
		memcpy(doctor->first, text, sizeof(text));
	if (doctor->is_silent)
		return;
	if (doctor->out) {
		doctor_say_object(doctor->out, state, what, text);
		return;
	}
	snprintf(about, sizeof(about), "%s", what);
	cmd_out_clean(about);
	cmd_out_clean(text);
	printf("%-4s  %-12s  %s\n", doctor_words[state].line, about, text);
}

/**
 * doctor_say() - print a finding
 * @doctor: counts it
 * @state: how bad it is
 * @what: was looked at, a word
 * @format: of the sentence, as for printf(3)
 */
void doctor_say(struct doctor *doctor, enum doctor_state state, const char *what,
		const char *format, ...)
{
	va_list args;

	va_start(args, format);
	doctor_say_args(doctor, state, what, format, args);
	va_end(args);
}

/**
 * doctor_say_wire() - print a finding about what carries a link
 * @wire: the link
 * @state: how bad it is
 * @format: of the sentence, as for printf(3)
 */
void doctor_say_wire(const struct doctor_wire *wire, enum doctor_state state,
		     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	doctor_say_args(wire->doctor, state, wire->dev->name, format, args);
	va_end(args);
}
