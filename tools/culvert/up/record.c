// SPDX-License-Identifier: GPL-2.0
/*
 * What up has done to the machine, in a file of lines below /run, for each link and the namespace
 * that it is in: down takes away that and no more. The file is locked while up or down runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "up/up.h"

#define UP_RECORD_FOLDER "/run/culvert"
#define UP_RECORD_FOLDERS UP_RECORD_FOLDER "/up"

static const char * const up_record_kinds[UP_KINDS] = {
	"address", "mtu", "dns", "firewall", "sysctl", "route", "rule",
};

/* Opens and locks it. Return: a descriptor or a negative errno. */
static int up_record_lock(const char *path, bool create)
{
	struct stat status;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0600);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			close(fd);
			return -EBUSY;
		}
		/* a down may have removed it in between */
		if (fstat(fd, &status) || status.st_nlink)
			return fd;
		close(fd);
	}
}

static int up_record_no_memory(struct cvl_error *err)
{
	return cvl_error_set(err, -ENOMEM, "out of memory");
}

static int up_record_thing(struct up_record *record, const char *word, char *value)
{
	char *text = value + strcspn(value, " ");
	int kind;

	for (kind = 0; kind < UP_KINDS; kind++) {
		if (strcmp(up_record_kinds[kind], word) || !*text)
			continue;
		*text++ = '\0';
		return up_things_add(&record->things, (enum up_kind)kind,
				     (uint32_t)strtoul(value, NULL, 10), text);
	}
	return 0;
}

/* "WORD VALUE"; what a newer version has written is passed over. */
static int up_record_line(struct up_record *record, char *line)
{
	char *value = line + strcspn(line, " ");

	if (!*value)
		return 0;
	*value++ = '\0';
	if (!strcmp(line, "link"))
		record->ifindex = (unsigned int)strtoul(value, NULL, 10);
	else if (!strcmp(line, "file"))
		snprintf(record->file, sizeof(record->file), "%s", value);
	else if (!strcmp(line, "changed"))
		sscanf(value, "%" SCNd64 ".%" SCNd64 " %" SCNd64, &record->mtime_s,
		       &record->mtime_ns, &record->size);
	else if (!strcmp(line, "netns"))
		snprintf(record->netns, sizeof(record->netns), "%s", value);
	else if (!strcmp(line, "save"))
		record->save = *value == '1';
	else if (!strcmp(line, "mark"))
		record->mark = (uint32_t)strtoul(value, NULL, 10);
	else if (!strcmp(line, "set-mark"))
		record->set_mark = (uint32_t)strtoul(value, NULL, 10);
	else if (!strcmp(line, "pre-down"))
		return up_list_add(&record->pre_down, value);
	else if (!strcmp(line, "post-down"))
		return up_list_add(&record->post_down, value);
	else
		return up_record_thing(record, line, value);
	return 0;
}

/* The last line: what is behind it is of a longer one before. */
static const char up_record_end[] = "end";

static int up_record_read(struct up_record *record, struct cvl_error *err)
{
	bool is_whole = false, is_empty = true;
	FILE *file = fdopen(dup(record->fd), "r");
	char *line = NULL;
	size_t room = 0;
	int ret = 0;

	if (!file)
		return up_record_no_memory(err);
	while (!ret && !is_whole && getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		is_empty = false;
		is_whole = !strcmp(line, up_record_end);
		ret = up_record_line(record, line);
	}
	free(line);
	fclose(file);
	if (!ret && !is_whole && !is_empty)
		return cvl_error_set(err, -EUCLEAN,
				     "%s: only a part of it was written; take away by hand what it names, and remove it",
				     record->path);
	return ret ? up_record_no_memory(err) : 0;
}

/**
 * up_record_open() - open, lock and read the record of a link
 * @up: has the name and the namespace
 * @create: make one if there is none
 * @err: set on failure
 *
 * Return: 0, -ENOENT if there is none, -EBUSY if another up or down of the link runs, or another
 * negative errno.
 */
int up_record_open(struct up *up, bool create, struct cvl_error *err)
{
	struct up_record *record = &up->record;

	if (create) {
		mkdir(UP_RECORD_FOLDER, 0755);
		mkdir(UP_RECORD_FOLDERS, 0700);
	}
	snprintf(record->path, sizeof(record->path), UP_RECORD_FOLDERS "/%s@%ju", up->name,
		 (uintmax_t)up->netns_ino);
	record->fd = up_record_lock(record->path, create);
	if (record->fd == -EBUSY)
		return cvl_error_set(err, -EBUSY,
				     "%s: another 'culvert up' or 'culvert down' of it is running",
				     up->name);
	if (record->fd == -EACCES || record->fd == -EPERM)
		return cvl_error_set(err, record->fd, "%s: %s: this needs root", record->path,
				     strerror(-record->fd));
	if (record->fd < 0)
		return cvl_error_set(err, record->fd, "%s: %s", record->path,
				     strerror(-record->fd));
	return up_record_read(record, err);
}

static int up_record_copy_hooks(struct up_list *to, const struct up_list *from)
{
	int ret = 0;
	size_t i;

	up_list_clear(to);
	for (i = 0; i < from->count && !ret; i++)
		ret = up_list_add(to, from->words[i]);
	return ret;
}

/**
 * up_record_lock_all() - keep others from choosing tables and priorities
 *
 * Commands of the file are not to be run meanwhile, which may bring up another tunnel.
 *
 * Return: a descriptor, which is closed in the end, or -1 if there is none or a signal came.
 */
int up_record_lock_all(void)
{
	int fd = open(UP_RECORD_FOLDERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* a signal ends it, which up_check_signal() sees */
	if (fd >= 0 && flock(fd, LOCK_EX)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * up_record_check() - whether a link that is there is of this file and namespace
 * @up: has the record
 * @err: set on failure
 *
 * Return: 0 or -EEXIST.
 */
int up_record_check(const struct up *up, struct cvl_error *err)
{
	const struct up_record *record = &up->record;
	char *real = realpath(up->file.path, NULL);
	bool is_other = strcmp(record->file, real ? real : up->file.path);

	free(real);
	if (is_other)
		return cvl_error_set(err, -EEXIST,
				     "%s is up already, from %s; 'culvert down %s' takes it down",
				     up->name, record->file, up->name);
	if (strcmp(record->netns, up->netns ? up->netns : ""))
		return cvl_error_set(err, -EEXIST,
				     "%s is up already, by 'culvert up %s%s'; say the same again, or take it down",
				     up->name, *record->netns ? "-n " : "without -n",
				     record->netns);
	return 0;
}

/**
 * up_record_note() - let the record say what this up is of
 * @up: has the link and the file
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int up_record_note(struct up *up, struct cvl_error *err)
{
	struct up_record *record = &up->record;
	char *real = realpath(up->file.path, NULL);

	record->ifindex = up->link.ifindex;
	snprintf(record->file, sizeof(record->file), "%s", real ? real : up->file.path);
	free(real);
	record->mtime_s = up->file.status.st_mtim.tv_sec;
	record->mtime_ns = up->file.status.st_mtim.tv_nsec;
	record->size = up->file.status.st_size;
	record->save = up->file.save;
	snprintf(record->netns, sizeof(record->netns), "%s", up->netns ? up->netns : "");
	/* those of an up before belong to what its PostUp has done */
	if (up->again)
		return 0;
	if (up_record_copy_hooks(&record->pre_down, &up->file.hooks[UP_PRE_DOWN]) ||
	    up_record_copy_hooks(&record->post_down, &up->file.hooks[UP_POST_DOWN]))
		return up_record_no_memory(err);
	return 0;
}

static void up_record_print_things(FILE *out, const struct up_things *things)
{
	size_t i;

	for (i = 0; things && i < things->count; i++)
		fprintf(out, "%s %u %s\n", up_record_kinds[things->items[i].kind],
			things->items[i].number, things->items[i].text);
}

static void up_record_print_hooks(FILE *out, const char *word, const struct up_list *hooks)
{
	size_t i;

	for (i = 0; i < hooks->count; i++)
		fprintf(out, "%s %s\n", word, hooks->words[i]);
}

static void up_record_print(FILE *out, const struct up_record *record,
			    const struct up_things *more)
{
	fprintf(out, "link %u\nfile %s\nchanged %" PRId64 ".%" PRId64 " %" PRId64 "\n",
		record->ifindex, record->file, record->mtime_s, record->mtime_ns, record->size);
	fprintf(out, "save %d\nmark %u\nset-mark %u\n", record->save, record->mark,
		record->set_mark);
	if (*record->netns)
		fprintf(out, "netns %s\n", record->netns);
	up_record_print_hooks(out, "pre-down", &record->pre_down);
	up_record_print_hooks(out, "post-down", &record->post_down);
	up_record_print_things(out, &record->things);
	up_record_print_things(out, more);
	fprintf(out, "%s\n", up_record_end);
}

/* In one write, after there is room for it. */
static int up_record_put(const struct up_record *record, const char *text, size_t bytes)
{
	int ret = posix_fallocate(record->fd, 0, (off_t)bytes);

	if (ret)
		return -ret;
	errno = 0;
	if (pwrite(record->fd, text, bytes, 0) != (ssize_t)bytes)
		return errno ? -errno : -EIO;
	return ftruncate(record->fd, (off_t)bytes) ? -errno : 0;
}

/**
 * up_record_write() - write it
 * @up: its record
 * @more: things beside those of the record, or NULL
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_record_write(struct up *up, const struct up_things *more, struct cvl_error *err)
{
	const struct up_record *record = &up->record;
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	int ret;

	if (!out)
		return up_record_no_memory(err);
	up_record_print(out, record, more);
	ret = fclose(out) ? -ENOMEM : up_record_put(record, text, bytes);
	free(text);
	return ret ? cvl_error_set(err, ret, "%s: cannot write it: %s", record->path,
				   strerror(-ret)) : 0;
}

/**
 * up_record_close() - free and unlock it
 * @up: its record
 * @remove: there is nothing to be recorded any more
 */
void up_record_close(struct up *up, bool remove)
{
	struct up_record *record = &up->record;

	if (remove && record->fd >= 0)
		unlink(record->path);
	if (record->fd >= 0)
		close(record->fd);
	record->fd = -1;
	up_list_clear(&record->pre_down);
	up_list_clear(&record->post_down);
	up_things_clear(&record->things);
}
