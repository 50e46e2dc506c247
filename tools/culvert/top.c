// SPDX-License-Identifier: GPL-2.0
/*
 * culvert top: run culvert-top, a program of its own, so that this command does not need
 * ncurses.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "common/columns.h"
#include "common/message.h"

#define TOP_PROGRAM "culvert-top"

/**
 * cmd_top_nth_word() - a column that top sorts by
 * @number: which, from 0 on
 * @word: set
 *
 * Return: false if there are no more.
 */
bool cmd_top_nth_word(size_t number, struct cmd_word *word)
{
	size_t i;

	for (i = 0; i < number && cmd_columns[i].name; i++)
		;
	if (!cmd_columns[i].name)
		return false;
	*word = (struct cmd_word){
		.kind = "column",
		.name = cmd_columns[i].name,
		.help = cmd_columns[i].help,
	};
	return true;
}

/* Only root, or the user who runs this, may have put it there. */
static bool top_is_trusted(const char *path)
{
	struct stat status;

	return !lstat(path, &status) && !(status.st_mode & 0022) &&
	       (!status.st_uid || status.st_uid == geteuid());
}

/* Whether all that leads to what is run is trusted: the program, and the folder that it is in. */
static bool top_may_run(char *path)
{
	char *slash = strrchr(path, '/');
	bool trusted = top_is_trusted(path);

	*slash = '\0';
	trusted = trusted && top_is_trusted(*path ? path : "/");
	*slash = '/';
	return trusted;
}

/* Beside the file of this command, whatever the path that it was called by. */
static bool top_beside(char *path, size_t path_bytes)
{
	ssize_t length = readlink("/proc/self/exe", path, path_bytes);
	char *slash;

	if (length < 0 || (size_t)length >= path_bytes)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + sizeof(TOP_PROGRAM) > path_bytes)
		return false;
	strcpy(slash + 1, TOP_PROGRAM);
	return true;
}

/**
 * cmd_top() - the subcommand
 * @argc: number of arguments
 * @argv: the name, and what culvert-top takes
 *
 * Return: the exit status, 1, if culvert-top cannot be run; else this does not return.
 */
int cmd_top(int argc, char **argv)
{
	const char *installed = CULVERT_LIBEXECDIR "/" TOP_PROGRAM;
	char name[] = TOP_PROGRAM;
	char beside[PATH_MAX];
	int err;

	(void)argc;
	argv[0] = name;
	if (top_beside(beside, sizeof(beside)) && top_may_run(beside)) {
		execv(beside, argv);
		if (errno != ENOENT) {
			fprintf(stderr, "culvert: top: cannot run %s: %s\n", beside,
				strerror(errno));
			return 1;
		}
	}
	execv(installed, argv);
	err = errno;
	if (err != ENOENT && err != ENOTDIR)
		fprintf(stderr, "culvert: top: cannot run %s: %s\n", installed, strerror(err));
	else
		fprintf(stderr,
			"culvert: top: %s is not installed; install the package culvert-top, or build it with ncurses (libncurses-dev)\n",
			TOP_PROGRAM);
	return 1;
}
