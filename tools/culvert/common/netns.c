// SPDX-License-Identifier: GPL-2.0
/*
 * Enter another network namespace by the number that the kernel tells: it is looked for
 * among those that have a name and those that processes are in.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/netns.h"
#include "route.h"

/* A descriptor of the namespace with that number, or -1. */
static int netns_open(const char *directory, int id, bool by_process)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	char path[512];
	int fd = -1;

	while (entries && fd < 0 && (entry = readdir(entries))) {
		if (*entry->d_name == '.' ||
		    (by_process && !isdigit((unsigned char)*entry->d_name)))
			continue;
		snprintf(path, sizeof(path), by_process ? "%s/%s/ns/net" : "%s/%s", directory,
			 entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && cvl_route_netns_id(fd) != id) {
			close(fd);
			fd = -1;
		}
	}
	if (entries)
		closedir(entries);
	return fd;
}

/**
 * cmd_netns_enter() - go to another network namespace
 * @id: its number in this one
 *
 * Return: what cmd_netns_leave() takes, or a negative errno: it was not found, or may
 * not be entered.
 */
int cmd_netns_enter(int id)
{
	int back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd;
	int ret;

	if (back < 0)
		return -errno;
	fd = netns_open("/run/netns", id, false);
	if (fd < 0)
		fd = netns_open("/proc", id, true);
	ret = fd < 0 ? -ENOENT : setns(fd, CLONE_NEWNET) ? -errno : back;
	if (fd >= 0)
		close(fd);
	if (ret < 0)
		close(back);
	return ret;
}

/**
 * cmd_netns_leave() - go back
 * @back: from cmd_netns_enter()
 *
 * Ends the program if that cannot be done: what comes after it would be about the wrong namespace.
 */
void cmd_netns_leave(int back)
{
	if (setns(back, CLONE_NEWNET)) {
		fprintf(stderr, "culvert: cannot return to the original network namespace: %s\n",
			strerror(errno));
		exit(1);
	}
	close(back);
}
