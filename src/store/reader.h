/* reader.h: the screen's reading side of the database, on a thread of its own (read-only connection): typical day and busiest quarter,
 * size and counts for the Pipeline view, and for a viewer beside another process the board itself, reloaded when data_version moves. */
#ifndef TFLTOP_STORE_READER_H
#define TFLTOP_STORE_READER_H

#include "base/config.h"
#include "base/error.h"
#include "base/wake.h"
#include "feed/feed.h"
#include "store/live.h"

#include "store/station_day.h"

#include <stdbool.h>
#include <stdint.h>

#define STORE_GAPS_SHOWN 20
#define STORE_DEAD_SHOWN 20
#define STORE_NOTES_SHOWN 20

struct store_status {
	char path[256];
	bool open;                /* the file exists and could be read */
	char detail[256];         /* why not */
	int64_t db_bytes, wal_bytes;
	int64_t written_ms;       /* wall time at which any process last wrote it; 0 unknown */
	int64_t first_ts, closed_ts, pruned_ts; /* Unix s; 0 none */
	uint64_t minutes, quarters;  /* rows; the quarters estimated from one day's; no minutes: unknown */
	uint64_t dead_letters;       /* counted, all time */
	uint64_t gaps;
	struct store_gap { char kind[20], topic[80], note[120]; int32_t partition, epoch; int64_t first_offset, last_offset, detected_ts; } gap[STORE_GAPS_SHOWN];
	size_t gaps_shown;
	struct store_dead { char reason[20], topic[80], detail[120]; int32_t partition; int64_t offset, received_ts; } dead[STORE_DEAD_SHOWN];
	size_t dead_shown;
	struct scenario_note note[STORE_NOTES_SHOWN]; /* what was done to the simulator, newest first */
	size_t notes_shown;
	struct feed_status feed;     /* for a viewer: the history feed as its process last stored it: cluster, partitions, their sums; events/s
				      * as the sums grew in the last seconds, -1 not known yet */
	int64_t writer_gone_ms;      /* for a viewer: wall time at which the process that wrote was first missed; 0 it is there */
	bool heir;                   /* for a viewer: it stayed away, and live holds the lock for a history feed of ours */
	double days;                 /* of history, for "typical" */
};

struct reader;

/* writer: the process that writes the file, -1 not known, 0 this one. A viewer's reader also keeps lv's board up to date from the file, as no history
 * feed runs here; and when the writer has been gone for READER_GRACE_MS, so that it was not just started anew, it takes the lock. */
#define READER_GRACE_MS 15000
struct reader *reader_start(const char *db_path, struct live *lv, int writer, struct wake *news);
void reader_stop(struct reader *rd);                                   /* interrupts a running query, joins */
/* thread: any, lock: reader. One station to keep an eye on (-1 none): its day is read at once and whenever the file changes. */
void reader_inspect(struct reader *rd, int64_t station);
void reader_station(struct reader *rd, struct station_day *out); /* thread: any, lock: reader. What was read last */
void reader_status(struct reader *rd, struct store_status *out);      /* thread: any, lock: reader */

/* Loads the board from the database: counts of buckets < before_ts (INT64_MAX: all). The second of the board's two ways in.
 * Also fills stations (the database's rows, so that indexes are the database's integers). Thread: the caller's own connection. */
struct sqlite3;
struct sql;
int board_load(struct sqlite3 *db, int64_t before_ts, struct board *bd, struct stations *st, struct error *err);

/* The newest notes before before_ts (INT64_MAX: all) into ss. */
void notes_load(struct sql *sql, int64_t before_ts, struct store_status *ss);

/* The whole board into lv. Thread: feed or reader. */
int board_show(struct sqlite3 *db, struct live *lv, struct error *err);

/* By station index; what the view busyness says as of before_ts (INT64_MAX: the watermark). Heap. */
int baselines_load(struct sqlite3 *db, int64_t before_ts, struct baseline **baselines, size_t *count, struct error *err);

#endif
