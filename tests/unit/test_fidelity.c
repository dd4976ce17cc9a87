#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/zone.h"
#include "sim/fidelity.h"

#include <math.h>
#include <string.h>

#define NOW 1743411600000LL /* 2025-03-31T09:00:00Z, the day after the clocks went forward */

static bool day_of(struct fidelity *fi, const char *scenario, enum day_type figures)
{
	struct error err;
	if (fidelity_init(fi, scenario_find(scenario, &err), figures, 1, 0.1, NOW, &err))
		fail_msg("%s", err.text);
	while (fidelity_step(fi)) {
	}
	bool within = fidelity_judge(fi);
	for (size_t i = 0; i < fi->census.count; i++)
		for (int d = 0; d < 2; d++)
			if (fi->station[i][d].outside)
				print_message("%s %d: %.0f, not %.0f\n", fi->census.rows[i].name, d, fi->station[i][d].got, fi->station[i][d].want);
	for (int q = 0; q < QUARTERS; q++)
		if (fi->quarter[q][ENTRY].outside)
			print_message("quarter %d: %.0f, not %.0f\n", q, fi->quarter[q][ENTRY].got, fi->quarter[q][ENTRY].want);
	print_message("%s: entries %.0f, correlation %.4f and %.4f\n", scenario, fi->total[ENTRY].got, fi->correlation[ENTRY],
		      fi->correlation[EXIT]);
	return within;
}

static void saturday_and_sunday_are_those_of_the_counts(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum day_type figures;
		double entries;
	} days[] = {{"saturday", DAY_SATURDAY, 4181165}, {"sunday", DAY_SUNDAY, 2876511}, {"calendar", DAY_SATURDAY, 4181165},
		    {"calendar", DAY_SUNDAY, 2876511}, {"calendar", DAY_WEEKDAY, 4871291}};
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct fidelity fi;
		assert_true(day_of(&fi, days[i].name, days[i].figures));
		assert_true(fabs(fi.total[ENTRY].got - days[i].entries * 0.1) < 4 * sqrt(days[i].entries * 0.1));
		assert_true(fi.total[ENTRY].got == fi.total[EXIT].got);
		assert_true(fi.inside_most > 0 && fi.inside_most_ms > fi.from_ms && fi.inside_most_ms < fi.to_ms);
		fidelity_fini(&fi);
	}
}

/* What is not the usual day is found out: the closed station and those that stand in for it. */
static void a_closure_is_outside(void **state)
{
	(void)state;
	struct fidelity fi;
	assert_false(day_of(&fi, "closure", DAY_WEEKDAY));
	assert_int_equal(fi.stations_outside, 4);
	ptrdiff_t closed = census_find(&fi.census, "HUBKGX");
	assert_true(fi.station[closed][ENTRY].outside && fi.station[closed][EXIT].outside);
	assert_int_equal(fi.quarters_outside, 0);
	fidelity_fini(&fi);
}

static void what_has_no_figures_is_refused(void **state)
{
	(void)state;
	struct fidelity fi;
	struct error err = {0};
	assert_int_equal(fidelity_init(&fi, scenario_find("steady", &err), DAY_WEEKDAY, 1, 1, NOW, &err), -1);
	assert_non_null(strstr(err.text, "steady"));
	fidelity_fini(&fi);
}

/* A day of 23 hours would have no quarters for some of the figures. */
static void the_day_has_24_hours(void **state)
{
	(void)state;
	struct fidelity fi;
	struct error err;
	assert_int_equal(fidelity_init(&fi, scenario_find("weekday", &err), DAY_WEEKDAY, 1, 1, NOW, &err), 0);
	assert_int_equal(fi.from_ms, zone_service_day_start(zone_service_day(NOW / 1000) - 1) * 1000);
	assert_int_equal(fi.to_ms - fi.from_ms, 86400000);
	fidelity_fini(&fi);
	assert_int_equal(fidelity_init(&fi, scenario_find("weekday", &err), DAY_WEEKDAY, 1, 1, NOW - 86400000, &err), 0);
	assert_int_equal(fi.to_ms - fi.from_ms, 86400000);
	fidelity_fini(&fi);
	assert_int_equal(fidelity_init(&fi, scenario_find("calendar", &err), DAY_SATURDAY, 1, 1, NOW, &err), 0);
	assert_int_equal(fi.from_ms, 1742617800000LL); /* 22 March 04:30: the 29th has the night of 23 hours */
	fidelity_fini(&fi);
}

int main(void)
{
	assert_int_equal(zone_init("Europe/London", "04:30", NULL), 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saturday_and_sunday_are_those_of_the_counts),
		cmocka_unit_test(a_closure_is_outside),
		cmocka_unit_test(what_has_no_figures_is_refused),
		cmocka_unit_test(the_day_has_24_hours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
