/* Lines of `feed stdout`: any bytes at all become one line of JSON, which jansson reads back to the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "feed/stdout.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct partition part = {.topic = "station_entries", .partition = 3};

static void expect(const char *key, const char *value, size_t value_len, const char *line)
{
	struct strbuf sb = {0};
	const struct record rec = {.offset = 12, .time_ms = 1706709600123, .key = key, .key_len = key ? strlen(key) : 0, .value = value,
				   .value_len = value_len};
	stdout_format(&part, &rec, &sb);
	assert_string_equal(strbuf_str(&sb), line);
	strbuf_fini(&sb);
}

#define HEAD "{\"topic\":\"station_entries\",\"partition\":3,\"offset\":12,\"timestamp\":1706709600123,"

static void lines_are_as_documented(void **state)
{
	(void)state;
	expect("Angel", "{\"a\":1}", 7, HEAD "\"key\":\"Angel\",\"value\":\"{\\\"a\\\":1}\"}\n");
	expect(NULL, NULL, 0, HEAD "\"key\":null,\"value\":null}\n");
	expect("", "", 0, HEAD "\"key\":\"\",\"value\":\"\"}\n");
	expect("k", "a\n\t\x1b[2J\\\x7f", 9, HEAD "\"key\":\"k\",\"value\":\"a\\n\\t\\u001b[2J\\\\\\u007f\"}\n");
	expect("k", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x87", 14, HEAD "\"key\":\"k\",\"value\":\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x87\"}\n");
	expect("k", "\xc2\x9b" "2J", 4, HEAD "\"key\":\"k\",\"value\":\"\\u009b2J\"}\n");
	expect("k", "\xff\x00\x01", 3, HEAD "\"key\":\"k\",\"value_b64\":\"/wAB\"}\n");
	expect("k", "\xc0\x80", 2, HEAD "\"key\":\"k\",\"value_b64\":\"wIA=\"}\n");
	expect("k", "\xed\xa0\x80", 3, HEAD "\"key\":\"k\",\"value_b64\":\"7aCA\"}\n");
	expect("k", "\xe2\x82", 2, HEAD "\"key\":\"k\",\"value_b64\":\"4oI=\"}\n");
	expect("\xfe", "v", 1, HEAD "\"key_b64\":\"/g==\",\"value\":\"v\"}\n");
}

static void a_record_without_time_has_none(void **state)
{
	(void)state;
	struct strbuf sb = {0};
	const struct record rec = {.offset = INT64_MAX, .time_ms = -1};
	stdout_format(&part, &rec, &sb);
	assert_non_null(strstr(strbuf_str(&sb), "\"offset\":9223372036854775807,\"timestamp\":null,"));
	strbuf_fini(&sb);
}

static unsigned char digit_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	return (unsigned char)(strchr(digits, c) - digits);
}

static size_t decode(const char *text, unsigned char *out)
{
	size_t n = 0;
	for (; *text; text += 4) {
		unsigned bits = 0;
		int pads = 0;
		for (int i = 0; i < 4; i++) {
			pads += text[i] == '=';
			bits = bits << 6 | (text[i] == '=' ? 0 : digit_value(text[i]));
		}
		for (int i = 0; i < 3 - pads; i++)
			out[n++] = (unsigned char)(bits >> (16 - 8 * i));
	}
	return n;
}

static void any_bytes_come_back(void **state)
{
	(void)state;
	struct rng rng;
	rng_init(&rng, 7, 0);
	struct strbuf sb = {0};
	size_t as_text = 0;
	for (int round = 0; round < 20000; round++) {
		unsigned char bytes[16], back[32];
		size_t len = rng_next(&rng) % sizeof bytes;
		static const unsigned char likely[] = {'"', '\\', 0, 0x1f, 0x7f, 0xc2, 0x80, 0xe0, 0xa0, 0xed, 0xf0, 0x90, 0xf4, 0x8f, 0xbf, 'a'};
		for (size_t i = 0; i < len; i++)
			bytes[i] = rng_next(&rng) % 4 ? likely[rng_next(&rng) % sizeof likely] : (unsigned char)rng_next(&rng);
		strbuf_reset(&sb);
		stdout_format(&part, &(struct record){.value = bytes, .value_len = len}, &sb);
		assert_ptr_equal(strchr(sb.data, '\n'), sb.data + sb.len - 1);
		for (size_t i = 0; i + 1 < sb.len; i++)
			assert_true((unsigned char)sb.data[i] >= 0x20 && sb.data[i] != 0x7f);
		json_t *line = json_loadb(sb.data, sb.len, JSON_ALLOW_NUL, NULL);
		assert_non_null(line);
		const json_t *text = json_object_get(line, "value"), *b64 = json_object_get(line, "value_b64");
		assert_true(!text != !b64);
		as_text += text != NULL;
		size_t n = text ? json_string_length(text) : decode(json_string_value(b64), back);
		assert_int_equal(n, len);
		assert_memory_equal(text ? (const void *)json_string_value(text) : back, bytes, len);
		json_decref(line);
	}
	assert_in_range(as_text, 2000, 18000);
	strbuf_fini(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_as_documented),
		cmocka_unit_test(a_record_without_time_has_none),
		cmocka_unit_test(any_bytes_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
