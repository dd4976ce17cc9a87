#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/rng.h"
#include "base/strbuf.h"

#include <math.h>

static void strbuf_grows_and_stays_terminated(void **state)
{
	(void)state;
	struct strbuf sb = {0};
	assert_string_equal(strbuf_str(&sb), "");
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&sb, "%d,", i % 10);
	assert_int_equal(sb.len, 2000);
	assert_int_equal(sb.data[sb.len], 0);
	strbuf_fini(&sb);
}

static void rng_streams_differ_and_repeat(void **state)
{
	(void)state;
	struct rng a, b, c;
	rng_init(&a, 1, 0);
	rng_init(&b, 1, 1);
	rng_init(&c, 1, 0);
	uint64_t x = rng_next(&a);
	assert_int_not_equal(x, rng_next(&b));
	assert_int_equal(x, rng_next(&c));
}

static void errors_cannot_steer_a_terminal(void **state)
{
	(void)state;
	struct error err;
	error_set(&err, "no view is called \"%s\": – é ok", "\x1b]0;x\x07 \xc2\x9b \xff \xe2\x80\xae");
	assert_string_equal(err.text, "no view is called \"?]0;x? ?? ? ???\": – é ok");
	error_prefix(&err, "%s", "a\x7f" "b");
	assert_string_equal(err.text, "a?b: no view is called \"?]0;x? ?? ? ???\": – é ok");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strbuf_grows_and_stays_terminated),
		cmocka_unit_test(rng_streams_differ_and_repeat),
		cmocka_unit_test(errors_cannot_steer_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
