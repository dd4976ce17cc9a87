/* make_history FILE YEARS MINUTE_DAYS: a history as a grown one would be — every station by TfL's counts and profiles, by quarter hour, the
 * last days by the minute as well — written straight into the tables, to measure reports and views on. Ends at 2026-11-24T08:20:30Z. YEARS may be a
 * fraction. */
#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/zone.h"
#include "sim/demand.h"
#include "store/db.h"
#include "store/sql.h"
#include "store/stations_db.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_TS 1795508430LL /* 2026-11-24T08:20:30Z */
#define DAY_QUARTERS 100    /* a day of 25 hours */
#define SMALL_MEAN 12.0

struct sums {
	uint32_t entries, exits;
};

struct maker {
	sqlite3 *db;
	struct sql sql;
	struct stations stations;
	struct rng rng;
	struct demand demand[DAY_TYPES];
	int64_t closed, pruned; /* as in meta */
	struct sums (*day)[DAY_QUARTERS]; /* of each station */
	sqlite3_stmt *minute, *quarter;   /* inserts: nothing is there yet that could be added to */
};

/* How many come when so many do on the average. */
static uint32_t draw(struct rng *rng, double mean)
{
	if (mean > SMALL_MEAN)
		return (uint32_t)fmax(0, round(mean + sqrt(mean) * rng_normal(rng)));
	uint32_t n = 0;
	for (double p = rng_unit(rng), least = exp(-mean); p > least; p *= rng_unit(rng))
		n++;
	return n;
}

/* Who passes in so many seconds of a quarter hour. */
static struct sums pass(struct maker *mk, const struct demand *dm, size_t station, int quarter, int seconds)
{
	double entries = dm->entries[station * QUARTERS + (size_t)quarter] * seconds / 900;
	double exits = dm->exits[station * HOURS + (size_t)quarter / 4] * seconds / 3600;
	return (struct sums){draw(&mk->rng, entries), draw(&mk->rng, exits)};
}

static void add(struct sums *to, struct sums sum)
{
	to->entries += sum.entries;
	to->exits += sum.exits;
}

static int insert(sqlite3_stmt *stmt, const int64_t *values, int count)
{
	sql_bind(stmt, 1, values, count);
	return sql_run(stmt);
}

static int make_minute(struct maker *mk, const struct demand *dm, int32_t day, int64_t start, int64_t ts)
{
	struct sums all = {0};
	int rc = 0;
	for (uint32_t station = 0; station < mk->stations.count && !rc; station++) {
		struct sums sum = pass(mk, dm, station, demand_quarter(ts * 1000), 60);
		if (!sum.entries && !sum.exits)
			continue;
		rc = insert(mk->minute, (const int64_t[]){ts, station, day, sum.entries, sum.exits}, 5);
		add(&mk->day[station][(ts - start) / 900], sum);
		add(&all, sum);
	}
	if (!rc && (all.entries || all.exits))
		rc = SQL_RUN(&mk->sql, "network_minute_add", ts, all.entries, all.exits);
	return rc;
}

static int make_quarter(struct maker *mk, const struct demand *dm, int32_t day, int64_t start, int64_t ts)
{
	int rc = 0;
	if (ts < mk->pruned)
		for (size_t station = 0; station < mk->stations.count; station++)
			mk->day[station][(ts - start) / 900] = pass(mk, dm, station, demand_quarter(ts * 1000), 900);
	else
		for (int64_t minute = ts; minute < ts + 900 && minute < NOW_TS && !rc; minute += 60)
			rc = make_minute(mk, dm, day, start, minute);
	struct sums all = {0};
	for (size_t station = 0; station < mk->stations.count; station++)
		add(&all, mk->day[station][(ts - start) / 900]);
	if (!rc && (all.entries || all.exits))
		rc = SQL_RUN(&mk->sql, "network_add", ts, day, all.entries, all.exits);
	return rc;
}

/* What is kept of a station's day when its quarter hours are known. */
static int store_station_day(struct maker *mk, int32_t day, int64_t start, uint32_t station)
{
	struct sums total = {0};
	int64_t peak = 0, peak_ts = 0;
	int rc = 0;
	for (int i = 0; i < DAY_QUARTERS && !rc; i++) {
		struct sums sum = mk->day[station][i];
		int64_t ts = start + i * 900;
		add(&total, sum);
		if ((!sum.entries && !sum.exits) || ts >= mk->closed)
			continue;
		if (sum.entries + sum.exits > peak) {
			peak = sum.entries + sum.exits;
			peak_ts = ts;
		}
		rc = insert(mk->quarter, (const int64_t[]){day, station, ts, sum.entries, sum.exits}, 5);
	}
	if (rc || (!total.entries && !total.exits))
		return rc;
	rc = SQL_RUN(&mk->sql, "total_add", day, station, total.entries, total.exits);
	return rc ? rc : SQL_RUN(&mk->sql, "total_peak", day, station, peak, peak_ts);
}

static int store_day(struct maker *mk, int32_t day, int64_t start, int64_t end)
{
	char date[11];
	sqlite3_stmt *stmt = sql_get(&mk->sql, "day_add");
	zone_day_text(day, date);
	sql_bind(stmt, 1, (const int64_t[]){day}, 1);
	sql_bind(stmt, 4, (const int64_t[]){start, end}, 2);
	sqlite3_bind_text(stmt, 2, date, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, day_type_name(zone_day_type(day)), -1, SQLITE_STATIC);
	return sql_run(stmt);
}

static int make_day(struct maker *mk, int32_t day)
{
	const struct demand *dm = &mk->demand[zone_day_type(day)];
	int64_t start = zone_service_day_start(day), end = zone_service_day_start(day + 1);
	int rc = store_day(mk, day, start, end);
	memset(mk->day, 0, mk->stations.count * sizeof *mk->day);
	for (int64_t ts = start; ts < end && ts < NOW_TS && !rc; ts += 900)
		rc = make_quarter(mk, dm, day, start, ts);
	for (uint32_t station = 0; station < mk->stations.count && !rc; station++)
		rc = store_station_day(mk, day, start, station);
	return rc;
}

static int make_days(struct maker *mk, int32_t first, int32_t last)
{
	int rc = 0;
	for (int32_t day = first; day <= last && !rc; day++)
		rc = make_day(mk, day);
	for (int32_t day = first / 32 * 32; day <= last && !rc; day += 32)
		rc = SQL_RUN(&mk->sql, "refill_span", day);
	return rc;
}

static int make(struct maker *mk, double years, int minute_days, struct error *err)
{
	char meta[200];
	int32_t today = zone_service_day(NOW_TS);
	mk->pruned = (NOW_TS - minute_days * 86400LL) / 900 * 900;
	mk->closed = (NOW_TS - 300) / 900 * 900;
	snprintf(meta, sizeof meta, "UPDATE meta SET value = iif(key = 'closed', %lld, iif(key = 'pruned', %lld, %lld)) WHERE key IN "
		 "('closed', 'pruned', 'watermark_ms')", (long long)mk->closed, (long long)mk->pruned, NOW_TS * 1000);
	if (db_exec(mk->db, "PRAGMA synchronous = OFF; PRAGMA cache_size = -300000; PRAGMA journal_mode = MEMORY; BEGIN", err))
		return -1;
	if (make_days(mk, today - (int32_t)(years * 365), today))
		return db_error(mk->db, err);
	return db_exec(mk->db, meta, err) || db_exec(mk->db, "INSERT INTO seen SELECT n, 1, 1795508430000 FROM stations; COMMIT; PRAGMA journal_mode = WAL", err) ? -1 : 0;
}

static int load(struct maker *mk, struct error *err)
{
	for (int type = 0; type < DAY_TYPES; type++)
		if (demand_load(&mk->demand[type], (enum day_type)type, 0, err))
			return -1;
	if (stations_db_sync(&mk->sql, err) || stations_db_load(&mk->sql, &mk->stations, err))
		return -1;
	if (mk->demand[0].census.count != mk->stations.count)
		return error_set(err, "the file is not new");
	mk->day = xcalloc(mk->stations.count, sizeof *mk->day);
	if (sqlite3_prepare_v2(mk->db, "INSERT INTO minute (ts, station, day, entries, exits) VALUES (?1, ?2, ?3, ?4, ?5)", -1, &mk->minute, NULL) ||
	    sqlite3_prepare_v2(mk->db, "INSERT INTO quarter (day, station, ts, entries, exits) VALUES (?1, ?2, ?3, ?4, ?5)", -1, &mk->quarter, NULL))
		return db_error(mk->db, err);
	return 0;
}

int main(int argc, char *argv[])
{
	struct maker mk = {0};
	struct error err;
	if (argc != 4) {
		fprintf(stderr, "usage: make_history FILE YEARS MINUTE_DAYS\n");
		return 2;
	}
	stations_init(&mk.stations);
	rng_init(&mk.rng, 1, 0);
	mk.db = db_open_writer(argv[1], 0640, &err);
	sql_init(&mk.sql, mk.db);
	int rc = !mk.db || load(&mk, &err) || make(&mk, atof(argv[2]), atoi(argv[3]), &err);
	if (rc)
		fprintf(stderr, "make_history: %s\n", err.text);
	sqlite3_finalize(mk.minute);
	sqlite3_finalize(mk.quarter);
	sql_fini(&mk.sql);
	sqlite3_close(mk.db);
	stations_fini(&mk.stations);
	for (int type = 0; type < DAY_TYPES; type++)
		demand_fini(&mk.demand[type]);
	free(mk.day);
	return rc;
}
