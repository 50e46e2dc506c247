/* SPDX-License-Identifier: GPL-2.0 */
/* Keys in files and pipes: set, pubkey, genkey and genpsk share this. */
#ifndef CULVERT_KEYFILE_H
#define CULVERT_KEYFILE_H

#include "libculvert.h"

int cmd_keyfile_read(uint8_t key[CVL_KEY_BYTES], const char *path, int fd,
		     bool may_be_empty, struct cvl_error *err);
void cmd_keyfile_note_secret(const char *path);
void cmd_keyfile_warn_exposed(void);
int cmd_keyfile_print(const uint8_t key[CVL_KEY_BYTES]);
int cmd_keyfile_generate(int argc, char **argv, bool private_key);

#endif /* CULVERT_KEYFILE_H */
