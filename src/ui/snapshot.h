/* snapshot.h: everything a frame is drawn from, copied once; views never look anywhere else. Plain data. */
#ifndef TFLTOP_UI_SNAPSHOT_H
#define TFLTOP_UI_SNAPSHOT_H

#include "base/log.h"
#include "feed/feed.h"
#include "model/board.h"
#include "model/busyness.h"
#include "model/station.h"
#include "pipeline/enrich.h"
#include "sim/simulator.h"
#include "store/reader.h"

enum snapshot_mode {
	MODE_LIVE,   /* this process runs the history feed */
	MODE_VIEWER, /* another process writes the database */
	MODE_FRAME,  /* drawn from the database alone: volatile fields are "–" */
};

#define SNAPSHOT_FEEDS 4

struct snapshot {
	enum snapshot_mode mode;
	int demo;                    /* embedded broker: says DEMO */
	char brokers[128];
	int64_t wall_ms;             /* when it was taken */
	int64_t now_ms;              /* the clock the windows end at (ui.clock): wall or event time */
	int event_clock;             /* now_ms is event time: the banner says so */
	struct board board;
	struct stations stations;
	uint64_t stations_generation; /* of live, so that an unchanged table is not copied again */
	struct baseline *baselines;
	size_t nbaselines;
	struct feed_status feed[SNAPSHOT_FEEDS];
	size_t feeds;
	struct store_status store;
	struct station_day station;  /* the one that was asked for, when it has been read */
	int has_sim, has_enrich;
	struct sim_status sim;
	struct enrich_status enrich;
	struct log_line log[LOG_RING]; /* oldest first */
	size_t log_lines;
	uint64_t log_serial;         /* lines ever written */
};

void snapshot_init(struct snapshot *snap);
void snapshot_fini(struct snapshot *snap);

/* Wall time at which events last arrived: here, or for a viewer where the file is written. 0 never, -1 not known. */
int64_t snapshot_arrival(const struct snapshot *snap);

/* ui.clock: "wall", "event", or "auto" (wall unless events arrive whose watermark is more than 2 min off). Sets now_ms and event_clock. */
void snapshot_clock(struct snapshot *snap, const char *ui_clock);

/* The history feed's status, NULL when this process runs none. */
const struct feed_status *snapshot_history(const struct snapshot *snap);

/* The end of the last whole minute, Unix s: where every "last N min" ends. */
int64_t snapshot_minute(const struct snapshot *snap);

/* Whether the counts of [from_ts, to_ts) are all there are, so that 0 means nobody. A window into which the beginning of the history
 * falls counts as known: it holds what has been counted so far. */
bool snapshot_knows(const struct snapshot *snap, int64_t from_ts, int64_t to_ts);

/* The same for a bin of a curve of the network, which reaches further back; before the history began, nothing is known. */
bool snapshot_charts(const struct snapshot *snap, int64_t from_ts, int64_t to_ts);

/* What the board's service day is to the clock shown: "today" and "in network" are of the clock's day, never of an earlier one. */
enum today {
	TODAY_UNKNOWN, /* the clock's day has begun, and not all of it has been read */
	TODAY_EMPTY,   /* it has begun, and nobody came yet */
	TODAY_COUNTED, /* the board's day is the clock's */
};
enum today snapshot_today(const struct snapshot *snap);

/* The service day of the clock shown. */
int32_t snapshot_day(const struct snapshot *snap);

/* People in the network: entries − exits of the clock's service day. */
int64_t snapshot_inside(const struct snapshot *snap);

#endif
