// SPDX-License-Identifier: GPL-2.0
/* Where up and down work: options, the namespace of the link, and the signals that end them. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/message.h"
#include "up/up.h"

/* The last one that came, written by its handler. */
static int up_signal;

static void up_take_signal(int number)
{
	__atomic_store_n(&up_signal, number, __ATOMIC_RELAXED);
}

/** up_signals() - let signals end this program between two steps, so that it can clean up */
void up_signals(void)
{
	struct sigaction action = { .sa_handler = up_take_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* the parent may have had it ignored: then there would be no status of a child */
	signal(SIGCHLD, SIG_DFL);
}

/**
 * up_check_signal() - whether to go on
 * @err: set if not
 *
 * Return: 0 or -EINTR.
 */
int up_check_signal(struct cvl_error *err)
{
	int number = __atomic_load_n(&up_signal, __ATOMIC_RELAXED);

	if (!number)
		return 0;
	return cvl_error_set(err, -EINTR, "ended by signal %d", number);
}

/**
 * up_options() - read the words of up and down
 * @up: gets the namespace
 * @argv: the subcommand, options, and one more word; ends in NULL
 * @word: set to that
 *
 * Return: 0, or the exit status: what is wrong is said.
 */
int up_options(struct up *up, char **argv, const char **word)
{
	const char *name = *argv++;

	*word = NULL;
	for (; *argv; argv++) {
		bool is_watch = !strcmp(*argv, "-w") || !strcmp(*argv, "--watch");
		bool is_netns = !strcmp(*argv, "-n") || !strcmp(*argv, "--netns");

		if (is_netns && (!argv[1] || !*argv[1]))
			return cmd_misused(name, "%s: expected the name of a network namespace",
					   *argv);
		if (is_watch && !strcmp(name, "up")) {
			up->watches = true;
			continue;
		}
		if (!is_netns && **argv == '-')
			return cmd_misused(name, "unknown option '%s'; expected -n%s", *argv,
					   strcmp(name, "up") ? "" : " or -w");
		if (!is_netns && *word)
			return cmd_misused(name, "unexpected argument '%s'; expected one FILE",
					   *argv);
		if (is_netns)
			up->netns = *++argv;
		else
			*word = *argv;
	}
	return *word ? 0 : cmd_misused(name, "expected FILE");
}

static int up_place_enter(struct up *up, struct cvl_error *err)
{
	char path[256];

	cvl_error_word(err, up->netns);
	if (strchr(up->netns, '/') || !strcmp(up->netns, ".") || !strcmp(up->netns, "..") ||
	    snprintf(path, sizeof(path), "/run/netns/%s", up->netns) >= (int)sizeof(path))
		return cvl_error_set(err, -EINVAL, "'%s': expected the name of a network namespace",
				     err->word);
	up->netns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (up->netns_fd < 0 && errno == ENOENT)
		return cvl_error_set(err, -ENOENT,
				     "%s: there is no network namespace of that name; try: ip netns add %s",
				     err->word, err->word);
	if (up->netns_fd < 0 || setns(up->netns_fd, CLONE_NEWNET))
		return cvl_error_set(err, -errno, "%s: cannot enter the network namespace: %s",
				     err->word, strerror(errno));
	up->there = cvl_netlink_create(err);
	return up->there ? 0 : err->code;
}

/**
 * up_place_open() - go to where the link is
 * @up: has the name of the namespace, or NULL
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_place_open(struct up *up, struct cvl_error *err)
{
	struct stat status;
	int ret = 0;

	up->netns_fd = -1;
	up->here_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	up->record.fd = -1;
	up->here = cvl_netlink_create(err);
	if (!up->here)
		return err->code;
	if (up->netns) {
		ret = up_place_enter(up, err);
	} else {
		up->there = up->here;
		up->netns_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	}
	if (ret)
		return ret;
	if (up->netns_fd < 0 || fstat(up->netns_fd, &status))
		return cvl_error_set(err, -errno, "/proc/self/ns/net: %s", strerror(errno));
	up->netns_ino = status.st_ino;
	return 0;
}

/**
 * up_place_go() - go from one of the two namespaces to the other
 * @up: from up_place_open()
 * @here: to where the link is born; else to where it is
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_place_go(const struct up *up, bool here, struct cvl_error *err)
{
	if (!up->netns || !setns(here ? up->here_fd : up->netns_fd, CLONE_NEWNET))
		return 0;
	return cvl_error_set(err, -errno, "cannot go to another network namespace: %s",
			     strerror(errno));
}

/**
 * up_place_close() - free what up_place_open() has opened
 * @up: the program ends
 */
void up_place_close(struct up *up)
{
	if (up->there != up->here)
		cvl_netlink_destroy(up->there);
	cvl_netlink_destroy(up->here);
	if (up->netns_fd >= 0)
		close(up->netns_fd);
	if (up->here_fd >= 0)
		close(up->here_fd);
	up_things_clear(&up->wanted);
	up_file_clear(&up->file);
}
