#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/pace.h"

#define WALL 1700000000000LL

/* The real clocks `ms` after the beginning. */
static struct instant after(int64_t ms)
{
	return (struct instant){.mono_us = 5000000 + ms * 1000, .wall_ms = WALL + ms};
}

static struct pace begun(double speed, int64_t at_ms)
{
	struct pace pc = {.speed = speed};
	struct instant now = after(0);
	pace_set(&pc, at_ms, &now);
	return pc;
}

static void the_clock_runs_at_its_speed(void **state)
{
	(void)state;
	static const struct {
		double speed;
		int64_t ms, shown;
	} rows[] = {{1, 1000, 1000}, {10, 1000, 10000}, {0.5, 1000, 500}, {60, 250, 15000}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pace pc = begun(rows[i].speed, WALL - 100000);
		struct instant now = after(rows[i].ms);
		assert_int_equal(pace_ms(&pc, &now), WALL - 100000 + rows[i].shown);
		assert_true(pace_speed(&pc, pace_ms(&pc, &now), &now) == rows[i].speed);
	}
}

static void it_never_passes_now(void **state)
{
	(void)state;
	struct pace pc = begun(100, WALL - 10000);
	struct instant now = after(90);
	assert_int_equal(pace_ms(&pc, &now), WALL - 1000);
	now = after(5000);
	assert_int_equal(pace_ms(&pc, &now), WALL + 5000);
	assert_true(pace_speed(&pc, WALL + 5000, &now) == 1);
	/* something due 700 ms from now is 700 ms away, not 7 */
	assert_int_equal(pace_wait_ms(&pc, WALL + 5700, &now), 700);
	pc = begun(1, WALL + 5000);
	now = after(0);
	assert_int_equal(pace_ms(&pc, &now), WALL);
}

static void at_max_speed_all_up_to_now_is_due(void **state)
{
	(void)state;
	struct pace pc = begun(0, WALL - 10000);
	struct instant now = after(3);
	assert_int_equal(pace_ms(&pc, &now), WALL + 3);
	assert_int_equal(pace_wait_ms(&pc, WALL - 10, &now), 0);
	assert_int_equal(pace_wait_ms(&pc, WALL + 53, &now), 50);
}

static void a_pause_loses_no_time(void **state)
{
	(void)state;
	struct pace pc = begun(10, WALL - 100000);
	struct instant now = after(1000);
	pace_change(&pc, 10, true, &now);
	now = after(4000);
	assert_int_equal(pace_ms(&pc, &now), WALL - 90000);
	assert_int_equal(pace_wait_ms(&pc, WALL, &now), -1);
	pace_change(&pc, 2, false, &now);
	now = after(5000);
	assert_int_equal(pace_ms(&pc, &now), WALL - 88000);
	assert_int_equal(pace_wait_ms(&pc, WALL - 87000, &now), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_runs_at_its_speed),
		cmocka_unit_test(it_never_passes_now),
		cmocka_unit_test(at_max_speed_all_up_to_now_is_due),
		cmocka_unit_test(a_pause_loses_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
