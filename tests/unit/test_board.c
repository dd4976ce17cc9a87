#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "model/board.h"

#include <string.h>

enum { DELTAS = 400, STATIONS = 40 };
#define START 1706700000ll /* a minute */

/* The day begins at a minute that has nothing to do with midnight, as 04:30 in London. */
static int32_t service_day(int64_t ts)
{
	return (int32_t)((ts - 4 * 3600 - 1800) / 86400);
}

static void assert_same(const struct board *a, const struct board *b)
{
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->stations, b->stations, a->count * sizeof *a->stations);
	assert_memory_equal(a->network, b->network, sizeof a->network);
	assert_int_equal(a->newest_ts, b->newest_ts);
	assert_int_equal(a->watermark_ms, b->watermark_ms);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->day_entries, b->day_entries);
	assert_int_equal(a->day_exits, b->day_exits);
	assert_int_equal(a->applied, b->applied);
}

static void make_deltas(struct rng *rng, struct delta *deltas)
{
	static const uint32_t spans[] = {5, 100, 300, 3000, 10000}; /* minutes: within a ring, past it, past a day, past the network's */
	uint32_t span = spans[rng_below(rng, 5)];
	for (int i = 0; i < DELTAS; i++) {
		int64_t ts = START + 60 * (int64_t)rng_below(rng, span);
		deltas[i] = (struct delta){
			.station = rng_below(rng, STATIONS),
			.day = service_day(ts),
			.ts = ts,
			.entries = rng_below(rng, 5),
			.exits = 1 + rng_below(rng, 5),
			.last_event_ms = ts * 1000 + rng_below(rng, 60000),
		};
	}
}

static void shuffle(struct rng *rng, struct delta *deltas)
{
	for (uint32_t i = DELTAS - 1; i > 0; i--) {
		uint32_t j = rng_below(rng, i + 1);
		struct delta swapped = deltas[i];
		deltas[i] = deltas[j];
		deltas[j] = swapped;
	}
}

/* As a writer would: the watermark is the newest event time of all that was committed so far. */
static void apply_in_batches(struct rng *rng, struct board *bd, const struct delta *deltas)
{
	int64_t watermark = 0;
	for (size_t done = 0; done < DELTAS;) {
		size_t n = 1 + rng_below(rng, rng_below(rng, 2) ? 3 : DELTAS);
		n = n < DELTAS - done ? n : DELTAS - done;
		for (size_t i = done; i < done + n; i++)
			watermark = deltas[i].last_event_ms > watermark ? deltas[i].last_event_ms : watermark;
		board_apply(bd, deltas + done, n, watermark);
		done += n;
	}
}

/* The same board counted the slow way, from its definition. */
static void assert_defined_by(const struct board *bd, const struct delta *deltas)
{
	int64_t newest = 0;
	int32_t day = 0;
	for (int i = 0; i < DELTAS; i++) {
		newest = deltas[i].ts > newest ? deltas[i].ts : newest;
		day = deltas[i].day > day ? deltas[i].day : day;
	}
	struct board_station want[STATIONS];
	struct counts network[BOARD_NET_MINUTES];
	uint64_t day_exits = 0;
	memset(want, 0, sizeof want);
	memset(network, 0, sizeof network);
	for (int i = 0; i < DELTAS; i++) {
		const struct delta *dl = &deltas[i];
		struct board_station *bs = &want[dl->station];
		int64_t age = (newest - dl->ts) / 60;
		if (age < BOARD_MINUTES) {
			bs->minute[dl->ts / 60 % BOARD_MINUTES].entries += dl->entries;
			bs->minute[dl->ts / 60 % BOARD_MINUTES].exits += dl->exits;
		}
		if (age < BOARD_NET_MINUTES) {
			network[dl->ts / 60 % BOARD_NET_MINUTES].entries += dl->entries;
			network[dl->ts / 60 % BOARD_NET_MINUTES].exits += dl->exits;
		}
		bs->day_entries += dl->day == day ? dl->entries : 0;
		bs->day_exits += dl->day == day ? dl->exits : 0;
		day_exits += dl->day == day ? dl->exits : 0;
		bs->last_event_ms = dl->last_event_ms > bs->last_event_ms ? dl->last_event_ms : bs->last_event_ms;
	}
	assert_int_equal(bd->newest_ts, newest);
	assert_int_equal(bd->day, day);
	assert_int_equal(bd->day_exits, day_exits);
	assert_memory_equal(bd->stations, want, bd->count * sizeof *want);
	assert_memory_equal(bd->network, network, sizeof network);
}

static void any_order_and_any_batches_give_the_same_board(void **state)
{
	(void)state;
	struct rng rng;
	rng_init(&rng, 7, 0);
	for (int round = 0; round < 300; round++) {
		struct delta deltas[DELTAS];
		struct board a, b;
		board_init(&a);
		board_init(&b);
		make_deltas(&rng, deltas);
		apply_in_batches(&rng, &a, deltas);
		assert_defined_by(&a, deltas);
		shuffle(&rng, deltas);
		apply_in_batches(&rng, &b, deltas);
		assert_same(&a, &b);
		board_fini(&a);
		board_fini(&b);
	}
}

static void the_day_is_the_newest_one(void **state)
{
	(void)state;
	struct board bd;
	board_init(&bd);
	const struct delta deltas[] = {
		{.station = 0, .day = 100, .ts = START, .entries = 5, .last_event_ms = START * 1000},
		{.station = 0, .day = 101, .ts = START + 60, .entries = 7, .last_event_ms = START * 1000 + 60000},
		{.station = 0, .day = 100, .ts = START, .entries = 11, .last_event_ms = START * 1000},
	};
	board_apply(&bd, deltas, 2, START * 1000 + 60000);
	board_apply(&bd, deltas + 2, 1, START * 1000);
	assert_int_equal(bd.watermark_ms, START * 1000 + 60000);
	assert_int_equal(bd.day, 101);
	assert_int_equal(bd.stations[0].day_entries, 7);
	assert_int_equal(bd.day_entries, 7);
	assert_int_equal(board_window(&bd, 0, START, START + 120).entries, 23);
	board_fini(&bd);
}

static void windows_are_clipped_to_the_ring(void **state)
{
	(void)state;
	struct board bd;
	board_init(&bd);
	assert_false(board_covers(&bd, START));
	assert_int_equal(board_network_window(&bd, -6000, START + 6000).entries, 0);
	for (int64_t i = 0; i < 2000; i++) {
		struct delta dl = {.station = 3, .day = 1, .ts = START + 60 * i, .entries = 1, .exits = 2};
		board_apply(&bd, &dl, 1, 0);
	}
	int64_t end = START + 60 * 2000;
	assert_int_equal(board_window(&bd, 3, end - 900, end).entries, 15);
	assert_int_equal(board_window(&bd, 3, end - 900, end).exits, 30);
	assert_int_equal(board_window(&bd, 3, 0, end + 86400).entries, BOARD_MINUTES);
	assert_int_equal(board_window(&bd, 3, end, end + 86400).entries, 0);
	assert_int_equal(board_window(&bd, 2, 0, end).entries, 0);
	assert_int_equal(board_window(&bd, 99, 0, end).entries, 0);
	assert_int_equal(board_network_window(&bd, 0, end).entries, BOARD_NET_MINUTES);
	assert_true(board_covers(&bd, end - BOARD_MINUTES * 60));
	assert_false(board_covers(&bd, end - BOARD_MINUTES * 60 - 60));
	board_fini(&bd);
}

static void copies_are_deep_and_clearing_keeps_nothing(void **state)
{
	(void)state;
	struct board a, b;
	board_init(&a);
	board_init(&b);
	board_copy(&b, &a);
	struct delta dl = {.station = 700, .day = 1, .ts = START, .entries = 1, .last_event_ms = 9};
	board_apply(&a, &dl, 1, 5);
	board_copy(&b, &a);
	assert_same(&a, &b);
	board_apply(&a, &dl, 1, 5);
	assert_int_equal(b.stations[700].day_entries, 1);
	board_clear(&a);
	assert_int_equal(a.count, 0);
	board_copy(&b, &a);
	assert_int_equal(b.count, 0);
	board_apply(&a, &dl, 1, 5);
	assert_int_equal(a.stations[700].day_entries, 1);
	assert_int_equal(a.stations[3].last_event_ms, 0);
	board_fini(&a);
	board_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_any_batches_give_the_same_board),
		cmocka_unit_test(the_day_is_the_newest_one),
		cmocka_unit_test(windows_are_clipped_to_the_ring),
		cmocka_unit_test(copies_are_deep_and_clearing_keeps_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
