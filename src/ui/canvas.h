/* canvas.h: a grid of cells and clipped operations on it; views draw here, the terminal and `frame` read it. Pure.
 * Text is UTF-8 from anywhere: control characters, invalid bytes and bidi controls become visible replacements; widths by wcwidth. */
#ifndef TFLTOP_UI_CANVAS_H
#define TFLTOP_UI_CANVAS_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CELL_BYTES 15

struct cell {
	char text[CELL_BYTES + 1]; /* one grapheme: a character and its combining marks; "" = right half of a wide one */
	uint8_t role;              /* enum role of theme.h */
	bool reverse;              /* selected */
};

struct canvas {
	int width, height;
	bool ascii;                /* only printable ASCII may be put; glyphs have fallbacks */
	struct cell *cells;        /* row by row */
};

void canvas_init(struct canvas *cv, int width, int height, bool ascii);
void canvas_fini(struct canvas *cv);
void canvas_resize(struct canvas *cv, int width, int height);
void canvas_clear(struct canvas *cv);
struct cell *canvas_cell(struct canvas *cv, int x, int y); /* NULL outside */

/* Puts text at (x, y), cut to `width` columns with … (~ in ASCII) when it does not fit; returns the columns used. */
int canvas_text(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text);
int canvas_text_right(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text);
int canvas_printf(struct canvas *cv, int x, int y, int width, uint8_t role, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void canvas_reverse(struct canvas *cv, int x, int y, int width);

/* Columns that text takes once made safe. */
int text_width(const char *text, bool ascii);

/* As `frame` prints it: trailing spaces cut, one line per row. ansi: with SGR sequences of the theme. */
void canvas_to_text(const struct canvas *cv, struct strbuf *out);

#endif
