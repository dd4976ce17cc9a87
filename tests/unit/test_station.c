#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/station.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct text text(const char *s)
{
	return (struct text){s, s ? strlen(s) : 0};
}

static const char *resolved(struct stations *st, const char *name, const char *location)
{
	uint32_t at = stations_resolve(st, text(name), text(location)); /* may move the rows */
	return st->rows[at].id;
}

static void reference(struct stations *st)
{
	struct error err;
	stations_init(st);
	if (stations_load_reference(st, &err))
		fail_msg("%s", err.text);
}

static void the_reference_has_its_facts(void **state)
{
	(void)state;
	struct stations st;
	reference(&st);
	assert_int_equal(st.count, 509);
	const struct station *row = &st.rows[stations_find(&st, "940GZZLUERC")];
	assert_string_equal(row->name, "Edgware Road");
	assert_string_equal(row->zone, "1");
	assert_string_equal(row->lines, "Circle|District|Hammersmith & City");
	assert_true(row->lat == 51.51967 && row->lon == -0.16803);
	assert_true(row->known);
	assert_int_equal(row->quarter_peak, 520);
	for (size_t i = 0; i < st.count; i++) {
		assert_true(strncmp(st.rows[i].id, "name:", 5));
		assert_true(st.rows[i].lat > 51 && st.rows[i].lat < 52 && st.rows[i].lon > -1 && st.rows[i].lon < 1);
	}
	stations_fini(&st);
}

static void events_find_their_station(void **state)
{
	(void)state;
	static const struct {
		const char *name, *location, *id;
	} cases[] = {
		{"Edgware Road", "51.52021,-0.17027", "940GZZLUERB"},
		{"Edgware Road", "51.51967,-0.16803", "940GZZLUERC"},
		{"Edgware Road", "51.519670001,-00.168034", "940GZZLUERC"},
		{"Edgware Road", "51.519674,-0.168026", "940GZZLUERC"},
		{"Edgware Road", " +51.51967, -0.16803 ", "940GZZLUERC"},
		{"Edgware Road", "51.51968,-0.16803", "name:Edgware Road@51.51968,-0.16803"},
		{"Edgware Road", NULL, "name:Edgware Road"},
		{"Edgware Road", "", "name:Edgware Road"},
		{"Edgware Road", "somewhere", "name:Edgware Road"},
		{"Edgware Road", "91,0", "name:Edgware Road"},
		{"Edgware Road", "51.51967,-0.16803,1", "name:Edgware Road"},
		{"Angel", "51.53249,-0.10579", "940GZZLUAGL"},
		{"Angel", NULL, "940GZZLUAGL"},
		{"Angel", "0,0", "940GZZLUAGL"},
		{"angel", NULL, "name:angel"},
		{"No@where", NULL, "name:No@where@"},
		{"Nowhere", "1,2", "name:Nowhere@1.00000,2.00000"},
		{"Nowhere@1.00000,2.00000", NULL, "name:Nowhere@1.00000,2.00000@"},
		{"Nowhere@1.00000,2.00000", "1,2", "name:Nowhere@1.00000,2.00000@1.00000,2.00000"},
		{"Nowhere", "-0.000001,1", "name:Nowhere@0.00000,1.00000"},
		{"Nowhere", "-0.5,-180", "name:Nowhere@-0.50000,-180.00000"},
		{"Nowhere", ".5,7.", "name:Nowhere@0.50000,7.00000"},
		{"Nowhere", "90.000005,0", "name:Nowhere"},
		{"Nowhere", "5.15E+1,5E-05", "name:Nowhere@51.50000,0.00005"},
		{"Nowhere", "90,-4.9999e-6", "name:Nowhere@90.00000,0.00000"},
		{"Nowhere", "0e999999999999,1e-99999999999", "name:Nowhere@0.00000,0.00000"},
		{"Nowhere", "0.00000499999999999999999999999999999999999999999999999999999999,000000000000000000000000000000001", "name:Nowhere@0.00000,1.00000"},
		{"Nowhere", "1e999999999999,0", "name:Nowhere"},
		{"Nowhere", "1e,0", "name:Nowhere"},
		{"Nowhere", "1..2,0", "name:Nowhere"},
		{"Nowhere", ".,0", "name:Nowhere"},
		{"Nowhere", "nan,inf", "name:Nowhere"},
		{"Nowhere", "-,0", "name:Nowhere"},
		{"Nowhere", "99999999999999999999,0", "name:Nowhere"},
	};
	struct stations st;
	reference(&st);
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
			assert_string_equal(resolved(&st, cases[i].name, cases[i].location), cases[i].id);
	size_t count = st.count;
	uint32_t at = stations_resolve(&st, text("Nowhere"), text("-.5,-180.0"));
	assert_int_equal(st.count, count);
	assert_true(st.rows[at].lat == -0.5 && st.rows[at].lon == -180 && !st.rows[at].known);
	at = stations_resolve(&st, text("Nowhere"), text(NULL));
	assert_true(isnan(st.rows[at].lat));
	stations_fini(&st);
}

static uint32_t put(struct stations *st, const char *id, const char *name, double lat, double lon, bool known)
{
	char id_copy[64], name_copy[64], none[] = "";
	snprintf(id_copy, sizeof id_copy, "%s", id);
	snprintf(name_copy, sizeof name_copy, "%s", name);
	return stations_put(st, &(struct station){.id = id_copy, .name = name_copy, .zone = none, .lines = none, .lat = lat, .lon = lon, .known = known});
}

static void an_id_learnt_later_relabels(void **state)
{
	(void)state;
	struct stations st;
	stations_init(&st);
	uint32_t here = stations_resolve(&st, text("Brent"), text("51.5,-0.2"));
	uint32_t there = stations_resolve(&st, text("Brent"), text("51.6,-0.2"));
	uint32_t bare = stations_resolve(&st, text("Hendon"), text(NULL));
	assert_int_equal(put(&st, "B1", "Brent", 51.5, -0.2, true), here);
	assert_int_equal(put(&st, "B1", "Brent", 51.5, -0.2, true), here);
	assert_string_equal(resolved(&st, "Brent", "51.5,-0.2"), "B1");
	assert_string_equal(resolved(&st, "Brent", "51.6,-0.2"), "B1");
	assert_int_equal(put(&st, "B2", "Brent", 51.6, -0.2, true), there);
	assert_string_equal(resolved(&st, "Brent", "51.6,-0.2"), "B2");
	assert_string_equal(resolved(&st, "Brent", NULL), "name:Brent");
	assert_int_equal(put(&st, "B3", "Brent", 51.7, -0.2, true), 4);
	assert_int_equal(put(&st, "H", "Hendon", 51.4, -0.2, true), bare);
	assert_int_equal(stations_find(&st, "name:Hendon"), -1);
	assert_string_equal(resolved(&st, "Hendon", NULL), "H");
	stations_fini(&st);
}

/* A station that was renamed to a name the stream had used before it: adding its row again must not take the older row's place. */
static void a_kept_table_comes_back_row_by_row(void **state)
{
	(void)state;
	struct stations st, back;
	stations_init(&st);
	stations_init(&back);
	stations_resolve(&st, text("New"), text(NULL));
	put(&st, "A", "Old", 51, 0, true);
	put(&st, "A", "New", 51, 0, true);
	for (uint32_t i = 0; i < st.count; i++)
		assert_int_equal(stations_add(&back, &st.rows[i]), i);
	assert_int_equal(back.count, 2);
	assert_string_equal(resolved(&back, "New", NULL), "A");
	assert_int_equal(stations_find(&back, "name:New"), 0);
	stations_fini(&st);
	stations_fini(&back);
}

static void rows_are_replaced_by_id(void **state)
{
	(void)state;
	struct stations st;
	stations_init(&st);
	uint32_t a = put(&st, "A", "Old", 51, 0, true);
	assert_string_equal(resolved(&st, "Old", NULL), "A");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(put(&st, "A", "New", 52, 0, true), a);
		assert_string_equal(resolved(&st, "New", NULL), "A");
		assert_string_equal(resolved(&st, "Old", NULL), "name:Old");
		assert_int_equal(put(&st, "A", "Old", 52, 0, true), a);
		assert_string_equal(resolved(&st, "Old", NULL), "A");
	}
	assert_int_equal(put(&st, "A", "Old", 52, 0, false), a);
	assert_string_equal(resolved(&st, "Old", NULL), "name:Old");
	stations_fini(&st);
}

/* A row that is put again does not become the only one of its name. */
static void a_repeated_row_leaves_its_name_ambiguous(void **state)
{
	(void)state;
	struct stations st;
	stations_init(&st);
	put(&st, "A", "Edgware Road", 51, 0, true);
	for (int i = 0; i < 3; i++) {
		put(&st, "B", "Edgware Road", 52, 0, true);
		assert_string_equal(resolved(&st, "Edgware Road", NULL), "name:Edgware Road");
	}
	stations_fini(&st);
}

static void people_find_stations_by_id_or_name(void **state)
{
	(void)state;
	struct stations st;
	reference(&st);
	ptrdiff_t angel = stations_find(&st, "940GZZLUAGL");
	assert_true(angel >= 0);
	assert_int_equal(stations_find(&st, "Angel"), angel);
	assert_int_equal(stations_find(&st, "aNGEL"), angel);
	assert_int_equal(stations_find(&st, "Edgware Road"), -1);
	assert_int_equal(stations_find(&st, "edgware road"), -1);
	assert_int_equal(stations_find(&st, "No such"), -1);
	stations_fini(&st);
}

static void many_unknown_stations_stay_apart(void **state)
{
	(void)state;
	enum { MANY = STATIONS_MAX - 509 };
	struct stations st, copy;
	char name[32];
	reference(&st);
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < MANY; i++) {
			snprintf(name, sizeof name, "Station %u", i / 2);
			assert_int_equal(stations_resolve(&st, text(name), text(i % 2 ? "1,1" : NULL)), 509 + i);
		}
	assert_true(stations_resolve(&st, text("One more"), text(NULL)) == STATION_NONE);
	assert_int_equal(stations_resolve(&st, text("Station 7"), text(NULL)), 509 + 14);
	stations_init(&copy);
	stations_copy(&copy, &st);
	stations_copy(&copy, &st);
	assert_int_equal(copy.count, 509 + MANY);
	assert_int_equal(stations_resolve(&copy, text("Station 77"), text("1,1")), 509 + 155);
	stations_fini(&st);
	assert_string_equal(copy.rows[509].id, "name:Station 0");
	stations_fini(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_has_its_facts),
		cmocka_unit_test(events_find_their_station),
		cmocka_unit_test(an_id_learnt_later_relabels),
		cmocka_unit_test(a_kept_table_comes_back_row_by_row),
		cmocka_unit_test(rows_are_replaced_by_id),
		cmocka_unit_test(a_repeated_row_leaves_its_name_ambiguous),
		cmocka_unit_test(people_find_stations_by_id_or_name),
		cmocka_unit_test(many_unknown_stations_stay_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
