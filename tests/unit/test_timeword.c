#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/timeword.h"
#include "base/zone.h"

#include <string.h>

#define NOW 1795508262123 /* Tue 2026-11-24 08:17:42.123, winter */
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const char *as_text(int64_t ms)
{
	static char text[21];
	zone_utc_text(ms / 1000, text);
	return text;
}

static void expect(const char *word, int64_t now_ms, const char *utc)
{
	int64_t ms;
	struct error err;
	if (timeword_parse(word, now_ms, &ms, &err))
		fail_msg("%s", err.text);
	if (strcmp(as_text(ms), utc))
		fail_msg("%s: %s, not %s", word, as_text(ms), utc);
}

static void words_become_instants(void **state)
{
	(void)state;
	static const struct {
		const char *word, *utc;
	} rows[] = {
		{"now", "2026-11-24T08:17:42Z"},
		{"today", "2026-11-24T04:30:00Z"},
		{"yesterday", "2026-11-23T04:30:00Z"},
		{"2026-07-01", "2026-07-01T03:30:00Z"},
		{"08:15", "2026-11-24T08:15:00Z"},
		{"08:15:30", "2026-11-24T08:15:30Z"},
		{"01:15", "2026-11-25T01:15:00Z"}, /* after midnight it is still today's service day */
		{"04:29", "2026-11-25T04:29:00Z"},
		{"04:30", "2026-11-24T04:30:00Z"},
		{"2026-07-01T08:15", "2026-07-01T07:15:00Z"},
		{"2026-07-01 08:15", "2026-07-01T07:15:00Z"},
		{"2026-07-01T08:15:30", "2026-07-01T07:15:30Z"},
		{"2026-07-01T08:15Z", "2026-07-01T08:15:00Z"},
		{"2026-07-01t08:15:30z", "2026-07-01T08:15:30Z"},
		{"2026-07-01T08:15:30.999Z", "2026-07-01T08:15:30Z"},
		{"2026-07-01T08:15:30+05:30", "2026-07-01T02:45:30Z"},
		{"2026-07-01T08:15:30-01:00", "2026-07-01T09:15:30Z"},
		{"2026-10-25T01:30", "2026-10-25T00:30:00Z"}, /* doubled: the first */
		{"2026-10-25T01:30Z", "2026-10-25T01:30:00Z"},
		{"2026-03-29T01:30", "2026-03-29T01:30:00Z"}, /* skipped */
		{"-2h", "2026-11-24T06:17:42Z"},
		{"-1d12h", "2026-11-22T20:17:42Z"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(rows[i].word, NOW, rows[i].utc);
}

static void fractions_are_kept_to_the_millisecond(void **state)
{
	(void)state;
	int64_t ms;
	assert_int_equal(timeword_parse("now", NOW, &ms, NULL), 0);
	assert_int_equal(ms, NOW);
	assert_int_equal(timeword_parse("2026-11-24T08:17:42.1239Z", NOW, &ms, NULL), 0);
	assert_int_equal(ms, NOW);
	assert_int_equal(timeword_parse("2026-11-24T08:17:42.5Z", NOW, &ms, NULL), 0);
	assert_int_equal(ms % 1000, 500);
}

/* Before 04:30 the day is still the one before, on ordinary nights and on the two that have 23 and 25 hours. */
static void today_is_the_service_day(void **state)
{
	(void)state;
	static const struct {
		const char *now, *word, *utc;
	} rows[] = {
		{"2026-11-24T02:00:00Z", "today", "2026-11-23T04:30:00Z"},
		{"2026-11-24T02:00:00Z", "01:15", "2026-11-24T01:15:00Z"},
		{"2026-11-24T02:00:00Z", "23:00", "2026-11-23T23:00:00Z"},
		{"2026-10-25T04:29:00Z", "today", "2026-10-24T03:30:00Z"},
		{"2026-10-25T04:30:00Z", "today", "2026-10-25T04:30:00Z"},
		{"2026-10-25T04:30:00Z", "yesterday", "2026-10-24T03:30:00Z"},
		{"2026-03-29T03:29:00Z", "today", "2026-03-28T04:30:00Z"},
		{"2026-03-29T03:30:00Z", "yesterday", "2026-03-28T04:30:00Z"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t now;
		assert_int_equal(timeword_parse(rows[i].now, 0, &now, NULL), 0);
		expect(rows[i].word, now, rows[i].utc);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	(void)state;
	static const char *const words[] = {
		"", "tomorrow", "8:15", "24:00", "08:60", "08:15:60", "08:15x", "08:15:30.", "2026-02-30", "2026-07-01T", "2026-07-01T8:15",
		"2026-07-01T08:15+1", "2026-07-01T08:15+01:60", "2026-07-01T08:15Zx", "2026-07-01x08:15", "-", "-2", "-2h ", "-forever", "--2h",
		"+2h", "1795508262", "2026-07-01T08:15:30.x",
	};
	struct error err;
	int64_t ms;
	for (size_t i = 0; i < LENGTH(words); i++)
		if (!timeword_parse(words[i], NOW, &ms, &err))
			fail_msg("\"%s\" was taken for %s", words[i], as_text(ms));
	assert_int_equal(timeword_parse("tomorrow", NOW, &ms, &err), -1);
	assert_string_equal(err.text, "\"tomorrow\" is no time: say now, today, yesterday, 2026-11-24, 08:15, 2026-11-24T08:15 (Europe/London), "
				      "2026-11-24T08:15:00Z or -2h");
}

static void day_words(void **state)
{
	(void)state;
	int32_t today, day;
	assert_int_equal(timeword_day("today", NOW, &today), 0);
	assert_int_equal(timeword_day("2026-11-24", NOW, &day), 0);
	assert_int_equal(day, today);
	assert_int_equal(timeword_day("yesterday", NOW, &day), 0);
	assert_int_equal(day, today - 1);
	assert_int_equal(timeword_day("now", NOW, &day), -1);
	assert_int_equal(timeword_day("08:15", NOW, &day), -1);
	assert_int_equal(timeword_day("2026-11-24T08:15", NOW, &day), -1);
}

static void durations(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		int64_t ms;
	} rows[] = {
		{"200ms", 200}, {"90s", 90000}, {"15m", 900000}, {"2h", 7200000}, {"1d", 86400000}, {"1h30m", 5400000}, {"1m1ms", 60001},
		{"0s", 0},	{"forever", INT64_MAX}, {"106751991167d", 106751991167 * 86400000},
	};
	static const char *const wrong[] = {"", "5", "s", "-5s", "1.5h", "5 s", "5sec", "5w", "1h30", "5mss", "forever1s", "Forever",
					    "106751991168d", "9223372036854775807s", "99999999999999999999ms"};
	int64_t ms;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(duration_parse(rows[i].word, &ms, NULL), 0);
		assert_int_equal(ms, rows[i].ms);
	}
	for (size_t i = 0; i < LENGTH(wrong); i++)
		if (!duration_parse(wrong[i], &ms, NULL))
			fail_msg("\"%s\" was taken", wrong[i]);
}

int main(void)
{
	struct error err;
	if (zone_init("Europe/London", "04:30", &err))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_instants),
		cmocka_unit_test(fractions_are_kept_to_the_millisecond),
		cmocka_unit_test(today_is_the_service_day),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(day_words),
		cmocka_unit_test(durations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
