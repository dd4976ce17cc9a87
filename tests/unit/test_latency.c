#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/latency.h"

#include <stdbool.h>

static bool about(double got, double want)
{
	return got >= want * 0.999 && got <= want * 1.11; /* a bin's width */
}

static void nothing_is_not_zero(void **state)
{
	(void)state;
	static struct latency lt;
	assert_true(latency_ms(&lt, 0.5) < 0);
	latency_sent(&lt, 10, 0);
	assert_true(latency_ms(&lt, 0.5) < 0);
}

static void each_event_has_its_time(void **state)
{
	(void)state;
	static struct latency lt;
	latency_sent(&lt, 90, 1000000);
	latency_sent(&lt, 100, 1100000);
	latency_counted(&lt, 50, 1200000);  /* 50 took 200 ms */
	latency_counted(&lt, 40, 1300000);  /* 40 took 300 ms */
	latency_counted(&lt, 10, 3100000);  /* 10 took 2 s */
	assert_true(about(latency_ms(&lt, 0.5), 200));
	assert_true(about(latency_ms(&lt, 0.9), 300));
	assert_true(about(latency_ms(&lt, 0.99), 2000));
}

static void what_is_old_is_forgotten(void **state)
{
	(void)state;
	static struct latency lt;
	latency_sent(&lt, 10, 0);
	latency_counted(&lt, 10, 5000000);
	assert_true(about(latency_ms(&lt, 0.5), 5000));
	for (int64_t minute = 1; minute <= 3; minute++) {
		latency_sent(&lt, 10 + (uint64_t)minute, minute * 60000000);
		latency_counted(&lt, 1, minute * 60000000 + 10000);
	}
	assert_true(about(latency_ms(&lt, 1), 10));
}

/* More marks than there is room for: the oldest keep their time, so nothing looks faster than it was. */
static void a_full_ring_stays_honest(void **state)
{
	(void)state;
	static struct latency lt;
	for (uint64_t i = 1; i <= LATENCY_MARKS + 100; i++)
		latency_sent(&lt, i, (int64_t)i * 1000);
	latency_counted(&lt, LATENCY_MARKS + 100, (LATENCY_MARKS + 100) * 1000);
	assert_int_equal(lt.arrived, LATENCY_MARKS + 100);
	assert_true(latency_ms(&lt, 0) >= 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_not_zero),
		cmocka_unit_test(each_event_has_its_time),
		cmocka_unit_test(what_is_old_is_forgotten),
		cmocka_unit_test(a_full_ring_stays_honest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
