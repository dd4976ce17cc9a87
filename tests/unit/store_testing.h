/* store_testing.h: a history in a private folder, and records to feed it; for the tests of src/store. */
#ifndef TFLTOP_TESTS_STORE_TESTING_H
#define TFLTOP_TESTS_STORE_TESTING_H

#include "base/config.h"
#include "base/mem.h"
#include "base/zone.h"
#include "feed/sink.h"
#include "store/db.h"
#include "store/history.h"
#include "store/history_internal.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TESTING_PARTS 2

struct testing {
	char folder[64];
	char db_path[96];
	struct config *cfg;
	struct history *hs;
	struct live *live;
	struct error err;
	struct partition parts[TESTING_PARTS];
	int64_t now_ms;
	struct record record[64]; /* of the batch at hand */
	char value[64][256];
	size_t count;
};

static inline void testing_open(struct testing *tt)
{
	tt->hs = history_sink.open(tt->cfg, tt->live, &tt->err);
	if (!tt->hs)
		fail_msg("%s", tt->err.text);
	for (int i = 0; i < TESTING_PARTS; i++)
		tt->parts[i] = (struct partition){.topic = i ? "station_exits" : "station_entries", .direction = i ? EXIT : ENTRY, .next_offset = -1,
						  .last.offset = -1, .first.offset = -1, .low = -1, .high = -1, .stable = -1};
	if (history_sink.restore(tt->hs, "cluster-1", tt->parts, TESTING_PARTS, &tt->err))
		fail_msg("%s", tt->err.text);
	for (int i = 0; i < TESTING_PARTS; i++)
		if (!tt->parts[i].epoch) {
			tt->parts[i].epoch = 1;
			tt->parts[i].next_offset = 0;
		}
}

static inline void testing_close(struct testing *tt)
{
	history_sink.close(tt->hs);
	tt->hs = NULL;
}

static inline void testing_start(struct testing *tt)
{
	*tt = (struct testing){.now_ms = 1800000000000};
	snprintf(tt->folder, sizeof tt->folder, "%s/tfl-top-test-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm"); /* fsync is slow on some disks */
	assert_non_null(mkdtemp(tt->folder));
	assert_int_equal(zone_init("Europe/London", "04:30", &tt->err), 0);
	snprintf(tt->db_path, sizeof tt->db_path, "%s/history.db", tt->folder);
	tt->cfg = config_new();
	config_override(tt->cfg, "history.db", tt->db_path);
}

static inline int testing_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void testing_end(struct testing *tt)
{
	if (tt->hs)
		testing_close(tt);
	config_free(tt->cfg);
	nftw(tt->folder, testing_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* The bytes of a record of partition `part`, at its next offset. */
static inline void testing_value(struct testing *tt, uint32_t part, const char *value)
{
	size_t i = tt->count++;
	assert_true(i < 64);
	snprintf(tt->value[i], sizeof tt->value[i], "%s", value);
	struct partition *pt = &tt->parts[part];
	tt->record[i] = (struct record){.part = part, .offset = pt->next_offset, .time_ms = 1, .key = "k", .key_len = 1,
					.value = tt->value[i], .value_len = strlen(tt->value[i])};
	pt->last = (struct mark){pt->next_offset, (uint64_t)pt->next_offset * 7};
	pt->next_offset++;
	pt->ledger.consumed++;
	pt->ledger.in_flight++;
}

static inline void testing_event(struct testing *tt, enum direction direction, const char *station, int64_t time_ms)
{
	char value[256], time[21];
	zone_utc_text(time_ms / 1000, time);
	snprintf(value, sizeof value, "{\"@timestamp\":\"%.19s.%03dZ\",\"user\":\"A B\",\"delta\":%d,\"station\":\"%s\",\"location\":null}", time,
		 (int)(time_ms % 1000), direction == ENTRY ? 1 : -1, station);
	testing_value(tt, direction == EXIT, value);
}

static inline void testing_write(struct testing *tt)
{
	struct batch bat = {tt->record, tt->count, tt->parts, TESTING_PARTS, tt->now_ms};
	assert_int_equal(history_sink.write(tt->hs, &bat, &tt->err), SINK_OK);
	tt->count = 0;
}

static inline void testing_commit(struct testing *tt)
{
	testing_write(tt);
	if (history_sink.commit(tt->hs, tt->parts, TESTING_PARTS, NULL, 0, &tt->err) != SINK_OK)
		fail_msg("%s", tt->err.text);
}

/* The first column of the first row, read as any other program would: by a connection of its own. */
static inline int64_t testing_int(struct testing *tt, const char *sql)
{
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	sqlite3_stmt *stmt;
	if (!db)
		fail_msg("%s", tt->err.text);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	int64_t value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

#endif
