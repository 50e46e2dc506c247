// SPDX-License-Identifier: GPL-2.0
/*
 * culvert strip: print the file of a tunnel without what is for up and down, so that setconf,
 * addconf and syncconf read it. wg(8) reads it as well if it has no words of our own.
 */
#include <stdio.h>

#include "command.h"
#include "common/message.h"
#include "up/file.h"

/**
 * cmd_strip() - the subcommand
 * @argc: must be 2
 * @argv: the name, and a file or the name of a link
 *
 * Return: the exit status.
 */
int cmd_strip(int argc, char **argv)
{
	static struct up_file file;
	struct cvl_error err = { 0 };
	int ret;

	if (argc != 2)
		return cmd_misused("strip", "expected FILE or NAME");
	ret = up_file_find(&file, argv[1], &err);
	if (!ret)
		ret = up_file_read(&file, &err);
	/* no copy of it is left in a buffer of stdio */
	if (!ret)
		setvbuf(stdout, NULL, _IONBF, 0);
	if (!ret)
		fwrite(file.stripped.bytes, 1, file.stripped.used, stdout);
	up_file_clear(&file);
	return ret ? cmd_fail(&err) : 0;
}
