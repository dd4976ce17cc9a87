/* live.h: the board and the stations of the running program behind one leaf lock: the history sink (or the reader of a viewer) writes,
 * the screen copies once per frame. */
#ifndef TFLTOP_STORE_LIVE_H
#define TFLTOP_STORE_LIVE_H

#include "base/wake.h"
#include "model/board.h"
#include "model/busyness.h"
#include "model/station.h"

#include <pthread.h>

struct live {
	pthread_mutex_t lock;
	struct board board;
	struct stations stations;
	struct baseline *baselines; /* by station index, nbaselines of them; refreshed each minute by the reader */
	size_t nbaselines;
	uint64_t stations_generation; /* grows when a station is added or relabelled: copy them only then */
	uint64_t generation;        /* grows with every change */
	struct wake *news;
};

void live_init(struct live *lv, struct wake *news);
void live_fini(struct live *lv);

/* thread: feed, lock: live. Adds committed deltas, and the stations that are new since (stations only ever grow). */
void live_apply(struct live *lv, const struct stations *stations, const struct delta *deltas, size_t count, int64_t watermark_ms);

/* thread: any, lock: live. Puts another board and its stations in their place; what was there comes back in *bd and *st. */
void live_replace(struct live *lv, struct board *bd, struct stations *st);

/* thread: any, lock: live. Takes the array. */
void live_set_baselines(struct live *lv, struct baseline *take_baselines, size_t count);

#endif
