// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Text from files and pipes: configurations and keys. It may hold secrets, so no copy of
 * it is left in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libculvert.h"
#include "text.h"

#define CVL_TEXT_FIRST_BYTES 16384

/* Not so small that giving back takes long. */
#define CVL_TEXT_DROP_BYTES ((size_t)262144)

/* No more than was written: the rest of a large mapping is no memory as yet. */
static void cvl_text_free(struct cvl_text *text)
{
	if (!text->bytes)
		return;
	explicit_bzero(text->bytes + text->dropped, text->used - text->dropped);
	munmap(text->bytes, text->size);
}

/* Without a copy, which would take twice the memory and have to be wiped. */
static bool cvl_text_resize(struct cvl_text *text, size_t size)
{
	void *bytes = text->bytes ? mremap(text->bytes, text->size, size, MREMAP_MAYMOVE) :
				    mmap(NULL, size, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		return false;
	text->bytes = bytes;
	text->size = size;
	return true;
}

static bool cvl_text_grow(struct cvl_text *text)
{
	return cvl_text_resize(text, text->size ? text->size * 2 : CVL_TEXT_FIRST_BYTES);
}

static int cvl_text_read_fd(struct cvl_text *text, int fd, size_t limit)
{
	while (text->used < limit) {
		size_t room;
		ssize_t n;

		/* one more for the zero */
		if (text->used + 1 >= text->size && !cvl_text_grow(text))
			return -ENOMEM;
		room = text->size - text->used - 1;
		n = read(fd, text->bytes + text->used,
			 room < limit - text->used ? room : limit - text->used);
		if (!n)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			text->used += (size_t)n;
	}
	return -EFBIG;
}

/* A file says how large it is, so that its mapping need not grow; a pipe does not. */
static void cvl_text_prepare(struct cvl_text *text, int fd, size_t limit)
{
	struct stat about;

	if (fstat(fd, &about) || !S_ISREG(about.st_mode) || about.st_size < CVL_TEXT_FIRST_BYTES ||
	    (uintmax_t)about.st_size >= limit || (uintmax_t)about.st_size > SIZE_MAX / 2)
		return;
	/* one more for the zero, and one to see the end by; else it grows as it is read */
	cvl_text_resize(text, (size_t)about.st_size + 2);
}

/**
 * cvl_text_read() - read a file or a pipe to its end
 * @text: starts empty; for cvl_text_wipe(), on failure too
 * @path: of the file; not used if it is open
 * @fd: the open file, or -1 to open and close it
 * @limit: how many bytes are too many
 *
 * Return: 0, -EFBIG if there are @limit bytes or more, or another negative errno.
 */
int cvl_text_read(struct cvl_text *text, const char *path, int fd, size_t limit)
{
	int opened = -1;
	int ret;

	if (fd < 0) {
		opened = open(path, O_RDONLY | O_CLOEXEC);
		if (opened < 0)
			return -errno;
		fd = opened;
	}
	cvl_text_prepare(text, fd, limit);
	ret = cvl_text_read_fd(text, fd, limit);
	if (!ret)
		text->bytes[text->used] = '\0';
	if (opened >= 0)
		close(opened);
	return ret;
}

/**
 * cvl_text_drop() - give back the memory of what is not needed any more
 * @text: no longer has it, at least in part
 * @bytes: how much from its beginning
 */
void cvl_text_drop(struct cvl_text *text, size_t bytes)
{
	/* a mapping begins with a page, and no page is as large */
	bytes -= bytes % CVL_TEXT_DROP_BYTES;
	if (bytes <= text->dropped)
		return;
	explicit_bzero(text->bytes + text->dropped, bytes - text->dropped);
	madvise(text->bytes + text->dropped, bytes - text->dropped, MADV_DONTNEED);
	text->dropped = bytes;
}

/**
 * cvl_text_wipe() - overwrite and free what was read
 * @text: empty afterwards
 */
void cvl_text_wipe(struct cvl_text *text)
{
	cvl_text_free(text);
	memset(text, 0, sizeof(*text));
}

/**
 * cvl_text_skip_mark() - step over the byte order mark of a text
 * @text: moved behind a mark of UTF-8, if there is one
 * @text_bytes: what is left of the text
 * @err: set on failure
 *
 * Editors of other systems put one in front. UTF-16 cannot be read; it is also known
 * by the zero byte in its first character.
 *
 * Return: 0, or -EINVAL for UTF-16.
 */
int cvl_text_skip_mark(const char **text, size_t *text_bytes, struct cvl_error *err)
{
	const char *at = *text;

	if (*text_bytes >= 3 && !memcmp(at, "\xef\xbb\xbf", 3)) {
		*text += 3;
		*text_bytes -= 3;
		return 0;
	}
	if (*text_bytes < 2 || (memcmp(at, "\xff\xfe", 2) &&
				memcmp(at, "\xfe\xff", 2) && !at[0] == !at[1]))
		return 0;
	cvl_error_word(err, "");
	return cvl_error_set(err, -EINVAL,
			     "this is UTF-16; expected UTF-8: convert it, as with 'iconv -f UTF-16 -t UTF-8'");
}
