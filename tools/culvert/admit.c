// SPDX-License-Identifier: GPL-2.0
/*
 * culvert admit: ask a command about each key that knocks and that no peer has. What the command
 * prints becomes the peer; admit/run.c runs it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admit/run.h"
#include "command.h"
#include "common/clock.h"
#include "common/message.h"
#include "internal.h"

/* The command has this long; a knock is kept for 5 s. */
#define ADMIT_LIMIT_S 4
#define ADMIT_LIMIT_MAX_S 5

/* So many at once. */
#define ADMIT_RUNS 8
#define ADMIT_RUNS_MAX 256

/* So long a key that was refused is not asked about again, and one where the command failed. */
#define ADMIT_REFUSE_S 60
#define ADMIT_REFUSE_MAX_S 86400
#define ADMIT_FAILED_S 10

/* Where one of the processes has closed its output and goes on. */
#define ADMIT_STEP_MS 50

struct admit {
	const char *device;
	char **command;
	unsigned int limit_s;
	unsigned int run_count;
	unsigned int refuse_s;
	struct cvl_netlink *nl;
	struct cvl_knocks *knocks;
	int signals;
	struct admit_run *runs;
	/* the knocks, the signals, and the output of each run */
	struct pollfd *fds;
	bool may_have_more;
};

/* What has become of a knock; for logs, so that it is there at once. */
static void admit_say(const struct admit_run *run, const char *verdict)
{
	printf("%s %s from %s\n", verdict, run->key, run->from);
	fflush(stdout);
}

static void admit_complain(const struct admit_run *run, const char *what)
{
	fprintf(stderr, "culvert: admit: %s: %s\n", run->key, what);
}

static void admit_refuse(struct admit *admit, const struct admit_run *run, unsigned int seconds)
{
	struct cvl_error err = { 0 };

	if (cvl_knocks_refuse(admit->knocks, run->knock.id, seconds, &err) &&
	    err.code != -ESTALE)
		admit_complain(run, err.text);
	admit_say(run, "refused");
}

/* The answer is one peer, with the key that knocks, and nothing about the device. */
static int admit_check(const struct admit_run *run, struct cvl_device *dev, struct cvl_error *err)
{
	const struct cvl_peer *peer = dev->peers;

	if (dev->has || !peer || peer->next)
		return cvl_error_set(err, -EINVAL,
				     "the command has not printed one section [Peer] and nothing else");
	if (!cvl_key_equal(peer->public_key, run->knock.public_key))
		return cvl_error_set(err, -EINVAL,
				     "the command has printed a peer with another public key");
	return 0;
}

/* While a name server is asked, all others would wait. */
static int admit_take_address(union cvl_address *address, const char *host, const char *service,
			      struct cvl_error *err)
{
	if (!host || cvl_endpoint_is_literal(address, host, service))
		return 0;
	cvl_error_word(err, host);
	return cvl_error_set(err, -EINVAL,
			     "the command has printed the name '%s' for an endpoint; expected an address",
			     err->word);
}

static int admit_take_addresses(struct cvl_peer *peer, struct cvl_error *err)
{
	struct cvl_candidate *candidate;
	int ret = admit_take_address(&peer->endpoint, peer->endpoint_host,
				     peer->endpoint_service, err);

	for (candidate = peer->candidates; candidate && !ret; candidate = candidate->next)
		ret = admit_take_address(&candidate->endpoint, candidate->host,
					 candidate->service, err);
	return ret;
}

static int admit_answer(const struct admit_run *run, struct cvl_device **dev,
			struct cvl_error *err)
{
	int ret;

	*dev = cvl_device_create();
	if (!*dev)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	ret = cvl_config_parse(*dev, "answer of the command", run->answer, run->used, err);
	if (!ret)
		ret = admit_check(run, *dev, err);
	return ret ? ret : admit_take_addresses((*dev)->peers, err);
}

static void admit_let_in(struct admit *admit, const struct admit_run *run)
{
	struct cvl_error err = { 0 };
	struct cvl_device *dev;
	int ret = admit_answer(run, &dev, &err);

	if (!ret)
		ret = cvl_knocks_accept(admit->knocks, run->knock.id, dev, &err);
	cvl_device_destroy(dev);
	if (!ret) {
		admit_say(run, "let in");
		return;
	}
	admit_complain(run, ret == -ESTALE ?
		       "the knock was over before the command had answered" : err.text);
	if (ret != -ESTALE)
		admit_refuse(admit, run, ADMIT_FAILED_S);
}

static void admit_finish(struct admit *admit, struct admit_run *run, int status)
{
	char what[64];

	if (!run->is_late && !run->is_long && WIFEXITED(status) && !WEXITSTATUS(status)) {
		admit_let_in(admit, run);
	} else if (!run->is_late && !run->is_long && WIFEXITED(status) &&
		   WEXITSTATUS(status) == 1) {
		admit_refuse(admit, run, admit->refuse_s);
	} else {
		if (run->is_late)
			snprintf(what, sizeof(what), "the command took longer than %u s",
				 admit->limit_s);
		else if (run->is_long)
			snprintf(what, sizeof(what), "the command has printed more than %u bytes",
				 ADMIT_ANSWER_BYTES);
		else if (WIFEXITED(status))
			snprintf(what, sizeof(what), "the command has ended with status %d",
				 WEXITSTATUS(status));
		else
			snprintf(what, sizeof(what), "the command was ended by signal %d",
				 WTERMSIG(status));
		admit_complain(run, what);
		admit_refuse(admit, run, ADMIT_FAILED_S);
	}
	admit_run_clear(run);
}

static struct admit_run *admit_free_run(struct admit *admit)
{
	unsigned int i;

	for (i = 0; i < admit->run_count; i++) {
		if (!admit->runs[i].pid)
			return &admit->runs[i];
	}
	return NULL;
}

/* Takes knocks as long as something is free to be run; the others wait in the kernel. */
static int admit_take(struct admit *admit, struct cvl_error *err)
{
	const struct cvl_knock *knock;
	struct admit_run *run;
	int ret;

	while ((run = admit_free_run(admit))) {
		ret = cvl_knocks_next(admit->knocks, &knock, err);
		if (ret <= 0) {
			admit->may_have_more = false;
			return ret;
		}
		ret = admit_run_start(run, admit->device, admit->command, knock,
				      admit->limit_s * 1000);
		if (ret)
			return cvl_error_set(err, ret, "cannot start a process: %s",
					     strerror(-ret));
	}
	admit->may_have_more = true;
	return 0;
}

/* How long nothing will happen by itself, or -1: for ever. */
static int admit_sleep_ms(const struct admit *admit)
{
	int64_t now_ms = cmd_clock_ms();
	int64_t least_ms = -1;
	unsigned int i;

	for (i = 0; i < admit->run_count; i++) {
		const struct admit_run *run = &admit->runs[i];
		int64_t rest_ms = run->fd < 0 ? ADMIT_STEP_MS : run->until_ms - now_ms;

		if (!run->pid)
			continue;
		if (rest_ms < 0)
			rest_ms = 0;
		if (least_ms < 0 || rest_ms < least_ms)
			least_ms = rest_ms;
	}
	return (int)least_ms;
}

static void admit_look_after(struct admit *admit)
{
	unsigned int i;
	int status;

	for (i = 0; i < admit->run_count; i++) {
		struct admit_run *run = &admit->runs[i];

		if (!run->pid)
			continue;
		if (run->fd >= 0 && admit->fds[2 + i].revents)
			admit_run_read(run);
		admit_run_check_time(run);
		if (admit_run_is_over(run, &status))
			admit_finish(admit, run, status);
	}
}

/* A child has ended, or this program is to. Return: whether it goes on. */
static bool admit_signal(const struct admit *admit)
{
	struct signalfd_siginfo info;
	bool goes_on = true;

	while (read(admit->signals, &info, sizeof(info)) == sizeof(info))
		goes_on &= info.ssi_signo == SIGCHLD;
	return goes_on;
}

static int admit_loop(struct admit *admit, struct cvl_error *err)
{
	unsigned int i;
	int wait_ms, ret;

	for (;;) {
		admit->fds[0] = (struct pollfd) {
			.fd = admit_free_run(admit) ? cvl_knocks_fd(admit->knocks) : -1,
			.events = POLLIN,
		};
		admit->fds[1] = (struct pollfd) { .fd = admit->signals, .events = POLLIN };
		for (i = 0; i < admit->run_count; i++)
			admit->fds[2 + i] = (struct pollfd) {
				.fd = admit->runs[i].fd, .events = POLLIN,
			};
		wait_ms = admit->may_have_more && admit_free_run(admit) ? 0 : admit_sleep_ms(admit);
		if (poll(admit->fds, admit->run_count + 2, wait_ms) < 0 &&
		    errno != EINTR)
			return cvl_error_set(err, -errno, "cannot wait: %s", strerror(errno));
		if (admit->fds[1].revents && !admit_signal(admit))
			return 0;
		admit_look_after(admit);
		if (!admit->fds[0].revents && !admit->may_have_more)
			continue;
		ret = admit_take(admit, err);
		if (ret < 0)
			return ret;
	}
}

static int admit_open(struct admit *admit, struct cvl_error *err)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
	struct cvl_link link;
	sigset_t set;
	size_t i;
	int ret;

	admit->nl = cvl_netlink_create(err);
	if (!admit->nl)
		return err->code;
	ret = cvl_netlink_find(admit->nl, &link, admit->device, err);
	if (ret)
		return ret;
	admit->knocks = cvl_knocks_create(&link, err);
	if (!admit->knocks)
		return err->code;
	/* who began this may have had it ignored */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	admit->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	admit->runs = calloc(admit->run_count, sizeof(*admit->runs));
	admit->fds = calloc(admit->run_count + 2, sizeof(*admit->fds));
	if (admit->signals < 0 || !admit->runs || !admit->fds)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < admit->run_count; i++)
		admit->runs[i].fd = -1;
	/* what has knocked since it listens */
	admit->may_have_more = true;
	return 0;
}

static void admit_close(struct admit *admit)
{
	unsigned int i;

	for (i = 0; admit->runs && i < admit->run_count; i++) {
		struct admit_run *run = &admit->runs[i];

		if (!run->pid)
			continue;
		admit_run_kill(run);
		waitpid(run->pid, NULL, 0);
		admit_run_clear(run);
	}
	cvl_knocks_destroy(admit->knocks);
	cvl_netlink_destroy(admit->nl);
	free(admit->runs);
	free(admit->fds);
}

/* Reads a number into VALUE. Return: whether it is one in the range. */
static bool admit_number(unsigned int *value, const char *word, unsigned int most)
{
	unsigned long number;
	char *end;

	if (!word || *word < '0' || *word > '9')
		return false;
	errno = 0;
	number = strtoul(word, &end, 10);
	if (*end || errno || !number || number > most)
		return false;
	*value = (unsigned int)number;
	return true;
}

/* Return: where the words behind the options begin, or NULL: it is said that they are wrong. */
static char **admit_options(struct admit *admit, char **argv)
{
	const struct {
		const char *name;
		const char *long_name;
		unsigned int *value;
		unsigned int most;
	} options[] = {
		{ "-t", "--time", &admit->limit_s, ADMIT_LIMIT_MAX_S },
		{ "-n", "--number", &admit->run_count, ADMIT_RUNS_MAX },
		{ "-r", "--refuse", &admit->refuse_s, ADMIT_REFUSE_MAX_S },
	};
	size_t i;

	for (argv++; *argv && **argv == '-'; argv += 2) {
		if (!strcmp(*argv, "--"))
			return argv + 1;
		for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
			if (!strcmp(*argv, options[i].name) || !strcmp(*argv, options[i].long_name))
				break;
		}
		if (i == sizeof(options) / sizeof(*options)) {
			cmd_misused("admit", "unknown option '%s'; expected -n, -r or -t", *argv);
			return NULL;
		}
		if (!admit_number(options[i].value, argv[1], options[i].most)) {
			cmd_misused("admit", "%s '%s': expected a number from 1 to %u", *argv,
				    argv[1] ? argv[1] : "", options[i].most);
			return NULL;
		}
	}
	return argv;
}

/**
 * cmd_admit() - the subcommand
 * @argc: at least 1
 * @argv: the name, options, a device, and a command with its words; ends in NULL
 *
 * Return: the exit status: 0 if it was ended by a signal.
 */
int cmd_admit(int argc, char **argv)
{
	struct admit admit = {
		.limit_s = ADMIT_LIMIT_S, .run_count = ADMIT_RUNS, .refuse_s = ADMIT_REFUSE_S,
	};
	struct cvl_error err = { 0 };
	int ret;

	(void)argc;
	argv = admit_options(&admit, argv);
	if (!argv)
		return 1;
	if (!argv[0] || !argv[1])
		return cmd_misused("admit", "expected DEV and COMMAND");
	admit.device = argv[0];
	admit.command = argv + 1;
	ret = admit_open(&admit, &err);
	if (!ret) {
		printf("listening at %s\n", admit.device);
		fflush(stdout);
		ret = admit_loop(&admit, &err);
	}
	admit_close(&admit);
	return ret ? cmd_fail(&err) : 0;
}
