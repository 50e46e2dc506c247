/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module as this machine has it; load and doctor ask. */
#ifndef CULVERT_MODULE_H
#define CULVERT_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/diagnose.h"

#define CMD_MODULE_TEXT_SIZE 512

/**
 * struct cmd_module - what is known of the module
 * @release: of the running kernel
 * @path: of the file for the running kernel, or ""
 * @vermagic: of the file, or ""
 * @version: of the file, or ""
 * @signer: of the file, or ""
 * @is_loaded: it is in the kernel
 * @loaded_version: of what is loaded, or ""
 * @replaces: what is loaded takes the place of wireguard.ko
 * @will_replace: modprobe.d says so of what is loaded next
 * @wireguard: whether the kernel has wireguard.ko
 */
struct cmd_module {
	char release[128];
	char path[CMD_MODULE_TEXT_SIZE];
	char vermagic[CMD_MODULE_TEXT_SIZE];
	char version[64];
	char signer[CMD_MODULE_TEXT_SIZE];
	bool is_loaded;
	char loaded_version[64];
	bool replaces;
	bool will_replace;
	enum cmd_wireguard wireguard;
};

void cmd_module_look(struct cmd_module *module);
bool cmd_module_is_loaded(void);
int cmd_module_load(char *said, size_t said_bytes);
void cmd_module_explain(char *text, size_t text_bytes, const struct cmd_module *module,
			const char *said);

#endif /* CULVERT_MODULE_H */
