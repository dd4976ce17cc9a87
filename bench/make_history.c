/* make_history FILE YEARS MINUTE_DAYS: a history as a grown one would be — every station, 80 quarter hours a day, the last days by the
 * minute — written straight into the tables, to measure reports and views on. Ends at 2026-11-24T08:20:30Z. */
#include "base/error.h"
#include "base/rng.h"
#include "base/zone.h"
#include "store/db.h"
#include "store/sql.h"
#include "store/stations_db.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_TS 1795508430LL /* 2026-11-24T08:20:30Z */
#define DAY_QUARTERS 80

struct maker {
	sqlite3 *db;
	struct sql sql;
	struct stations stations;
	struct rng rng;
	int64_t closed;
};

struct sums {
	uint32_t entries, exits;
};

static struct sums draw(struct maker *mk, uint32_t scale)
{
	return (struct sums){rng_below(&mk->rng, scale) + 1, rng_below(&mk->rng, scale)};
}

static int make_quarter(struct maker *mk, int32_t day, uint32_t station, int64_t ts, struct sums *total, int64_t peak[2])
{
	struct sums sum = draw(mk, 1 + station % 97 * 4);
	total->entries += sum.entries;
	total->exits += sum.exits;
	if (sum.entries + sum.exits > peak[0]) {
		peak[0] = sum.entries + sum.exits;
		peak[1] = ts;
	}
	return SQL_RUN(&mk->sql, "quarter_add", day, station, ts, sum.entries, sum.exits);
}

static int make_station_day(struct maker *mk, int32_t day, uint32_t station, struct sums *network)
{
	int64_t start = zone_service_day_start(day), peak[2] = {0};
	struct sums total = {0};
	int rc = 0;
	for (int i = 0; i < DAY_QUARTERS && start + i * 900 < mk->closed && !rc; i++) {
		struct sums before = total;
		rc = make_quarter(mk, day, station, start + i * 900, &total, peak);
		network[i].entries += total.entries - before.entries;
		network[i].exits += total.exits - before.exits;
	}
	if (!rc)
		rc = SQL_RUN(&mk->sql, "total_add", day, station, total.entries, total.exits);
	return rc ? rc : SQL_RUN(&mk->sql, "total_peak", day, station, peak[0], peak[1]);
}

static int make_day(struct maker *mk, int32_t day)
{
	struct sums network[DAY_QUARTERS] = {0};
	int64_t start = zone_service_day_start(day);
	char date[11];
	sqlite3_stmt *stmt = sql_get(&mk->sql, "day_add");
	zone_day_text(day, date);
	sql_bind(stmt, 1, (const int64_t[]){day}, 1);
	sql_bind(stmt, 4, (const int64_t[]){start, zone_service_day_start(day + 1)}, 2);
	sqlite3_bind_text(stmt, 2, date, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, day_type_name(zone_day_type(day)), -1, SQLITE_STATIC);
	int rc = sql_run(stmt);
	for (uint32_t station = 0; station < mk->stations.count && !rc; station++)
		rc = make_station_day(mk, day, station, network);
	for (int i = 0; i < DAY_QUARTERS && start + i * 900 < NOW_TS && !rc; i++)
		rc = SQL_RUN(&mk->sql, "network_add", start + i * 900, day, network[i].entries, network[i].exits);
	return rc;
}

static int make_minutes(struct maker *mk, int64_t from, int64_t to)
{
	int rc = 0;
	for (int64_t ts = from; ts < to && !rc; ts += 60) {
		int32_t day = zone_service_day(ts);
		if (ts - zone_service_day_start(day) >= DAY_QUARTERS * 900)
			continue;
		struct sums all = {0};
		for (uint32_t station = 0; station < mk->stations.count && !rc; station++) {
			struct sums sum = draw(mk, 1 + station % 97 / 4);
			rc = SQL_RUN(&mk->sql, "minute_add", ts, station, day, sum.entries, sum.exits);
			all.entries += sum.entries;
			all.exits += sum.exits;
		}
		if (!rc)
			rc = SQL_RUN(&mk->sql, "network_minute_add", ts, all.entries, all.exits);
	}
	return rc;
}

static int make(struct maker *mk, int years, int minute_days, struct error *err)
{
	char meta[200];
	int32_t today = zone_service_day(NOW_TS);
	int64_t pruned = (NOW_TS - minute_days * 86400LL) / 900 * 900;
	int rc = 0;
	mk->closed = (NOW_TS - 300) / 900 * 900;
	snprintf(meta, sizeof meta, "UPDATE meta SET value = iif(key = 'closed', %lld, iif(key = 'pruned', %lld, %lld)) WHERE key IN "
		 "('closed', 'pruned', 'watermark_ms')", (long long)mk->closed, (long long)pruned, NOW_TS * 1000);
	if (db_exec(mk->db, "PRAGMA synchronous = OFF; PRAGMA cache_size = -300000; PRAGMA journal_mode = MEMORY; BEGIN", err))
		return -1;
	for (int32_t day = today - years * 365; day <= today && !rc; day++)
		rc = make_day(mk, day);
	if (rc || make_minutes(mk, pruned, NOW_TS))
		return db_error(mk->db, err);
	return db_exec(mk->db, meta, err) || db_exec(mk->db, "INSERT INTO seen SELECT n, 1, 1795508430000 FROM stations; COMMIT; PRAGMA journal_mode = WAL", err) ? -1 : 0;
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
	int rc = !mk.db || stations_db_sync(&mk.sql, &err) || stations_db_load(&mk.sql, &mk.stations, &err) ||
		 make(&mk, atoi(argv[2]), atoi(argv[3]), &err);
	if (rc)
		fprintf(stderr, "make_history: %s\n", err.text);
	sql_fini(&mk.sql);
	sqlite3_close(mk.db);
	stations_fini(&mk.stations);
	return rc;
}
