/* theme.h: what a cell may mean, and how each meaning looks in each theme on 256, 16 or 8 colours and without any. One row per role.
 * Meaning never rests on colour alone: a word, a sign or a shape says the same. A theme paints its own ground, so that it can be read
 * whatever the terminal's. Pure. */
#ifndef TFLTOP_UI_THEME_H
#define TFLTOP_UI_THEME_H

#include "base/error.h"
#include "base/strbuf.h"
#include "ui/canvas.h"

#include <stdint.h>

enum role {
	ROLE_TEXT, ROLE_DIM, ROLE_STRONG, ROLE_TITLE, ROLE_RULE,
	ROLE_BAND, ROLE_BAND_DIM, ROLE_BAND_STRONG, ROLE_BAND_OK, ROLE_BAND_WARN, ROLE_BAND_ALERT, ROLE_BRAND,
	ROLE_TAB, ROLE_TAB_ACTIVE, ROLE_HEAD, ROLE_HEAD_SORT, ROLE_KEY, ROLE_KEY_LABEL, ROLE_PROMPT,
	ROLE_IN_AREA, ROLE_OUT_AREA, ROLE_INSIDE_AREA, ROLE_IN, ROLE_IN_STRONG, ROLE_OUT, ROLE_OUT_STRONG, ROLE_INSIDE, ROLE_INSIDE_STRONG,
	ROLE_PLUS, ROLE_MINUS, ROLE_QUIET, ROLE_BUSY, ROLE_VERY_BUSY, ROLE_TRACK_QUIET, ROLE_TRACK_BUSY, ROLE_TRACK_VERY_BUSY,
	ROLE_SPARK, ROLE_AXIS, ROLE_OK, ROLE_WARN, ROLE_ALERT, ROLE_ALERT_BAR,
	ROLE_BAKERLOO, ROLE_CENTRAL, ROLE_CIRCLE, ROLE_DISTRICT, ROLE_HAMMERSMITH, ROLE_JUBILEE, ROLE_METROPOLITAN, ROLE_NORTHERN,
	ROLE_PICCADILLY, ROLE_VICTORIA, ROLE_WATERLOO, ROLE_DLR, ROLE_ELIZABETH, ROLE_LIBERTY, ROLE_LIONESS, ROLE_MILDMAY,
	ROLE_SUFFRAGETTE, ROLE_WEAVER, ROLE_WINDRUSH, ROLE_TRAM, ROLE_CABLE_CAR, ROLE_NATIONAL_RAIL,
	ROLES
};

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTHS };

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };

struct look {
	short fg, bg;        /* palette numbers; -1 = the terminal's own, which only mono is */
	unsigned attributes; /* LOOK_ bits */
};

enum theme { THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEME_BLIND, THEME_MONO, THEMES };

struct look theme_look(enum theme theme, enum depth depth, uint8_t role, bool selected);

const char *theme_name(enum theme theme);

/* As ui.theme has it. Error: an unknown name. */
int theme_find(const char *name, enum theme *theme, struct error *err);

/* The canvas with SGR sequences, one line per row, each ended with a reset. The only place that writes an ESC byte beside the terminal. */
void canvas_to_ansi(const struct canvas *cv, enum theme theme, enum depth depth, struct strbuf *out);

#endif
