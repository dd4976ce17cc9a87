/* text.h: untrusted UTF-8 as what a terminal may show: one grapheme at a time, never a control byte, and the columns it takes.
 * Control characters, invalid bytes, bidi and zero-width controls become visible replacements. Pure; widths by the locale's wcwidth. */
#ifndef TFLTOP_UI_TEXT_H
#define TFLTOP_UI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLYPH_BYTES 15

struct glyph {
	char text[GLYPH_BYTES + 1]; /* a character and its combining marks (those that fit) */
	int width;                  /* 1 or 2 columns; 0 for a character that is left out */
};

/* The glyph at p; returns the bytes it took, 0 at the end of the text. ascii: printable ASCII only. */
size_t glyph_next(const char *p, bool ascii, struct glyph *gl);

/* Columns that text takes once made safe. */
int text_width(const char *text, bool ascii);

/* Appends the code point as UTF-8 (up to 4 bytes and a NUL); returns its bytes. */
size_t utf8_put(char *out, uint32_t code);

/* The bytes of the last character of a text of that many bytes: what backspace takes away. */
size_t utf8_last(const char *text, size_t len);

#endif
