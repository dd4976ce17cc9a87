#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/sql.h"
#include "store_testing.h"

#include <math.h>

static double number(struct testing *tt, const char *sql)
{
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	sqlite3_stmt *stmt;
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	double value = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? sqlite3_column_double(stmt, 0) : NAN;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

/* All of a statement's rows as text, columns with | and rows with a space between them. */
static void rows_are(struct testing *tt, const char *sql, const char *want)
{
	struct strbuf got = {0};
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	sqlite3_stmt *stmt;
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		strbuf_puts(&got, got.len ? " " : "");
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *text = (const char *)sqlite3_column_text(stmt, i);
			strbuf_printf(&got, "%s%s", i ? "|" : "", text ? text : "-");
		}
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	if (strcmp(strbuf_str(&got), want))
		fail_msg("%s\n  gives %s\n  not   %s", sql, strbuf_str(&got), want);
	strbuf_fini(&got);
}

/* event("2026-03-29T03:29:59Z") */
static void event(struct testing *tt, enum direction direction, const char *station, const char *time)
{
	int64_t ms;
	assert_int_equal(event_time_parse(time, strlen(time), &ms), 0);
	testing_event(tt, direction, station, ms);
}

static void views_have_the_promised_columns(void **state)
{
	(void)state;
	static const char *const views[][2] = {
		{"station", "station_id,station,zone,lines,lat,lon,known,source,first_event,last_event"},
		{"station_minute", "bucket,ts,day,station_id,station,entries,exits,net,open"},
		{"station_15m", "bucket,ts,day,station_id,station,entries,exits,net,open"},
		{"station_hour", "bucket,ts,day,station_id,station,entries,exits,net,open"},
		{"station_day", "bucket,ts,day,station_id,station,entries,exits,net,open"},
		{"network_15m", "bucket,ts,day,entries,exits,net,in_network,open"},
		{"busyness", "station_id,station,now,max,busy,word,typical,ratio,n"},
		{"feed_offset", "feed,topic,partition,epoch,next_offset,last_offset,low,high,lag,updated"},
		{"ledger", "feed,topic,partition,epoch,consumed,stored,duplicate,late,dead,skipped,released,in_flight"},
		{"gap", "id,feed,topic,partition,epoch,kind,first_offset,last_offset,detected,note"},
		{"dead_letter", "id,feed,topic,partition,epoch,offset,record_time,received,reason,detail,key,value,value_size"},
		{"scenario_event", "id,time,ts,scenario,action,station,factor,until"},
		{"meta", "key,value"},
	};
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		char sql[200];
		snprintf(sql, sizeof sql, "SELECT group_concat(name, ',') FROM pragma_table_info('%s')", views[i][0]);
		rows_are(&tt, sql, views[i][1]);
		snprintf(sql, sizeof sql, "SELECT count(*) >= 0 FROM %s", views[i][0]); /* empty, but sound */
		rows_are(&tt, sql, "1");
	}
	testing_end(&tt);
}

static void a_bucket_is_open_until_the_watermark_passes_its_end(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	event(&tt, ENTRY, "Angel", "2026-11-24T08:00:00Z");
	event(&tt, EXIT, "Angel", "2026-11-24T08:14:59.999Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT bucket, entries, exits, net, open FROM station_minute ORDER BY ts", "2026-11-24T08:00:00Z|1|0|1|0 2026-11-24T08:14:00Z|0|1|-1|1");
	rows_are(&tt, "SELECT bucket, entries, exits, net, open FROM station_15m", "2026-11-24T08:00:00Z|1|1|0|1");
	event(&tt, ENTRY, "Bank", "2026-11-24T08:15:00Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT bucket, open FROM station_15m ORDER BY ts", "2026-11-24T08:00:00Z|0 2026-11-24T08:15:00Z|1");
	rows_are(&tt, "SELECT bucket, ts, open FROM station_hour GROUP BY ts", "2026-11-24T08:00:00Z|1795507200|1");
	rows_are(&tt, "SELECT bucket, ts, day, open FROM station_day GROUP BY ts", "2026-11-24|1795494600|2026-11-24|1");
	event(&tt, ENTRY, "Bank", "2026-11-24T10:07:00Z"); /* closes 8 o'clock */
	testing_commit(&tt);
	rows_are(&tt, "SELECT bucket, sum(entries), sum(exits), max(open) FROM station_hour GROUP BY bucket",
		 "2026-11-24T08:00:00Z|2|1|0 2026-11-24T10:00:00Z|1|0|1");
	rows_are(&tt, "SELECT bucket, open FROM network_15m", "2026-11-24T08:00:00Z|0 2026-11-24T08:15:00Z|0 2026-11-24T10:00:00Z|1");
	testing_end(&tt);
}

static void service_days_begin_at_half_past_four_on_both_nights_of_the_clock(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	/* Saturday, 28 March 2026, is GMT; the clocks go forward at 01:00Z, so Sunday begins at 03:30Z: a day of 23 hours */
	event(&tt, ENTRY, "Angel", "2026-03-28T04:29:59Z");
	event(&tt, ENTRY, "Angel", "2026-03-28T04:30:00Z");
	event(&tt, ENTRY, "Angel", "2026-03-29T03:29:59Z");
	event(&tt, ENTRY, "Angel", "2026-03-29T03:30:00Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT day, ts, entries FROM station_day ORDER BY day",
		 "2026-03-27|1774585800|1 2026-03-28|1774672200|2 2026-03-29|1774755000|1");
	/* and back on 25 October at 01:00Z: a day of 25 hours */
	event(&tt, EXIT, "Bank", "2026-10-24T03:30:00Z");
	event(&tt, EXIT, "Bank", "2026-10-25T04:29:59Z");
	event(&tt, EXIT, "Bank", "2026-10-25T04:30:00Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT day, exits FROM station_day WHERE station = 'Bank' ORDER BY day", "2026-10-24|2 2026-10-25|1");
	rows_are(&tt, "SELECT day, sum(exits) FROM station_minute WHERE station = 'Bank' GROUP BY day", "2026-10-24|2 2026-10-25|1");
	/* the hour in which the day changes: a row for each day */
	event(&tt, ENTRY, "Oval", "2026-11-24T04:29:00Z");
	event(&tt, ENTRY, "Oval", "2026-11-24T04:31:00Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT bucket, day, entries FROM station_hour WHERE station = 'Oval' ORDER BY day",
		 "2026-11-24T04:00:00Z|2026-11-23|1 2026-11-24T04:00:00Z|2026-11-24|1");
	testing_end(&tt);
}

static void in_network_adds_up_from_the_start_of_the_day(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	event(&tt, ENTRY, "Angel", "2026-11-24T04:20:00Z"); /* the day before */
	event(&tt, ENTRY, "Angel", "2026-11-24T05:00:00Z");
	event(&tt, ENTRY, "Bank", "2026-11-24T05:01:00Z");
	event(&tt, EXIT, "Oval", "2026-11-24T05:20:00Z");
	event(&tt, ENTRY, "Bank", "2026-11-24T06:00:00Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT bucket, net, in_network FROM network_15m WHERE day = '2026-11-24'",
		 "2026-11-24T05:00:00Z|2|2 2026-11-24T05:15:00Z|-1|1 2026-11-24T06:00:00Z|1|2");
	event(&tt, ENTRY, "Angel", "2026-11-24T05:14:00Z"); /* late, into a closed quarter */
	testing_commit(&tt);
	rows_are(&tt, "SELECT in_network FROM network_15m WHERE ts >= 1795496400", "3 2 3");
	testing_end(&tt);
}

static void busyness_is_as_defined(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	for (int day = 0; day < 3; day++) { /* Saturday 7, 14 and Sunday 15 November: only the Saturdays are like the 21st */
		static const char *const at[] = {"2026-11-07", "2026-11-14", "2026-11-15"};
		for (int i = 0; i < 4 + day * 2; i++) {
			char time[32];
			snprintf(time, sizeof time, "%sT08:0%d:00Z", at[day], i);
			event(&tt, ENTRY, "Angel", time);
		}
		testing_commit(&tt);
	}
	event(&tt, ENTRY, "Angel", "2026-11-21T08:01:00Z");
	event(&tt, EXIT, "Angel", "2026-11-21T08:02:00Z");
	event(&tt, ENTRY, "Angel", "2026-11-21T08:03:30Z");
	event(&tt, ENTRY, "Bank", "2026-11-21T08:16:30Z"); /* the watermark: the window is [08:01, 08:16) */
	event(&tt, ENTRY, "Angel", "2026-11-21T08:16:00Z"); /* not a whole minute yet */
	event(&tt, ENTRY, "Angel", "2026-11-21T08:00:59Z"); /* before the window */
	testing_commit(&tt);
	rows_are(&tt, "SELECT now, max, word, n FROM busyness WHERE station = 'Angel'", "3|8|quiet|2");
	assert_true(fabs(number(&tt, "SELECT busy FROM busyness WHERE station = 'Angel'") - 3 / 8.0) < 1e-9);
	assert_true(fabs(number(&tt, "SELECT typical FROM busyness WHERE station = 'Angel'") - 5) < 1e-9);
	assert_true(fabs(number(&tt, "SELECT ratio FROM busyness WHERE station = 'Angel'") - 0.6) < 1e-9);
	rows_are(&tt, "SELECT now, max, busy, word, typical, ratio FROM busyness WHERE station = 'Oval'", "0|-|-|unknown|0.0|-");
	rows_are(&tt, "SELECT count(*) = (SELECT count(*) FROM station) FROM busyness", "1");
	testing_end(&tt);
}

static void stations_say_when_they_were_seen(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	event(&tt, ENTRY, "Angel", "2026-11-24T08:00:05Z");
	testing_commit(&tt);
	event(&tt, ENTRY, "Angel", "2026-11-23T08:00:05Z");
	event(&tt, ENTRY, "Angel", "2026-11-24T08:00:09.5Z");
	event(&tt, ENTRY, "Nowhere", "2026-11-24T08:00:01Z");
	testing_commit(&tt);
	rows_are(&tt, "SELECT zone, known, source, first_event, last_event FROM station WHERE station = 'Angel'",
		 "1|1|reference|2026-11-23T08:00:05Z|2026-11-24T08:00:09Z");
	rows_are(&tt, "SELECT station_id, zone, lat, known, source FROM station WHERE station = 'Nowhere'", "name:Nowhere||-|0|stream");
	rows_are(&tt, "SELECT first_event FROM station WHERE station = 'Oval'", "-");
	testing_end(&tt);
}

/* The plan of a statement holds each of the words; on an empty file, as the planner's picture is part of the schema. */
static void plan_holds(struct testing *tt, const char *sql, const char *word)
{
	struct strbuf plan = {0};
	char *explain = xasprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	sqlite3_stmt *stmt;
	assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		strbuf_printf(&plan, "%s\n", sqlite3_column_text(stmt, 3));
	if (!strstr(strbuf_str(&plan), word))
		fail_msg("%s: no \"%s\" in\n%s", sql, word, strbuf_str(&plan));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(explain);
	strbuf_fini(&plan);
}

static void filters_use_the_keys(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	plan_holds(&tt, "SELECT * FROM station_15m WHERE ts >= 5", "SEARCH q USING PRIMARY KEY (day=? AND station=? AND ts=?)");
	plan_holds(&tt, "SELECT * FROM station_15m WHERE ts >= 5", "SEARCH w USING INTEGER PRIMARY KEY (rowid>?)");
	plan_holds(&tt, "SELECT * FROM station_15m WHERE ts >= 5 AND ts < 9", "SEARCH w USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
	plan_holds(&tt, "SELECT * FROM station_15m WHERE day = 'x'", "SEARCH d USING COVERING INDEX sqlite_autoindex_service_day_1 (date=?)");
	plan_holds(&tt, "SELECT * FROM station_15m WHERE day = 'x'", "SEARCH q USING PRIMARY KEY (day=? AND station=?)");
	plan_holds(&tt, "SELECT * FROM station_15m WHERE station = 'x' AND day > 'y'", "SEARCH q USING PRIMARY KEY (day=? AND station=?)");
	plan_holds(&tt, "SELECT * FROM station_hour WHERE ts >= 5", "SEARCH w USING INDEX network_hour (hour>? AND hour<?)");
	plan_holds(&tt, "SELECT * FROM station_hour WHERE day = 'x'", "SEARCH q USING PRIMARY KEY (day=? AND station=?)");
	plan_holds(&tt, "SELECT * FROM station_minute WHERE ts >= 5", "SEARCH w USING INTEGER PRIMARY KEY (rowid>?)");
	plan_holds(&tt, "SELECT * FROM station_minute WHERE day = 'x'", "SEARCH m USING PRIMARY KEY (ts=?)");
	plan_holds(&tt, "SELECT * FROM station_minute WHERE day = 'x'", "SEARCH w USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
	plan_holds(&tt, "SELECT * FROM station_minute WHERE day >= 'x'", "SEARCH w USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
	plan_holds(&tt, "SELECT * FROM station_minute WHERE station = 'y' AND day >= 'x'", "SEARCH m USING PRIMARY KEY (ts=? AND station=?)");
	plan_holds(&tt, "SELECT * FROM station_day WHERE day = 'x'", "SEARCH t USING PRIMARY KEY (day=?)");
	plan_holds(&tt, "SELECT * FROM network_15m WHERE ts >= 5", "rowid>?)");
	testing_end(&tt);
}

static int64_t minutes_kept(struct testing *tt)
{
	struct sql sql;
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	sql_init(&sql, db);
	int64_t rows = sql_int(sql_get(&sql, "status_rows"), -1);
	sql_fini(&sql);
	sqlite3_close(db);
	return rows;
}

/* A row for Angel in each minute, in every other one a row for Bank as well. */
static void fill_minutes(struct testing *tt, int from, int to)
{
	for (int i = from; i < to; i++) {
		testing_event(tt, ENTRY, "Angel", 1700000000000 + i * 60000LL);
		if (i % 2)
			testing_event(tt, EXIT, "Bank", 1700000000000 + i * 60000LL);
		if (i % 40 == 39)
			testing_commit(tt);
	}
}

static void rows_of_minutes_are_reckoned_up_without_reading_them_all(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	assert_int_equal(minutes_kept(&tt), 0);
	fill_minutes(&tt, 0, 200);
	assert_int_equal(minutes_kept(&tt), 300);
	fill_minutes(&tt, 200, 1200);
	assert_in_range(minutes_kept(&tt), 1780, 1820);
	testing_end(&tt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_have_the_promised_columns),
		cmocka_unit_test(a_bucket_is_open_until_the_watermark_passes_its_end),
		cmocka_unit_test(service_days_begin_at_half_past_four_on_both_nights_of_the_clock),
		cmocka_unit_test(in_network_adds_up_from_the_start_of_the_day),
		cmocka_unit_test(busyness_is_as_defined),
		cmocka_unit_test(stations_say_when_they_were_seen),
		cmocka_unit_test(filters_use_the_keys),
		cmocka_unit_test(rows_of_minutes_are_reckoned_up_without_reading_them_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
