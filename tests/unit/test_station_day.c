#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "store/sql.h"
#include "store/station_day.h"

#define WEDNESDAY 1700022600000 /* 2023-11-15T04:30:00Z, the start of its service day */
#define DAY_MS 86400000LL
#define QUARTER_MS 900000

static int64_t oxford_circus(struct testing *tt)
{
	return testing_int(tt, "SELECT n FROM stations WHERE id = '940GZZLUOXC'");
}

static void load(struct testing *tt, int64_t station, int64_t before_ts, struct station_day *sd)
{
	struct sql sql;
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	assert_non_null(db);
	sql_init(&sql, db);
	if (station_day_load(&sql, station, before_ts, sd, &tt->err))
		fail_msg("%s", tt->err.text);
	sql_fini(&sql);
	sqlite3_close(db);
}

/* `count` people enter in the day's quarter `at`, half of them in its last minute, and one leaves. */
static void fill(struct testing *tt, int64_t day_ms, int at, int count)
{
	for (int i = 0; i < count; i++)
		testing_event(tt, ENTRY, "Oxford Circus", day_ms + at * QUARTER_MS + (i % 2 ? QUARTER_MS - 1000 : 1000));
	testing_event(tt, EXIT, "Oxford Circus", day_ms + at * QUARTER_MS + 2000);
	testing_commit(tt);
}

static void a_day_is_closed_quarters_and_open_minutes(void **state)
{
	(void)state;
	struct testing tt;
	struct station_day sd;
	testing_start(&tt);
	testing_open(&tt);
	fill(&tt, WEDNESDAY, 0, 4);
	fill(&tt, WEDNESDAY, 9, 6);
	fill(&tt, WEDNESDAY, 10, 8);
	assert_true(testing_int(&tt, "SELECT value FROM meta WHERE key = 'closed'") > WEDNESDAY / 1000);
	load(&tt, oxford_circus(&tt), INT64_MAX, &sd);
	assert_int_equal(sd.start_ts, WEDNESDAY / 1000);
	assert_int_equal(sd.quarters, 96);
	const int want[] = {4, 6, 8}, at[] = {0, 9, 10};
	for (int i = 0; i < 3; i++) {
		assert_true(sd.quarter[at[i]].counted);
		assert_int_equal(sd.quarter[at[i]].entries, want[i]);
		assert_int_equal(sd.quarter[at[i]].exits, 1);
	}
	assert_false(sd.quarter[1].counted || sd.quarter[11].counted);
	assert_int_equal(sd.quarter[0].n, 0);

	/* as of a moment within a quarter: only what had happened by then */
	load(&tt, oxford_circus(&tt), WEDNESDAY / 1000 + 9 * 900 + 120, &sd);
	assert_int_equal(sd.quarter[9].entries, 3);
	assert_int_equal(sd.quarter[0].entries, 4);
	assert_false(sd.quarter[10].counted);
	testing_end(&tt);
}

/* Typical of a Wednesday are the weekdays before it, not the weekend; of quarters that were counted on them. */
static void typical_is_the_mean_of_such_days(void **state)
{
	(void)state;
	struct testing tt;
	struct station_day sd;
	testing_start(&tt);
	testing_open(&tt);
	fill(&tt, WEDNESDAY - 4 * DAY_MS, 8, 30); /* Saturday */
	fill(&tt, WEDNESDAY - 2 * DAY_MS, 8, 10);
	fill(&tt, WEDNESDAY - DAY_MS, 8, 5);
	fill(&tt, WEDNESDAY - DAY_MS, 9, 7);
	fill(&tt, WEDNESDAY, 8, 2);
	load(&tt, oxford_circus(&tt), INT64_MAX, &sd);
	assert_int_equal(sd.quarter[8].n, 2);
	assert_true(sd.quarter[8].typical_entries > 7.4 && sd.quarter[8].typical_entries < 7.6);
	assert_int_equal(sd.quarter[9].n, 1);
	assert_int_equal(sd.quarter[8].entries, 2);
	testing_end(&tt);
}

static void neighbours_come_nearest_first(void **state)
{
	(void)state;
	struct testing tt;
	struct station_day sd;
	testing_start(&tt);
	testing_open(&tt);
	load(&tt, oxford_circus(&tt), INT64_MAX, &sd);
	assert_int_equal(sd.day, 0);
	assert_int_equal(sd.neighbours, 6);
	for (size_t i = 1; i < sd.neighbours; i++)
		assert_true(sd.neighbour[i].minutes >= sd.neighbour[i - 1].minutes);
	bool bond_street = false;
	for (size_t i = 0; i < sd.neighbours; i++)
		bond_street |= !strcmp(sd.neighbour[i].id, "HUBBDS") && !strcmp(sd.neighbour[i].lines, "Central");
	assert_true(bond_street);
	testing_end(&tt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_closed_quarters_and_open_minutes),
		cmocka_unit_test(typical_is_the_mean_of_such_days),
		cmocka_unit_test(neighbours_come_nearest_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
