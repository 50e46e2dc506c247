/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of culvert doctor share: how a finding is printed. */
#ifndef CULVERT_DOCTOR_H
#define CULVERT_DOCTOR_H

#include "libculvert.h"

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

/**
 * struct doctor - an examination
 * @bad: how many findings were DOCTOR_BAD
 */
struct doctor {
	unsigned int bad;
};

/* say.c */
void doctor_say(struct doctor *doctor, enum doctor_state state, const char *what,
		const char *format, ...) CVL_PRINTF(4, 5);

/* link.c */
void doctor_links(struct doctor *doctor);

#endif /* CULVERT_DOCTOR_H */
