/* The tracker against a list of flags: random offsets with holes, random verdicts, and what it costs in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "feed/tracker.h"

#include <stdlib.h>
#include <string.h>

#define RECORDS 600

struct naive {
	int64_t offset[RECORDS];
	bool undecided[RECORDS];
	size_t len;
	int64_t next;
};

static int64_t naive_prefix(const struct naive *na)
{
	for (size_t i = 0; i < na->len; i++)
		if (na->undecided[i])
			return na->offset[i];
	return na->next;
}

/* Mostly neighbours, now and then a marker or a stretch that compaction took. */
static int64_t hole(struct rng *rng)
{
	uint32_t kind = rng_below(rng, 20);
	if (kind == 0)
		return rng_below(rng, 1000);
	if (kind == 1)
		return (int64_t)rng_below(rng, 1000) << 30;
	return kind < 5;
}

static void settle(struct tracker *tr, struct naive *na, size_t i)
{
	assert_int_equal(tracker_settle(tr, na->offset[i]), na->undecided[i]);
	na->undecided[i] = false;
}

static void take(struct tracker *tr, struct naive *na, struct rng *rng)
{
	int64_t offset = na->next + hole(rng);
	if (na->len)
		assert_false(tracker_take(tr, na->offset[na->len - 1])); /* twice */
	assert_true(tracker_take(tr, offset));
	na->offset[na->len] = offset;
	na->undecided[na->len++] = true;
	na->next = offset + 1;
}

/* One life of an assignment: in every step something is taken, decided, or found not to be a record. */
static void live(struct tracker *tr, struct naive *na, struct rng *rng)
{
	uint32_t lazy = 1 + rng_below(rng, 6);
	na->len = 0;
	na->next = rng_below(rng, 2) ? 0 : (int64_t)rng_next(rng) >> 20 & INT64_MAX >> 20;
	tracker_begin(tr, na->next);
	while (na->len < RECORDS) {
		if (rng_below(rng, lazy + 1) == 0 && na->len)
			settle(tr, na, rng_below(rng, (uint32_t)na->len));
		else
			take(tr, na, rng);
		if (rng_below(rng, 30) == 0)
			tracker_reach(tr, na->next += rng_below(rng, 3));
		size_t undecided = 0;
		for (size_t i = 0; i < na->len; i++)
			undecided += na->undecided[i];
		assert_int_equal(tr->undecided, undecided);
		assert_int_equal(tracker_prefix(tr), naive_prefix(na));
		assert_false(tracker_settle(tr, na->next));
	}
	for (size_t i = na->len; i-- > 0 && rng_below(rng, 50);)
		settle(tr, na, i);
	assert_int_equal(tracker_prefix(tr), naive_prefix(na));
}

static void equals_the_naive_model(void **state)
{
	(void)state;
	static struct naive na;
	struct tracker tr = {0};
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct rng rng;
		rng_init(&rng, seed, 0);
		live(&tr, &na, &rng);
	}
	tracker_fini(&tr);
}

static void one_that_is_never_decided_costs_no_memory_for_the_others(void **state)
{
	(void)state;
	struct tracker tr = {0};
	tracker_begin(&tr, 5);
	assert_true(tracker_take(&tr, 7));
	for (int64_t offset = 8; offset < 10 * 1000 * 1000; offset++) {
		assert_true(tracker_take(&tr, offset));
		if (offset >= 1008)
			assert_true(tracker_settle(&tr, offset - 1000));
	}
	assert_int_equal(tracker_prefix(&tr), 7);
	assert_true(tr.cap <= 512);
	assert_int_equal(tr.undecided, 1001);
	tracker_fini(&tr);
}

static void nothing_taken_is_all_decided(void **state)
{
	(void)state;
	struct tracker tr = {0};
	tracker_begin(&tr, 42);
	assert_int_equal(tracker_prefix(&tr), 42);
	assert_false(tracker_settle(&tr, 42));
	assert_false(tracker_settle(&tr, -1));
	assert_false(tracker_take(&tr, 41));
	tracker_reach(&tr, 50); /* markers only */
	assert_int_equal(tracker_prefix(&tr), 50);
	tracker_reach(&tr, 49);
	assert_int_equal(tracker_prefix(&tr), 50);
	tracker_fini(&tr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_naive_model),
		cmocka_unit_test(one_that_is_never_decided_costs_no_memory_for_the_others),
		cmocka_unit_test(nothing_taken_is_all_decided),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
