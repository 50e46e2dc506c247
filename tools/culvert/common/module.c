// SPDX-License-Identifier: GPL-2.0
/*
 * Look at the kernel module and load it, by way of kmod's programs: they know about
 * compressed modules and about what modprobe.d says. load and doctor call this.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/module.h"
#include "common/proc.h"

#define MODULE_NAME "culvert"
#define MODULE_SYS "/sys/module/" MODULE_NAME

/* The most that is kept of what a program says; what is written beyond is refused. */
#define MODULE_SAID_BYTES 16384

/* A module loads in milliseconds; on a machine under much load, in seconds. */
#define MODULE_PATIENCE_S 60

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* Not shells: what these are called with is the same for everybody. */
static void module_exec(char * const *argv, int out, bool with_errors)
{
	static char * const environment[] = {
		"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};

	dup2(out, STDOUT_FILENO);
	dup2(with_errors ? out : open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
	execvpe(argv[0], argv, environment);
	dprintf(STDERR_FILENO, "%s is missing: apt-get install kmod", argv[0]);
	_exit(127);
}

/*
 * Where a program writes: memory of a fixed size. What it leaves running may hold this
 * open for as long as it likes and write to it; a pipe would not end, and without a
 * reader would kill that.
 */
static int module_open_said(void)
{
	int fd = memfd_create("culvert-said", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	/* before Linux 6.3; later ones may be told to insist on it */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("culvert-said", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && (ftruncate(fd, MODULE_SAID_BYTES) ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Waits until the program ends, signals or not; false: it goes on for too long. */
static bool module_wait_end(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	int64_t until = cmd_clock_ms() + MODULE_PATIENCE_S * 1000;
	int ended;

	do {
		int64_t left = until - cmd_clock_ms();

		ended = poll(&end, 1, left > 0 ? (int)left : 0);
	} while (ended < 0 && errno == EINTR);
	return ended;
}

/*
 * Waits for the program itself, not for what it leaves running. Return: its exit status,
 * -ETIMEDOUT if it goes on for too long, or -ECHILD if it has none.
 */
static int module_wait(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int status = -1;
	pid_t ended;

	/* where there is no such call, without a limit */
	if (pidfd >= 0) {
		bool in_time = module_wait_end(pidfd);

		close(pidfd);
		if (!in_time)
			return -ETIMEDOUT;
	}
	do {
		ended = waitpid(pid, &status, 0);
	} while (ended < 0 && errno == EINTR);
	return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

/*
 * Runs a program and takes what it says, on stderr too if that is wanted. Return: its exit
 * status.
 */
static int module_run_all(char *said, size_t said_bytes, char * const *argv, bool with_errors)
{
	int fd = module_open_said();
	int status = -1;
	ssize_t got;
	pid_t pid;

	*said = '\0';
	if (fd < 0)
		return -1;
	/* what took too long before may have ended since */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	pid = fork();
	if (!pid)
		module_exec(argv, fd, with_errors);
	if (pid > 0)
		status = module_wait(pid);
	got = pread(fd, said, said_bytes - 1, 0);
	said[got > 0 ? got : 0] = '\0';
	close(fd);
	if (status == -ETIMEDOUT)
		snprintf(said, said_bytes,
			 "%s is still running after %d s: find out what it waits for",
			 argv[0], MODULE_PATIENCE_S);
	return status;
}

/* The same, but takes the first line only. */
static int module_run(char *said, size_t said_bytes, char * const *argv, bool with_errors)
{
	int status = module_run_all(said, said_bytes, argv, with_errors);

	said[strcspn(said, "\n")] = '\0';
	return status;
}

/* Whether modprobe.d says that the module replaces wireguard.ko when it is loaded next. */
static bool module_will_replace(void)
{
	char * const argv[] = { "modprobe", "--show-depends", MODULE_NAME, NULL };
	char said[MODULE_SAID_BYTES];

	return !module_run_all(said, sizeof(said), argv, false) && cmd_diagnose_replaces(said);
}

/* A module that is built in has no state. */
static enum cmd_wireguard module_wireguard(void)
{
	if (!access("/sys/module/wireguard/initstate", F_OK))
		return CMD_WIREGUARD_LOADED;
	return access("/sys/module/wireguard", F_OK) ? CMD_WIREGUARD_ABSENT :
						      CMD_WIREGUARD_BUILTIN;
}

/* A field of the module's file, or "". */
static void module_field(char *text, size_t text_bytes, char *release, char *field)
{
	char * const argv[] = { "modinfo", "-k", release, "-F", field, MODULE_NAME, NULL };

	/* It may say on stderr that it could not read another module, and go on. */
	if (module_run(text, text_bytes, argv, false))
		*text = '\0';
}

/**
 * cmd_module_is_loaded() - ask the kernel
 *
 * Return: whether the module is in the kernel.
 */
bool cmd_module_is_loaded(void)
{
	return !access(MODULE_SYS, F_OK);
}

/**
 * cmd_module_look() - find out all about the module
 * @module: filled in
 */
void cmd_module_look(struct cmd_module *module)
{
	struct utsname name;
	char text[8];

	memset(module, 0, sizeof(*module));
	uname(&name);
	snprintf(module->release, sizeof(module->release), "%s", name.release);
	module_field(module->path, sizeof(module->path), module->release, "filename");
	module_field(module->vermagic, sizeof(module->vermagic), module->release, "vermagic");
	module_field(module->version, sizeof(module->version), module->release, "version");
	module_field(module->signer, sizeof(module->signer), module->release, "signer");
	module->is_loaded = cmd_module_is_loaded();
	cmd_proc_read(module->loaded_version, sizeof(module->loaded_version),
		      MODULE_SYS "/version");
	if (cmd_proc_read(text, sizeof(text), MODULE_SYS "/parameters/replace_wireguard"))
		module->replaces = *text == 'Y';
	module->will_replace = module_will_replace();
	module->wireguard = module_wireguard();
}

/**
 * cmd_module_load() - load the module as the kernel itself would
 * @said: filled in with the first line of what modprobe said
 * @said_bytes: size of @said
 *
 * Return: 0 if it is loaded now, else another number.
 */
int cmd_module_load(char *said, size_t said_bytes)
{
	char * const argv[] = { "modprobe", MODULE_NAME, NULL };

	return module_run(said, said_bytes, argv, true);
}

/**
 * cmd_module_explain() - say why the module does not load
 * @text: filled in with one line
 * @text_bytes: size of @text
 * @module: looked at before
 * @said: of cmd_module_load(), or "" if that was not tried
 */
void cmd_module_explain(char *text, size_t text_bytes, const struct cmd_module *module,
			const char *said)
{
	struct cmd_load_facts facts = {
		.release = module->release,
		.said = said,
		.vermagic = module->vermagic,
		.wireguard = module->wireguard,
		.is_signed = *module->signer,
		.is_root = !geteuid(),
		.may_load = prctl(PR_CAPBSET_READ, CAP_SYS_MODULE) != 0,
	};
	char headers[256];

	snprintf(headers, sizeof(headers), "/lib/modules/%s/build/Makefile", module->release);
	facts.has_headers = !access(headers, F_OK);
	cmd_diagnose_load(text, text_bytes, &facts);
}
