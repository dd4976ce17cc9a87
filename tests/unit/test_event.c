#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1706709600123ll /* 2024-01-31T14:00:00.123Z */
#define T "\"@timestamp\":\"2024-01-31T14:00:00.123Z\""
#define N100 "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
/* As the joins spell it, but for its closing brace. */
#define USUAL(user, delta, station, location) \
	"{" T ",\"user\":\"" user "\",\"delta\":" delta ",\"station\":\"" station "\",\"location\":\"" location "\""
#define N200 N100 N100
#define N1000 N200 N200 N200 N200 N200
#define A10 "AAAAAAAAAA"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define ESC10 "\\u0041\\u0041\\u0041\\u0041\\u0041\\u0041\\u0041\\u0041\\u0041\\u0041"
#define ESC100 ESC10 ESC10 ESC10 ESC10 ESC10 ESC10 ESC10 ESC10 ESC10 ESC10

static struct event_decoder dec;

/* Laid into heap blocks of their very size, so that the sanitizer sees a read past the end; freed at the next call. */
static enum dead_reason decode(const char *value, size_t len, const char *key, enum direction direction, struct event *ev)
{
	static char *value_copy, *key_copy;
	free(value_copy);
	free(key_copy);
	value_copy = malloc(len ? len : 1);
	key_copy = key ? malloc(strlen(key) ? strlen(key) : 1) : NULL;
	memcpy(value_copy, value, len);
	if (key)
		memcpy(key_copy, key, strlen(key));
	memset(&dec, 'x', sizeof dec);
	dec.detail[0] = '\0';
	return event_decode(&dec, value_copy, len, key_copy, key ? strlen(key) : 0, direction, NOW, ev);
}

static void assert_text(struct text text, const char *want)
{
	assert_int_equal(text.len, strlen(want));
	assert_memory_equal(text.data, want, text.len);
}

static void good_values_are_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *value, *key;
		enum direction direction;
		int64_t time_ms;
		const char *station, *user, *location; /* location NULL: none */
	} cases[] = {
		{"{" T ",\"user\":\"Jacob Williams\",\"delta\":1,\"station\":\"Angel\",\"location\":\"51.53249,-0.10579\"}", "Angel", ENTRY, NOW, "Angel", "Jacob Williams", "51.53249,-0.10579"},
		{" {\"location\" : \"51.5,-0.1\",\n\"station\":\"Angel\",\"delta\":-1,\"user\":\"A\"," T "}\r\n", NULL, EXIT, NOW, "Angel", "A", "51.5,-0.1"},
		{"{" T ",\"station\":\"Angel\"}", "Bank", EXIT, NOW, "Angel", "", NULL},
		{"{" T ",\"user\":null,\"station\":null,\"location\":null}", "Bank", ENTRY, NOW, "Bank", "", NULL},
		{"{" T ",\"station\":\"\"}", "Bank", ENTRY, NOW, "Bank", "", NULL},
		{"{" T "}", "K\xc3\xb6ln", ENTRY, NOW, "K\xc3\xb6ln", "", NULL},
		{"{" T ",\"extra\":{\"station\":[1,{\"delta\":7}]},\"station\":\"Angel\",\"Station\":\"no\",\"stations\":2}", NULL, ENTRY, NOW, "Angel", "", NULL},
		{"{\"station\":7,\"delta\":9,\"@timestamp\":0,\"user\":[],\"station\":\"Angel\",\"delta\":1," T ",\"user\":\"B\"}", NULL, ENTRY, NOW, "Angel", "B", NULL},
		{"{" T ",\"st\\u0061tion\":\"An\\u0067el\",\"\\u0075ser\":\"\\\"J\\ud83d\\ude87\\n\",\"\\ud800\":1}", NULL, ENTRY, NOW, "Angel", "\"J\xf0\x9f\x9a\x87\n", NULL},
		{"{\"\\u0040\\u0074\\u0069\\u006d\\u0065\\u0073\\u0074\\u0061\\u006d\\u0070\":\"2024-01-31\\u005414:00:00.123Z\"}", "A", ENTRY, NOW, "A", "", NULL},
		{"{" T ",\"station\":\"\\u001b[31mred\\r\"}", NULL, ENTRY, NOW, "\033[31mred\r", "", NULL},
		{"{\"@timestamp\":\"2024-01-31T14:00:00Z\"}", "A", ENTRY, NOW - 123, "A", "", NULL},
		{"{\"@timestamp\":\"2024-01-31T15:30:00.1239+01:30\"}", "A", ENTRY, NOW, "A", "", NULL},
		{"{\"@timestamp\":\"2024-01-31T14:05:00.123Z\"}", "A", ENTRY, NOW + 300000, "A", "", NULL},
		{"{\"@timestamp\":\"2000-01-01T00:00:00Z\"}", "A", ENTRY, 946684800000, "A", "", NULL},
		{"{" T ",\"location\":5}", "A", ENTRY, NOW, "A", "", NULL},
		{"{" T ",\"location\":\"\"}", "A", ENTRY, NOW, "A", "", ""},
		{"{" T ",\"location\":\"\\ud800\"}", "A", ENTRY, NOW, "A", "", NULL},
		{"{" T ",\"location\":\"" N100 "\"}", "A", ENTRY, NOW, "A", "", NULL},
		{"{" T ",\"location\":\"51\\u002e5,-0.1\"}", "A", ENTRY, NOW, "A", "", "51.5,-0.1"},
		{"{" T ",\"station\":\"" N200 "\",\"user\":\"" N1000 "012345678901234567890123\"}", NULL, ENTRY, NOW, N200, N1000 "012345678901234567890123", NULL},
		{USUAL("J", "1", "Angel", "51.53249,-0.10579") "}", NULL, ENTRY, NOW, "Angel", "J", "51.53249,-0.10579"},
		{USUAL("", "-1", "Angel", "") "}", NULL, EXIT, NOW, "Angel", "", ""},
		{USUAL("\\u004a", "1", "Caf\xc3\xa9", "") "}", NULL, ENTRY, NOW, "Caf\xc3\xa9", "J", ""},
		{USUAL("J", "1", "Angel", "") ",\"delta\":1,\"station\":\"Bank\"} ", NULL, ENTRY, NOW, "Bank", "J", ""},
		{USUAL("J", "1", "", "") "}", "Bank", ENTRY, NOW, "Bank", "J", ""},
		{"{" T "}", N200, ENTRY, NOW, N200, "", NULL},
		{"{" T ",\"station\":\"" ESC100 ESC100 "\"}", NULL, ENTRY, NOW, A100 A100, "", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct event ev;
		enum dead_reason reason = decode(cases[i].value, strlen(cases[i].value), cases[i].key, cases[i].direction, &ev);
		if (reason != ALIVE)
			print_message("%s\n", cases[i].value);
		assert_string_equal(dec.detail, "");
		assert_int_equal(reason, ALIVE);
		assert_int_equal(ev.direction, cases[i].direction);
		assert_int_equal(ev.time_ms, cases[i].time_ms);
		assert_text(ev.station, cases[i].station);
		assert_text(ev.user, cases[i].user);
		assert_int_equal(!ev.location.data, !cases[i].location);
		if (cases[i].location)
			assert_text(ev.location, cases[i].location);
	}
}

static void bad_values_are_dead_for_a_reason(void **state)
{
	(void)state;
	static const struct {
		const char *value, *key;
		enum dead_reason reason;
		const char *detail;
	} cases[] = {
		{"", "A", BAD_JSON, "byte 0: not an object"},
		{"null", "A", BAD_JSON, "byte 0: not an object"},
		{"[{" T "}]", "A", BAD_JSON, "byte 0: not an object"},
		{"{" T "} {}", "A", BAD_JSON, "byte 42: something follows the object"},
		{"{" T, "A", BAD_JSON, "byte 40: ',' or '}' is missing"},
		{"{" T ",\"x\":[1,]}", "A", BAD_JSON, "byte 48: no value begins like this"},
		{"{" T ",\"user\":\"a\nb\"}", "A", BAD_JSON, "byte 50: raw control character in a string"},
		{"{" T ",\"user\":\"\xc3\"}", "A", BAD_UTF8, "byte 49: not UTF-8"},
		{"{" T ",\"other\":\"\xed\xa0\x80\"}", "A", BAD_UTF8, "byte 50: not UTF-8"},
		{USUAL("J", "", "A", "") "}", NULL, BAD_JSON, "byte 60: no value begins like this"},
		{USUAL("J", "-", "A", "") "}", NULL, BAD_JSON, NULL},
		{USUAL("J", "01", "A", "") "}", NULL, BAD_JSON, NULL},
		{USUAL("J", "1", "A\n", "") "}", NULL, BAD_JSON, NULL},
		{USUAL("J", "1", "A\xff", "") "}", NULL, BAD_UTF8, NULL},
		{USUAL("J", "1", "A", ""), NULL, BAD_JSON, NULL},
		{USUAL("J", "1", "A", "") "}}", NULL, BAD_JSON, NULL},
		{USUAL("J", "11", "A", "") "}", NULL, BAD_DELTA, "delta is not 1, as its topic says: 11"},
		{USUAL("J", "-1", "A", "") "}", NULL, BAD_DELTA, "delta is not 1, as its topic says: -1"},
		{"{}", "A", NO_TIME, "@timestamp is missing"},
		{"{\"@timestamp\":null}", "A", NO_TIME, "@timestamp is missing"},
		{"{\"@timestamp\":1706709600}", "A", BAD_TIME, "@timestamp is no string: 1706709600"},
		{"{\"@timestamp\":\"yester\033day\"}", "A", BAD_JSON, "byte 21: raw control character in a string"},
		{"{\"@timestamp\":\"yester\\u001bday \xe2\x82\xac\"}", "A", BAD_TIME, "@timestamp is no RFC 3339 time: yester\\u001bday \xe2\x82\xac"},
		{"{\"@timestamp\":\"2024-01-31T14:00:00.123\"}", "A", BAD_TIME, "@timestamp is no RFC 3339 time: 2024-01-31T14:00:00.123"},
		{"{\"@timestamp\":\"2024-01-31T14:05:00.124Z\"}", "A", FUTURE, "@timestamp lies more than 5 minutes ahead: 2024-01-31T14:05:00.124Z"},
		{"{\"@timestamp\":\"1999-12-31T23:59:59.999Z\"}", "A", TOO_OLD, "@timestamp lies before 2000: 1999-12-31T23:59:59.999Z"},
		{"{" T ",\"user\":\"B\"}", NULL, BAD_STATION, "neither value nor key names a station"},
		{"{" T ",\"station\":\"\"}", "", BAD_STATION, "neither value nor key names a station"},
		{"{" T ",\"station\":{\"a\":1}}", "A", BAD_STATION, "station is no string: {\"a\":1}"},
		{"{" T ",\"station\":\"a\\u0000\"}", "A", BAD_STATION, "station is longer than 200 bytes, holds a NUL or half a surrogate pair: a\\u0000"},
		{"{" T ",\"station\":\"\\udc00\"}", "A", BAD_STATION, "station is longer than 200 bytes, holds a NUL or half a surrogate pair: \\udc00"},
		{"{" T ",\"station\":\"" N200 "x\"}", "A", BAD_STATION, NULL},
		{"{" T ",\"station\":\"" ESC100 ESC100 "A\"}", "A", BAD_STATION, NULL},
		{"{" T ",\"station\":\"" ESC100 ESC100 ESC100 "\"}", "A", BAD_STATION, NULL},
		{"{" T "}", N200 "x", BAD_STATION, NULL},
		{"{" T "}", "A\xff", BAD_UTF8, "key, which names the station, is not UTF-8: A?"},
		{"{" T ",\"user\":[\"\x7f\xc2\x9bm\"]}", "A", BAD_USER, "user is no string: [\"???m\"]"},
		{"{" T ",\"user\":[\"01234567890123456789012345678901234567890123456789012345\xf0\x9f\x9a\x87z\"]}", "A", BAD_USER,
		 "user is no string: [\"01234567890123456789012345678901234567890123456789012345\xf0\x9f\x9a\x87…"},
		{"{" T ",\"user\":5}", "A", BAD_USER, "user is no string: 5"},
		{"{" T ",\"user\":\"\\u0000\"}", "A", BAD_USER, NULL},
		{"{" T ",\"user\":\"" N1000 "0123456789012345678901234\"}", "A", BAD_USER, NULL},
		{"{" T ",\"delta\":-1}", "A", BAD_DELTA, "delta is not 1, as its topic says: -1"},
		{"{" T ",\"delta\":0}", "A", BAD_DELTA, NULL},
		{"{" T ",\"delta\":1.0}", "A", BAD_DELTA, NULL},
		{"{" T ",\"delta\":1e0}", "A", BAD_DELTA, NULL},
		{"{" T ",\"delta\":10}", "A", BAD_DELTA, NULL},
		{"{" T ",\"delta\":\"1\"}", "A", BAD_DELTA, "delta is not 1, as its topic says: 1"},
		{"{" T ",\"delta\":null}", "A", BAD_DELTA, "delta is not 1, as its topic says: null"},
		{"{" T ",\"delta\":true}", "A", BAD_DELTA, NULL},
		{"{\"delta\":7,\"user\":5,\"station\":5}", "A", NO_TIME, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct event ev;
		enum dead_reason reason = decode(cases[i].value, strlen(cases[i].value), cases[i].key, ENTRY, &ev);
		assert_string_equal(dead_reason_name(reason), dead_reason_name(cases[i].reason));
		if (cases[i].detail)
			assert_string_equal(dec.detail, cases[i].detail);
		assert_true(strlen(dec.detail) > 0);
		for (const char *p = dec.detail; *p; p++)
			assert_false((*p > 0 && *p < 0x20) || *p == 0x7f);
	}
}

static void sizes_and_raw_nuls_are_limited(void **state)
{
	(void)state;
	struct event ev;
	size_t size = EVENT_VALUE_MAX + 1;
	char *value = malloc(size);
	memset(value, ' ', size);
	memcpy(value, "{" T "}", strlen("{" T "}"));
	assert_int_equal(decode(value, EVENT_VALUE_MAX, "A", ENTRY, &ev), ALIVE);
	assert_int_equal(decode(value, size, "A", ENTRY, &ev), TOO_LARGE);
	value[100] = '\0';
	assert_int_equal(decode(value, 200, "A", ENTRY, &ev), BAD_JSON);
	free(value);
	assert_int_equal(event_decode(&dec, "{" T "}", strlen("{" T "}"), "a\0b", 3, ENTRY, NOW, &ev), BAD_STATION);
}

static void times_are_rfc_3339(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0}, {"1970-01-01t00:00:00z", 0}, {"1969-12-31T23:59:59.999Z", -1}, {"2024-02-29T12:00:00Z", 1709208000000},
		{"2000-02-29T00:00:00Z", 951782400000}, {"2024-01-31T14:00:00.1Z", 1706709600100}, {"2024-01-31T14:00:00.123456789Z", 1706709600123},
		{"2024-01-31T00:30:00+01:00", 1706657400000}, {"2024-01-31T14:00:00-00:00", 1706709600000}, {"2016-12-31T23:59:60Z", 1483228800000},
		{"2017-01-01T00:59:60.5+01:00", 1483228800500}, {"0000-01-01T00:00:00Z", -62167219200000}, {"9999-12-31T23:59:59.999Z", 253402300799999},
	};
	static const char *const bad[] = {
		"", "2024", "2024-01-31", "2024-01-31T14:00:00", "2024-01-31 14:00:00Z", "2024-01-31T14:00Z", "2024-01-31T14:00:00.Z",
		"2024-01-31T14:00:00.1234567890Z", "2024-01-31T14:00:00+0100", "2024-01-31T14:00:00+01", "2024-01-31T14:00:00+24:00",
		"2024-01-31T14:00:00+01:60", "2024-01-31T14:00:00Zx", "2024-01-31T14:00:00.123", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-04-31T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
		"2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T12:00:60Z", "+024-01-01T00:00:00Z", "2024-01-01T00:00:0\0Z",
		"2024/01/01T00:00:00Z", "2024-01-01T00-00-00Z", "2024-1-001T00:00:00Z", " 2024-01-01T00:00:00Z", "02024-01-01T00:00:00Z",
	};
	int64_t ms;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(event_time_parse(good[i].text, strlen(good[i].text), &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(event_time_parse(bad[i], strlen(bad[i]), &ms), -1);
}

/* Every day of 400 years against the days counted one by one. */
static void days_follow_each_other(void **state)
{
	(void)state;
	int64_t want = -62167219200000, ms;
	for (int year = 0; year < 400; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= 31; day++) {
				char text[64];
				snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
				if (event_time_parse(text, 20, &ms))
					continue;
				assert_int_equal(ms, want);
				want += 86400000;
			}
	assert_int_equal(want, -62167219200000 + 146097 * 86400000ll);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values_are_decoded),
		cmocka_unit_test(bad_values_are_dead_for_a_reason),
		cmocka_unit_test(sizes_and_raw_nuls_are_limited),
		cmocka_unit_test(times_are_rfc_3339),
		cmocka_unit_test(days_follow_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
