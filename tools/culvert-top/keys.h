/* SPDX-License-Identifier: GPL-2.0 */
/* What each key does. */
#ifndef CULVERT_TOP_KEYS_H
#define CULVERT_TOP_KEYS_H

#include <wchar.h>

#include "screen.h"

bool top_keys_press(struct top_screen *screen, wint_t key, bool is_special);

#endif /* CULVERT_TOP_KEYS_H */
