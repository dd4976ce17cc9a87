/* What is kept beside the counts by quarter hour and minute is what they add up to, whatever order the passengers come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "base/rng.h"

#define T0 1795507200000 /* 2026-11-24T08:00:00Z */
#define DAY_MS 86400000LL

static struct testing tt;

/* Rows in which kept and counted differ. */
static const char *const differences[] = {
	"SELECT count(*) FROM (SELECT span, station, entries, exits FROM span EXCEPT "
	"SELECT day / 32, station, sum(entries), sum(exits) FROM total GROUP BY 1, 2)",
	"SELECT count(*) FROM (SELECT day / 32, station, sum(entries), sum(exits) FROM total GROUP BY 1, 2 EXCEPT "
	"SELECT span, station, entries, exits FROM span)",
	"SELECT count(*) FROM span p WHERE p.peak != coalesce((SELECT max(q.entries + q.exits) FROM quarter q WHERE q.day / 32 = p.span AND "
	"q.station = p.station), 0)",
	"SELECT count(*) FROM span p WHERE p.peak_ts != coalesce((SELECT min(q.ts) FROM quarter q WHERE q.day / 32 = p.span AND "
	"q.station = p.station AND q.entries + q.exits = p.peak), 0)",
	"SELECT count(*) FROM (SELECT ts, inside FROM network EXCEPT "
	"SELECT ts, sum(entries - exits) OVER (PARTITION BY day ORDER BY ts) FROM network)",
	"SELECT count(*) FROM minute m WHERE NOT EXISTS (SELECT 1 FROM network_minute w WHERE w.ts = m.ts)",
	"SELECT count(*) FROM network WHERE bucket != strftime('%Y-%m-%dT%H:%M:%SZ', ts, 'unixepoch')",
	"WITH minutes AS (SELECT value / 60000 * 60 AS ends FROM meta WHERE key = 'watermark_ms'), "
	"today AS (SELECT n FROM service_day, minutes WHERE (ends - 450) / 900 * 900 BETWEEN start_ts AND end_ts - 900), "
	"counted AS (SELECT station, entries + exits AS passed FROM quarter, today, minutes WHERE day > n - 90 AND ts < ends UNION ALL "
	"SELECT station, sum(entries + exits) FROM minute, minutes WHERE ts >= (SELECT value FROM meta WHERE key = 'closed') AND ts < ends "
	"GROUP BY station, ts / 900) "
	"SELECT count(*) FROM busyness b JOIN stations s ON s.id = b.station_id WHERE (SELECT ends FROM minutes) - (SELECT min(ts) FROM network) "
	">= 604800 AND b.max IS NOT nullif((SELECT max(passed) FROM counted c WHERE c.station = s.n), 0)",
};

static void nothing_differs(void)
{
	for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
		if (testing_int(&tt, differences[i]))
			fail_msg("%s: %d", differences[i], (int)testing_int(&tt, differences[i]));
}

/* Mostly in order, with some that are days late. */
static void come_and_go(struct rng *rng, int day, int passengers)
{
	static const char *const names[] = {"Angel", "Bank", "Oval", "Nowhere"};
	for (int i = 0; i < passengers; i++) {
		int64_t late_ms = rng_below(rng, 4) ? 0 : rng_below(rng, 50) * DAY_MS;
		testing_event(&tt, rng_below(rng, 2) ? ENTRY : EXIT, names[rng_below(rng, 4)],
			      T0 - 120 * DAY_MS + day * DAY_MS - late_ms + rng_below(rng, 12 * 3600) * 1000LL);
	}
	testing_commit(&tt);
}

static void start(void **state, const char *keep)
{
	(void)state;
	testing_start(&tt);
	config_override(tt.cfg, "history.keep_quarters", keep);
	testing_open(&tt);
}

static void sums_by_span_and_inside_are_what_they_add_up_to(void **state)
{
	struct rng rng;
	rng_init(&rng, 7, 0);
	start(state, "forever");
	for (int day = 0; day < 120; day += 1 + rng_below(&rng, 3)) {
		come_and_go(&rng, day, 40);
		if (day % 40 < 3 || day > 100)
			nothing_differs();
	}
	nothing_differs();
	assert_true(testing_int(&tt, "SELECT count(*) FROM span") > 12);
	testing_end(&tt);
}

/* Days fall out of the spans one after the other. */
static void sums_stay_right_while_days_are_dropped(void **state)
{
	struct rng rng;
	rng_init(&rng, 8, 0);
	start(state, "20d");
	for (int day = 0; day < 120; day++)
		come_and_go(&rng, day, 8);
	nothing_differs();
	assert_true(testing_int(&tt, "SELECT max(span) - min(span) FROM span") < 4);
	testing_end(&tt);
}

#define TO_VERSION_2 "DROP VIEW network_15m; DROP VIEW station_15m; DROP VIEW station_hour; ALTER TABLE network DROP COLUMN bucket; "

/* What a file of an older version lacks the writer adds; a reader says who does. */
static void an_older_file_is_brought_up_to_date(void **state, const char *undo, const char *refusal)
{
	struct rng rng;
	rng_init(&rng, 9, 0);
	start(state, "forever");
	for (int day = 0; day < 100; day += 2)
		come_and_go(&rng, day, 30);
	int64_t passengers = testing_int(&tt, "SELECT sum(entries + exits) FROM station_day");
	if (db_exec(tt.hs->db, undo, &tt.err))
		fail_msg("%s", tt.err.text);
	testing_close(&tt);
	assert_null(db_open_reader(tt.db_path, &tt.err));
	assert_non_null(strstr(tt.err.text, refusal));
	testing_open(&tt);
	nothing_differs();
	assert_int_equal(testing_int(&tt, "SELECT sum(entries + exits) FROM span"), passengers);
	come_and_go(&rng, 101, 30);
	nothing_differs();
	assert_true(testing_int(&tt, "SELECT count(in_network) FROM network_15m") > 0);
	testing_end(&tt);
}

static void a_file_of_version_1_is_brought_up_to_date(void **state)
{
	an_older_file_is_brought_up_to_date(state, TO_VERSION_2 "DROP VIEW busyness; DROP TABLE span; ALTER TABLE network DROP COLUMN inside; PRAGMA user_version = 1",
					    "written by an older tfl-top (schema 1");
}

static void a_file_of_version_2_is_brought_up_to_date(void **state)
{
	an_older_file_is_brought_up_to_date(state, TO_VERSION_2 "PRAGMA user_version = 2", "written by an older tfl-top (schema 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_by_span_and_inside_are_what_they_add_up_to),
		cmocka_unit_test(sums_stay_right_while_days_are_dropped),
		cmocka_unit_test(a_file_of_version_1_is_brought_up_to_date),
		cmocka_unit_test(a_file_of_version_2_is_brought_up_to_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
