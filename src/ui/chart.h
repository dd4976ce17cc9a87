/* chart.h: filled curves in blocks, the ends of axes, and big digits. Pure. */
#ifndef TFLTOP_UI_CHART_H
#define TFLTOP_UI_CHART_H

#include "ui/canvas.h"

#include <stdint.h>

/* values: area.w of them, one a column; < 0 unknown: left empty. Filled from the area's bottom in eighths of a cell, or hanging from its
 * top in halves (there are no finer blocks that hang). Whatever is above zero shows. */
void chart_area(struct canvas *cv, struct rect area, uint8_t role, const int64_t *values, int64_t max, bool hanging);

/* The smallest round number ≥ n: where an axis ends. */
int64_t chart_round(int64_t n);

/* A number three rows high; plain in ASCII (on the middle row). Returns the columns used. */
int chart_digits(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text);

#endif
