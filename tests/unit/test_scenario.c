/* What each scenario's incident does, and what it must leave alone: journeys are whole and repeat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/zone.h"
#include "sim/demand.h"
#include "sim/incident.h"
#include "sim/journey.h"
#include "sim/wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MONDAY 1705897800000LL /* 2024-01-22T04:30:00Z, when the service day begins */
#define HOUR_MS 3600000LL
#define MINUTE_MS 60000LL

static struct journeys *start(const char *scenario, double rate, int64_t from_ms, int64_t to_ms)
{
	struct error err;
	const struct scenario *sc = scenario_find(scenario, &err);
	assert_non_null(sc);
	struct journeys *js = journeys_new(sc, 7, rate, from_ms, &(struct journey_goal){.to_ms = to_ms}, &err);
	if (!js)
		fail_msg("%s", err.text);
	return js;
}

struct sums {
	uint64_t count[2];      /* by direction */
	uint64_t at[2][2];      /* at the two stations asked for */
	uint64_t enter_at[60];  /* at the first of them, by the minute of the hour */
	uint64_t minute[2][60]; /* of the hour */
	uint64_t hash;
	int64_t last_ms;
};

/* Runs to the end; whatever happens, time goes forward and nobody leaves who has not entered. */
static struct sums run(struct journeys *js, const char *first, const char *second)
{
	const struct census *cs = journeys_census(js);
	ptrdiff_t station[2] = {first ? census_find(cs, first) : -1, second ? census_find(cs, second) : -1};
	struct sums sums = {.hash = 1469598103934665603u};
	struct passing ps;
	while (journeys_next(js, &ps)) {
		assert_true(ps.time_ms >= sums.last_ms);
		sums.last_ms = ps.time_ms;
		sums.count[ps.direction]++;
		for (int i = 0; i < 2; i++)
			sums.at[i][ps.direction] += (ptrdiff_t)ps.station == station[i];
		sums.enter_at[ps.time_ms / MINUTE_MS % 60] += ps.direction == ENTRY && (ptrdiff_t)ps.station == station[0];
		sums.minute[ps.direction][ps.time_ms / MINUTE_MS % 60]++;
		assert_true(sums.count[ENTRY] >= sums.count[EXIT]);
		sums.hash = (sums.hash ^ (uint64_t)ps.time_ms ^ (uint64_t)ps.station << 45 ^ (uint64_t)ps.who << 32) * 1099511628211u;
	}
	assert_int_equal(sums.count[ENTRY], sums.count[EXIT]);
	return sums;
}

static struct sums run_scenario(const char *scenario, double rate, int64_t from_ms, int64_t to_ms, const char *first,
				const char *second)
{
	struct journeys *js = start(scenario, rate, from_ms, to_ms);
	struct sums sums = run(js, first, second);
	journeys_free(js);
	return sums;
}

static bool near(double got, double want)
{
	return fabs(got - want) <= 4 * sqrt(want + 1);
}

static void rows_are_sane(void **state)
{
	(void)state;
	for (size_t i = 0; i < nscenarios; i++) {
		const struct incident *in = &scenarios[i].incident;
		assert_true(*scenarios[i].name && *scenarios[i].help);
		if (in->kind == INCIDENT_NONE || in->kind == INCIDENT_CLOSURE)
			continue;
		assert_true(in->every > 0 && 1440 % in->every == 0 && in->minutes > 0 && in->minutes < in->every);
		if (in->kind != INCIDENT_SILENCE) /* flows are looked up by the quarter */
			assert_true(in->from % 15 == 0 && in->minutes % 15 == 0 && in->amount > 0);
	}
}

static uint64_t sum(const uint64_t *minutes, int from, int to)
{
	uint64_t total = 0;
	for (int i = from; i < to; i++)
		total += minutes[i];
	return total;
}

/* The same start, the same journeys: where incidents and waves take part in drawing them. */
static void incidents_repeat(void **state)
{
	(void)state;
	static const char *const names[] = {"classic", "event", "gap"};
	int64_t from = MONDAY + 3 * HOUR_MS, to = from + HOUR_MS;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct sums a = run_scenario(names[i], 0.05, from, to, NULL, NULL), b = run_scenario(names[i], 0.05, from, to, NULL, NULL);
		assert_true(a.count[ENTRY] > 50 && a.hash == b.hash);
	}
}

/* A usual evening at Wembley Park until 22:00; then two thirds of the crowd in 30 of the 45 minutes. */
static void a_crowd_leaves_the_venue(void **state)
{
	(void)state;
	int64_t from = MONDAY + 17 * HOUR_MS;
	struct sums sums = run_scenario("event", 0.05, from, from + HOUR_MS, "940GZZLUWYP", NULL);
	double before = (double)sum(sums.enter_at, 30, 60), during = (double)sum(sums.enter_at, 0, 30), crowd = 40000 * 0.05 * 30 / 45;
	assert_true(before < 100);
	assert_true(during > crowd && near(during, crowd + before));
}

static void a_surge_is_five_times_as_many(void **state)
{
	(void)state;
	int64_t from = MONDAY + 7 * HOUR_MS + HOUR_MS / 2; /* 12:00 */
	struct sums with = run_scenario("surge", 0.5, from, from + HOUR_MS, "940GZZLUOXC", NULL);
	struct sums without = run_scenario("weekday", 0.5, from, from + HOUR_MS, "940GZZLUOXC", NULL);
	assert_true(near((double)sum(with.enter_at, 0, 15), 5 * (double)sum(without.enter_at, 0, 15)));
	assert_true(near((double)sum(with.enter_at, 15, 60), (double)sum(without.enter_at, 15, 60)));
}

/* Nobody enters or leaves at King's Cross; in London there are as many as ever, and more at the station next to it. */
static void a_closed_station_is_avoided(void **state)
{
	(void)state;
	int64_t from = MONDAY + 3 * HOUR_MS, to = MONDAY + 4 * HOUR_MS;
	struct sums with = run_scenario("closure", 0.1, from, to, "HUBKGX", "HUBEUS");
	struct sums without = run_scenario("weekday", 0.1, from, to, "HUBKGX", "HUBEUS");
	assert_true(without.at[0][ENTRY] > 300 && without.at[0][EXIT] > 300);
	assert_int_equal(with.at[0][ENTRY] + with.at[0][EXIT], 0);
	assert_true(near((double)with.count[ENTRY], (double)without.count[ENTRY]));
	for (int d = 0; d < 2; d++)
		assert_true((double)with.at[1][d] > (double)without.at[1][d] * 1.2);
}

/* Nothing at all from :20 to :25; then those who waited leave in a hurry, and nobody is lost. */
static void a_gap_is_silent_and_nobody_is_lost(void **state)
{
	(void)state;
	int64_t from = MONDAY + 3 * HOUR_MS + HOUR_MS / 2, to = from + HOUR_MS;
	struct sums gap = run_scenario("gap", 0.2, from, to, NULL, NULL);
	struct sums usual = run_scenario("weekday", 0.2, from, to, NULL, NULL);
	for (int minute = 20; minute < 25; minute++) {
		assert_true(usual.minute[ENTRY][minute] > 100 && usual.minute[EXIT][minute] > 100);
		assert_int_equal(gap.minute[ENTRY][minute] + gap.minute[EXIT][minute], 0);
	}
	assert_true(gap.minute[EXIT][25] > 4 * usual.minute[EXIT][25]);
	assert_true(gap.minute[ENTRY][25] < 2 * usual.minute[ENTRY][25]);
	assert_true(fabs((double)gap.count[ENTRY] / (double)usual.count[ENTRY] - 55.0 / 60) < 0.02);
}

static void those_who_wait_leave_in_the_order_they_came(void **state)
{
	(void)state;
	const struct incident silence = {.kind = INCIDENT_SILENCE, .from = 20, .minutes = 5, .every = 60};
	int64_t before = MONDAY - 10 * MINUTE_MS; /* 04:20 */
	assert_true(incident_silent(&silence, 260) && incident_silent(&silence, 264));
	assert_false(incident_silent(&silence, 259) || incident_silent(&silence, 265));
	assert_int_equal(incident_let_out(&silence, before - 1, 259), before - 1);
	assert_int_equal(incident_let_out(&silence, before, 260), before + 5 * MINUTE_MS);
	assert_int_equal(incident_let_out(&silence, before + 5 * MINUTE_MS - 1, 264), before + 6 * MINUTE_MS - 1);
	assert_int_equal(incident_let_out(&silence, before + 5 * MINUTE_MS, 265), before + 5 * MINUTE_MS);
}

/* Ten events a second, all in zone 1; the network fills to almost half of the people and empties, again and again. */
static void classic_is_a_saw_tooth(void **state)
{
	(void)state;
	struct journeys *js = start("classic", 1, MONDAY, MONDAY + 10 * MINUTE_MS);
	const struct census *cs = journeys_census(js);
	uint64_t low[12] = {0}, high[12] = {0}, events = 0;
	memset(low, 0xff, sizeof low);
	for (struct passing ps; journeys_next_ms(js) < MONDAY + 10 * MINUTE_MS && journeys_next(js, &ps); events++) {
		size_t wave = (size_t)((ps.time_ms - MONDAY) / 50000);
		uint64_t inside = journeys_inside(js);
		assert_true(cs->rows[ps.station].central && inside <= 500);
		low[wave] = inside < low[wave] ? inside : low[wave];
		high[wave] = inside > high[wave] ? inside : high[wave];
	}
	assert_int_equal(events, 6000);
	for (int i = 1; i < 12; i++)
		assert_true(high[i] > 300 && high[i] - low[i] > 150);
	struct passing ps;
	while (journeys_next(js, &ps)) {
	}
	assert_int_equal(journeys_inside(js), 0);
	journeys_free(js);
}

/* At another rate the same wave goes faster, without a jump. */
static void classic_takes_another_rate(void **state)
{
	(void)state;
	struct journeys *js = start("classic", 1, MONDAY, INT64_MAX);
	uint64_t events = 0;
	int64_t last_ms = MONDAY;
	struct passing ps;
	for (; journeys_next_ms(js) < MONDAY + MINUTE_MS && journeys_next(js, &ps); events++) {
	}
	assert_int_equal(events, 600);
	journeys_set_rate(js, 4, MONDAY + MINUTE_MS);
	for (events = 0; journeys_next_ms(js) < MONDAY + 3 * MINUTE_MS && journeys_next(js, &ps); events++) {
		assert_true(ps.time_ms >= last_ms && journeys_inside(js) <= 1000);
		last_ms = ps.time_ms;
	}
	assert_true(near((double)events, 4800));
	journeys_free(js);
}

/* Both nights in which the clocks change lie in their week: each service day has its own figures, be it of 23, 24 or 25 hours. */
static void a_week_follows_the_calendar(void **state)
{
	(void)state;
	static const double typical[DAY_TYPES] = {[DAY_WEEKDAY] = 4871291, [DAY_SATURDAY] = 4181165, [DAY_SUNDAY] = 2876511};
	static const char *const mondays[] = {"2025-03-24", "2025-10-20"};
	const double rate = 0.003;
	for (int week = 0; week < 2; week++) {
		int32_t monday;
		double entered[7] = {0};
		struct passing ps;
		assert_int_equal(zone_day_parse(mondays[week], &monday), 0);
		struct journeys *js = start("calendar", rate, zone_service_day_start(monday) * 1000, zone_service_day_start(monday + 7) * 1000);
		while (journeys_next(js, &ps))
			if (ps.direction == ENTRY)
				entered[zone_service_day(ps.time_ms / 1000) - monday]++;
		assert_int_equal(journeys_inside(js), 0);
		journeys_free(js);
		for (int day = 0; day < 7; day++)
			if (!near(entered[day], typical[zone_day_type(monday + day)] * rate))
				fail_msg("%s + %d: %.0f", mondays[week], day, entered[day]);
	}
}

/* At 07:15 a weekday is awake, and neither a Saturday nor a Sunday is: whose figures hold changes with the service day. */
static void the_calendar_turns_with_the_service_day(void **state)
{
	(void)state;
	static const int days[] = {0, 5, 6}; /* after a Monday */
	double entered[DAY_TYPES];
	for (int i = 0; i < DAY_TYPES; i++) {
		int64_t from = MONDAY + days[i] * 24 * HOUR_MS + 11 * HOUR_MS / 4;
		assert_int_equal(zone_day_type(zone_service_day(from / 1000)), i);
		entered[i] = (double)run_scenario("calendar", 0.1, from, from + HOUR_MS / 4, NULL, NULL).count[ENTRY];
	}
	assert_true(entered[DAY_WEEKDAY] > 3 * entered[DAY_SATURDAY]);
	assert_true(entered[DAY_SATURDAY] > 1.4 * entered[DAY_SUNDAY]);
}

/* An earlier end keeps a prefix, over midnights and days of different types. */
static void a_calendar_repeats_and_is_cut(void **state)
{
	(void)state;
	struct passing a, b;
	uint64_t same = 0;
	int64_t friday = MONDAY + 4 * 24 * HOUR_MS + 12 * HOUR_MS, to = friday + 30 * HOUR_MS;
	struct journeys *all = start("calendar", 0.002, friday, to + 48 * HOUR_MS), *part = start("calendar", 0.002, friday, to);
	while (journeys_next(part, &b) && b.time_ms < to) {
		assert_true(journeys_next(all, &a));
		assert_true(a.time_ms == b.time_ms && a.direction == b.direction && a.station == b.station && a.who == b.who);
		same++;
	}
	assert_true(same > 5000);
	journeys_free(all);
	journeys_free(part);
}

/* Another scenario takes over: time goes on, whoever is inside leaves, no name is inside twice, and the new scenario's rules hold. */
static void a_change_loses_nobody(void **state)
{
	(void)state;
	static const char *const names[] = {"closure", "gap", "classic", "sunday", "surge"};
	int64_t now = MONDAY + 4 * HOUR_MS, last = 0;
	uint64_t count[2] = {0}, took_over = 0;
	struct error err;
	struct passing ps;
	bool inside[40000] = {false};
	struct journeys *js = start("weekday", 0.05, now, now + 6 * 10 * MINUTE_MS);
	ptrdiff_t closed = census_find(journeys_census(js), "HUBKGX");
	for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
		bool closure = i && !strcmp(names[i - 1], "closure"), gap = i && !strcmp(names[i - 1], "gap");
		for (now += 10 * MINUTE_MS; journeys_next_ms(js) < (i == 5 ? INT64_MAX : now) && journeys_next(js, &ps);) {
			assert_true(ps.time_ms >= last && ps.who < 40000 && inside[ps.who] == (ps.direction == EXIT));
			assert_false(closure && ps.direction == ENTRY && (ptrdiff_t)ps.station == closed);
			assert_false(gap && ps.time_ms / MINUTE_MS % 60 >= 20 && ps.time_ms / MINUTE_MS % 60 < 25);
			inside[ps.who] = ps.direction == ENTRY;
			last = ps.time_ms;
			count[ps.direction]++;
		}
		took_over += journeys_inside(js);
		if (i < sizeof names / sizeof *names)
			assert_int_equal(journeys_change(js, scenario_find(names[i], &err), 11 + i, now, &err), 0);
	}
	assert_true(took_over > 1000);
	assert_int_equal(count[ENTRY], count[EXIT]);
	assert_int_equal(count[ENTRY], journeys_begun(js));
	assert_int_equal(journeys_inside(js), 0);
	journeys_free(js);
}

/* When an incident begins next, or began if it lasts, and until when. */
static void incidents_are_foreseen(void **state)
{
	(void)state;
	struct error err;
	int64_t from, until;
	int64_t noon = MONDAY + 7 * HOUR_MS + HOUR_MS / 2;
	const struct incident *surge = &scenario_find("surge", &err)->incident, *crowd = &scenario_find("event", &err)->incident;
	assert_true(incident_coming(surge, noon, &from, &until));
	assert_true(from == noon && until == noon + 15 * MINUTE_MS);
	assert_true(incident_coming(surge, noon + 7 * MINUTE_MS + 333, &from, &until));
	assert_true(from == noon && until == noon + 15 * MINUTE_MS);
	assert_true(incident_coming(surge, until, &from, &until));
	assert_true(from == noon + HOUR_MS && until == noon + HOUR_MS + 15 * MINUTE_MS);
	/* from 22:45:01 BST on, over the night of 25 hours, to 22:00 GMT */
	assert_true(incident_coming(crowd, 1761428701000LL, &from, &until));
	assert_true(from == 1761516000000LL && until == from + 45 * MINUTE_MS);
	assert_true(incident_coming(&scenario_find("closure", &err)->incident, noon, &from, &until));
	assert_true(from == noon && until == INT64_MAX);
	assert_false(incident_coming(&scenario_find("weekday", &err)->incident, noon, &from, &until));
}

int main(void)
{
	assert_int_equal(zone_init("Europe/London", "04:30", NULL), 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sane),
		cmocka_unit_test(incidents_repeat),
		cmocka_unit_test(a_crowd_leaves_the_venue),
		cmocka_unit_test(a_surge_is_five_times_as_many),
		cmocka_unit_test(a_closed_station_is_avoided),
		cmocka_unit_test(a_gap_is_silent_and_nobody_is_lost),
		cmocka_unit_test(those_who_wait_leave_in_the_order_they_came),
		cmocka_unit_test(classic_is_a_saw_tooth),
		cmocka_unit_test(classic_takes_another_rate),
		cmocka_unit_test(a_week_follows_the_calendar),
		cmocka_unit_test(the_calendar_turns_with_the_service_day),
		cmocka_unit_test(a_calendar_repeats_and_is_cut),
		cmocka_unit_test(a_change_loses_nobody),
		cmocka_unit_test(incidents_are_foreseen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
