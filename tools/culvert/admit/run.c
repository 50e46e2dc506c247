// SPDX-License-Identifier: GPL-2.0
/*
 * Runs of the command that culvert admit asks. Each is a group of processes, with its output in a
 * pipe, and is killed as a group when its time is up or when it says too much.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admit/run.h"
#include "common/clock.h"

/* The words of the command, and behind them the key and where it comes from. */
static char **admit_run_words(char *const *command, char *key, char *from)
{
	size_t count = 0;
	char **words;

	while (command[count])
		count++;
	words = calloc(count + 3, sizeof(*words));
	if (!words)
		return NULL;
	memcpy(words, command, count * sizeof(*words));
	words[count] = key;
	words[count + 1] = from;
	return words;
}

/* In the new process. What this one has open is closed by exec. */
static void admit_run_exec(const struct admit_run *run, const char *device, char **words,
			   int output)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    setenv("CULVERT_DEVICE", device, 1) || setenv("CULVERT_KEY", run->key, 1) ||
	    setenv("CULVERT_ENDPOINT", run->from, 1))
		_exit(126);
	execvp(words[0], words);
	fprintf(stderr, "culvert: cannot run %s: %s\n", words[0], strerror(errno));
	_exit(127);
}

/**
 * admit_run_start() - run the command
 * @run: free
 * @device: name of the link
 * @command: its words, ending in NULL
 * @knock: what it is asked about
 * @limit_ms: how long it may take
 *
 * Return: 0 or a negative errno.
 */
int admit_run_start(struct admit_run *run, const char *device, char *const *command,
		    const struct cvl_knock *knock, int64_t limit_ms)
{
	char **words = admit_run_words(command, run->key, run->from);
	int pipe_fds[2];
	int ret = -ENOMEM;

	run->knock = *knock;
	cvl_key_to_text(run->key, knock->public_key);
	cvl_endpoint_to_text(run->from, &knock->endpoint);
	run->answer = malloc(ADMIT_ANSWER_BYTES);
	if (!words || !run->answer)
		goto failed;
	if (pipe2(pipe_fds, O_CLOEXEC)) {
		ret = -errno;
		goto failed;
	}
	run->pid = fork();
	if (!run->pid)
		admit_run_exec(run, device, words, pipe_fds[1]);
	ret = run->pid < 0 ? -errno : 0;
	close(pipe_fds[1]);
	if (ret) {
		close(pipe_fds[0]);
		goto failed;
	}
	/* whichever of the two is first */
	setpgid(run->pid, run->pid);
	fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	run->fd = pipe_fds[0];
	run->until_ms = cmd_clock_ms() + limit_ms;
	free(words);
	return 0;

failed:
	free(words);
	run->fd = -1;
	run->pid = 0;
	admit_run_clear(run);
	return ret;
}

/**
 * admit_run_kill() - end what the command has begun
 * @run: is over soon
 */
void admit_run_kill(struct admit_run *run)
{
	if (run->pid > 0)
		kill(-run->pid, SIGKILL);
	if (run->fd >= 0)
		close(run->fd);
	run->fd = -1;
}

/**
 * admit_run_read() - take what the command has printed
 * @run: its output can be read, or has ended
 */
void admit_run_read(struct admit_run *run)
{
	ssize_t bytes = read(run->fd, run->answer + run->used, ADMIT_ANSWER_BYTES - run->used);

	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (bytes > 0)
		run->used += (size_t)bytes;
	if (run->used == ADMIT_ANSWER_BYTES) {
		run->is_long = true;
		admit_run_kill(run);
	} else if (bytes <= 0) {
		close(run->fd);
		run->fd = -1;
	}
}

/**
 * admit_run_check_time() - kill the command if its time is up
 * @run: runs
 */
void admit_run_check_time(struct admit_run *run)
{
	if (run->is_late || cmd_clock_ms() < run->until_ms)
		return;
	run->is_late = true;
	admit_run_kill(run);
}

/**
 * admit_run_is_over() - whether the command has ended, and all of its output is there
 * @run: runs
 * @status: set as by waitpid(2), once
 *
 * Return: whether it has; then the process is gone.
 */
bool admit_run_is_over(struct admit_run *run, int *status)
{
	if (run->fd >= 0 || waitpid(run->pid, status, WNOHANG) <= 0)
		return false;
	/* what it has left in the background is not waited for */
	kill(-run->pid, SIGKILL);
	return true;
}

/**
 * admit_run_clear() - forget a run
 * @run: over; free afterwards
 */
void admit_run_clear(struct admit_run *run)
{
	/* the answer may have a pre-shared key */
	if (run->answer)
		explicit_bzero(run->answer, ADMIT_ANSWER_BYTES);
	free(run->answer);
	*run = (struct admit_run){ .fd = -1 };
}
