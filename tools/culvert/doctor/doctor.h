/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of culvert doctor share: what becomes of a finding. why asks them, too. */
#ifndef CULVERT_DOCTOR_H
#define CULVERT_DOCTOR_H

#include "common/out.h"

/**
 * enum doctor_state - how bad a finding is
 * @DOCTOR_OK: as it should be
 * @DOCTOR_NOTE: may be meant so
 * @DOCTOR_BAD: keeps a tunnel from working
 */
enum doctor_state {
	DOCTOR_OK,
	DOCTOR_NOTE,
	DOCTOR_BAD,
};

/* Room for the sentence of a finding. */
#define DOCTOR_TEXT_SIZE 640
#define DOCTOR_ABOUT_SIZE 32

/**
 * struct doctor - an examination
 * @bad: how many findings were DOCTOR_BAD
 * @out: where findings are printed as JSON; NULL: as lines
 * @is_silent: nothing is printed
 * @first: the first finding that was DOCTOR_BAD, or ""
 */
struct doctor {
	unsigned int bad;
	struct cmd_out *out;
	bool is_silent;
	char first[DOCTOR_TEXT_SIZE];
};

/* say.c */
void doctor_say(struct doctor *doctor, enum doctor_state state, const char *what,
		const char *format, ...) CVL_PRINTF(4, 5);

/* link.c */
void doctor_links(struct doctor *doctor);

#endif /* CULVERT_DOCTOR_H */
