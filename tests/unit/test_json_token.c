#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_token.h"

#include <stdlib.h>
#include <string.h>

/* Laid into a heap block of its very size, so that the sanitizer sees a read past the end. */
static struct json_value read_whole(const char *text, size_t len, struct json_cursor *cur, char **copy)
{
	*copy = malloc(len ? len : 1);
	memcpy(*copy, text, len);
	*cur = (struct json_cursor){.p = *copy, .end = *copy + len};
	return json_read(cur);
}

static void valid_values_have_their_kind_and_raw_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum json_kind kind;
		const char *raw;
	} cases[] = {
		{"", TOKEN_END, ""},
		{" \t\r\n", TOKEN_END, ""},
		{" null ", TOKEN_NULL, "null"},
		{"true", TOKEN_TRUE, "true"},
		{"false", TOKEN_FALSE, "false"},
		{"0", TOKEN_NUMBER, "0"},
		{"-0", TOKEN_NUMBER, "-0"},
		{"-12.50e+03", TOKEN_NUMBER, "-12.50e+03"},
		{"1E9", TOKEN_NUMBER, "1E9"},
		{"123456789012345678901234567890", TOKEN_NUMBER, "123456789012345678901234567890"},
		{"\"\"", TOKEN_STRING, ""},
		{"\"Angel\"", TOKEN_STRING, "Angel"},
		{"\"a longer string than eight \\\" bytes\"", TOKEN_STRING, "a longer string than eight \\\" bytes"},
		{"\"\\u00e9\\/\\b\\f\\n\\r\\t\\\\\"", TOKEN_STRING, "\\u00e9\\/\\b\\f\\n\\r\\t\\\\"},
		{"\"\\ud800\"", TOKEN_STRING, "\\ud800"},
		{"\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x87 \x7f\"", TOKEN_STRING, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x87 \x7f"},
		{"\"\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf\"", TOKEN_STRING, "\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf"},
		{"[]", TOKEN_ARRAY, "[]"},
		{"{ }", TOKEN_OBJECT, "{ }"},
		{"[1 , [ ] ,{\"a\":{},\"b\":[{}]}, \"]\"] ", TOKEN_ARRAY, "[1 , [ ] ,{\"a\":{},\"b\":[{}]}, \"]\"]"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_cursor cur;
		char *copy;
		struct json_value v = read_whole(cases[i].text, strlen(cases[i].text), &cur, &copy);
		assert_int_equal(v.kind, cases[i].kind);
		assert_int_equal(v.len, strlen(cases[i].raw));
		assert_memory_equal(v.raw, cases[i].raw, v.len);
		assert_true(json_at_end(&cur));
		free(copy);
	}
}

static void broken_values_are_refused_where_they_break(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len; /* 0 = strlen */
		int at;
		bool bad_utf8;
	} cases[] = {
		{"-", 0, 1, false}, {"-a", 0, 1, false}, {"1.", 0, 2, false}, {"1.e1", 0, 2, false}, {"1e", 0, 2, false}, {"1e+", 0, 3, false},
		{".5", 0, 0, false}, {"+1", 0, 0, false}, {"NaN", 0, 0, false}, {"nul", 0, 0, false}, {"True", 0, 0, false}, {"'a'", 0, 0, false},
		{"\xef\xbb\xbf{}", 0, 0, false}, {"\0", 1, 0, false},
		{"\"", 0, 1, false}, {"\"abc", 0, 4, false}, {"\"abcdefgh", 0, 9, false}, {"\"a\\", 0, 2, false}, {"\"a\\\"", 0, 4, false},
		{"\"\\x\"", 0, 1, false}, {"\"\\u12g4\"", 0, 1, false}, {"\"\\u123", 0, 1, false}, {"\"a\nb\"", 0, 2, false},
		{"\"abcdefghijk\x1f\"", 0, 12, false}, {"\"a\0\"", 4, 2, false},
		{"\"\x80\"", 0, 1, true}, {"\"\xc0\xaf\"", 0, 1, true}, {"\"\xc1\xbf\"", 0, 1, true}, {"\"\xe0\x9f\xbf\"", 0, 1, true},
		{"\"\xf0\x8f\xbf\xbf\"", 0, 1, true}, {"\"\xed\xa0\x80\"", 0, 1, true}, {"\"\xf4\x90\x80\x80\"", 0, 1, true},
		{"\"\xf5\x80\x80\x80\"", 0, 1, true}, {"\"abc\xe2\x82\"", 0, 4, true}, {"\"\xe2\x82", 0, 1, true}, {"\"\xff\"", 0, 1, true},
		{"[", 0, 1, false}, {"[1", 0, 2, false}, {"[1,", 0, 3, false}, {"[1,]", 0, 3, false}, {"[,1]", 0, 1, false}, {"[1 2]", 0, 3, false},
		{"[1}", 0, 2, false}, {"{]", 0, 1, false}, {"{\"a\"}", 0, 4, false}, {"{\"a\":}", 0, 5, false}, {"{\"a\":1,}", 0, 7, false},
		{"{\"a\":1 \"b\":2}", 0, 7, false}, {"{a:1}", 0, 1, false}, {"{\"a\":1", 0, 6, false}, {"[{\"a\":[}]", 0, 7, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_cursor cur;
		char *copy;
		struct json_value v = read_whole(cases[i].text, cases[i].len ? cases[i].len : strlen(cases[i].text), &cur, &copy);
		assert_int_equal(v.kind, TOKEN_BAD);
		assert_non_null(cur.error);
		assert_int_equal(cur.p - copy, cases[i].at);
		assert_int_equal(cur.bad_utf8, cases[i].bad_utf8);
		assert_int_equal(json_read(&cur).kind, TOKEN_BAD);
		free(copy);
	}
}

/* Every place of a special byte against the eight-byte steps. */
static void special_bytes_are_seen_at_any_place(void **state)
{
	(void)state;
	for (size_t len = 1; len < 40; len++)
		for (size_t at = 0; at < len; at++)
			for (int c = 0; c < 256; c++) {
				char text[48];
				memset(text, c % 2 ? '!' : '#', sizeof text); /* one bit away from the quote */
				text[0] = '"';
				text[1 + at] = (char)c;
				text[1 + len] = '"';
				struct json_cursor cur = {.p = text, .end = text + len + 2};
				struct json_value v = json_read(&cur);
				bool good = c >= 0x20 && c < 0x80 && c != '\\';
				assert_int_equal(v.kind, good ? TOKEN_STRING : TOKEN_BAD);
				if (good)
					assert_int_equal(v.len, c == '"' ? at : len);
			}
}

static void depth_is_limited(void **state)
{
	(void)state;
	for (int depth = 500; depth <= 100000; depth = depth < 520 ? depth + 1 : depth * 10) {
		char *text = malloc(2 * (size_t)depth);
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		struct json_cursor cur = {.p = text, .end = text + 2 * depth};
		assert_int_equal(json_read(&cur).kind, depth <= JSON_DEPTH_MAX ? TOKEN_ARRAY : TOKEN_BAD);
		struct json_cursor inner = {.p = text, .end = text + 2 * depth, .depth = 1};
		assert_int_equal(json_read(&inner).kind, depth < JSON_DEPTH_MAX ? TOKEN_ARRAY : TOKEN_BAD);
		free(text);
	}
}

static void members_come_in_order(void **state)
{
	(void)state;
	const char *text = " { \"a\" : 1 , \"b\":[{\"c\":2}],\"a\":\"x\" } ";
	struct json_cursor cur = {.p = text, .end = text + strlen(text)};
	struct json_value name, value;
	static const char *const want[][2] = {{"a", "1"}, {"b", "[{\"c\":2}]"}, {"a", "x"}};
	assert_true(json_object_begin(&cur));
	for (int i = 0; i < 3; i++) {
		assert_true(json_object_next(&cur, &name, &value));
		assert_memory_equal(name.raw, want[i][0], name.len);
		assert_int_equal(value.len, strlen(want[i][1]));
		assert_memory_equal(value.raw, want[i][1], value.len);
	}
	assert_false(json_object_next(&cur, &name, &value));
	assert_null(cur.error);
	assert_true(json_at_end(&cur));
	assert_int_equal(cur.depth, 0);
}

static void broken_objects_end_with_an_error(void **state)
{
	(void)state;
	static const char *const cases[] = {"", "[]", "{", "{,", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1]", "{\"a\":1 \"b\":2}", "{1:2}", "{,\"a\":1}"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_cursor cur = {.p = cases[i], .end = cases[i] + strlen(cases[i])};
		struct json_value name, value;
		if (json_object_begin(&cur))
			while (json_object_next(&cur, &name, &value))
				;
		assert_non_null(cur.error);
		assert_false(json_object_next(&cur, &name, &value));
	}
}

static void escapes_are_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *text;
		ptrdiff_t len;
	} cases[] = {
		{"plain", "plain", 5},
		{"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8},
		{"\\u0041\\u00e9\\u20AC\\uD83D\\ude87!", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x87!", 11},
		{"\\u0000x", "\0x", 2},
		{"\\uffff\\ud7ff\\ue000", "\xef\xbf\xbf\xed\x9f\xbf\xee\x80\x80", 9},
		{"\\udbff\\udfff", "\xf4\x8f\xbf\xbf", 4},
		{"\\ud800", "", -1}, {"\\udc00", "", -1}, {"\\ud800x", "", -1}, {"\\ud800\\n12345", "", -1}, {"\\ud800\\ud800", "", -1}, {"\\ud800\\u0041", "", -1}, {"\\ud800\\ue000", "", -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *raw = strdup(cases[i].raw); /* its end is watched */
		size_t len = strlen(raw);
		raw = realloc(raw, len);
		struct json_value v = {TOKEN_STRING, raw, len, true};
		char *out = malloc(v.len);
		assert_int_equal(json_unescape(&v, out), cases[i].len);
		if (cases[i].len > 0)
			assert_memory_equal(out, cases[i].text, (size_t)cases[i].len);
		free(out);
		free(raw);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_values_have_their_kind_and_raw_text),
		cmocka_unit_test(broken_values_are_refused_where_they_break),
		cmocka_unit_test(special_bytes_are_seen_at_any_place),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(members_come_in_order),
		cmocka_unit_test(broken_objects_end_with_an_error),
		cmocka_unit_test(escapes_are_decoded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
