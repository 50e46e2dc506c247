// SPDX-License-Identifier: GPL-2.0
/* What small files below /proc and /sys say; load, doctor and firewall/ ask. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/proc.h"

/**
 * cmd_proc_read() - read the beginning of a small file
 * @text: set to its first line, or ""
 * @text_bytes: size of @text
 * @path: of the file
 *
 * Return: whether there is such a file.
 */
bool cmd_proc_read(char *text, size_t text_bytes, const char *path)
{
	FILE *file = fopen(path, "re");

	*text = '\0';
	if (!file)
		return false;
	if (!fgets(text, (int)text_bytes, file))
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return true;
}

/**
 * cmd_proc_sysctl() - read a setting that is a number
 * @format: of its path below /proc/sys, as for printf(3)
 *
 * Return: the number, or -1 if there is no such setting.
 */
long cmd_proc_sysctl(const char *format, ...)
{
	char name[128];
	char path[sizeof(name) + 16];
	char text[32];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return cmd_proc_read(text, sizeof(text), path) ? strtol(text, NULL, 10) : -1;
}

/**
 * cmd_proc_rp_filter() - the reverse path filter of a device
 * @device: its name
 *
 * Return: the higher of its own setting and that for all, which is the one that counts.
 */
long cmd_proc_rp_filter(const char *device)
{
	long all = cmd_proc_sysctl("net/ipv4/conf/all/rp_filter");
	long own = cmd_proc_sysctl("net/ipv4/conf/%s/rp_filter", device);

	return all > own ? all : own;
}

/**
 * cmd_proc_has_symbol() - whether the kernel or a module has a symbol
 * @names: beginnings of symbols, one of which is enough; ends in NULL
 * @is_built_in: those of modules do not count
 *
 * Return: whether there is one.
 */
bool cmd_proc_has_symbol(const char * const *names, bool is_built_in)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	bool found = false;
	char line[512];
	size_t i;

	/* "ADDRESS TYPE NAME", then "\t[MODULE]" for that of a module */
	while (file && !found && fgets(line, sizeof(line), file)) {
		const char *symbol = strrchr(line, ' ');

		if (!symbol || (is_built_in && strchr(line, '[')))
			continue;
		for (i = 0; names[i] && !found; i++)
			found = !strncmp(symbol + 1, names[i], strlen(names[i]));
	}
	if (file)
		fclose(file);
	return found;
}
