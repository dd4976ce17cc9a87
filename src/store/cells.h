/* cells.h: counts that are not committed yet: one cell per station and minute, and when each station was first seen.
 * Thread: the feed's. */
#ifndef TFLTOP_STORE_CELLS_H
#define TFLTOP_STORE_CELLS_H

#include "model/board.h"
#include "model/event.h"

#include <stddef.h>
#include <stdint.h>

struct cells {
	struct delta *cell;    /* in no particular order */
	size_t count, cap;
	uint32_t *slot;        /* open addressing: index into cell + 1, 0 free */
	size_t slots;          /* a power of two, at least twice count */
	int64_t *first_ms;     /* by station: earliest event time this process has taken */
	size_t stations;
	int64_t quarter_ts;    /* of `day`: neighbours in time share the conversion */
	int32_t day;
};

void cells_init(struct cells *cl);
void cells_fini(struct cells *cl);
void cells_clear(struct cells *cl);

void cells_add(struct cells *cl, uint32_t station, int64_t time_ms, enum direction direction);

/* Sorts cell[]; adding goes on to work. */
void cells_sort(struct cells *cl, int (*compare)(const void *, const void *));

#endif
