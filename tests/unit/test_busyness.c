#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/busyness.h"

#include <math.h>

static void words_change_at_their_edges(void **state)
{
	(void)state;
	static const struct {
		uint64_t now;
		uint32_t max;
		const char *word;
	} cases[] = {
		{0, 1000, "quiet"}, {399, 1000, "quiet"}, {400, 1000, "busy"}, {700, 1000, "busy"}, {701, 1000, "very busy"},
		{2, 5, "busy"}, {7, 10, "busy"}, {3000, 1000, "very busy"}, {12, 0, "unknown"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct baseline base = {.max = cases[i].max};
		assert_string_equal(busyness_word(busyness(cases[i].now, &base)), cases[i].word);
	}
}

static void busyness_is_a_share_of_the_greatest_quarter(void **state)
{
	(void)state;
	struct baseline base = {.max = 8};
	assert_true(busyness(2, &base) == 0.25);
	base.max = 0;
	assert_true(isnan(busyness(2, &base)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_change_at_their_edges),
		cmocka_unit_test(busyness_is_a_share_of_the_greatest_quarter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
