/* board.h: the counts the screen needs, in memory: the last two hours by minute per station, the service day so far, the network's day.
 * It has exactly two ways in: board_apply (deltas the history sink has committed) and board_load (store/board_load.h).
 * A property test holds both to the same board. Plain data: copied out under the owner's lock, drawn from the copy. */
#ifndef TFLTOP_MODEL_BOARD_H
#define TFLTOP_MODEL_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_MINUTES 128    /* ring of a station */
#define BOARD_NET_MINUTES 1536 /* ring of the network: the longest service day and a bit */

struct counts {
	uint32_t entries, exits;
};

struct board_station {
	struct counts minute[BOARD_MINUTES]; /* slot = (ts / 60) % BOARD_MINUTES */
	uint64_t day_entries, day_exits;     /* of board.day */
	int64_t last_event_ms;               /* newest event time seen; 0 none */
};

struct board {
	struct board_station *stations; /* by station index */
	size_t count, cap;
	struct counts network[BOARD_NET_MINUTES];
	int64_t newest_ts;     /* start of the newest minute any count is in, Unix s; 0 = empty board. Rings hold (newest - ring, newest] */
	int64_t watermark_ms;  /* newest event time, at most now + 5 min */
	int32_t day;           /* newest service day any count is of: the watermark's */
	uint64_t day_entries, day_exits;
	uint64_t applied;      /* events in all, for redraw decisions */
};

struct delta { /* one cell of one committed transaction */
	uint32_t station;
	int32_t day;      /* service day of ts */
	int64_t ts;       /* minute start, Unix s */
	uint32_t entries, exits;
	int64_t last_event_ms;
};

void board_init(struct board *bd);
void board_fini(struct board *bd);
void board_clear(struct board *bd);

/* Adds committed cells. The board is a function of the set of cells added, whatever their order and however they are cut into batches:
 * newest_ts, day and the watermark are maxima, and what a cell adds is kept exactly while it lies in the final ring and the final day.
 * So a cell older than a ring counts for the day only, one of a day before `day` for the rings only, and the first of a later day
 * begins that day at once, even within a batch. No cell may be newer than its batch's watermark: both speak of counted events. */
void board_apply(struct board *bd, const struct delta *deltas, size_t count, int64_t watermark_ms);

/* Deep copy; `to` reuses its memory. */
void board_copy(struct board *to, const struct board *from);

/* Counts of station in [from_ts, to_ts), minute aligned, from the ring (minutes that left it or lie ahead count 0). */
struct counts board_window(const struct board *bd, uint32_t station, int64_t from_ts, int64_t to_ts);
struct counts board_network_window(const struct board *bd, int64_t from_ts, int64_t to_ts);

/* True when [from_ts, …) still lies in the rings, so 0 means nobody rather than not known. */
bool board_covers(const struct board *bd, int64_t from_ts);

#endif
