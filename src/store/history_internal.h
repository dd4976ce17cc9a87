/* history_internal.h: the history sink's state, shared by its files. Thread: the feed's. */
#ifndef TFLTOP_STORE_HISTORY_INTERNAL_H
#define TFLTOP_STORE_HISTORY_INTERNAL_H

#include "feed/sink.h"
#include "model/station.h"
#include "store/cells.h"
#include "store/dead.h"
#include "store/live.h"
#include "store/sql.h"

struct verdicts { /* of one partition, not committed yet */
	uint64_t stored, dead, skipped;
};

struct history {
	sqlite3 *db;
	struct sql sql;
	int lock_fd;
	struct live *live; /* NULL without a screen */
	struct event_decoder decoder;

	struct stations stations;
	size_t stations_stored; /* so many of them are in the file */
	struct cells cells;
	struct dead_letters dead;
	struct verdicts *verdicts; /* by partition of the feed */
	size_t nverdicts, verdicts_cap;
	struct scenario_note notes[LIVE_NOTES]; /* taken from live, not committed yet */
	size_t nnotes;
	int64_t watermark_ms;

	/* As committed. */
	int64_t watermark_stored_ms, closed, pruned;
	struct partition *saved; /* by partition of the feed: what was last written of it; epoch 0: nothing */
	size_t nsaved, saved_cap;

	int64_t keep_minutes_s, keep_quarters_s; /* INT64_MAX: for ever */
};

/* Everything pending, in one transaction. */
enum sink_result history_commit(void *sink, struct partition *parts, size_t count, const struct gap *gaps, size_t ngaps, struct error *err);

#endif
