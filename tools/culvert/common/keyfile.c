// SPDX-License-Identifier: GPL-2.0
/*
 * Keys in files and pipes: set and pubkey read them, genkey, genpsk and pubkey
 * print them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/keyfile.h"
#include "common/message.h"
#include "text.h"

/* The last file that a secret was read from, if all users can read it. */
static const char *cmd_keyfile_exposed;

/* Too many for a key with a generous amount of white space around it. */
#define CMD_KEYFILE_BYTES 511

static const char cmd_keyfile_form[] = "44 characters of base64";

static int cmd_keyfile_parse(uint8_t key[CVL_KEY_BYTES], struct cvl_text *text,
			     bool may_be_empty, struct cvl_error *err)
{
	const char *begin = text->bytes;
	size_t used = text->used;

	if (cvl_text_skip_mark(&begin, &used, err))
		return err->code;
	/* a zero byte would hide what follows it */
	if (memchr(begin, '\0', used))
		return cvl_error_set(err, -EINVAL,
				     "it contains a NUL byte; expected %s",
				     cmd_keyfile_form);
	while (used && isspace((unsigned char)begin[used - 1]))
		used--;
	text->bytes[begin - text->bytes + used] = '\0';
	while (isspace((unsigned char)*begin))
		begin++;
	/* white space alone is more likely a mistake */
	if (!text->used && may_be_empty) {
		memset(key, 0, CVL_KEY_BYTES);
		return 0;
	}
	return cvl_word_key(key, begin, true, err);
}

/* Not if one of its folders keeps them out. */
static bool cmd_keyfile_is_exposed(const char *path)
{
	struct stat status;
	char *real, *slash;
	bool exposed;

	if (stat(path, &status) || !S_ISREG(status.st_mode) || !(status.st_mode & 0004))
		return false;
	real = realpath(path, NULL);
	exposed = real;
	while (exposed && (slash = strrchr(real, '/')) && slash != real) {
		*slash = '\0';
		exposed = !stat(real, &status) && status.st_mode & 0001;
	}
	free(real);
	return exposed;
}

/**
 * cmd_keyfile_note_secret() - remember where a secret was read from
 * @path: of the file; stays
 */
void cmd_keyfile_note_secret(const char *path)
{
	if (cmd_keyfile_is_exposed(path))
		cmd_keyfile_exposed = path;
}

/**
 * cmd_keyfile_warn_exposed() - warn if all users can read where a secret was read from
 *
 * For when all else has been done: what fails has an error of one line.
 */
void cmd_keyfile_warn_exposed(void)
{
	if (cmd_keyfile_exposed)
		fprintf(stderr,
			"culvert: warning: all users can read %s, which has a secret: chmod o-r it\n",
			cmd_keyfile_exposed);
}

/**
 * cmd_keyfile_read() - read a key from a file
 * @key: set
 * @path: of the file, or its name for messages if it is open
 * @fd: the open file, or -1 to open and close it
 * @may_be_empty: an empty file is the key that stands for none
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cmd_keyfile_read(uint8_t key[CVL_KEY_BYTES], const char *path, int fd,
		     bool may_be_empty, struct cvl_error *err)
{
	struct cvl_text text = { 0 };
	int ret = cvl_text_read(&text, path, fd, CMD_KEYFILE_BYTES);

	if (ret == -EFBIG) {
		ret = cvl_error_set(err, -EINVAL,
				    "%s: this is too long for a key; expected %s",
				    path, cmd_keyfile_form);
	} else if (ret) {
		cvl_error_set(err, ret, "%s: %s", path, strerror(-ret));
	} else {
		ret = cmd_keyfile_parse(key, &text, may_be_empty, err);
		if (ret)
			cvl_error_prefix(err, "%s: ", path);
	}
	cvl_text_wipe(&text);
	if (!ret && fd < 0)
		cmd_keyfile_note_secret(path);
	return ret;
}

/**
 * cmd_keyfile_print() - print a key on a line
 * @key: may be secret
 *
 * Return: the exit status.
 */
int cmd_keyfile_print(const uint8_t key[CVL_KEY_BYTES])
{
	char text[CVL_KEY_TEXT_SIZE];
	int ret = 0;

	cvl_key_to_text(text, key);
	/* one write, past the buffer of stdio, which nobody would wipe */
	text[CVL_KEY_TEXT_SIZE - 1] = '\n';
	if (write(STDOUT_FILENO, text, sizeof(text)) != sizeof(text)) {
		fprintf(stderr, "culvert: cannot write the key: %s\n",
			strerror(errno));
		ret = 1;
	}
	explicit_bzero(text, sizeof(text));
	return ret;
}

/* Warns if a secret is about to go where all can read it. */
static void cmd_keyfile_warn(void)
{
	struct stat status;

	if (!fstat(STDOUT_FILENO, &status) && S_ISREG(status.st_mode) &&
	    status.st_mode & 0007)
		cmd_note("warning: all users can read the output file; 'umask 077' prevents it");
}

/**
 * cmd_keyfile_generate() - a subcommand that prints a new secret
 * @argc: must be 1
 * @argv: the subcommand
 * @private_key: a private key, which is clamped; else any 32 bytes
 *
 * Return: the exit status.
 */
int cmd_keyfile_generate(int argc, char **argv, bool private_key)
{
	uint8_t key[CVL_KEY_BYTES];
	struct cvl_error err = { 0 };
	int ret;

	if (cmd_expect_nothing(argc, argv))
		return 1;
	cmd_keyfile_warn();
	ret = cvl_key_random(key);
	if (ret) {
		cvl_error_set(&err, ret, "cannot get random bytes: %s",
			      strerror(-ret));
		return cmd_fail(&err);
	}
	if (private_key)
		cvl_key_clamp(key);
	ret = cmd_keyfile_print(key);
	explicit_bzero(key, sizeof(key));
	return ret;
}
