#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"

#include <string.h>

static int open_text(struct csv *csv, const char *text, struct error *err)
{
	return csv_open(csv, "t.csv", text, strlen(text), err);
}

static void fields_are_found_by_column(void **state)
{
	(void)state;
	struct csv csv = {0};
	struct error err;
	assert_int_equal(open_text(&csv, "id,name,lines\r\n1,Angel,N\r\n\r\n2,\"Bank, \"\"Monument\"\"\nand more\",\n3,,x", &err), 0);
	int name = csv_column(&csv, "name", &err), lines = csv_column(&csv, "lines", &err);
	assert_int_equal(csv_next(&csv, &err), 1);
	assert_string_equal(csv_field(&csv, name), "Angel");
	assert_int_equal(csv_next(&csv, &err), 1);
	assert_string_equal(csv_field(&csv, name), "Bank, \"Monument\"\nand more");
	assert_string_equal(csv_field(&csv, lines), "");
	assert_int_equal(csv_next(&csv, &err), 1);
	assert_string_equal(csv_field(&csv, name), "");
	assert_string_equal(csv_field(&csv, lines), "x");
	assert_int_equal(csv.line, 6);
	assert_int_equal(csv_next(&csv, &err), 0);
	assert_int_equal(csv_next(&csv, &err), 0);
	csv_fini(&csv);
}

static void errors_name_file_line_and_column(void **state)
{
	(void)state;
	struct csv csv = {0};
	struct error err;
	assert_int_equal(open_text(&csv, "", &err), -1);
	assert_string_equal(err.text, "t.csv is empty: its first line must name the columns");
	assert_int_equal(open_text(&csv, "a,b\n1,2\n1\n", &err), 0);
	assert_int_equal(csv_column(&csv, "c", &err), -1);
	assert_string_equal(err.text, "t.csv has no column \"c\"");
	assert_int_equal(csv_next(&csv, &err), 1);
	assert_int_equal(csv_next(&csv, &err), -1);
	assert_string_equal(err.text, "t.csv line 3: 1 fields, but 2 columns are named");
	csv_fini(&csv);
	assert_int_equal(open_text(&csv, "a,b\n1,\"2\n", &err), 0);
	assert_int_equal(csv_next(&csv, &err), -1);
	assert_string_equal(err.text, "t.csv line 2: a quote is never closed");
	csv_fini(&csv);
	assert_int_equal(csv_open_asset(&csv, "none.csv", &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_column),
		cmocka_unit_test(errors_name_file_line_and_column),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
