#include "base/clock.h"
#include "base/mem.h"
#include "base/zone.h"
#include "store/db.h"
#include "store/history_internal.h"
#include "store/stations_db.h"

#include <string.h>

#define QUARTER_S 900
#define CLOSE_AFTER_S 300        /* a quarter is closed this long after its end: by then few events of it are still to come */
#define PRUNE_STEP_S (6 * 3600)  /* minutes dropped in one transaction, so that none takes long */

struct transaction {
	struct history *hs;
	struct sql *sql;
	struct partition *parts;
	size_t count;
	const struct gap *gaps;
	size_t ngaps;
	int64_t now_ms, closed, pruned;
	int32_t day; /* of which the row was put last; -1 none */
};

static int by_time(const void *a, const void *b)
{
	const struct delta *x = a, *y = b;
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return (x->station > y->station) - (x->station < y->station);
}

static int by_day(const void *a, const void *b)
{
	const struct delta *x = a, *y = b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->station != y->station)
		return x->station < y->station ? -1 : 1;
	return (x->ts > y->ts) - (x->ts < y->ts);
}

static int begin(struct transaction *tx)
{
	return sqlite3_exec(tx->sql->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
}

static int put_stations(struct transaction *tx)
{
	return stations_db_store(tx->sql, &tx->hs->stations, tx->hs->stations_stored);
}

typedef bool same_fn(const struct delta *a, const struct delta *b);

static bool same_minute(const struct delta *a, const struct delta *b)
{
	return a->ts == b->ts;
}

static bool same_quarter(const struct delta *a, const struct delta *b)
{
	return a->ts / QUARTER_S == b->ts / QUARTER_S;
}

static bool same_station_quarter(const struct delta *a, const struct delta *b)
{
	return a->station == b->station && same_quarter(a, b);
}

static bool same_station_day(const struct delta *a, const struct delta *b)
{
	return a->station == b->station && a->day == b->day;
}

/* Sums neighbours that are the same: what is to be one sum must be sorted together. */
static int put_runs(struct transaction *tx, same_fn *same, int (*put)(struct transaction *tx, const struct delta *sum))
{
	const struct cells *cl = &tx->hs->cells;
	int rc = SQLITE_OK;
	for (size_t i = 0, end; i < cl->count && !rc; i = end) {
		struct delta sum = cl->cell[i];
		for (end = i + 1; end < cl->count && same(&sum, &cl->cell[end]); end++) {
			sum.entries += cl->cell[end].entries;
			sum.exits += cl->cell[end].exits;
			if (cl->cell[end].last_event_ms > sum.last_event_ms)
				sum.last_event_ms = cl->cell[end].last_event_ms;
		}
		rc = put(tx, &sum);
	}
	return rc;
}

static int put_minute(struct transaction *tx, const struct delta *dl)
{
	if (dl->ts < tx->hs->pruned)
		return SQLITE_OK;
	return SQL_RUN(tx->sql, "minute_add", dl->ts, dl->station, dl->day, dl->entries, dl->exits);
}

static int put_network_quarter(struct transaction *tx, const struct delta *sum)
{
	int64_t ts = sum->ts / QUARTER_S * QUARTER_S;
	int rc = SQL_RUN(tx->sql, "network_add", ts, sum->day, sum->entries, sum->exits);
	return rc ? rc : SQL_RUN(tx->sql, "network_after", ts, sum->day, sum->entries, sum->exits);
}

static int put_network_minute(struct transaction *tx, const struct delta *sum)
{
	return SQL_RUN(tx->sql, "network_minute_add", sum->ts, sum->entries, sum->exits);
}

static int put_by_time(struct transaction *tx)
{
	struct cells *cl = &tx->hs->cells;
	int rc = SQLITE_OK;
	cells_sort(cl, by_time);
	for (size_t i = 0; i < cl->count && !rc; i++)
		rc = put_minute(tx, &cl->cell[i]);
	if (!rc)
		rc = put_runs(tx, same_quarter, put_network_quarter);
	return rc ? rc : put_runs(tx, same_minute, put_network_minute);
}

static int put_day(struct transaction *tx, int32_t day)
{
	char date[11];
	sqlite3_stmt *stmt = sql_get(tx->sql, "day_add");
	zone_day_text(day, date);
	sql_bind(stmt, 1, (const int64_t[]){day}, 1);
	sql_bind(stmt, 4, (const int64_t[]){zone_service_day_start(day), zone_service_day_start(day + 1)}, 2);
	sqlite3_bind_text(stmt, 2, date, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, day_type_name(zone_day_type(day)), -1, SQLITE_STATIC);
	return sql_run(stmt);
}

/* The day before as well: at its very start a day's last quarter hour lies there. */
static int put_total(struct transaction *tx, const struct delta *sum)
{
	if (sum->day != tx->day && (put_day(tx, sum->day - 1) || put_day(tx, sum->day)))
		return SQLITE_ERROR;
	tx->day = sum->day;
	int rc = SQL_RUN(tx->sql, "total_add", sum->day, sum->station, sum->entries, sum->exits);
	if (!rc)
		rc = SQL_RUN(tx->sql, "span_add", sum->day, sum->station, sum->entries, sum->exits);
	return rc ? rc : SQL_RUN(tx->sql, "seen_add", sum->station, tx->hs->cells.first_ms[sum->station], sum->last_event_ms);
}

static int put_peak(struct transaction *tx, int64_t day, int64_t station, int64_t sum, int64_t ts)
{
	int rc = SQL_RUN(tx->sql, "total_peak", day, station, sum, ts);
	return rc ? rc : SQL_RUN(tx->sql, "span_peak", day, station, sum, ts);
}

/* A statement that returns day, station, quarter and sum: the total of that day, and of its span, learns of the quarter. */
static int put_peaks(struct transaction *tx, sqlite3_stmt *stmt)
{
	int rc, peak = stmt ? SQLITE_OK : SQLITE_ERROR;
	if (!stmt)
		return peak;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && !peak)
		peak = put_peak(tx, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 3),
				sqlite3_column_int64(stmt, 2));
	sqlite3_reset(stmt);
	return peak ? peak : rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int put_quarter(struct transaction *tx, const struct delta *sum)
{
	if (sum->ts >= tx->hs->closed)
		return SQLITE_OK;
	sqlite3_stmt *stmt = sql_get(tx->sql, "quarter_add");
	sql_bind(stmt, 1, (const int64_t[]){sum->day, sum->station, sum->ts / QUARTER_S * QUARTER_S, sum->entries, sum->exits}, 5);
	return put_peaks(tx, stmt);
}

/* Totals first: quarters raise their peaks. */
static int put_by_day(struct transaction *tx)
{
	cells_sort(&tx->hs->cells, by_day);
	int rc = put_runs(tx, same_station_day, put_total);
	return rc ? rc : put_runs(tx, same_station_quarter, put_quarter);
}

static int put_dead(struct transaction *tx)
{
	return dead_store(&tx->hs->dead, tx->sql);
}

static int put_gaps(struct transaction *tx)
{
	int rc = SQLITE_OK;
	for (size_t i = 0; i < tx->ngaps && !rc; i++) {
		const struct gap *gap = &tx->gaps[i];
		sqlite3_stmt *stmt = sql_get(tx->sql, "gap_add");
		sql_bind(stmt, 2, (const int64_t[]){gap->partition, gap->epoch}, 2);
		sql_bind(stmt, 5, (const int64_t[]){gap->first_offset, gap->last_offset, tx->now_ms}, 3);
		sqlite3_bind_text(stmt, 1, gap->topic, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 4, gap_kind_name(gap->kind), -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 8, gap->note, -1, SQLITE_STATIC);
		rc = sql_run(stmt);
	}
	return rc;
}

static int put_notes(struct transaction *tx)
{
	int rc = SQLITE_OK;
	for (size_t i = 0; i < tx->hs->nnotes && !rc; i++) {
		const struct scenario_note *note = &tx->hs->notes[i];
		sqlite3_stmt *stmt = sql_get(tx->sql, "scenario_add");
		sql_bind(stmt, 1, &note->ts, 1);
		sqlite3_bind_text(stmt, 2, note->scenario, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 3, note->action, -1, SQLITE_STATIC);
		sqlite3_bind_double(stmt, 4, note->factor); /* NAN becomes NULL */
		if (note->until_ts)
			sqlite3_bind_int64(stmt, 5, note->until_ts);
		sqlite3_bind_text(stmt, 6, note->station_id, -1, SQLITE_STATIC);
		rc = sql_run(stmt);
	}
	return rc;
}

static struct ledger settled(const struct history *hs, const struct partition *parts, size_t i)
{
	struct ledger led = parts[i].ledger;
	if (i < hs->nverdicts) {
		ledger_settle(&led, &led.stored, hs->verdicts[i].stored);
		ledger_settle(&led, &led.dead, hs->verdicts[i].dead);
		ledger_settle(&led, &led.skipped, hs->verdicts[i].skipped);
	}
	return led;
}

static bool same_partition(const struct partition *a, const struct partition *b)
{
	return a->epoch == b->epoch && a->next_offset == b->next_offset && a->last.offset == b->last.offset && a->low == b->low &&
	       a->high == b->high && a->stable == b->stable && !memcmp(&a->ledger, &b->ledger, sizeof a->ledger);
}

static bool is_saved(const struct history *hs, const struct partition *parts, size_t i)
{
	struct partition now = parts[i];
	now.ledger = settled(hs, parts, i);
	return parts[i].epoch == 0 || (i < hs->nsaved && same_partition(&now, &hs->saved[i]));
}

static int put_progress(struct transaction *tx)
{
	int rc = SQLITE_OK;
	for (size_t i = 0; i < tx->count && !rc; i++) {
		if (is_saved(tx->hs, tx->parts, i))
			continue;
		const struct partition *part = &tx->parts[i];
		struct ledger led = settled(tx->hs, tx->parts, i);
		sqlite3_stmt *stmt = sql_get(tx->sql, "progress_put");
		sql_bind(stmt, 2, (const int64_t[]){part->partition, part->epoch, part->next_offset, part->last.offset, (int64_t)part->last.hash,
			 part->first.offset, (int64_t)part->first.hash, part->low, part->high, part->stable}, 10);
		sql_bind(stmt, 12, (const int64_t[]){(int64_t)led.consumed, (int64_t)led.stored, (int64_t)led.duplicate, (int64_t)led.late,
			 (int64_t)led.dead, (int64_t)led.skipped, (int64_t)led.released, (int64_t)led.in_flight, tx->now_ms}, 9);
		sqlite3_bind_text(stmt, 1, part->topic, -1, SQLITE_STATIC);
		rc = sql_run(stmt);
	}
	return rc;
}

static int put_meta(struct transaction *tx, const char *key, int64_t old, int64_t value)
{
	if (old == value)
		return SQLITE_OK;
	sqlite3_stmt *stmt = sql_get(tx->sql, "meta_put");
	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, value);
	return sql_run(stmt);
}

static int put_watermark(struct transaction *tx)
{
	return put_meta(tx, "watermark_ms", tx->hs->watermark_stored_ms, tx->hs->watermark_ms);
}

static int move_closed(struct transaction *tx)
{
	const struct history *hs = tx->hs;
	int64_t to = (hs->watermark_ms / 1000 - CLOSE_AFTER_S) / QUARTER_S * QUARTER_S;
	if (to <= hs->closed)
		return SQLITE_OK;
	sqlite3_stmt *stmt = sql_get(tx->sql, "close_quarters");
	sql_bind(stmt, 1, (const int64_t[]){hs->closed, to}, 2);
	int rc = put_peaks(tx, stmt);
	tx->closed = to;
	return rc ? rc : put_meta(tx, "closed", hs->closed, to);
}

static int prune_minutes(struct transaction *tx)
{
	const struct history *hs = tx->hs;
	int64_t to = hs->watermark_ms / 1000 - hs->keep_minutes_s;
	if (hs->keep_minutes_s == INT64_MAX)
		return SQLITE_OK;
	to = (to < tx->closed ? to : tx->closed) / QUARTER_S * QUARTER_S;
	int64_t oldest = sql_int(sql_get(tx->sql, "minute_oldest"), to), step = oldest / QUARTER_S * QUARTER_S + PRUNE_STEP_S;
	if (step < to)
		to = step;
	if (to <= hs->pruned)
		return SQLITE_OK;
	tx->pruned = to;
	int rc = SQL_RUN(tx->sql, "prune_minutes", to);
	return rc ? rc : put_meta(tx, "pruned", hs->pruned, to);
}

/* One day per transaction, and only when a quarter has been closed. */
static int prune_quarters(struct transaction *tx)
{
	static const char *const tables[] = {"prune_quarters", "prune_totals", "prune_span", "refill_span", "prune_network",
					    "prune_network_minutes"};
	const struct history *hs = tx->hs;
	if (hs->keep_quarters_s == INT64_MAX || tx->closed == hs->closed)
		return SQLITE_OK;
	int32_t keep = zone_service_day(hs->watermark_ms / 1000 - hs->keep_quarters_s);
	int64_t oldest = sql_int(sql_get(tx->sql, "day_oldest"), keep);
	int rc = SQLITE_OK;
	for (size_t i = 0; i < sizeof tables / sizeof *tables && oldest < keep && !rc; i++)
		rc = SQL_RUN(tx->sql, tables[i], oldest);
	return rc;
}

static int end(struct transaction *tx)
{
	return sqlite3_exec(tx->sql->db, "COMMIT", NULL, NULL, NULL);
}

static bool nothing_to_do(const struct history *hs, const struct partition *parts, size_t count, size_t ngaps)
{
	if (hs->cells.count || hs->dead.count || hs->nnotes || ngaps)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_saved(hs, parts, i))
			return false;
	return true;
}

static void settle(struct history *hs, struct partition *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == hs->nsaved) {
			hs->saved = xgrow(hs->saved, hs->nsaved, &hs->saved_cap, sizeof *hs->saved);
			hs->nsaved++;
		}
		parts[i].ledger = settled(hs, parts, i);
		hs->saved[i] = parts[i];
		if (i < hs->nverdicts)
			hs->verdicts[i] = (struct verdicts){0};
	}
}

static void committed(struct transaction *tx)
{
	struct history *hs = tx->hs;
	settle(hs, tx->parts, tx->count);
	hs->stations_stored = hs->stations.count;
	hs->watermark_stored_ms = hs->watermark_ms;
	hs->closed = tx->closed;
	hs->pruned = tx->pruned;
	if (hs->live && hs->cells.count)
		live_apply(hs->live, &hs->stations, hs->cells.cell, hs->cells.count, hs->watermark_ms);
	hs->nnotes = 0;
	cells_clear(&hs->cells);
	dead_clear(&hs->dead);
}

static enum sink_result verdict(sqlite3 *db, struct error *err)
{
	static const int passing[] = {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL, SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM};
	int code = sqlite3_errcode(db) & 0xff;
	db_error(db, err);
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (passing[i] == code)
			return SINK_RETRY;
	return SINK_FAILED;
}

enum sink_result history_commit(void *sink, struct partition *parts, size_t count, const struct gap *gaps, size_t ngaps, struct error *err)
{
	/* Peaks, those of move_closed as well, need the rows of put_by_day. */
	static int (*const steps[])(struct transaction *) = {
		begin, put_stations, put_by_day, put_by_time, put_dead, put_gaps, put_notes, put_progress, put_watermark, move_closed,
		prune_minutes, prune_quarters, end,
	};
	struct history *hs = sink;
	struct transaction tx = {
		.hs = hs, .sql = &hs->sql, .parts = parts, .count = count, .gaps = gaps, .ngaps = ngaps, .now_ms = clock_wall_ms(),
		.closed = hs->closed, .pruned = hs->pruned, .day = -1,
	};
	if (hs->live && !hs->nnotes)
		hs->nnotes = live_take_notes(hs->live, hs->notes);
	if (nothing_to_do(hs, parts, count, ngaps))
		return SINK_OK;
	int rc = SQLITE_OK;
	for (size_t i = 0; i < sizeof steps / sizeof *steps && !rc; i++)
		rc = steps[i](&tx);
	if (!rc) {
		committed(&tx);
		return SINK_OK;
	}
	enum sink_result result = verdict(hs->db, err);
	if (!sqlite3_get_autocommit(hs->db))
		sqlite3_exec(hs->db, "ROLLBACK", NULL, NULL, NULL);
	return result;
}
