/* Where a feed goes on, for everything a broker may have done to a topic meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed/mark.h"
#include "feed/progress.h"

#include <stdio.h>
#include <string.h>

#define NO_GAP (-1)

struct row {
	const char *what;
	/* stored */
	int32_t epoch;
	int64_t next, last, first, low, high;
	/* seen */
	int64_t now_low, now_high;
	enum reread last_now, first_now;
	/* wanted */
	int64_t start;
	int32_t epoch_then;
	int gap; /* enum gap_kind or NO_GAP */
	int64_t gap_first, gap_last;
};

static const struct row rows[] = {
	{"never seen, empty", 0, -1, -1, -1, 0, -1, 0, 0, REREAD_NONE, REREAD_NONE, 0, 1, NO_GAP, 0, 0},
	{"never seen, trimmed before we came: no gap", 0, -1, -1, -1, 0, -1, 70, 90, REREAD_NONE, REREAD_NONE, 70, 1, NO_GAP, 0, 0},
	{"nothing happened", 1, 100, 99, 0, 0, 100, 0, 100, REREAD_SAME, REREAD_NONE, 100, 1, NO_GAP, 0, 0},
	{"new records", 1, 100, 99, 0, 0, 100, 0, 500, REREAD_SAME, REREAD_NONE, 100, 1, NO_GAP, 0, 0},
	{"last record before a commit marker", 1, 100, 98, 0, 0, 100, 0, 100, REREAD_SAME, REREAD_NONE, 100, 1, NO_GAP, 0, 0},
	{"trimmed below us, last record gone", 1, 100, 99, 0, 0, 100, 100, 200, REREAD_NONE, REREAD_NONE, 100, 1, NO_GAP, 0, 0},
	{"retention was quicker", 1, 100, 99, 0, 0, 150, 130, 200, REREAD_NONE, REREAD_NONE, 130, 1, GAP_RETENTION, 100, 129},
	{"all of it is gone by retention", 1, 100, 99, 0, 0, 150, 200, 200, REREAD_NONE, REREAD_NONE, 200, 1, GAP_RETENTION, 100, 199},
	{"re-created, longer: another last record", 1, 100, 99, 0, 0, 100, 0, 5000, REREAD_OTHER, REREAD_NONE, 0, 2, GAP_RECREATED, 100, 99},
	{"re-created, unread rest of the old life known", 3, 100, 99, 0, 0, 140, 0, 5000, REREAD_OTHER, REREAD_NONE, 0, 4, GAP_RECREATED, 100, 139},
	{"re-created, shorter", 1, 100, 99, 0, 0, 100, 0, 10, REREAD_NONE, REREAD_OTHER, 0, 2, GAP_RECREATED, 100, 99},
	{"re-created, empty", 1, 100, 99, 0, 0, 100, 0, 0, REREAD_NONE, REREAD_NONE, 0, 2, GAP_RECREATED, 100, 99},
	{"re-created: low watermark fell", 1, 100, 99, 60, 60, 100, 0, 5000, REREAD_OTHER, REREAD_NONE, 0, 2, GAP_RECREATED, 100, 99},
	{"low watermark fell to what another replica still has", 1, 100, 99, 60, 60, 100, 50, 120, REREAD_SAME, REREAD_SAME, 100, 1, NO_GAP, 0, 0},
	{"re-created and read on before that was noticed: the last record is of the new life", 1, 150, 149, 0, 0, 150, 0, 150, REREAD_SAME, REREAD_OTHER, 0, 2,
	 GAP_RECREATED, 150, 149},
	{"re-created when nothing had been read", 1, 4, -1, -1, 0, 4, 0, 2, REREAD_NONE, REREAD_NONE, 0, 2, GAP_RECREATED, 4, 3},
	{"truncated: same beginning", 1, 100, 99, 0, 0, 100, 0, 80, REREAD_NONE, REREAD_SAME, 80, 1, GAP_TRUNCATED, 80, 99},
	{"truncated, beginning gone by retention", 1, 100, 99, 0, 0, 100, 50, 80, REREAD_NONE, REREAD_NONE, 80, 1, GAP_TRUNCATED, 80, 99},
	{"truncated by its last marker only", 1, 100, 98, 0, 0, 100, 0, 99, REREAD_SAME, REREAD_SAME, 99, 1, GAP_TRUNCATED, 99, 99},
	{"cut back and written on, shorter", 1, 100, 50, 0, 0, 100, 0, 80, REREAD_OTHER, REREAD_SAME, 80, 1, GAP_TRUNCATED, 1, 99},
	{"cut back and written on, longer", 1, 100, 99, 10, 0, 100, 0, 500, REREAD_OTHER, REREAD_SAME, 100, 1, GAP_TRUNCATED, 11, 99},
	{"cut back and written on, or re-created: the beginning is gone", 1, 100, 99, 10, 0, 100, 20, 500, REREAD_OTHER, REREAD_NONE, 20, 2, GAP_RECREATED, 100, 99},
	{"compacted: the last record is gone", 1, 100, 99, 0, 0, 100, 0, 102, REREAD_GONE, REREAD_SAME, 100, 1, NO_GAP, 0, 0},
	{"compacted: first and last are gone", 1, 100, 99, 0, 0, 100, 0, 102, REREAD_GONE, REREAD_GONE, 100, 1, NO_GAP, 0, 0},
	{"compacted: last gone, first below the low watermark", 1, 100, 99, 0, 0, 100, 5, 102, REREAD_GONE, REREAD_NONE, 100, 1, NO_GAP, 0, 0},
	{"re-created: a marker where the last was", 1, 100, 99, 0, 0, 100, 0, 102, REREAD_GONE, REREAD_OTHER, 0, 2, GAP_RECREATED, 100, 99},
	{"compacted and truncated", 1, 100, 50, 0, 0, 100, 0, 80, REREAD_GONE, REREAD_GONE, 80, 1, GAP_TRUNCATED, 80, 99},
	{"compacted, and the low watermark fell", 1, 100, 99, 60, 60, 100, 0, 102, REREAD_GONE, REREAD_GONE, 0, 2, GAP_RECREATED, 100, 99},
};

static struct partition stored(const struct row *row)
{
	return (struct partition){
		.topic = "t",
		.epoch = row->epoch,
		.next_offset = row->next,
		.last = {row->last, 1},
		.first = {row->first, 2},
		.low = row->low,
		.high = row->high,
		.stable = -1,
		.ledger = {.consumed = 7, .stored = 7},
	};
}

static void every_row_is_decided_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct partition part = stored(row);
		const struct sighting seen = {row->now_low, row->now_high, row->last_now, row->first_now};
		struct decision dec;
		progress_decide(&part, &seen, &dec);
		progress_apply(&part, &seen, &dec);
		print_message("  %s\n", row->what);
		assert_int_equal(dec.start, row->start);
		assert_int_equal(part.next_offset, row->start);
		assert_int_equal(part.epoch, row->epoch_then);
		assert_int_equal(dec.has_gap ? (int)dec.gap.kind : NO_GAP, row->gap);
		if (!dec.has_gap)
			continue;
		assert_int_equal(dec.gap.first_offset, row->gap_first);
		assert_int_equal(dec.gap.last_offset, row->gap_last);
		assert_int_equal(dec.gap.epoch, row->epoch);
		assert_true(dec.gap.note[0] != '\0');
	}
}

static void new_life_begins_with_nothing(void **state)
{
	(void)state;
	struct partition part = stored(&rows[2]);
	const struct sighting seen = {5, 50, REREAD_OTHER, REREAD_NONE};
	struct decision dec;
	progress_decide(&part, &seen, &dec);
	progress_apply(&part, &seen, &dec);
	assert_int_equal(part.ledger.consumed, 0);
	assert_int_equal(part.first.offset, -1);
	assert_int_equal(part.last.offset, -1);
	assert_int_equal(part.low, 5);
}

/* Else the next start would find the same gap again. */
static void what_was_written_over_is_forgotten(void **state)
{
	(void)state;
	struct partition part = stored(&rows[2]);
	const struct sighting seen = {0, 500, REREAD_OTHER, REREAD_SAME};
	struct decision dec;
	progress_decide(&part, &seen, &dec);
	progress_apply(&part, &seen, &dec);
	assert_int_equal(part.last.offset, -1);
	assert_int_equal(part.ledger.consumed, 7);
}

/* Its offset will be given to another record, which would look like a re-created topic the next time. */
static void truncation_forgets_the_last_record(void **state)
{
	(void)state;
	struct partition part = stored(&rows[2]);
	const struct sighting seen = {0, 80, REREAD_NONE, REREAD_SAME};
	struct decision dec;
	progress_decide(&part, &seen, &dec);
	progress_apply(&part, &seen, &dec);
	assert_int_equal(part.last.offset, -1);
	assert_int_equal(part.first.offset, 0);
	assert_int_equal(part.ledger.consumed, 7);
}

static void marks_are_wanted_only_where_they_can_be_read(void **state)
{
	(void)state;
	struct partition part = stored(&rows[2]); /* next 100, last 99, first 0 */
	const struct sighting all = {.low = 0, .high = 100}, cut = {.low = 0, .high = 99}, trimmed = {.low = 100, .high = 200};
	const struct sighting both = {.low = 1, .high = 99};
	assert_true(progress_wants_last(&part, &all));
	assert_false(progress_wants_last(&part, &cut));
	assert_false(progress_wants_last(&part, &trimmed));
	assert_true(progress_wants_first(&part, &all));
	assert_true(progress_wants_first(&part, &cut));
	assert_false(progress_wants_first(&part, &both));
	assert_false(progress_wants_first(&part, &trimmed));
	part.last = part.first; /* one record: one answer */
	assert_true(progress_wants_last(&part, &all));
	assert_false(progress_wants_first(&part, &all));
	part.last.offset = -1;
	assert_false(progress_wants_last(&part, &all));
}

/* Kept in databases: these values may never change. Computed by an independent FNV-1a. */
static void record_hash_is_fixed(void **state)
{
	(void)state;
	assert_true(record_hash(0, NULL, 0, NULL, 0) == 0x6ed9ffea4c2a5ef5ULL);
	assert_true(record_hash(1706709600123, "Angel", 5, "{}", 2) == 0x7c777881b3f6b2c7ULL);
	assert_true(record_hash(0, "", 0, NULL, 0) != record_hash(0, NULL, 0, "", 0));
	assert_true(record_hash(0, "ab", 2, "c", 1) != record_hash(0, "a", 1, "bc", 2));
	assert_true(record_hash(0, "a", 1, "b", 1) != record_hash(1, "a", 1, "b", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_decided_as_it_says),
		cmocka_unit_test(new_life_begins_with_nothing),
		cmocka_unit_test(truncation_forgets_the_last_record),
		cmocka_unit_test(what_was_written_over_is_forgotten),
		cmocka_unit_test(marks_are_wanted_only_where_they_can_be_read),
		cmocka_unit_test(record_hash_is_fixed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
