/* live.h: the board and the stations of the running program behind one leaf lock: the history sink (or the reader of a viewer) writes,
 * the screen copies once per frame. */
#ifndef TFLTOP_STORE_LIVE_H
#define TFLTOP_STORE_LIVE_H

#include "base/wake.h"
#include "model/board.h"
#include "model/busyness.h"
#include "model/station.h"

#include <pthread.h>
#include <stdbool.h>

struct scenario_note { /* a row of scenario_event to be */
	int64_t ts;          /* by the virtual clock, Unix s */
	char scenario[16], action[16];
	double factor;       /* NAN: none */
	int64_t until_ts;    /* 0: none */
	char station_id[64]; /* to be written: that of the reference, or "" */
	char station[96];    /* as read: the name, or "" */
};

#define LIVE_NOTES 32

struct live {
	pthread_mutex_t lock;
	struct board board;
	struct stations stations;
	struct baseline *baselines; /* by station index, nbaselines of them; refreshed each minute by the reader */
	size_t nbaselines;
	uint64_t stations_generation; /* grows when a station is added or relabelled: copy them only then */
	uint64_t generation;        /* grows with every change */
	struct scenario_note notes[LIVE_NOTES]; /* for the history's next transaction */
	size_t nnotes;
	int lock_fd;                /* the history's lock, taken before its feed is there to use it; -1 none */
	void (*counted)(void *arg, uint64_t events);
	void *counted_arg;
	struct wake *news;
};

void live_init(struct live *lv, struct wake *news);
void live_fini(struct live *lv);

/* thread: feed, lock: live. Adds committed deltas, and the stations that are new since (stations only ever grow). */
void live_apply(struct live *lv, const struct stations *stations, const struct delta *deltas, size_t count, int64_t watermark_ms);

/* thread: any, lock: live. Puts another board and its stations in their place; what was there comes back in *bd and *st. */
void live_replace(struct live *lv, struct board *bd, struct stations *st);

/* thread: any, lock: live. Calls counted(arg, events) from the feed's thread, without a lock, after each transaction. */
void live_watch(struct live *lv, void (*counted)(void *arg, uint64_t events), void *arg);

/* thread: any, lock: live. For the history sink, which alone writes the file; the oldest gives way when it takes none. */
void live_note(struct live *lv, const struct scenario_note *note);
bool live_has_notes(struct live *lv);
size_t live_take_notes(struct live *lv, struct scenario_note out[LIVE_NOTES]); /* thread: feed, lock: live */

/* thread: any, lock: live. The history's lock on its way from whoever found it free to the sink: it is never let go between them. */
void live_keep_lock(struct live *lv, int take_fd);
int live_take_lock(struct live *lv); /* -1 none */

/* thread: any, lock: live. Takes the array. */
void live_set_baselines(struct live *lv, struct baseline *take_baselines, size_t count);

#endif
