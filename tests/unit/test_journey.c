#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/zone.h"
#include "sim/demand.h"
#include "sim/journey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MONDAY 1705897800000LL /* 2024-01-22T04:30:00Z, when the service day begins */
#define DAY_MS 86400000LL

static struct journeys *start(const char *scenario, uint64_t seed, double rate, int64_t from_ms, const struct journey_goal *goal)
{
	struct error err;
	const struct scenario *sc = scenario_find(scenario, &err);
	assert_non_null(sc);
	struct journeys *js = journeys_new(sc, seed, rate, from_ms, goal, &err);
	if (!js)
		fail_msg("%s", err.text);
	return js;
}

/* What a whole run of journeys adds up to. */
struct sums {
	uint64_t entries, exits, hash;
	uint64_t *entered, *left;          /* per station */
	uint64_t quarter[2][QUARTERS];     /* by direction */
	uint64_t inside_max;
	int64_t last_ms;
};

static void run(struct journeys *js, struct sums *sums)
{
	*sums = (struct sums){.hash = 1469598103934665603u};
	size_t stations = journeys_census(js)->count;
	sums->entered = xcalloc(stations, sizeof *sums->entered);
	sums->left = xcalloc(stations, sizeof *sums->left);
	struct passing ps;
	while (journeys_next(js, &ps)) {
		assert_true(ps.time_ms >= sums->last_ms);
		sums->last_ms = ps.time_ms;
		*(ps.direction == ENTRY ? &sums->entries : &sums->exits) += 1;
		(ps.direction == ENTRY ? sums->entered : sums->left)[ps.station]++;
		assert_true(sums->entries >= sums->exits);
		if (sums->entries - sums->exits > sums->inside_max)
			sums->inside_max = sums->entries - sums->exits;
		sums->quarter[ps.direction][demand_quarter(ps.time_ms)]++;
		sums->hash = (sums->hash ^ (uint64_t)ps.time_ms ^ (uint64_t)ps.station << 45 ^ (uint64_t)ps.who << 32) * 1099511628211u;
	}
}

static void sums_fini(struct sums *sums)
{
	free(sums->entered);
	free(sums->left);
}

static void the_same_start_gives_the_same_journeys(void **state)
{
	(void)state;
	struct journey_goal goal = {.to_ms = INT64_MAX, .count = 3000};
	struct sums sums[3];
	for (int i = 0; i < 3; i++) {
		struct journeys *js = start("weekday", i == 2 ? 8 : 7, 0.1, MONDAY + 4 * 3600000, &goal);
		run(js, &sums[i]);
		assert_int_equal(journeys_begun(js), 3000);
		assert_int_equal(journeys_inside(js), 0);
		journeys_free(js);
	}
	assert_int_equal(sums[0].entries, 3000);
	assert_int_equal(sums[0].exits, 3000);
	assert_true(sums[0].hash == sums[1].hash);
	assert_true(sums[0].hash != sums[2].hash);
	for (int i = 0; i < 3; i++)
		sums_fini(&sums[i]);
}

static bool same_passing(const struct passing *a, const struct passing *b)
{
	return a->time_ms == b->time_ms && a->direction == b->direction && a->station == b->station && a->who == b->who;
}

/* A limit never changes what comes before it: the longer run goes on where the shorter one stops beginning journeys. */
static void limits_cut_a_prefix(void **state)
{
	(void)state;
	int64_t from = MONDAY + 3 * 3600000, to = from + 900000;
	struct journeys *all = start("weekday", 3, 0.05, from, &(struct journey_goal){.to_ms = INT64_MAX});
	struct journeys *cut = start("weekday", 3, 0.05, from, &(struct journey_goal){.to_ms = to, .cut = true});
	struct journeys *fin = start("weekday", 3, 0.05, from, &(struct journey_goal){.to_ms = to});
	struct passing a, b, c;
	uint64_t same = 0, finished = 0;
	while (journeys_next(cut, &b)) {
		assert_true(journeys_next(all, &a));
		assert_true(journeys_next(fin, &c));
		assert_true(same_passing(&a, &b) && same_passing(&a, &c));
		same++;
	}
	assert_true(same > 500);
	assert_true(journeys_inside(cut) > 0);
	while (journeys_next(fin, &c)) {
		assert_int_equal(c.direction, EXIT);
		while (journeys_next(all, &a) && a.direction == ENTRY)
			assert_true(a.time_ms >= to);
		if (c.who != a.who || c.time_ms != a.time_ms)
			break; /* by now people who began later leave too */
		finished++;
	}
	assert_true(finished > 20);
	while (journeys_next(fin, &c))
		assert_int_equal(c.direction, EXIT);
	assert_int_equal(journeys_inside(fin), 0);
	journeys_free(all);
	journeys_free(cut);
	journeys_free(fin);
}

static int by_who_and_time(const void *a, const void *b)
{
	const struct passing *x = a, *y = b;
	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
}

/* Entry, exit, entry, exit …: the exit a minute later at the least, somewhere else; the next entry after a rest. */
static void nobody_is_in_two_places(void **state)
{
	(void)state;
	struct journeys *js = start("steady", 5, 0.25, MONDAY, &(struct journey_goal){.to_ms = MONDAY + 4 * 3600000});
	size_t count = 0, cap = 0, again = 0;
	struct passing *list = NULL, ps;
	while (journeys_next(js, &ps)) {
		list = xgrow(list, count, &cap, sizeof *list);
		list[count++] = ps;
	}
	assert_true(fabs((double)count - 720000) < 4 * sqrt(720000));
	qsort(list, count, sizeof *list, by_who_and_time);
	for (size_t i = 0; i < count; i += 2) {
		assert_int_equal(list[i].who, list[i + 1].who);
		assert_true(list[i].direction == ENTRY && list[i + 1].direction == EXIT);
		assert_true(list[i + 1].time_ms >= list[i].time_ms + 60000);
		assert_true(list[i].station != list[i + 1].station);
		if (i && list[i - 1].who == list[i].who) {
			again++;
			assert_true(list[i].time_ms > list[i - 1].time_ms + 60000);
		}
	}
	assert_true(again > 1000);
	free(list);
	journeys_free(js);
}

static bool near(double got, double want, double share)
{
	double off = fabs(got - want);
	return off <= share * want || off <= 4 * sqrt(want + 1);
}

static double correlation(const double *x, const double *y, size_t n)
{
	double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
	for (size_t i = 0; i < n; i++) {
		sx += x[i];
		sy += y[i];
		sxx += x[i] * x[i];
		syy += y[i] * y[i];
		sxy += x[i] * y[i];
	}
	double c = (double)n;
	return (sxy - sx * sy / c) / sqrt((sxx - sx * sx / c) * (syy - sy * sy / c));
}

static void check_totals(const struct census *cs, const struct sums *sums, double rate)
{
	double all_entries = 0, all_exits = 0, scatter = 0, stations = 0;
	for (size_t i = 0; i < cs->count; i++) {
		all_entries += cs->rows[i].entries;
		all_exits += cs->rows[i].exits;
	}
	for (size_t i = 0; i < cs->count; i++) {
		const struct census_row *row = &cs->rows[i];
		double entries = row->entries * rate, exits = row->exits * rate * all_entries / all_exits;
		if (!near((double)sums->entered[i], entries, 0))
			fail_msg("%s: %d entered, not %.0f", row->name, (int)sums->entered[i], entries);
		if (!near((double)sums->left[i], exits, 0.03))
			fail_msg("%s: %d left, not %.0f", row->name, (int)sums->left[i], exits);
		if (exits > 0)
			scatter += pow((double)sums->left[i] - exits, 2) / exits;
		stations += exits > 0;
	}
	/* independent draws of destinations would make it 1 */
	print_message("exits by station scatter by %.2f\n", scatter / stations);
	assert_true(scatter / stations < 0.5);
	assert_true(near((double)sums->entries, all_entries * rate, 0));
}

static void check_profile(const struct sums *sums)
{
	struct error err;
	struct csv csv = {0};
	double share[2][QUARTERS], got[2][QUARTERS];
	assert_int_equal(csv_open_asset(&csv, "profile_15min.csv", &err), 0);
	int column[2] = {csv_column(&csv, "entry_share", &err), csv_column(&csv, "exit_share", &err)};
	for (size_t q = 0; q < QUARTERS; q++) {
		assert_int_equal(csv_next(&csv, &err), 1);
		for (int d = 0; d < 2; d++) {
			share[d][q] = atof(csv_field(&csv, column[d]));
			got[d][q] = (double)sums->quarter[d][q];
		}
		if (!near(got[ENTRY][q], share[ENTRY][q] * (double)sums->entries, 0))
			fail_msg("quarter %d: %.0f entered, not %.0f", (int)q, got[ENTRY][q], share[ENTRY][q] * (double)sums->entries);
	}
	csv_fini(&csv);
	double c = correlation(got[EXIT], share[EXIT], QUARTERS);
	print_message("exits by quarter: correlation %.4f\n", c);
	assert_true(c > 0.98);
}

/* A whole weekday is TfL's weekday: thinned, or with FULL=1 all of it. */
static void a_weekday_is_the_weekday_of_the_counts(void **state)
{
	(void)state;
	const char *full = getenv("FULL");
	double rate = full && !strcmp(full, "1") ? 1 : 0.1;
	struct journeys *js = start("weekday", 1, rate, MONDAY, &(struct journey_goal){.to_ms = MONDAY + DAY_MS});
	struct sums sums;
	run(js, &sums);
	print_message("entries %lu, at most %lu inside, %lu left\n", sums.entries, sums.inside_max, journeys_inside(js));
	check_totals(journeys_census(js), &sums, rate);
	check_profile(&sums);
	assert_int_equal(sums.entries, sums.exits);
	assert_true(near((double)sums.inside_max, 233000 * rate, 0.08));
	sums_fini(&sums);
	journeys_free(js);
}

/* In the small hours nobody is in the network. */
static void the_network_empties_at_night(void **state)
{
	(void)state;
	struct journeys *js = start("weekday", 2, 0.1, MONDAY + 16 * 3600000, &(struct journey_goal){.to_ms = MONDAY + DAY_MS});
	struct passing ps;
	bool was_empty = false;
	while (journeys_next(js, &ps))
		was_empty |= ps.time_ms > MONDAY + 20 * 3600000 && !journeys_inside(js);
	assert_true(was_empty);
	journeys_free(js);
}

static uint64_t entries_until(struct journeys *js, int64_t until_ms)
{
	struct passing ps;
	uint64_t entries = 0;
	while (journeys_next_ms(js) < until_ms && journeys_next(js, &ps))
		entries += ps.direction == ENTRY;
	return entries;
}

static void a_change_of_rate_takes_effect_at_once(void **state)
{
	(void)state;
	struct journeys *js = start("steady", 11, 0.5, MONDAY, &(struct journey_goal){.to_ms = INT64_MAX});
	int64_t minute = 60000;
	assert_true(near((double)entries_until(js, MONDAY + minute), 3000, 0));
	journeys_set_rate(js, 2, MONDAY + minute);
	assert_true(near((double)entries_until(js, MONDAY + 2 * minute), 12000, 0));
	journeys_set_rate(js, 0.01, MONDAY + 2 * minute);
	assert_true(near((double)entries_until(js, MONDAY + 12 * minute), 600, 0));
	journeys_set_rate(js, 1, MONDAY + 12 * minute);
	assert_true(near((double)entries_until(js, MONDAY + 13 * minute), 6000, 0));
	journeys_free(js);
}

static void next_to_nothing_still_begins(void **state)
{
	(void)state;
	struct journeys *js = start("weekday", 11, 1e-9, MONDAY, &(struct journey_goal){.to_ms = MONDAY + 400 * DAY_MS});
	assert_int_equal(entries_until(js, MONDAY + 400 * DAY_MS) <= 20, true);
	journeys_free(js);
}

int main(void)
{
	assert_int_equal(zone_init("Europe/London", "04:30", NULL), 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_start_gives_the_same_journeys),
		cmocka_unit_test(limits_cut_a_prefix),
		cmocka_unit_test(nobody_is_in_two_places),
		cmocka_unit_test(a_weekday_is_the_weekday_of_the_counts),
		cmocka_unit_test(the_network_empties_at_night),
		cmocka_unit_test(a_change_of_rate_takes_effect_at_once),
		cmocka_unit_test(next_to_nothing_still_begins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
