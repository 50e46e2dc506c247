// SPDX-License-Identifier: GPL-2.0
/*
 * Other programs that up and down run: the user's hooks by a shell; nft, resolvectl and resolvconf
 * by themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "up/run.h"

/* Where to look if the environment does not say. */
#define UP_RUN_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/**
 * up_run_find() - look for a program
 * @program: its name
 * @path: set to where it is
 *
 * Return: whether it was found.
 */
bool up_run_find(const char *program, char path[PATH_MAX])
{
	const char *at = getenv("PATH");
	size_t length;

	for (at = at && *at ? at : UP_RUN_PATH; *at; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		if (snprintf(path, PATH_MAX, "%.*s/%s", (int)length, at, program) < PATH_MAX &&
		    length && !access(path, X_OK))
			return true;
	}
	return false;
}

/* In the new process. */
static void up_run_exec(const char *path, const char *const *argv, const int *input)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* it is that already if standard input was closed */
	if (input && (input[0] == STDIN_FILENO ? fcntl(input[0], F_SETFD, 0) :
						 dup2(input[0], STDIN_FILENO)) < 0)
		_exit(126);
	execv(path, (char *const *)argv);
	fprintf(stderr, "culvert: cannot run %s: %s\n", path, strerror(errno));
	_exit(127);
}

/* What it does not read is not missed: its status tells. */
static void up_run_feed(int fd, const char *input)
{
	size_t left = strlen(input);
	ssize_t wrote;

	while (left) {
		wrote = write(fd, input, left);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			break;
		input += wrote;
		left -= (size_t)wrote;
	}
}

static int up_run_wait(pid_t pid, const char *what, struct cvl_error *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return cvl_error_set(err, -errno, "%s: %s", what, strerror(errno));
	}
	if (WIFSIGNALED(status))
		return cvl_error_set(err, -EINTR, "%s was ended by signal %d", what,
				     WTERMSIG(status));
	if (WEXITSTATUS(status))
		return cvl_error_set(err, -EIO, "%s has ended with status %d", what,
				     WEXITSTATUS(status));
	return 0;
}

/* HOOK is what the user has written, or NULL. */
static int up_run_at(const char *path, const char *const *argv, const char *hook,
		     const char *input, struct cvl_error *err)
{
	const char *what = hook ? hook : argv[0];
	char shown[sizeof(err->word) + 2];
	int fds[2];
	pid_t pid;

	if (input && pipe2(fds, O_CLOEXEC))
		return cvl_error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid)
		up_run_exec(path, argv, input ? fds : NULL);
	if (input) {
		close(fds[0]);
		if (pid > 0)
			up_run_feed(fds[1], input);
		close(fds[1]);
	}
	if (pid < 0)
		return cvl_error_set(err, -errno, "cannot start a process: %s", strerror(errno));
	cvl_error_word(err, what);
	snprintf(shown, sizeof(shown), "'%s'", err->word);
	return up_run_wait(pid, shown, err);
}

/**
 * up_run() - run a program and wait for it
 * @argv: its words, ending in NULL
 * @input: what it reads, or NULL: what this program would
 * @err: set on failure
 *
 * Return: 0, -ENOENT if there is no such program, -EIO if it has failed, or another negative errno.
 */
int up_run(const char *const *argv, const char *input, struct cvl_error *err)
{
	char path[PATH_MAX];

	if (!up_run_find(argv[0], path))
		return cvl_error_set(err, -ENOENT, "%s: there is no such program in PATH", argv[0]);
	return up_run_at(path, argv, NULL, input, err);
}

/**
 * up_run_hooks() - run commands of the file, one after the other
 * @name: of the hook
 * @hooks: the commands
 * @err: set on failure
 *
 * Where there is a bash it runs them, as the manual of wg-quick(8) has it; else the shell does.
 * As there, a command ends at the first step that fails.
 *
 * Return: 0, or a negative errno for the first that fails; those behind it are not run.
 */
int up_run_hooks(const char *name, const struct up_list *hooks, struct cvl_error *err)
{
	const char *shell = "bash";
	char path[PATH_MAX];
	bool is_bash = true;
	int ret = 0;
	size_t i;

	if (!hooks->count)
		return 0;
	if (!up_run_find(shell, path)) {
		shell = "sh";
		is_bash = false;
		if (!up_run_find(shell, path))
			return cvl_error_set(err, -ENOENT, "%s: there is no shell in PATH", name);
	}
	for (i = 0; i < hooks->count && !ret; i++) {
		const char * const bash[] = {
			shell, "-e", "-o", "pipefail", "-O", "extglob", "-c", "--", hooks->words[i],
			NULL,
		};
		const char * const sh[] = { shell, "-e", "-c", "--", hooks->words[i], NULL };

		ret = up_run_at(path, is_bash ? bash : sh, hooks->words[i], NULL, err);
		if (ret)
			cvl_error_prefix(err, "%s: ", name);
	}
	return ret;
}
