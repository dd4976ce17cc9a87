#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed/ledger.h"

#include <string.h>

enum { TERMS = sizeof(struct ledger) / sizeof(uint64_t) };

static void every_term_counts_once(void **state)
{
	(void)state;
	for (int term = 1; term < TERMS; term++) {
		uint64_t terms[TERMS] = {[0] = 7, [1] = 6};
		struct ledger led;
		terms[term]++;
		memcpy(&led, terms, sizeof led);
		assert_true(ledger_holds(&led));
		terms[term]++;
		memcpy(&led, terms, sizeof led);
		assert_false(ledger_holds(&led));
	}
}

static void every_term_is_added(void **state)
{
	(void)state;
	struct ledger a = {100, 1, 2, 3, 4, 5, 6, 79}, b = {36, 1, 2, 3, 4, 5, 6, 15}, sum = {136, 2, 4, 6, 8, 10, 12, 94};
	ledger_add(&a, &b);
	assert_memory_equal(&a, &sum, sizeof sum);
	assert_true(ledger_holds(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_term_counts_once),
		cmocka_unit_test(every_term_is_added),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
