#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/zone.h"
#include "ui/chart.h"
#include "ui/format.h"
#include "ui/lines.h"

#include <locale.h>
#include <math.h>

#define SAYS(call, text) assert_string_equal((call).s, text)

static void numbers_are_grouped(void **state)
{
	(void)state;
	SAYS(format_count(0), "0");
	SAYS(format_count(999), "999");
	SAYS(format_count(1204), "1 204");
	SAYS(format_count(148212), "148 212");
	SAYS(format_count(UINT64_MAX), "18 446 744 073 709 551 615");
	SAYS(format_signed(2214), "+2 214");
	SAYS(format_signed(-209), "−209");
	SAYS(format_signed(0), "0");
	SAYS(format_signed(INT64_MIN), "−9 223 372 036 854 775 808");
	SAYS(format_known(-1), "–");
	SAYS(format_known(0), "0");
}

static void rates_and_sizes(void **state)
{
	(void)state;
	SAYS(format_rate(0), "0");
	SAYS(format_rate(-1), "–");
	SAYS(format_rate(0.04), "0");
	SAYS(format_rate(0.44), "0.4");
	SAYS(format_rate(9.9), "9.9");
	SAYS(format_rate(1203.6), "1 204");
	SAYS(format_bytes(-1), "–");
	SAYS(format_bytes(512), "512 B");
	SAYS(format_bytes(12922880), "12.3 MiB");
	SAYS(format_bytes(INT64_MAX), "8.0 EiB");
	SAYS(format_took(-1), "–");
	SAYS(format_took(NAN), "–");
	SAYS(format_took(0.84), "0.8 ms");
	SAYS(format_took(41.2), "41 ms");
	SAYS(format_took(1234), "1.2 s");
	SAYS(format_percent(0.117), "+12 %");
	SAYS(format_percent(-0.03), "−3 %");
	SAYS(format_percent(INFINITY), "–");
}

static void times_are_the_railways(void **state)
{
	(void)state;
	SAYS(format_age(-1), "–");
	SAYS(format_age(59999), "59s");
	SAYS(format_age(60000), "1m");
	SAYS(format_age(7200000), "2h");
	SAYS(format_age(86400000LL * 5), "5d");
	SAYS(format_long(45000), "45 s");
	SAYS(format_long(121000), "2 min");
	SAYS(format_long(11400000), "3 h 10 min");
	SAYS(format_long(-1), "–");
	SAYS(format_when(1795508262000), "Tue 24 Nov 08:17:42");
	SAYS(format_full_date(1795508262000), "Tue 24 Nov 2026");
	SAYS(format_clock(1782801762000), "07:42:42"); /* summer: one hour more than UTC */
}

static void bars_grow_by_eighths(void **state)
{
	(void)state;
	char text[64];
	format_bar(0, 3, text);
	assert_string_equal(text, "   ");
	format_bar(1, 3, text);
	assert_string_equal(text, "███");
	format_bar(7, 3, text);
	assert_string_equal(text, "███");
	format_bar(0.5, 3, text);
	assert_string_equal(text, "█▌ ");
	format_bar(NAN, 2, text);
	assert_string_equal(text, "  ");
	format_bar(0.5, 0, text);
	assert_string_equal(text, "");
}

static void sparks_tell_none_few_and_unknown_apart(void **state)
{
	(void)state;
	char text[64];
	format_spark((const int64_t[]){0, 1, 500, 1000, -1}, 5, 1000, text);
	assert_string_equal(text, "▁▂▄▇░");
	format_spark((const int64_t[]){0, 0}, 2, 0, text);
	assert_string_equal(text, "▁▁");
	format_spark((const int64_t[]){INT32_MAX}, 1, 1, text);
	assert_string_equal(text, "▇");
}

static void axes_end_on_round_numbers(void **state)
{
	(void)state;
	const int64_t pairs[][2] = {{0, 1}, {7, 7}, {11, 12}, {101, 120}, {1439, 1500}, {1601, 1800}, {87163, 100000}, {233000, 250000}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		assert_int_equal(chart_round(pairs[i][0]), pairs[i][1]);
}

static void lines_are_short_codes(void **state)
{
	(void)state;
	struct canvas cv;
	struct strbuf out = {0};
	char zone[8];
	canvas_init(&cv, 12, 3, false);
	assert_int_equal(lines_draw(&cv, 0, 0, 12, "Bakerloo|Circle|Waterloo & City"), 6);
	assert_int_equal(lines_draw(&cv, 0, 1, 7, "Central|Circle|District|DLR"), 6);
	lines_draw(&cv, 0, 2, 12, "Ūber-Line|Victoria");
	canvas_to_text(&cv, &out);
	assert_string_equal(strbuf_str(&out), "B Ci W\nC Ci …\nŪ V\n");
	canvas_fini(&cv);
	strbuf_fini(&out);
	zone_short("2|3", zone);
	assert_string_equal(zone, "2/3");
	zone_short("Trams fare zone", zone);
	assert_string_equal(zone, "T");
	zone_short("\033|1|2|3|4|5", zone);
	assert_string_equal(zone, "?/1/2/3");
	zone_short("", zone);
	assert_string_equal(zone, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_grouped),
		cmocka_unit_test(rates_and_sizes),
		cmocka_unit_test(times_are_the_railways),
		cmocka_unit_test(bars_grow_by_eighths),
		cmocka_unit_test(sparks_tell_none_few_and_unknown_apart),
		cmocka_unit_test(axes_end_on_round_numbers),
		cmocka_unit_test(lines_are_short_codes),
	};
	if (!setlocale(LC_ALL, "C.UTF-8") || zone_init("Europe/London", "04:30", NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
