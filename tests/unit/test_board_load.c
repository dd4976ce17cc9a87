#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "base/rng.h"
#include "store/reader.h"

#include <math.h>

#define T0 1711756800000 /* 2024-03-30T00:00:00Z: the night in which the clocks go forward lies ahead */

static void same_counts(const struct counts *a, const struct counts *b, size_t count)
{
	assert_memory_equal(a, b, count * sizeof *a);
}

static void same_board(const struct board *a, const struct board *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->newest_ts, b->newest_ts);
	assert_int_equal(a->watermark_ms, b->watermark_ms);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->day_entries, b->day_entries);
	assert_int_equal(a->day_exits, b->day_exits);
	same_counts(a->network, b->network, BOARD_NET_MINUTES);
	for (size_t i = 0; i < a->count; i++) {
		same_counts(a->stations[i].minute, b->stations[i].minute, BOARD_MINUTES);
		assert_int_equal(a->stations[i].day_entries, b->stations[i].day_entries);
		assert_int_equal(a->stations[i].day_exits, b->stations[i].day_exits);
		assert_int_equal(a->stations[i].last_event_ms, b->stations[i].last_event_ms);
	}
}

static void load(struct testing *tt, int64_t before_ts, struct board *bd, struct stations *st)
{
	sqlite3 *db = db_open_reader(tt->db_path, &tt->err);
	assert_non_null(db);
	board_init(bd);
	stations_init(st);
	assert_int_equal(board_load(db, before_ts, bd, st, &tt->err), 0);
	sqlite3_close(db);
}

static void both_ways_give_the_same_board(struct testing *tt)
{
	struct board bd;
	struct stations st;
	load(tt, INT64_MAX, &bd, &st);
	same_board(&tt->live->board, &bd);
	assert_int_equal(tt->live->stations.count, st.count);
	for (size_t i = 0; i < st.count; i++)
		assert_string_equal(tt->live->stations.rows[i].id, st.rows[i].id);
	board_fini(&bd);
	stations_fini(&st);
}

/* Mostly the next seconds, at times hours late, and now and then a jump over the night. */
static int64_t random_time(struct rng *rng, int64_t *clock_ms)
{
	*clock_ms += rng_below(rng, 100) == 0 ? rng_below(rng, 20000000) : rng_below(rng, 20000);
	return rng_below(rng, 10) ? *clock_ms - rng_below(rng, 5000) : *clock_ms - rng_below(rng, rng_below(rng, 2) ? 7200000 : 200000000);
}

static void apply_and_load_agree(void **state)
{
	(void)state;
	static const char *const names[] = {"Angel", "Bank", "Oval", "Atlantis", "Elsewhere", "Temple", "Waterloo"};
	struct testing tt;
	struct live live;
	struct rng rng;
	int64_t clock_ms = T0;
	rng_init(&rng, 11, 0);
	testing_start(&tt);
	live_init(&live, NULL);
	tt.live = &live;
	config_override(tt.cfg, "history.keep_minutes", "1h"); /* less than the board shows: more is kept */
	testing_open(&tt);
	for (int round = 0; round < 120; round++) {
		for (uint32_t n = rng_below(&rng, 60); n; n--)
			testing_event(&tt, rng_below(&rng, 2) ? ENTRY : EXIT, names[rng_below(&rng, round < 40 ? 3 : 7)],
				      random_time(&rng, &clock_ms));
		testing_commit(&tt);
		if (round % 4 == 0)
			both_ways_give_the_same_board(&tt);
		if (round % 17 == 16) {
			testing_close(&tt);
			testing_open(&tt);
			both_ways_give_the_same_board(&tt);
		}
	}
	live_fini(&live);
	testing_end(&tt);
}

/* What is loaded for a moment is what the board was then, but for a station's last event within its minute. */
static void an_earlier_moment_does_not_know_what_came_after(void **state)
{
	(void)state;
	struct testing tt;
	struct board bd;
	struct stations st;
	testing_start(&tt);
	testing_open(&tt);
	int64_t noon = T0 + 12 * 3600000;
	testing_event(&tt, ENTRY, "Angel", noon + 61000);
	testing_event(&tt, ENTRY, "Angel", noon - 600000);
	testing_event(&tt, EXIT, "Angel", noon - 7200000);
	testing_event(&tt, EXIT, "Bank", noon - 500);
	testing_commit(&tt);
	load(&tt, noon / 1000, &bd, &st);
	assert_int_equal(bd.watermark_ms, noon);
	assert_int_equal(bd.newest_ts, noon / 1000 - 60);
	assert_int_equal(bd.day_entries, 1);
	assert_int_equal(bd.day_exits, 2);
	ptrdiff_t angel = stations_find(&st, "Angel"), bank = stations_find(&st, "Bank");
	assert_int_equal(bd.stations[angel].last_event_ms, noon - 600000);
	assert_int_equal(bd.stations[bank].last_event_ms, noon - 500);
	assert_int_equal(board_window(&bd, (uint32_t)angel, noon / 1000 - 900, noon / 1000 + 900).entries, 1);
	board_fini(&bd);
	stations_fini(&st);
	testing_end(&tt);
}

static void baselines_are_those_of_the_view(void **state)
{
	(void)state;
	struct testing tt;
	struct baseline *base;
	size_t count;
	testing_start(&tt);
	testing_open(&tt);
	int64_t monday = T0 + 2 * 86400000LL + 8 * 3600000; /* 09:00 in London */
	for (int64_t day = 0; day < 10; day++) {
		for (int64_t i = 0; i <= day; i++)
			testing_event(&tt, ENTRY, "Angel", monday + day * 86400000 + i * 1000);
		testing_event(&tt, ENTRY, "Bank", monday + day * 86400000 + 1200000);
		testing_commit(&tt);
	}
	testing_event(&tt, EXIT, "Bank", monday + 9 * 86400000LL + 900000);
	testing_commit(&tt);
	sqlite3 *db = db_open_reader(tt.db_path, &tt.err);
	int64_t at_ts = monday / 1000 + 9 * 86400 + 900; /* Wednesday, a quarter past */
	assert_int_equal(baselines_load(db, at_ts, &base, &count, &tt.err), 0);
	assert_int_equal(count, tt.hs->stations.count);
	struct baseline *angel = &base[stations_find(&tt.hs->stations, "Angel")];
	assert_int_equal(angel->n, 7);               /* five days of the first week, two of the second */
	assert_int_equal(angel->max, 10);            /* the quarter that has just ended is part of it */
	assert_false(angel->max_is_profile);
	assert_true(fabs(angel->typical - (1 + 2 + 3 + 4 + 5 + 8 + 9) / 7.0) < 1e-9);
	free(base);
	assert_int_equal(baselines_load(db, monday / 1000 + 86400, &base, &count, &tt.err), 0);
	angel = &base[stations_find(&tt.hs->stations, "Angel")];
	assert_true(angel->max_is_profile);
	assert_int_equal(angel->max, tt.hs->stations.rows[stations_find(&tt.hs->stations, "Angel")].quarter_peak);
	free(base);
	sqlite3_close(db);
	assert_int_equal(testing_int(&tt, "SELECT n FROM busyness WHERE station = 'Angel'"), 7);
	testing_end(&tt);
}

static void wait_for(struct reader *rd, bool (*met)(struct reader *rd, void *arg), void *arg)
{
	struct timespec tick = {0, 20000000};
	for (int i = 0; i < 400 && !met(rd, arg); i++)
		nanosleep(&tick, NULL);
	assert_true(met(rd, arg));
}

static bool shows_two(struct reader *rd, void *arg)
{
	(void)rd;
	struct live *lv = arg;
	pthread_mutex_lock(&lv->lock);
	bool met = lv->board.day_entries == 2 && lv->nbaselines > 0;
	pthread_mutex_unlock(&lv->lock);
	return met;
}

static bool is_missing(struct reader *rd, void *arg)
{
	(void)arg;
	struct store_status ss;
	reader_status(rd, &ss);
	return !ss.open && strstr(ss.detail, "no history");
}

static bool has_gap(struct reader *rd, void *arg)
{
	(void)arg;
	struct store_status ss;
	reader_status(rd, &ss);
	return ss.open && ss.gaps == 1 && !strcmp(ss.gap[0].kind, "truncated") && ss.dead_letters == 1 && ss.dead[0].offset == 2;
}

static bool has_progress(struct reader *rd, void *arg)
{
	(void)arg;
	struct store_status ss;
	reader_status(rd, &ss);
	const struct partition_status *ps = &ss.feed.partition[0];
	return ss.feed.partitions && !strcmp(ps->topic, "station_entries") && ps->epoch == 1 && ps->ledger.stored == 2 && ps->ledger.dead == 1 &&
	       ss.feed.total.stored == 2 && ledger_holds(&ss.feed.total) && ss.written_ms > 0;
}

static void a_viewer_follows_the_writer(void **state)
{
	(void)state;
	struct testing tt;
	struct live live;
	const struct gap gap = {.topic = "station_exits", .epoch = 1, .kind = GAP_TRUNCATED, .last_offset = 9};
	testing_start(&tt);
	live_init(&live, NULL);
	struct reader *rd = reader_start(tt.db_path, &live, getppid(), NULL);
	wait_for(rd, is_missing, NULL);
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	testing_event(&tt, ENTRY, "Angel", T0 + 1000);
	testing_value(&tt, 0, "no event");
	testing_write(&tt);
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, &gap, 1, &tt.err), SINK_OK);
	wait_for(rd, shows_two, &live);
	wait_for(rd, has_gap, NULL);
	wait_for(rd, has_progress, NULL);
	reader_stop(rd);
	live_fini(&live);
	testing_end(&tt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apply_and_load_agree),
		cmocka_unit_test(an_earlier_moment_does_not_know_what_came_after),
		cmocka_unit_test(baselines_are_those_of_the_view),
		cmocka_unit_test(a_viewer_follows_the_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
