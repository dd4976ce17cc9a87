/* The figures the simulator stands on, as they come with the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"
#include "sim/demand.h"
#include "sim/network.h"
#include "sim/travellers.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_or_fail(struct csv *csv, const char *name)
{
	struct error err;
	*csv = (struct csv){0};
	if (csv_open_asset(csv, name, &err))
		fail_msg("%s", err.text);
}

static int column(const struct csv *csv, const char *name)
{
	struct error err;
	int at = csv_column(csv, name, &err);
	if (at < 0)
		fail_msg("%s", err.text);
	return at;
}

static int next(struct csv *csv)
{
	struct error err;
	int more = csv_next(csv, &err);
	if (more < 0)
		fail_msg("%s", err.text);
	return more;
}

static bool on_the_map(double lat, double lon) /* from Reading to Shenfield */
{
	return lat > 51.2 && lat < 51.8 && lon > -1.0 && lon < 0.5;
}

static void stations_are_509_and_sane(void **state)
{
	(void)state;
	struct csv csv;
	open_or_fail(&csv, "stations.csv");
	int lat = column(&csv, "lat"), lon = column(&csv, "lon"), entries = column(&csv, "weekday_entries"), peak = column(&csv, "quarter_peak");
	int count = 0, blank = 0;
	for (; next(&csv); count++) {
		assert_true(on_the_map(atof(csv_field(&csv, lat)), atof(csv_field(&csv, lon))));
		blank += !*csv_field(&csv, entries);
		assert_true(!*csv_field(&csv, entries) == !*csv_field(&csv, peak));
		/* a quarter is more than an even share of both directions, and less than half the day */
		double day = atof(csv_field(&csv, entries)), quarter = atof(csv_field(&csv, peak));
		assert_true(!*csv_field(&csv, peak) || (quarter > day / 96 && quarter < day));
	}
	csv_fini(&csv);
	assert_int_equal(count, 509);
	assert_int_equal(blank, 4);
}

static void ids_are_unique_and_found(void **state)
{
	(void)state;
	struct census cs;
	struct error err;
	assert_int_equal(census_load(&cs, DAY_WEEKDAY, &err), 0);
	int shared = 0;
	for (size_t i = 0; i < cs.count; i++) {
		assert_int_equal(census_find(&cs, cs.rows[i].id), i);
		assert_string_equal(cs.rows[cs.rows[i].same_name].name, cs.rows[i].name);
		shared += cs.rows[i].same_name != i;
	}
	assert_int_equal(shared, 3);
	assert_int_equal(census_find(&cs, "HUBNOWHERE"), -1);
	census_fini(&cs);
}

static void network_shares_sum_to_one(void **state)
{
	(void)state;
	struct csv csv;
	open_or_fail(&csv, "profile_15min.csv");
	double sums[3][2] = {{0}};
	int rows[3] = {0}, day = column(&csv, "day_type");
	int share[2] = {column(&csv, "entry_share"), column(&csv, "exit_share")};
	while (next(&csv))
		for (int type = 0; type < 3; type++) {
			if (strcmp(csv_field(&csv, day), day_type_name((enum day_type)type)))
				continue;
			rows[type]++;
			for (int d = 0; d < 2; d++)
				sums[type][d] += atof(csv_field(&csv, share[d]));
		}
	csv_fini(&csv);
	for (int type = 0; type < 3; type++) {
		assert_int_equal(rows[type], 96);
		assert_true(fabs(sums[type][0] - 1) < 1e-4 && fabs(sums[type][1] - 1) < 1e-4);
	}
}

static void every_counted_station_has_its_six_profiles(void **state)
{
	(void)state;
	struct census cs;
	struct error err;
	struct csv csv;
	assert_int_equal(census_load(&cs, DAY_SUNDAY, &err), 0);
	int *profiles = calloc(cs.count, sizeof *profiles);
	open_or_fail(&csv, "profiles.csv");
	int id = column(&csv, "naptan_id");
	while (next(&csv))
		profiles[census_find(&cs, csv_field(&csv, id))]++;
	csv_fini(&csv);
	for (size_t i = 0; i < cs.count; i++)
		assert_int_equal(profiles[i], cs.rows[i].entries > 0 ? 6 : 0);
	free(profiles);
	census_fini(&cs);
}

/* Stations keep their totals while the network's day is fitted. */
static void demand_keeps_the_totals(void **state)
{
	(void)state;
	struct demand dm;
	struct error err;
	double exits = 0;
	assert_int_equal(demand_load(&dm, DAY_WEEKDAY, 0, &err), 0);
	for (size_t i = 0; i < dm.census.count; i++) {
		double sum = 0;
		for (size_t q = 0; q < QUARTERS; q++)
			sum += (double)dm.entries[i * QUARTERS + q];
		for (size_t h = 0; h < HOURS; h++)
			exits += (double)dm.exits[i * HOURS + h];
		assert_true(fabs(sum - dm.census.rows[i].entries) <= 0.001 * sum);
	}
	assert_true(fabs(dm.total - 4871291) < 1);
	assert_true(fabs(exits - dm.total) < 100);
	demand_fini(&dm);
}

static void quarters_follow_the_clocks(void **state)
{
	(void)state;
	assert_int_equal(demand_quarter(1705897800000LL), 94);  /* 2024-01-22 04:30 GMT */
	assert_int_equal(demand_quarter(1705899600000LL), 0);   /* 05:00 */
	assert_int_equal(demand_quarter(1721620800000LL), 0);   /* 2024-07-22 05:00 BST */
	assert_int_equal(demand_quarter(1721623499999LL), 2);   /* 05:44:59.999 BST */
}

static void every_station_is_reachable_from_every_other(void **state)
{
	(void)state;
	struct census cs;
	struct network nw;
	struct error err;
	assert_int_equal(census_load(&cs, DAY_WEEKDAY, &err), 0);
	assert_int_equal(network_load(&nw, &cs, &err), 0);
	for (size_t i = 0; i < nw.count; i++)
		for (size_t j = 0; j < nw.count; j++) {
			float there = nw.ride[i * nw.count + j], back = nw.ride[j * nw.count + i];
			assert_true(i == j ? there <= 0 : there > 0 && there < 180);
			assert_true(fabsf(there - back) < 0.01f);
		}
	/* from one end of the Victoria line to the other: half an hour by the timetable */
	size_t walthamstow = (size_t)census_find(&cs, "HUBWHC"), brixton = (size_t)census_find(&cs, "HUBBRX");
	float ride = nw.ride[walthamstow * nw.count + brixton];
	assert_true(ride > 28 && ride <= 30.5f);
	network_fini(&nw);
	census_fini(&cs);
}

static void travellers_have_names_of_their_own(void **state)
{
	(void)state;
	struct error err;
	struct travellers *tr = travellers_new(7, &err);
	assert_non_null(tr);
	char first[TRAVELLER_NAME_MAX], again[TRAVELLER_NAME_MAX], other[TRAVELLER_NAME_MAX], namesake[TRAVELLER_NAME_MAX + 2];
	uint32_t a = travellers_take(tr, 0), b = travellers_take(tr, 0);
	assert_true(a != b);
	size_t len = travellers_name(tr, a, first);
	assert_int_equal(len, strlen(first));
	travellers_name(tr, b, other);
	assert_string_not_equal(first, other);
	assert_non_null(strchr(first, ' '));
	snprintf(namesake, sizeof namesake, "%s 2", first);
	uint32_t pairs = 0;
	do {
		travellers_name(tr, ++pairs, again);
		assert_string_not_equal(again, first);
	} while (strcmp(again, namesake));
	assert_true(pairs >= 200 * 300);
	travellers_give(tr, a, 1000);
	assert_true(travellers_take(tr, 2000) > b); /* a rests */
	assert_int_equal(travellers_take(tr, 1000 + 3600000), a);
	travellers_free(tr);
}

int main(void)
{
	assert_int_equal(zone_init("Europe/London", "04:30", NULL), 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stations_are_509_and_sane),
		cmocka_unit_test(ids_are_unique_and_found),
		cmocka_unit_test(network_shares_sum_to_one),
		cmocka_unit_test(every_counted_station_has_its_six_profiles),
		cmocka_unit_test(demand_keeps_the_totals),
		cmocka_unit_test(quarters_follow_the_clocks),
		cmocka_unit_test(every_station_is_reachable_from_every_other),
		cmocka_unit_test(travellers_have_names_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
