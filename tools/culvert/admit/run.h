/* SPDX-License-Identifier: GPL-2.0 */
/* The runs of the command that culvert admit asks, each for one knock. */
#ifndef CULVERT_ADMIT_RUN_H
#define CULVERT_ADMIT_RUN_H

#include <sys/types.h>

#include "libculvert.h"

/* More of an answer than this is refused. */
#define ADMIT_ANSWER_BYTES 65536

/**
 * struct admit_run - the command, running for a knock
 * @pid: of the process, which leads a group; 0: this one is free
 * @fd: its standard output, or -1 after its end
 * @until_ms: when it is killed, by the monotonic clock
 * @is_late: it was killed for that
 * @is_long: it was killed because it said too much
 * @knock: what it was asked about
 * @key: of the knock, as text
 * @from: its endpoint, as text
 * @answer: what the command has printed
 * @used: how much that is, in bytes
 */
struct admit_run {
	pid_t pid;
	int fd;
	int64_t until_ms;
	bool is_late;
	bool is_long;
	struct cvl_knock knock;
	char key[CVL_KEY_TEXT_SIZE];
	char from[CVL_ENDPOINT_TEXT_SIZE];
	char *answer;
	size_t used;
};

int admit_run_start(struct admit_run *run, const char *device, char *const *command,
		    const struct cvl_knock *knock, int64_t limit_ms);
void admit_run_read(struct admit_run *run);
void admit_run_check_time(struct admit_run *run);
bool admit_run_is_over(struct admit_run *run, int *status);
void admit_run_kill(struct admit_run *run);
void admit_run_clear(struct admit_run *run);

#endif /* CULVERT_ADMIT_RUN_H */
