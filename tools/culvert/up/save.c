// SPDX-License-Identifier: GPL-2.0
/*
 * SaveConfig: down writes what has changed at the device to the tunnel's file. Only the lines of
 * what has changed are touched: comments, names of hosts and the order stay. A peer that has gone
 * loses its section, with the comments right above it, and a new one gets a section at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "address.h"
#include "config.h"
#include "internal.h"
#include "text.h"
#include "up/peers.h"
#include "up/save.h"

/* A line of the file. */
struct save_line {
	char *text;
	/* what comes behind it, with the ends of its lines, or NULL */
	char *after;
	bool is_dropped;
};

struct save {
	struct cvl_device *now;
	struct save_line *lines;
	size_t count;
	/* those of the device; seen are those that have a section */
	struct up_peers peers;
	struct cvl_error *err;
};

static int save_no_memory(struct save *save)
{
	return cvl_error_set(save->err, -ENOMEM, "out of memory");
}

static int save_split(struct save *save, const char *text, size_t bytes)
{
	const char *end = text + bytes;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((newline ? newline : end) - text);
		struct save_line *lines = reallocarray(save->lines, save->count + 1,
						       sizeof(*lines));

		if (!lines)
			return save_no_memory(save);
		save->lines = lines;
		lines[save->count] = (struct save_line) { .text = strndup(text, length) };
		if (!lines[save->count].text)
			return save_no_memory(save);
		save->count++;
		text += length + 1;
	}
	return 0;
}

/* Where the value begins if the line sets that word, or 0. */
static size_t save_value(const char *line, const char *word)
{
	size_t at = strspn(line, " \t");

	if (strncasecmp(line + at, word, strlen(word)))
		return 0;
	at += strlen(word);
	at += strspn(line + at, " \t");
	if (line[at] != '=')
		return 0;
	at++;
	return at + strspn(line + at, " \t");
}

static bool save_is_section(const char *line)
{
	return line[strspn(line, " \t")] == '[';
}

static bool save_is_comment(const char *line)
{
	return line[strspn(line, " \t")] == '#';
}

/* Puts another value into a line, in front of its comment. */
static int save_replace(struct save *save, struct save_line *line, size_t at, const char *value)
{
	const char *comment = strchr(line->text, '#');
	char *text;

	if (asprintf(&text, "%.*s%s%s%s", (int)at, line->text, value, comment ? " " : "",
		     comment ? comment : "") < 0)
		return save_no_memory(save);
	explicit_bzero(line->text, strlen(line->text));
	free(line->text);
	line->text = text;
	return 0;
}

static int save_insert(struct save *save, struct save_line *line, const char *word,
		       const char *value)
{
	char *text;

	if (asprintf(&text, "%s%s = %s\n", line->after ? line->after : "", word, value) < 0)
		return save_no_memory(save);
	free(line->after);
	line->after = text;
	return 0;
}

/* The lines of a section: from the one with its name to before @to. */
struct save_part {
	size_t from;
	size_t to;
};

/* Sets a word of a section, or removes it if the value is NULL. */
static int save_set(struct save *save, struct save_part part, const char *word,
		    const char *value)
{
	struct save_line *behind = &save->lines[part.from];
	bool is_done = !value;
	int ret = 0;
	size_t i;

	for (i = part.from; i < part.to && !ret; i++) {
		size_t at = save_value(save->lines[i].text, word);

		if (save_value(save->lines[i].text, "PublicKey"))
			behind = &save->lines[i];
		if (!at)
			continue;
		if (is_done)
			save->lines[i].is_dropped = true;
		else
			ret = save_replace(save, &save->lines[i], at, value);
		is_done = true;
	}
	return ret || is_done ? ret : save_insert(save, behind, word, value);
}

static int save_compare_ips(const void *a, const void *b)
{
	const struct cvl_allowed_ip *x = a, *y = b;
	int order = (int)x->family - (int)y->family;

	if (!order)
		order = (int)x->prefix_bits - (int)y->prefix_bits;
	return order ? order : memcmp(&x->v6, &y->v6, cvl_prefix_bytes(x));
}

/* Masked, sorted, each once. */
static int save_collect(struct up_prefixes *prefixes, const struct cvl_peer *peer)
{
	const struct cvl_allowed_ip *ip;
	size_t i, kept = 0;

	for (ip = peer->allowed_ips; ip; ip = ip->next) {
		struct cvl_allowed_ip masked = *ip;

		cvl_address_mask(&masked);
		if (up_prefixes_add(prefixes, &masked))
			return -ENOMEM;
	}
	if (prefixes->count)
		qsort(prefixes->ips, prefixes->count, sizeof(*prefixes->ips), save_compare_ips);
	for (i = 0; i < prefixes->count; i++) {
		if (!kept || save_compare_ips(&prefixes->ips[kept - 1], &prefixes->ips[i]))
			prefixes->ips[kept++] = prefixes->ips[i];
	}
	prefixes->count = kept;
	return 0;
}

static bool save_same_ips(const struct up_prefixes *a, const struct up_prefixes *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++) {
		if (save_compare_ips(&a->ips[i], &b->ips[i]))
			return false;
	}
	return a->count == b->count;
}

static int save_ips(struct save *save, struct save_part part, const struct cvl_peer *was,
		    const struct cvl_peer *now)
{
	struct up_prefixes had = { 0 }, has = { 0 };
	char item[CVL_ALLOWED_IP_TEXT_SIZE];
	const struct cvl_allowed_ip *ip;
	struct up_text list = { 0 };
	int ret = save_collect(&had, was);

	if (!ret)
		ret = save_collect(&has, now);
	if (!ret && !save_same_ips(&had, &has)) {
		for (ip = now->allowed_ips; ip && !ret; ip = ip->next) {
			cvl_allowed_ip_to_text(item, ip);
			ret = list.used ? up_text_add(&list, ", ", 2) : 0;
			if (!ret)
				ret = up_text_add(&list, item, strlen(item));
		}
		if (!ret)
			ret = save_set(save, part, "AllowedIPs", list.bytes);
	}
	up_prefixes_clear(&had);
	up_prefixes_clear(&has);
	up_text_clear(&list);
	return ret ? save_no_memory(save) : 0;
}

/* A name of a host stays: it was resolved to what the device has, or the peer has moved. */
static int save_endpoint(struct save *save, struct save_part part, const struct cvl_peer *was,
			 const struct cvl_peer *now)
{
	char text[CVL_ENDPOINT_TEXT_SIZE];
	union cvl_address address;

	if (!(now->has & CVL_PEER_ENDPOINT) || was->candidates ||
	    cvl_endpoint_to_text(text, &now->endpoint))
		return 0;
	if (was->endpoint_host &&
	    (!cvl_endpoint_is_literal(&address, was->endpoint_host, was->endpoint_service) ||
	     cvl_address_same_endpoint(&address, &now->endpoint)))
		return 0;
	return save_set(save, part, "Endpoint", text);
}

static int save_peer(struct save *save, struct save_part part, const struct cvl_peer *was,
		     const struct cvl_peer *now)
{
	char text[CVL_KEY_TEXT_SIZE];
	int ret = save_ips(save, part, was, now);

	if (!ret)
		ret = save_endpoint(save, part, was, now);
	if (!ret && was->keepalive_s != now->keepalive_s) {
		snprintf(text, sizeof(text), "%u", now->keepalive_s);
		ret = save_set(save, part, "PersistentKeepalive", now->keepalive_s ? text : NULL);
	}
	if (!ret && !cvl_key_equal(was->preshared_key, now->preshared_key)) {
		cvl_key_to_text(text, now->preshared_key);
		ret = save_set(save, part, "PresharedKey",
			       cvl_key_is_zero(now->preshared_key) ? NULL : text);
		explicit_bzero(text, sizeof(text));
	}
	return ret;
}

/* A section that the device has no peer of goes, with the comments right above it. */
static void save_drop(struct save *save, struct save_part part)
{
	while (part.from && save_is_comment(save->lines[part.from - 1].text))
		part.from--;
	while (part.from < part.to)
		save->lines[part.from++].is_dropped = true;
}

/* The comments above the next section are not of this one. */
static size_t save_trim_end(const struct save *save, struct save_part part)
{
	size_t to = part.to;

	if (to == save->count)
		return to;
	while (to > part.from + 1 && save_is_comment(save->lines[to - 1].text))
		to--;
	return to;
}

static int save_peer_section(struct save *save, struct save_part part,
			     const struct cvl_peer *was)
{
	struct up_peer_place *place = up_peers_find(&save->peers, was);

	part.to = save_trim_end(save, part);
	if (!place) {
		save_drop(save, part);
		return 0;
	}
	/* the second section of a peer is left alone */
	if (place->is_seen)
		return 0;
	place->is_seen = true;
	return save_peer(save, part, was, place->peer);
}

/* Only what the file has: a port that was chosen by the kernel, and keys of hooks, stay out. */
static int save_interface(struct save *save, struct save_part part,
			  const struct cvl_device *was)
{
	const struct cvl_device *now = save->now;
	char text[CVL_KEY_TEXT_SIZE];
	int ret = 0;

	if (was->listen_port && was->listen_port != now->listen_port) {
		snprintf(text, sizeof(text), "%u", now->listen_port);
		ret = save_set(save, part, "ListenPort", text);
	}
	if (!ret && was->fwmark && was->fwmark != now->fwmark) {
		snprintf(text, sizeof(text), "0x%x", now->fwmark);
		ret = save_set(save, part, "FwMark", text);
	}
	if (!ret && !cvl_key_is_zero(was->private_key) &&
	    !cvl_key_equal(was->private_key, now->private_key)) {
		cvl_key_to_text(text, now->private_key);
		ret = save_set(save, part, "PrivateKey", text);
		explicit_bzero(text, sizeof(text));
	}
	return ret;
}

static int save_sections(struct save *save, const struct up_file *file)
{
	const struct cvl_peer *peer = file->dev->peers;
	bool is_first = true;
	int ret = 0;
	size_t i;

	for (i = 0; i < save->count && !ret; i++) {
		struct save_part part = { .from = i, .to = i + 1 };
		const char *line = save->lines[i].text;

		if (!save_is_section(line))
			continue;
		while (part.to < save->count && !save_is_section(save->lines[part.to].text))
			part.to++;
		if (!strncasecmp(line + strspn(line, " \t"), "[Peer]", 6) && peer) {
			ret = save_peer_section(save, part, peer);
			peer = peer->next;
		} else if (is_first) {
			ret = save_interface(save, part, file->dev);
			is_first = false;
		}
		i = part.to - 1;
	}
	return ret;
}

/* A section for a peer that the file does not have. */
static int save_print_peer(struct save *save, struct up_text *out, const struct cvl_peer *peer)
{
	struct cvl_peer alone = *peer;
	struct cvl_device part = { .peers = &alone, .last_peer = &alone };
	char *text = NULL;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);
	int ret;

	if (!stream)
		return save_no_memory(save);
	alone.next = NULL;
	cvl_config_print_part(stream, &part, false);
	if (*alone.name)
		fprintf(stream, "#culvert: Name = %s\n", alone.name);
	if (alone.idle_s)
		fprintf(stream, "#culvert: Idle = %u\n", alone.idle_s);
	explicit_bzero(&alone, sizeof(alone));
	ret = fclose(stream) ? -ENOMEM : up_text_add(out, text, bytes);
	if (text)
		explicit_bzero(text, bytes);
	free(text);
	return ret ? save_no_memory(save) : 0;
}

static int save_print(struct save *save, struct up_text *out)
{
	const struct cvl_peer *peer;
	int ret = 0;
	size_t i;

	for (i = 0; i < save->count && !ret; i++) {
		const struct save_line *line = &save->lines[i];

		if (line->is_dropped)
			continue;
		ret = up_text_add(out, line->text, strlen(line->text));
		if (!ret)
			ret = up_text_add(out, "\n", 1);
		if (!ret && line->after)
			ret = up_text_add(out, line->after, strlen(line->after));
	}
	if (ret)
		return save_no_memory(save);
	for (peer = save->now->peers; peer && !ret; peer = peer->next) {
		if (!up_peers_find(&save->peers, peer)->is_seen)
			ret = save_print_peer(save, out, peer);
	}
	return ret;
}

static void save_clear(struct save *save)
{
	while (save->count--) {
		explicit_bzero(save->lines[save->count].text,
			       strlen(save->lines[save->count].text));
		free(save->lines[save->count].text);
		free(save->lines[save->count].after);
	}
	free(save->lines);
	up_peers_clear(&save->peers);
}

/**
 * up_save_edit() - change the text of a file to what a device is like
 * @out: gets the text
 * @file: what @text says, as up_file_parse() has read it
 * @text: of the file
 * @now: the device
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int up_save_edit(struct up_text *out, const struct up_file *file, const struct up_text *text,
		 struct cvl_device *now, struct cvl_error *err)
{
	struct save save = { .now = now, .err = err };
	int ret = up_peers_sort(&save.peers, now);

	ret = ret ? save_no_memory(&save) : save_split(&save, text->bytes, text->used);
	if (!ret)
		ret = save_sections(&save, file);
	if (!ret)
		ret = save_print(&save, out);
	save_clear(&save);
	return ret;
}

static int save_fail(const char *path, struct cvl_error *err)
{
	return cvl_error_set(err, errno ? -errno : -EIO, "%s: cannot save: %s", path,
			     strerror(errno ? errno : EIO));
}

/* Whether the file is the one that was brought up. */
static int save_check(const struct up_record *record, struct stat *status,
		      struct cvl_error *err)
{
	if (stat(record->file, status))
		return save_fail(record->file, err);
	if (status->st_mtim.tv_sec == record->mtime_s &&
	    status->st_mtim.tv_nsec == record->mtime_ns && status->st_size == record->size)
		return 0;
	return cvl_error_set(err, -ESTALE,
			     "%s has changed since the tunnel was brought up, and SaveConfig would overwrite that: nothing is saved, and the tunnel stays up; 'culvert up %s' applies the file, then 'culvert down' works",
			     record->file, record->file);
}

/* What was renamed is there after a power cut only if its folder is. */
static void save_sync_folder(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Beside the file, with its owner and mode; then in its place. */
static int save_write(const struct up_record *record, const struct up_text *text,
		      struct cvl_error *err)
{
	char beside[PATH_MAX];
	struct stat status;
	size_t done = 0;
	ssize_t wrote = 0;
	int fd, ret;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", record->file) >= (int)sizeof(beside))
		return cvl_error_set(err, -ENAMETOOLONG, "%s: the path is too long", record->file);
	ret = save_check(record, &status, err);
	if (ret)
		return ret;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return save_fail(beside, err);
	while (done < text->used && wrote >= 0) {
		wrote = write(fd, text->bytes + done, text->used - done);
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	if (wrote < 0 || fchown(fd, status.st_uid, status.st_gid) ||
	    fchmod(fd, status.st_mode & 07777) || fsync(fd))
		ret = save_fail(beside, err);
	close(fd);
	if (!ret)
		ret = save_check(record, &status, err);
	if (!ret && rename(beside, record->file))
		ret = save_fail(record->file, err);
	if (ret)
		unlink(beside);
	else
		save_sync_folder(record->file);
	return ret;
}

static int save_text(struct up *up, const struct cvl_text *text, struct cvl_error *err)
{
	struct up_text old = { .bytes = text->bytes, .used = text->used };
	struct cvl_device *now = NULL;
	struct up_text out = { 0 };
	int ret;

	snprintf(up->file.path, sizeof(up->file.path), "%s", up->record.file);
	ret = up_file_parse(&up->file, text->bytes, text->used, err);
	if (!ret)
		ret = cvl_netlink_get(up->there, &up->link, &now, err);
	if (!ret)
		ret = up_save_edit(&out, &up->file, &old, now, err);
	if (!ret && (out.used != old.used || memcmp(out.bytes, old.bytes, old.used)))
		ret = save_write(&up->record, &out, err);
	cvl_device_destroy(now);
	up_text_clear(&out);
	return ret;
}

/**
 * up_save_check() - whether up_save() would refuse, before anything is done
 * @up: has the record
 * @err: set on failure
 *
 * Return: 0, -ESTALE if the file has changed since, or another negative errno.
 */
int up_save_check(const struct up *up, struct cvl_error *err)
{
	struct stat status;

	return save_check(&up->record, &status, err);
}

/**
 * up_save() - write what has changed at the device to the tunnel's file
 * @up: has the record, and the link
 * @err: set on failure
 *
 * Return: 0, -ESTALE if the file has changed since, or another negative errno.
 */
int up_save(struct up *up, struct cvl_error *err)
{
	struct cvl_text text = { 0 };
	struct stat status;
	int ret = save_check(&up->record, &status, err);

	if (ret)
		return ret;
	ret = cvl_text_read(&text, up->record.file, -1, SIZE_MAX);
	if (ret)
		cvl_error_set(err, ret, "%s: %s", up->record.file, strerror(-ret));
	else
		ret = save_text(up, &text, err);
	cvl_text_wipe(&text);
	return ret;
}
