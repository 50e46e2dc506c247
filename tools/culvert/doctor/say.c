// SPDX-License-Identifier: GPL-2.0
/* Print what culvert doctor finds, one line each, and count what is bad. */
#include <stdarg.h>
#include <stdio.h>

#include "doctor/doctor.h"
#include "doctor/wire.h"

static void doctor_say_args(struct doctor *doctor, enum doctor_state state, const char *what,
			    const char *format, va_list args)
{
	static const char * const words[] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_NOTE] = "note",
		[DOCTOR_BAD] = "BAD",
	};

	doctor->bad += state == DOCTOR_BAD;
	printf("%-4s  %-12s  ", words[state], what);
	vprintf(format, args);
	putchar('\n');
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
