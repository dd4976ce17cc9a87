#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pipeline/ksql_json.h"
#include "pipeline/ksql_number.h"
#include "pipeline/ksql_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ksql_column columns[] = {{"s", KSQL_STRING}, {"n", KSQL_INT}};

/* Values of a STRING column and of an INT column, and what becomes of them; NULL: no row. What java.math.BigDecimal, Integer.parseInt and
 * List.toString of JDK 17 print. */
static const struct {
	const char *json, *text;
} strings[] = {
	{"\"\"", ""},
	{"\"a\\u0062\\/\"", "ab/"},
	{"1.10", "1.10"},
	{"1e3", "1E+3"},
	{"1.50e1", "15.0"},
	{"100e-2", "1.00"},
	{"0.000001", "0.000001"},
	{"0.0000001", "1E-7"},
	{"-0.0", "0.0"},
	{"-0e0", "0"},
	{"12345.6789e2", "1234567.89"},
	{"-12.5e-9", "-1.25E-8"},
	{"0.00e5", "0E+3"},
	{"1.7976931348623158079372897140530341507993413271003782693617377898044496e308",
	 "1.7976931348623158079372897140530341507993413271003782693617377898044496E+308"},
	{"1.7976931348623158079372897140530341507993413271003782693617377898044497e308", "Infinity"},
	{"-0.00017976931348623159e312", "-Infinity"},
	{"1e-2147483647", "1E-2147483647"},
	{"1.0e-2147483647", NULL},
	{"0e2147483648", NULL},
	{"true", "true"},
	{"[ ]", "[]"},
	{"[ 1 , [\"a\\\"\",null ] ]", "[1, [a\", null]]"},
	{"[{\"a\\u0022\": [1 , 2]}]", "[{\"a\\\"\":[1,2]}]"},
	{"{ \"a\":1,\"b\":{\"c\":1,\"d\":2,\"c\":3},\"\\u0061\":{} }", "{\"a\":{},\"b\":{\"c\":3,\"d\":2}}"},
	{"{\"a\":1e400,\"a\":1}", "{\"a\":1}"},
	{"{\"a\":[1e400]}", NULL},
	{"[1e400]", "[Infinity]"},
	{"\"\\ud83d\\ude00\"", "\xed\xa0\xbd\xed\xb8\x80"},
	{"\"\xf0\x9f\x98\x80\"", "\xed\xa0\xbd\xed\xb8\x80"},
	{"\"\t\"", NULL},
	{"\"\\x\"", NULL},
	{"\"\\u12g4\"", NULL},
	{"01", NULL},
	{"1.", NULL},
	{".5", NULL},
	{"+1", NULL},
	{"1e", NULL},
	{"-", NULL},
	{"tru", NULL},
	{"[1,]", NULL},
	{"{\"a\":1,}", NULL},
	{"[1}", NULL},
};
static const struct {
	const char *json;
	bool good;
	int32_t number;
} ints[] = {
	{"1", true, 1},
	{"-1.9", true, -1},
	{"0.99e1", true, 9},
	{"2147483648", true, INT32_MIN},
	{"4294967297", true, 1},
	{"-4294967297", true, -1},
	{"1e10", true, 1410065408},
	{"1e64", true, 0},
	{"1e309", true, INT32_MAX},
	{"-1e309", true, INT32_MIN},
	{"1e-3", true, 0},
	{"0e2147483647", true, 0},
	{"\"+7\"", true, 7},
	{"\"-0\"", true, 0},
	{"\"007\"", true, 7},
	{"\"\xd9\xa7\"", true, 7},
	{"\"2147483647\"", true, INT32_MAX},
	{"\"-2147483648\"", true, INT32_MIN},
	{"\"2147483648\"", false, 0},
	{"\" 7\"", false, 0},
	{"\"\"", false, 0},
	{"\"-\"", false, 0},
	{"\"1.5\"", false, 0},
	{"true", false, 0},
	{"[1]", false, 0},
	{"{}", false, 0},
};

static enum ksql_bad read_text(struct ksql_reader *rd, const char *json, struct ksql_cell cells[2])
{
	return ksql_read(rd, json, strlen(json), cells);
}

static void strings_are_coerced_as_java_prints_them(void **state)
{
	(void)state;
	struct ksql_reader *rd = ksql_reader_new(columns, 2);
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		char *json = xasprintf("{\"s\":%s}", strings[i].json);
		struct ksql_cell cells[2];
		enum ksql_bad bad = read_text(rd, json, cells);
		if (bad ? strings[i].text != NULL
			: !strings[i].text || cells[0].text.len != strlen(strings[i].text) || memcmp(cells[0].text.data, strings[i].text, cells[0].text.len))
			fail_msg("%s: %s, \"%.*s\"", json, ksql_bad_name(bad), bad ? 0 : (int)cells[0].text.len, bad ? "" : cells[0].text.data);
		free(json);
	}
	ksql_reader_free(rd);
}

static void ints_are_coerced_as_java_counts(void **state)
{
	(void)state;
	struct ksql_reader *rd = ksql_reader_new(columns, 2);
	for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
		char *json = xasprintf("{\"n\":%s}", ints[i].json);
		struct ksql_cell cells[2] = {0};
		enum ksql_bad bad = read_text(rd, json, cells);
		if (!bad != ints[i].good || (!bad && cells[1].number != ints[i].number))
			fail_msg("%s: %s, %d", json, ksql_bad_name(bad), cells[1].number);
		free(json);
	}
	ksql_reader_free(rd);
}

/* Whole records: what is a row at all. */
static void records_are_read_as_leniently_as_jackson_does(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		enum ksql_bad bad;
	} records[] = {
		{"{}", KSQL_GOOD},
		{" {\"s\" : \"a\"}garbage\xff", KSQL_GOOD},
		{"\xef\xbb\xbf{\"s\":1}", KSQL_GOOD},
		{"\xef\xbb\xbf\xef\xbb\xbf{}", KSQL_BAD_JSON},
		{"{\"n\":true,\"n\":2}", KSQL_GOOD},
		{"{\"n\":2,\"\\u006e\":true}", KSQL_BAD_TYPE},
		{"{\"N\":true}", KSQL_GOOD},
		{"{\"x\":\"\xff\"}", KSQL_BAD_JSON},
		{"{\"x\":\"\xc0\x80\"}", KSQL_GOOD},
		{"{\"x\":\"\xe2\x82\"}", KSQL_BAD_JSON},
		{"", KSQL_BAD_JSON},
		{"null", KSQL_NO_OBJECT},
		{"[]", KSQL_NO_OBJECT},
		{"\"{}\"", KSQL_NO_OBJECT},
		{"{", KSQL_BAD_JSON},
		{"{\"s\":\"a\"", KSQL_BAD_JSON},
		{"{\"s\":\"a\" \"n\":1}", KSQL_BAD_JSON},
		{"{\"s\" \"a\"}", KSQL_BAD_JSON},
		{"{'s':1}", KSQL_BAD_JSON},
		{"{\f\"s\":1}", KSQL_BAD_JSON},
	};
	struct ksql_reader *rd = ksql_reader_new(columns, 2);
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct ksql_cell cells[2];
		enum ksql_bad bad = read_text(rd, records[i].json, cells);
		if (bad != records[i].bad)
			fail_msg("%s: %s", records[i].json, ksql_bad_name(bad));
	}
	ksql_reader_free(rd);
}

static char *nest(const char *before, const char *open, const char *close, size_t depth, const char *after)
{
	struct strbuf sb = {0};
	strbuf_puts(&sb, before);
	for (size_t i = 0; i < depth; i++)
		strbuf_puts(&sb, open);
	strbuf_puts(&sb, "1");
	for (size_t i = 0; i < depth; i++)
		strbuf_puts(&sb, close);
	strbuf_puts(&sb, after);
	return sb.data;
}

static void depth_kills_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *before, *open, *close, *after;
		size_t depth;
		enum ksql_bad bad;
	} cases[] = {
		{"{\"x\":", "[", "]", "}", 200000, KSQL_GOOD},
		{"{\"x\":", "{\"a\":", "}", "}", 200000, KSQL_GOOD},
		{"{\"x\":", "[", "}", "}", 200000, KSQL_BAD_JSON},
		{"{\"s\":", "[", "]", "}", 1001, KSQL_GOOD},
		{"{\"s\":", "[", "]", "}", 1002, KSQL_TOO_DEEP},
		{"{\"s\":", "{\"a\":", "}", "}", 1500, KSQL_GOOD},
		{"{\"s\":", "{\"a\":", "}", "}", 1501, KSQL_TOO_DEEP},
	};
	struct ksql_reader *rd = ksql_reader_new(columns, 2);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *json = nest(cases[i].before, cases[i].open, cases[i].close, cases[i].depth, cases[i].after);
		struct ksql_cell cells[2];
		enum ksql_bad bad = read_text(rd, json, cells);
		if (bad != cases[i].bad)
			fail_msg("%zu: %s", i, ksql_bad_name(bad));
		free(json);
	}
	ksql_reader_free(rd);
}

static void key_bytes_become_what_java_makes_of_them(void **state)
{
	(void)state;
#define R "\xef\xbf\xbd"
	static const struct {
		const char *in, *out;
	} keys[] = {
		{"Angel", "Angel"},
		{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"\xff", R},
		{"a\xffz", "a" R "z"},
		{"\xe2\x82", R},
		{"\xe2\x82z", R "z"},
		{"\xf0\x9f\x98", R},
		{"\xc0\x80", R R},
		{"\xed\xa0\x80", R},
		{"\xe0\x80\x80", R R R},
		{"\xf4\x90\x80\x80", R R R R},
		{"\xc3", R},
		{"\xe9t", R "t"},
	};
	struct strbuf scratch = {0};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct text got = java_utf8((struct text){keys[i].in, strlen(keys[i].in)}, &scratch);
		if (got.len != strlen(keys[i].out) || memcmp(got.data, keys[i].out, got.len))
			fail_msg("key %zu: %.*s", i, (int)got.len, got.data);
	}
	strbuf_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_coerced_as_java_prints_them),
		cmocka_unit_test(ints_are_coerced_as_java_counts),
		cmocka_unit_test(records_are_read_as_leniently_as_jackson_does),
		cmocka_unit_test(depth_kills_nothing),
		cmocka_unit_test(key_bytes_become_what_java_makes_of_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
