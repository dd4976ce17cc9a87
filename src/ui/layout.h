/* layout.h: which columns of a table fit a width: the least important ones are dropped, then the rest share what is left over. Pure. */
#ifndef TFLTOP_UI_LAYOUT_H
#define TFLTOP_UI_LAYOUT_H

#include <stddef.h>

struct span {
	int width, max_width; /* narrowest useful; where extra room stops helping */
	int priority;         /* 0 never dropped; the greatest goes first, all of one priority together */
	const int *steps;     /* widths that are allowed, greatest first, ended by 0; NULL = any */
};

/* fits[i]: the width of column i, 0 = dropped; one space lies between columns. When not even the undroppable ones fit, the first has it
 * all. */
void layout_fit(const struct span *spans, size_t count, int width, int *fits);

#endif
