// SPDX-License-Identifier: GPL-2.0
/*
 * Look at the kernel module and load it, by way of kmod's programs: they know about
 * compressed modules and about what modprobe.d says. load and doctor call this.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "module.h"

#define MODULE_NAME "culvert"
#define MODULE_SYS "/sys/module/" MODULE_NAME

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

static void module_trim(char *text)
{
	text[strcspn(text, "\n")] = '\0';
}

/*
 * Runs a program and takes the first line of what it says, on stderr too if that is
 * wanted. Return: its exit status.
 */
static int module_run(char *said, size_t said_bytes, char * const *argv, bool with_errors)
{
	size_t used = 0;
	int status = -1;
	ssize_t got = 1;
	char rest[256];
	int ends[2];
	pid_t pid;

	*said = '\0';
	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid)
		module_exec(argv, ends[1], with_errors);
	close(ends[1]);
	while (pid > 0 && got > 0) {
		bool full = used == said_bytes - 1;

		got = read(ends[0], full ? rest : said + used,
			   full ? sizeof(rest) : said_bytes - 1 - used);
		if (got > 0 && !full)
			used += (size_t)got;
	}
	said[used] = '\0';
	module_trim(said);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
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
 * cmd_module_read() - read the beginning of a small file
 * @text: set to its first line, or ""
 * @text_bytes: size of @text
 * @path: of the file
 *
 * Return: whether there is such a file.
 */
bool cmd_module_read(char *text, size_t text_bytes, const char *path)
{
	FILE *file = fopen(path, "re");

	*text = '\0';
	if (!file)
		return false;
	if (!fgets(text, (int)text_bytes, file))
		*text = '\0';
	module_trim(text);
	fclose(file);
	return true;
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
	cmd_module_read(module->loaded_version, sizeof(module->loaded_version),
			MODULE_SYS "/version");
	if (cmd_module_read(text, sizeof(text), MODULE_SYS "/parameters/replace_wireguard"))
		module->replaces = *text == 'Y';
}

/**
 * cmd_module_of_link() - ask which module serves a link
 * @driver: set to the name of the module, without an end such as .ko, or to ""
 * @name: of the link
 *
 * Return: whether the kernel has told.
 */
bool cmd_module_of_link(char driver[CMD_MODULE_DRIVER_SIZE], const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (void *)&info };

	*driver = '\0';
	if (fd < 0)
		return false;
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (!ioctl(fd, SIOCETHTOOL, &request))
		snprintf(driver, CMD_MODULE_DRIVER_SIZE, "%.*s", (int)sizeof(info.driver),
			 info.driver);
	close(fd);
	return *driver;
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
		.is_signed = *module->signer,
		.is_root = !geteuid(),
		.may_load = prctl(PR_CAPBSET_READ, CAP_SYS_MODULE) != 0,
	};
	char headers[256];

	snprintf(headers, sizeof(headers), "/lib/modules/%s/build/Makefile", module->release);
	facts.has_headers = !access(headers, F_OK);
	cmd_diagnose_load(text, text_bytes, &facts);
}
