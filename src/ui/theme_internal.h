/* theme_internal.h: the table of looks, for theme.c alone. */
#ifndef TFLTOP_UI_THEME_INTERNAL_H
#define TFLTOP_UI_THEME_INTERNAL_H

#include "ui/theme.h"

struct theme_pair {
	struct look rich;  /* 256 colours */
	struct look plain; /* 16; 8 = the same without brightness, made up for by bold */
};

struct theme_style {
	const char *name;
	struct theme_pair selected; /* the row that is selected, whatever its cells mean: one colour, easily found */
};

struct theme_row {
	unsigned mono; /* attributes when there are no colours */
	struct theme_pair in[THEME_MONO]; /* by theme */
};

extern const struct theme_style theme_styles[THEMES];
extern const struct theme_row theme_rows[ROLES];

#endif
