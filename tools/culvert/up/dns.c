// SPDX-License-Identifier: GPL-2.0
/*
 * Where names are looked up while the tunnel is up: by systemd-resolved where /etc/resolv.conf is
 * its own, else by resolvconf. Where there is neither, that is said and nothing is done: a file
 * that belongs to no program would be changed under the user. For a link in a namespace of
 * its own it is /etc/netns/NAME/resolv.conf, which ip-netns(8) puts in the place of the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/message.h"
#include "up/run.h"
#include "up/up.h"

/* Words of a command, at most. */
#define UP_DNS_WORDS 64

/* The first line of a file in /etc/netns. */
static const char up_dns_head[] = "# by culvert up\n";

static const char up_dns_resolved[] = "/run/systemd/resolve/";

/* Whether systemd-resolved owns /etc/resolv.conf. */
static bool up_dns_is_resolved(void)
{
	char path[PATH_MAX] = "";
	bool found = false;
	char line[256];
	FILE *file;

	if (realpath("/etc/resolv.conf", path) &&
	    !strncmp(path, up_dns_resolved, sizeof(up_dns_resolved) - 1))
		return true;
	file = fopen("/etc/resolv.conf", "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "nameserver 127.0.0.53", 21);
	if (file)
		fclose(file);
	return found;
}

/* The program that the work is for, or NULL. */
static const char *up_dns_program(const struct up *up)
{
	char path[PATH_MAX], real[PATH_MAX] = "";

	if (up->netns)
		return "netns";
	if (up_dns_is_resolved() && up_run_find("resolvectl", path))
		return "resolvectl";
	/* systemd has a resolvconf that is another name of resolvectl */
	if (up_run_find("resolvconf", path) && realpath(path, real) &&
	    !strstr(real, "resolvectl") && !strstr(real, "systemd-resolve"))
		return "resolvconf";
	return NULL;
}

static int up_dns_text(struct up_text *text, const struct up *up, const char *program)
{
	int ret = up_text_add(text, program, strlen(program));
	size_t i;

	for (i = 0; i < up->file.servers.count && !ret; i++) {
		ret = up_text_add(text, " ", 1);
		if (!ret)
			ret = up_text_add(text, up->file.servers.words[i],
					  strlen(up->file.servers.words[i]));
	}
	for (i = 0; i < up->file.domains.count && !ret; i++) {
		ret = up_text_add(text, " =", 2);
		if (!ret)
			ret = up_text_add(text, up->file.domains.words[i],
					  strlen(up->file.domains.words[i]));
	}
	return ret;
}

/**
 * up_dns_plan() - find out what is wanted, and by which program
 * @up: has servers and domains
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int up_dns_plan(struct up *up, struct cvl_error *err)
{
	struct up_text text = { 0 };
	const char *program;
	char note[256];
	int ret;

	if (!up->file.servers.count && !up->file.domains.count)
		return 0;
	program = up_dns_program(up);
	if (!program) {
		snprintf(note, sizeof(note),
			 "warning: %s: DNS is not set: there is neither resolvconf nor a systemd-resolved that has /etc/resolv.conf; install openresolv, or remove the line",
			 up->name);
		cmd_note(note);
		return 0;
	}
	ret = up_dns_text(&text, up, program);
	if (!ret)
		ret = up_things_add(&up->wanted, UP_DNS, 0, text.bytes);
	up_text_clear(&text);
	return ret ? cvl_error_set(err, ret, "out of memory") : 0;
}

/* The words of a text behind the first: servers and domains. */
struct up_dns {
	struct up_list servers;
	struct up_list domains;
};

static int up_dns_read(struct up_dns *dns, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	int ret = copy ? 0 : -ENOMEM;

	if (copy)
		strsep(&rest, " ");
	while (!ret && (word = strsep(&rest, " ")))
		ret = *word == '=' ? up_list_add(&dns->domains, word + 1) :
				     up_list_add(&dns->servers, word);
	free(copy);
	return ret;
}

static void up_dns_clear(struct up_dns *dns)
{
	up_list_clear(&dns->servers);
	up_list_clear(&dns->domains);
}

/* resolvectl COMMAND LINK WORD... */
static int up_dns_resolvectl(const struct up *up, const char *command, const char *first,
			     const struct up_list *words, struct cvl_error *err)
{
	const char *argv[UP_DNS_WORDS + 1];
	size_t count = 0, i;

	argv[count++] = "resolvectl";
	argv[count++] = command;
	argv[count++] = up->name;
	if (first)
		argv[count++] = first;
	for (i = 0; words && i < words->count; i++) {
		if (count == UP_DNS_WORDS)
			return cvl_error_set(err, -E2BIG, "DNS: there are more than %d words",
					     UP_DNS_WORDS);
		argv[count++] = words->words[i];
	}
	argv[count] = NULL;
	return up_run(argv, NULL, err);
}

/* With servers, they are asked about all names, as resolvconf -x has it. */
static int up_dns_do_resolved(const struct up *up, const struct up_dns *dns,
			      struct cvl_error *err)
{
	struct cvl_error ignored = { 0 };
	int ret = 0;

	if (dns->servers.count)
		ret = up_dns_resolvectl(up, "dns", NULL, &dns->servers, err);
	if (!ret)
		ret = up_dns_resolvectl(up, "domain", dns->servers.count ? "~." : NULL,
					&dns->domains, err);
	if (ret)
		up_dns_resolvectl(up, "revert", NULL, NULL, &ignored);
	return ret;
}

/* Lines of a resolv.conf, for free(); or NULL. */
static char *up_dns_lines(const struct up_dns *dns)
{
	struct up_text text = { 0 };
	char line[300];
	int ret = 0;
	size_t i;

	for (i = 0; i < dns->servers.count && !ret; i++) {
		snprintf(line, sizeof(line), "nameserver %s\n", dns->servers.words[i]);
		ret = up_text_add(&text, line, strlen(line));
	}
	for (i = 0; i < dns->domains.count && !ret; i++) {
		snprintf(line, sizeof(line), "%s%s%s", i ? " " : "search ", dns->domains.words[i],
			 i + 1 < dns->domains.count ? "" : "\n");
		ret = up_text_add(&text, line, strlen(line));
	}
	if (!ret)
		return text.bytes;
	up_text_clear(&text);
	return NULL;
}

/* Debian's resolvconf knows the order of links by their names; openresolv does not mind. */
static void up_dns_name(const struct up *up, char name[32])
{
	snprintf(name, 32, "%s%s",
		 access("/etc/resolvconf/interface-order", F_OK) ? "" : "tun.", up->name);
}

static int up_dns_do_resolvconf(const struct up *up, const char *lines, struct cvl_error *err)
{
	char name[32];
	const char * const argv[] = { "resolvconf", "-a", name, "-m", "0", "-x", NULL };

	up_dns_name(up, name);
	return up_run(argv, lines, err);
}

/* Whether an up has made the file, which may outlive the record of it. */
static bool up_dns_is_ours(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[64];
	bool is_ours = file && fgets(line, sizeof(line), file) && !strcmp(line, up_dns_head);

	if (file)
		fclose(file);
	return is_ours;
}

/* A file of others that is there already has its own reasons. */
static int up_dns_do_netns(const struct up *up, const char *lines, struct cvl_error *err)
{
	char path[PATH_MAX];
	int ret = 0;
	int fd;

	mkdir("/etc/netns", 0755);
	snprintf(path, sizeof(path), "/etc/netns/%s", up->netns);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "/etc/netns/%s/resolv.conf", up->netns);
	if (up_dns_is_ours(path))
		unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return cvl_error_set(err, -EPERM, "%s is there already; remove it, or the line DNS",
				     path);
	if (fd < 0)
		return cvl_error_set(err, -errno, "%s: %s", path, strerror(errno));
	if (dprintf(fd, "%s%s", up_dns_head, lines) < 0) {
		ret = cvl_error_set(err, -errno, "%s: %s", path, strerror(errno));
		unlink(path);
	}
	close(fd);
	return ret;
}

/**
 * up_dns_do() - let names be looked up there
 * @up: has the link
 * @text: see up/things.c
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_dns_do(struct up *up, const char *text, struct cvl_error *err)
{
	struct up_dns dns = { 0 };
	char *lines = NULL;
	int ret = up_dns_read(&dns, text);

	if (!ret)
		lines = up_dns_lines(&dns);
	if (!lines)
		ret = cvl_error_set(err, -ENOMEM, "out of memory");
	else if (!strncmp(text, "resolvectl ", 11))
		ret = up_dns_do_resolved(up, &dns, err);
	else if (!strncmp(text, "netns ", 6))
		ret = up_dns_do_netns(up, lines, err);
	else
		ret = up_dns_do_resolvconf(up, lines, err);
	if (ret)
		cvl_error_prefix(err, "DNS: ");
	free(lines);
	up_dns_clear(&dns);
	return ret;
}

/**
 * up_dns_undo() - let names be looked up as before
 * @up: has the link, which may have gone
 * @text: see up/things.c
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_dns_undo(struct up *up, const char *text, struct cvl_error *err)
{
	char name[32], path[PATH_MAX];
	const char * const argv[] = { "resolvconf", "-d", name, "-f", NULL };

	if (!strncmp(text, "netns ", 6)) {
		snprintf(path, sizeof(path), "/etc/netns/%s/resolv.conf", up->record.netns);
		if (!up_dns_is_ours(path))
			return 0;
		if (unlink(path))
			return -errno;
		*strrchr(path, '/') = '\0';
		/* if it has nothing else in it */
		rmdir(path);
		return 0;
	}
	if (!strncmp(text, "resolvectl ", 11))
		return up_dns_resolvectl(up, "revert", NULL, NULL, err);
	up_dns_name(up, name);
	return up_run(argv, NULL, err);
}
