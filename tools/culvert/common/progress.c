// SPDX-License-Identifier: GPL-2.0
/*
 * A bar on standard error that shows how far something has come. There is none where standard error
 * is no terminal, nor before it has taken a second, and nothing is left of it in the end. setconf,
 * addconf and syncconf have one.
 */
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/progress.h"

#define CMD_PROGRESS_FIRST_MS 1000
#define CMD_PROGRESS_EACH_MS 100
#define CMD_PROGRESS_WIDTH 40

/**
 * cmd_progress_begin() - from now on time passes
 * @bar: set; for cmd_progress_clear()
 */
void cmd_progress_begin(struct cmd_progress *bar)
{
	*bar = (struct cmd_progress) {
		.terminal = isatty(STDERR_FILENO),
		.next_ms = cmd_clock_ms() + CMD_PROGRESS_FIRST_MS,
	};
}

/**
 * cmd_progress_tell() - so much has been done
 * @arg: the bar
 * @done: this much
 * @all: of this much; if it is less than @done, all has been
 */
void cmd_progress_tell(void *arg, size_t done, size_t all)
{
	char cells[CMD_PROGRESS_WIDTH + 1];
	struct cmd_progress *bar = arg;
	size_t i, filled, percent;
	int64_t now_ms;

	if (!bar->terminal)
		return;
	now_ms = cmd_clock_ms();
	if (now_ms < bar->next_ms)
		return;
	percent = done < all ? (size_t)((double)done / (double)all * 100) : 100;
	filled = percent * CMD_PROGRESS_WIDTH / 100;
	for (i = 0; i < CMD_PROGRESS_WIDTH; i++)
		cells[i] = i < filled ? '#' : '.';
	cells[i] = '\0';
	fprintf(stderr, "\r[%s] %3zu %%", cells, percent);
	bar->shown = true;
	bar->next_ms = now_ms + CMD_PROGRESS_EACH_MS;
}

/**
 * cmd_progress_clear() - take the bar away
 * @bar: may be shown again
 */
void cmd_progress_clear(struct cmd_progress *bar)
{
	if (bar->shown)
		fprintf(stderr, "\r%*s\r", CMD_PROGRESS_WIDTH + 8, "");
	bar->shown = false;
}
