/* canvas.h: a grid of cells and clipped operations on it; views draw here, the terminal and `frame` read it. Pure.
 * Text is UTF-8 from anywhere: control characters, invalid bytes and bidi controls become visible replacements; widths by wcwidth. */
#ifndef TFLTOP_UI_CANVAS_H
#define TFLTOP_UI_CANVAS_H

#include "base/strbuf.h"
#include "ui/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell {
	char text[GLYPH_BYTES + 1]; /* one grapheme: a character and its combining marks; "" = right half of a wide one */
	uint8_t role;               /* enum role of theme.h */
	bool selected;
};

struct canvas {
	int width, height;
	bool ascii;                /* only printable ASCII may be put; glyphs have fallbacks */
	struct cell *cells;        /* row by row */
};

struct rect {
	int x, y, w, h;
};

void canvas_init(struct canvas *cv, int width, int height, bool ascii);
void canvas_fini(struct canvas *cv);
void canvas_resize(struct canvas *cv, int width, int height); /* and clears */
void canvas_clear(struct canvas *cv);
struct cell *canvas_cell(const struct canvas *cv, int x, int y); /* NULL outside */

/* Puts text at (x, y), cut to `width` columns with … (~ in ASCII) when it does not fit; returns the columns used. */
int canvas_text(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text);
int canvas_text_right(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text);
int canvas_printf(struct canvas *cv, int x, int y, int width, uint8_t role, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Text broken at spaces into as many lines of the area as it needs, the last one cut when there are too few; returns the lines. */
int canvas_wrap(struct canvas *cv, struct rect area, uint8_t role, const char *text);

int canvas_wrap_height(const struct canvas *cv, int width, const char *text); /* the lines it needs */

/* Spaces of a role: the ground of a band. */
void canvas_fill(struct canvas *cv, struct rect area, uint8_t role);
bool canvas_blank(const struct canvas *cv, int x, int y, int width); /* nothing but spaces, none of them outside */
void canvas_select(struct canvas *cv, int x, int y, int width);

/* Copies `from`'s rows, beginning at its row `skip`, into the area. */
void canvas_blit(struct canvas *cv, struct rect area, const struct canvas *from, int skip);

bool cell_same(const struct cell *a, const struct cell *b);

/* As `frame` prints it: trailing spaces cut, one line per row. */
void canvas_to_text(const struct canvas *cv, struct strbuf *out);

#endif
