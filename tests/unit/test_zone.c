#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HALF_HOUR 1800
#define DAY 86400

static int64_t utc(const char *text)
{
	struct tm tm = {0};
	assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm));
	return timegm(&tm);
}

static int64_t naive(int year, int month, int day, int hour, int minute)
{
	return zone_instant(&(struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute});
}

static int london(void **state)
{
	(void)state;
	struct error err;
	unsetenv("TZDIR");
	return zone_init("Europe/London", "04:30", &err);
}

/* The last Sunday of a month at 01:00 UTC, told from the calendar alone. */
static int64_t last_sunday(int year, int month)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 31, .tm_hour = 1};
	int64_t at = timegm(&tm);
	return at - (int64_t)tm.tm_wday * DAY;
}

/* Against the law rather than the library: summer time runs between the last Sundays of March and October. */
static void every_half_hour_is_read_by_the_rule(void)
{
	for (int64_t ts = utc("2021-01-01T00:00:00Z"); ts < utc("2031-01-01T00:00:00Z"); ts += HALF_HOUR) {
		time_t when = (time_t)ts;
		struct tm utc_tm, shifted;
		gmtime_r(&when, &utc_tm);
		int year = utc_tm.tm_year + 1900;
		bool summer = ts >= last_sunday(year, 3) && ts < last_sunday(year, 10);
		when += summer ? 3600 : 0;
		gmtime_r(&when, &shifted);
		struct civil at;
		zone_civil(ts, &at);
		if (at.year != shifted.tm_year + 1900 || at.month != shifted.tm_mon + 1 || at.day != shifted.tm_mday ||
		    at.hour != shifted.tm_hour || at.minute != shifted.tm_min || at.second != shifted.tm_sec || at.weekday != shifted.tm_wday ||
		    at.offset_s != (summer ? 3600 : 0))
			fail_msg("%lld", (long long)ts);
	}
}

static void civil_follows_the_rule(void **state)
{
	(void)state;
	every_half_hour_is_read_by_the_rule();
}

static void without_zone_data_london_has_its_rule(void **state)
{
	(void)state;
	struct error err;
	setenv("TZDIR", "/nonexistent", 1);
	assert_int_equal(zone_init("Europe/London", "04:30", &err), 0);
	every_half_hour_is_read_by_the_rule();
	assert_int_equal(zone_init("Europe/Paris", "04:30", &err), -1);
	assert_string_equal(err.text, "time.zone \"Europe/Paris\" is not in the system's zone data: say a name such as Europe/London, or install tzdata");
}

/* In the doubled hour the first of the two instants comes back. */
static void instants_come_back(void **state)
{
	(void)state;
	for (int64_t ts = utc("2024-01-01T00:00:00Z"); ts < utc("2028-01-01T00:00:00Z"); ts += HALF_HOUR) {
		struct civil at, before;
		zone_civil(ts, &at);
		zone_civil(ts - 3600, &before);
		bool second = before.hour == at.hour && before.minute == at.minute && before.day == at.day;
		assert_int_equal(zone_instant(&at), second ? ts - 3600 : ts);
	}
}

static void the_two_nights(void **state)
{
	(void)state;
	assert_int_equal(naive(2026, 3, 29, 0, 59), utc("2026-03-29T00:59:00Z"));
	assert_int_equal(naive(2026, 3, 29, 1, 30), utc("2026-03-29T01:30:00Z")); /* skipped: shown as 02:30 */
	assert_int_equal(naive(2026, 3, 29, 2, 0), utc("2026-03-29T01:00:00Z"));
	assert_int_equal(naive(2026, 10, 25, 0, 59), utc("2026-10-24T23:59:00Z"));
	assert_int_equal(naive(2026, 10, 25, 1, 30), utc("2026-10-25T00:30:00Z")); /* doubled: the first */
	assert_int_equal(naive(2026, 10, 25, 2, 0), utc("2026-10-25T02:00:00Z"));
}

static void service_days_begin_at_half_past_four(void **state)
{
	(void)state;
	int32_t day;
	assert_int_equal(zone_day_parse("2026-10-25", &day), 0);
	assert_int_equal(zone_service_day_start(day), utc("2026-10-25T04:30:00Z"));
	assert_int_equal(zone_service_day_start(day) - zone_service_day_start(day - 1), 25 * 3600);
	assert_int_equal(zone_day_parse("2026-03-29", &day), 0);
	assert_int_equal(zone_service_day_start(day), utc("2026-03-29T03:30:00Z"));
	assert_int_equal(zone_service_day_start(day) - zone_service_day_start(day - 1), 23 * 3600);
	assert_int_equal(zone_service_day(utc("2026-03-29T03:29:59Z")), day - 1);
	assert_int_equal(zone_service_day(utc("2026-03-29T03:30:00Z")), day);
}

static void every_instant_lies_in_its_service_day(const char *day_start)
{
	struct error err;
	assert_int_equal(zone_init("Europe/London", day_start, &err), 0);
	int32_t last = 0;
	for (int64_t ts = utc("2024-01-01T00:00:00Z"); ts < utc("2028-01-01T00:00:00Z"); ts += HALF_HOUR) {
		int32_t day = zone_service_day(ts);
		if (zone_service_day_start(day) > ts || ts >= zone_service_day_start(day + 1) || (last && (day < last || day > last + 1)))
			fail_msg("%s: %lld", day_start, (long long)ts);
		last = day;
	}
}

/* Also where the day begins inside the hour that is skipped or doubled. */
static void service_days_tile_time(void **state)
{
	(void)state;
	static const char *const starts[] = {"04:30", "00:00", "01:30", "02:00", "23:30"};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		every_instant_lies_in_its_service_day(starts[i]);
}

/* The day a thread remembers is forgotten with the settings it was found by. */
static void other_settings_other_day(void **state)
{
	(void)state;
	struct error err;
	int64_t ts = utc("2026-11-24T02:00:00Z");
	int32_t day = zone_service_day(ts);
	assert_int_equal(zone_init("Europe/London", "00:00", &err), 0);
	assert_int_equal(zone_service_day(ts), day + 1);
}

static void days_have_names(void **state)
{
	(void)state;
	static const char *const types[] = {"sunday", "weekday", "weekday", "weekday", "weekday", "weekday", "saturday"};
	char text[11], again[11];
	for (int32_t day = -1000000; day < 1000000; day += 17) {
		int32_t back;
		zone_day_text(day, text);
		if (day >= -719528) { /* 0000-01-01 */
			assert_int_equal(zone_day_parse(text, &back), 0);
			assert_int_equal(back, day);
		}
		time_t when = (time_t)day * DAY;
		struct tm tm;
		gmtime_r(&when, &tm);
		assert_int_equal(zone_day_weekday(day), tm.tm_wday);
		assert_string_equal(day_type_name(zone_day_type(day)), types[tm.tm_wday]);
		strftime(again, sizeof again, "%Y-%m-%d", &tm);
		if (day > 0)
			assert_string_equal(text, again);
	}
}

static void what_is_no_date_is_refused(void **state)
{
	(void)state;
	static const char *const words[] = {"",		  "2026",	"2026-1-01",  "2026-02-29", "2026-04-31", "2026-13-01",
					    "2026-00-01", "2026-01-00", "2026-01-011", "2026/01/01", "+026-01-01", "2026-01-01 "};
	int32_t day;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!zone_day_parse(words[i], &day))
			fail_msg("%s", words[i]);
	assert_int_equal(zone_day_parse("2024-02-29", &day), 0);
}

static void utc_text_has_one_form(void **state)
{
	(void)state;
	char text[21];
	zone_utc_text(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	zone_utc_text(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	zone_utc_text(utc("2026-06-24T08:17:42Z"), text);
	assert_string_equal(text, "2026-06-24T08:17:42Z");
	zone_utc_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	zone_utc_text(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
	struct civil at;
	zone_civil(INT64_MAX, &at);
	zone_civil(INT64_MIN, &at);
	zone_service_day(INT64_MAX);
	zone_service_day(INT64_MIN);
}

static void what_is_no_zone_is_refused(void **state)
{
	(void)state;
	static const char *const zones[] = {"", "Europe", "Europe/Londn", "../zoneinfo/Europe/London", "/etc/localtime", "GMT+1x"};
	static const char *const starts[] = {"", "4:30", "24:00", "04:60", "04-30", "04:30:00", "0a:30"};
	struct error err;
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		assert_int_equal(zone_init(zones[i], "04:30", &err), -1);
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		assert_int_equal(zone_init("Europe/London", starts[i], &err), -1);
	assert_string_equal(err.text, "time.day_start \"0a:30\" is no time of day: say 04:30");
	assert_string_equal(zone_name(), "Europe/London");
	assert_int_equal(zone_day_start_minutes(), 270);
	assert_int_equal(zone_init("UTC", "00:00", &err), 0);
	assert_int_equal(zone_service_day(DAY - 1), 0);
	assert_int_equal(zone_service_day(DAY), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(civil_follows_the_rule, london),
		cmocka_unit_test_setup(without_zone_data_london_has_its_rule, london),
		cmocka_unit_test_setup(instants_come_back, london),
		cmocka_unit_test_setup(the_two_nights, london),
		cmocka_unit_test_setup(service_days_begin_at_half_past_four, london),
		cmocka_unit_test_setup(service_days_tile_time, london),
		cmocka_unit_test_setup(other_settings_other_day, london),
		cmocka_unit_test_setup(days_have_names, london),
		cmocka_unit_test_setup(what_is_no_date_is_refused, london),
		cmocka_unit_test_setup(utc_text_has_one_form, london),
		cmocka_unit_test_setup(what_is_no_zone_is_refused, london),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
