#include "base/mem.h"
#include "base/strbuf.h"
#include "base/zone.h"
#include "store/db.h"
#include "store/reader.h"
#include "store/stations_db.h"

#include <stdlib.h>

#define PROFILE_DAYS_S (7 * 86400)

struct load {
	struct sql sql;
	struct board *bd;
	int64_t before_ts;  /* INT64_MAX: no limit */
	int64_t newest_ts;
};

/* Calls row() for each row of a named statement. */
static int each_row(struct load *ld, const char *name, const int64_t *values, int count, void (*row)(struct load *ld, sqlite3_stmt *stmt))
{
	sqlite3_stmt *stmt = sql_get(&ld->sql, name);
	int rc = SQLITE_ERROR;
	sql_bind(stmt, 1, values, count);
	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		row(ld, stmt);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

static void take_minute(struct load *ld, sqlite3_stmt *stmt)
{
	int64_t ts = sqlite3_column_int64(stmt, 0);
	struct delta dl = {
		.ts = ts, .day = ld->bd->day, .station = (uint32_t)sqlite3_column_int64(stmt, 1),
		.entries = (uint32_t)sqlite3_column_int64(stmt, 2), .exits = (uint32_t)sqlite3_column_int64(stmt, 3),
		.last_event_ms = ld->before_ts == INT64_MAX ? 0 : ts * 1000,
	};
	board_apply(ld->bd, &dl, 1, 0);
}

/* A station whose last event lies after the limit was last seen in its last minute before it. */
static void take_seen(struct load *ld, sqlite3_stmt *stmt)
{
	int64_t last_ms = sqlite3_column_int64(stmt, 1);
	struct delta dl = {.ts = ld->newest_ts, .day = ld->bd->day, .station = (uint32_t)sqlite3_column_int64(stmt, 0)};
	if (last_ms / 1000 < ld->before_ts)
		dl.last_event_ms = last_ms;
	board_apply(ld->bd, &dl, 1, 0);
}

static void take_network(struct load *ld, sqlite3_stmt *stmt)
{
	struct counts *slot = &ld->bd->network[sqlite3_column_int64(stmt, 0) / 60 % BOARD_NET_MINUTES];
	slot->entries = (uint32_t)sqlite3_column_int64(stmt, 1);
	slot->exits = (uint32_t)sqlite3_column_int64(stmt, 2);
}

static void take_total(struct load *ld, sqlite3_stmt *stmt)
{
	int64_t station = sqlite3_column_int64(stmt, 0);
	if (station < 0 || (size_t)station >= ld->bd->count)
		return;
	struct board_station *bs = &ld->bd->stations[station];
	bs->day_entries = (uint64_t)sqlite3_column_int64(stmt, 1);
	bs->day_exits = (uint64_t)sqlite3_column_int64(stmt, 2);
	ld->bd->day_entries += bs->day_entries;
	ld->bd->day_exits += bs->day_exits;
}

static int load_counts(struct load *ld)
{
	struct board *bd = ld->bd;
	int64_t limit = ld->before_ts;
	sqlite3_stmt *stmt = sql_get(&ld->sql, "board_newest");
	sql_bind(stmt, 1, &limit, 1);
	int64_t newest = ld->newest_ts = sql_int(stmt, 0);
	int rc = each_row(ld, "board_minutes", (const int64_t[]){newest - BOARD_MINUTES * 60, limit}, 2, take_minute);
	if (!rc)
		rc = each_row(ld, "board_seen", NULL, 0, take_seen);
	if (!rc)
		rc = each_row(ld, "board_network", (const int64_t[]){newest - BOARD_NET_MINUTES * 60, limit}, 2, take_network);
	bd->day_entries = bd->day_exits = 0;
	for (size_t i = 0; i < bd->count; i++)
		bd->stations[i].day_entries = bd->stations[i].day_exits = 0;
	if (rc)
		return rc;
	if (limit == INT64_MAX)
		return each_row(ld, "board_totals", (const int64_t[]){bd->day}, 1, take_total);
	return each_row(ld, "board_totals_before", (const int64_t[]){bd->day, limit}, 2, take_total);
}

static int64_t clock_ms(sqlite3 *db, int64_t before_ts)
{
	int64_t watermark_ms = db_meta_int(db, "watermark_ms", 0);
	return before_ts < watermark_ms / 1000 ? before_ts * 1000 : watermark_ms;
}

/* One read transaction: the counts and the watermark belong to the same commit. */
int board_load(sqlite3 *db, int64_t before_ts, struct board *bd, struct stations *st, struct error *err)
{
	struct load ld = {.bd = bd, .before_ts = before_ts};
	if (db_exec(db, "BEGIN", err))
		return -1;
	sql_init(&ld.sql, db);
	board_clear(bd);
	bd->watermark_ms = clock_ms(db, before_ts);
	int rc = stations_db_load(&ld.sql, st, err);
	if (!rc && bd->watermark_ms) {
		bd->day = zone_service_day(bd->watermark_ms / 1000);
		if (load_counts(&ld))
			rc = db_error(db, err);
	}
	sql_fini(&ld.sql);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return rc;
}

int board_show(sqlite3 *db, struct live *lv, struct error *err)
{
	struct board bd;
	struct stations st;
	board_init(&bd);
	stations_init(&st);
	int rc = board_load(db, INT64_MAX, &bd, &st, err);
	if (!rc)
		live_replace(lv, &bd, &st);
	board_fini(&bd);
	stations_fini(&st);
	return rc;
}

static sqlite3_stmt *prepare_baselines(sqlite3 *db, int64_t before_ts)
{
	struct strbuf text = {0};
	sqlite3_stmt *stmt = NULL;
	size_t len;
	const char *part = sql_text("sql/busyness.sql", "head_at", &len);
	strbuf_add(&text, part, len);
	part = sql_text("sql/busyness.sql", "body", &len);
	strbuf_add(&text, part, len);
	if (!sqlite3_prepare_v2(db, text.data, (int)text.len, &stmt, NULL))
		sqlite3_bind_int64(stmt, 1, clock_ms(db, before_ts));
	strbuf_fini(&text);
	return stmt;
}

/* The rows come by station number. */
int baselines_load(sqlite3 *db, int64_t before_ts, struct baseline **baselines, size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = prepare_baselines(db, before_ts);
	struct sql sql;
	size_t cap = 0;
	int rc = SQLITE_ERROR;
	*baselines = NULL;
	*count = 0;
	sql_init(&sql, db);
	int64_t first_ts = sql_int(sql_get(&sql, "first_ts"), INT64_MAX);
	bool profile = clock_ms(db, before_ts) / 60000 * 60 - PROFILE_DAYS_S < first_ts;
	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*baselines = xgrow(*baselines, *count, &cap, sizeof **baselines);
		(*baselines)[(*count)++] = (struct baseline){
			.max = (uint32_t)sqlite3_column_int64(stmt, 3), .max_is_profile = profile,
			.typical = sqlite3_column_double(stmt, 6), .n = sqlite3_column_int(stmt, 8),
		};
	}
	sqlite3_finalize(stmt);
	sql_fini(&sql);
	if (rc == SQLITE_DONE)
		return 0;
	free(*baselines);
	*baselines = NULL;
	*count = 0;
	return db_error(db, err);
}
