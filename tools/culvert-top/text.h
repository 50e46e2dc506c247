/* SPDX-License-Identifier: GPL-2.0 */
/* Text that fits a place on the screen and does nothing else to the terminal. */
#ifndef CULVERT_TOP_TEXT_H
#define CULVERT_TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of the widest terminal, each character of which may have several bytes. */
#define TOP_TEXT_LINE 4096

/* For top_text_bytes() and top_text_age(). */
#define TOP_TEXT_NUMBER 24

void top_text_fit(char *to, size_t to_bytes, const char *from, int columns, bool utf8);
void top_text_clean(char *to, size_t to_bytes, const char *from, bool utf8);
int top_text_columns(const char *from, bool utf8);
void top_text_bytes(char to[TOP_TEXT_NUMBER], double bytes);
void top_text_age(char to[TOP_TEXT_NUMBER], int64_t seconds);

#endif /* CULVERT_TOP_TEXT_H */
