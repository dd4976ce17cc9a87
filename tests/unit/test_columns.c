#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/columns.h"
#include "ui_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct snapshot snap;
static struct station_row rows[FIXTURE_STATIONS];

static int start(void **state)
{
	(void)state;
	fixture_init(&snap);
	for (uint32_t i = 0; i < FIXTURE_STATIONS; i++)
		station_row_make(&snap, i, &rows[i]);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	snapshot_fini(&snap);
	return 0;
}

static bool known(const struct column *col, const struct station_row *row)
{
	return col->text ? *col->text(row) : !isnan(col->number(row));
}

static int in_order(const struct column *col, const struct station_row *a, const struct station_row *b)
{
	if (col->text)
		return strcasecmp(col->text(a), col->text(b));
	return (col->number(a) > col->number(b)) - (col->number(a) < col->number(b));
}

/* By every column, both ways: what is unknown comes last, the rest in order. */
static void every_column_sorts_with_the_unknown_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < ncolumns * 2; i++) {
		struct column_order order = {.column = &columns[i / 2], .descending = i % 2};
		qsort_r(rows, FIXTURE_STATIONS, sizeof *rows, column_compare, &order);
		for (size_t r = 1; r < FIXTURE_STATIONS; r++) {
			bool before = known(order.column, &rows[r - 1]), now = known(order.column, &rows[r]);
			assert_true(before || !now);
			if (before && now)
				assert_true(in_order(order.column, &rows[r - 1], &rows[r]) * (order.descending ? -1 : 1) <= 0);
		}
	}
}

static void the_order_is_total(void **state)
{
	(void)state;
	struct column_order order = {.column = &columns[0]};
	for (size_t a = 0; a < FIXTURE_STATIONS; a++)
		for (size_t b = 0; b < FIXTURE_STATIONS; b++) {
			int ab = column_compare(&rows[a], &rows[b], &order), ba = column_compare(&rows[b], &rows[a], &order);
			assert_true((ab > 0) == (ba < 0));
			assert_true((ab == 0) == (a == b));
		}
}

/* The figures are the board's, and a station never seen has none. */
static void rows_hold_what_was_counted(void **state)
{
	(void)state;
	struct station_row row;
	int64_t end = snapshot_minute(&snap);
	station_row_make(&snap, 0, &row);
	struct counts quarter = board_window(&snap.board, 0, end - 900, end);
	assert_int_equal(row.quarter.entries, quarter.entries);
	assert_int_equal(row.day_entries, snap.board.stations[0].day_entries);
	assert_true(row.quarter_known && row.minute_known && row.before_known && row.day_known);
	assert_true(fabs(row.busy - (quarter.entries + quarter.exits) / (double)snap.baselines[0].max) < 1e-9);
	station_row_make(&snap, 16, &row);
	assert_false(row.seen || row.quarter_known || row.day_known);
	assert_true(isnan(row.busy) && row.age_ms == -1);
}

/* A feed that has read everything proves that nobody came; one that is behind proves nothing. */
static void zero_is_not_unknown(void **state)
{
	(void)state;
	struct station_row row;
	snap.now_ms += 3600000;
	station_row_make(&snap, 0, &row);
	assert_true(row.quarter_known);
	assert_int_equal(row.quarter.entries, 0);
	snap.feed[0].state = FEED_WAITING;
	station_row_make(&snap, 0, &row);
	assert_false(row.quarter_known);
	snap.now_ms -= 3600000;
	station_row_make(&snap, 0, &row);
	assert_true(row.quarter_known);
	snap.feed[0].state = FEED_LIVE;
}

/* "Today" is the day of the clock: yesterday's figures are not shown under its name. */
static void today_is_the_clocks_day(void **state)
{
	(void)state;
	struct station_row row;
	station_row_make(&snap, 0, &row);
	assert_true(row.day_known && row.day_entries > 0 && snapshot_inside(&snap) != 0);
	snap.now_ms += 86400000;
	station_row_make(&snap, 0, &row);
	assert_true(row.day_known);
	assert_int_equal(row.day_entries + row.day_exits, 0);
	assert_int_equal(snapshot_today(&snap), TODAY_EMPTY);
	assert_int_equal(snapshot_inside(&snap), 0);
	snap.feed[0].state = FEED_WAITING;
	station_row_make(&snap, 0, &row);
	assert_false(row.day_known);
	assert_int_equal(snapshot_today(&snap), TODAY_UNKNOWN);
	snap.feed[0].state = FEED_LIVE;
	snap.now_ms -= 86400000;
	snap.board.day++; /* an event of the next day, a little ahead of the clock */
	assert_int_equal(snapshot_today(&snap), TODAY_COUNTED);
	snap.board.day--;
}

/* Of the time before the history began nothing is known; a window that reaches into it shows what came since. */
static void nothing_is_known_of_before_the_history(void **state)
{
	(void)state;
	struct station_row row;
	int64_t first_ts = snap.store.first_ts, end = snapshot_minute(&snap);
	snap.store.first_ts = end;
	station_row_make(&snap, 0, &row);
	assert_false(row.minute_known || row.quarter_known || row.before_known);
	snap.store.first_ts = end - 300;
	station_row_make(&snap, 0, &row);
	assert_true(row.minute_known && row.quarter_known);
	assert_false(row.before_known);
	snap.store.first_ts = first_ts;
}

/* A viewer takes its time from the file: that its writer is gone does not make the stream one of another time. */
static void a_viewer_follows_the_file(void **state)
{
	(void)state;
	enum snapshot_mode mode = snap.mode;
	size_t feeds = snap.feeds;
	int64_t wall_ms = snap.wall_ms;
	snap.mode = MODE_VIEWER;
	snap.feeds = 0;
	snap.store.written_ms = wall_ms;
	snap.wall_ms += 3600000;
	assert_int_equal(snapshot_arrival(&snap), wall_ms);
	snapshot_clock(&snap, "auto");
	assert_false(snap.event_clock);
	snap.store.written_ms += 3600000;
	snapshot_clock(&snap, "auto");
	assert_true(snap.event_clock);
	snap.mode = mode;
	snap.feeds = feeds;
	snap.wall_ms = wall_ms;
	snapshot_clock(&snap, "auto");
}

static void columns_never_wrap(void **state)
{
	(void)state;
	struct column_choice all;
	columns_all(&all);
	for (int width = -2; width < 600; width++) {
		int fits[COLUMNS_MAX], total = -1;
		columns_fit(&all, width, fits);
		for (size_t i = 0; i < all.count; i++) {
			assert_true(fits[i] >= 0);
			total += fits[i] ? fits[i] + 1 : 0;
		}
		assert_true(total <= (width > 0 ? width : 0));
		assert_true(width < 1 || fits[0] > 0);
		assert_true(!fits[3] == !fits[4]);
	}
}

static void columns_are_chosen_by_name(void **state)
{
	(void)state;
	struct column_choice choice;
	struct error err;
	assert_int_equal(columns_parse(&choice, "net,station", &err), 0);
	assert_int_equal(choice.count, 2);
	assert_string_equal(columns[choice.at[0]].name, "net");
	assert_int_equal(columns_parse(&choice, "station,bussy", &err), -1);
	assert_non_null(strstr(err.text, "did you mean busy?"));
	assert_int_equal(columns_parse(&choice, " ,", &err), -1);
}

static void the_clock_follows_the_stream_only_when_it_is_elsewhere(void **state)
{
	(void)state;
	struct feed_status *fd = &snap.feed[0];
	struct feed_status before = *fd;
	int64_t wall = snap.wall_ms;
	snapshot_clock(&snap, "auto");
	assert_false(snap.event_clock);
	snap.wall_ms = wall + 3600000; /* nothing arrives for an hour: no jump */
	snapshot_clock(&snap, "auto");
	assert_false(snap.event_clock);
	fd->last_arrival_ms = snap.wall_ms; /* now something does, an hour old */
	snapshot_clock(&snap, "auto");
	assert_true(snap.event_clock && snap.now_ms == snap.board.watermark_ms);
	snapshot_clock(&snap, "wall");
	assert_true(!snap.event_clock && snap.now_ms == snap.wall_ms);
	snap.wall_ms = wall;
	*fd = before;
	snapshot_clock(&snap, "event");
	assert_true(snap.event_clock);
	snapshot_clock(&snap, "auto");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_hold_what_was_counted),
		cmocka_unit_test(zero_is_not_unknown),
		cmocka_unit_test(today_is_the_clocks_day),
		cmocka_unit_test(nothing_is_known_of_before_the_history),
		cmocka_unit_test(a_viewer_follows_the_file),
		cmocka_unit_test(the_clock_follows_the_stream_only_when_it_is_elsewhere),
		cmocka_unit_test(every_column_sorts_with_the_unknown_last),
		cmocka_unit_test(the_order_is_total),
		cmocka_unit_test(columns_never_wrap),
		cmocka_unit_test(columns_are_chosen_by_name),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
