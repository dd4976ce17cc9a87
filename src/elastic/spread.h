/* spread.h: how long things take: shares of the last minute or two, to a twentieth. Pure: the clock is handed in. Thread: the owner's. */
#ifndef TFLTOP_ELASTIC_SPREAD_H
#define TFLTOP_ELASTIC_SPREAD_H

#include <stdint.h>

#define SPREAD_BINS 160 /* each a tenth longer than the one before: from 1 ms to an hour */

struct spread {
	uint32_t bins[2][SPREAD_BINS];
	int now;          /* the set that is filled; the other one holds the minute before */
	int64_t since_ms; /* when it was begun */
};

void spread_add(struct spread *spr, double ms, int64_t now_ms);

/* share 0.5: the median. -1 when there was nothing. */
double spread_ms(const struct spread *spr, double share);

#endif
