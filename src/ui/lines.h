/* lines.h: the railway's lines as short codes, each with its colour: a station's "Bakerloo|Central" is drawn as "B C". Pure. */
#ifndef TFLTOP_UI_LINES_H
#define TFLTOP_UI_LINES_H

#include "ui/canvas.h"

#include <stddef.h>

struct line_code {
	const char *name; /* as in the reference data */
	const char *code;
	uint8_t role;
};

extern const struct line_code line_codes[];
extern const size_t nline_codes;

/* Draws the codes of `lines`, cut with … to width; returns the columns used. */
int lines_draw(struct canvas *cv, int x, int y, int width, const char *lines);

/* A zone as drawn: "2|3" → "2/3", words by their first letter. */
void zone_short(const char *zone, char out[8]);

#endif
