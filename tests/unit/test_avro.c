#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "avro/decode.h"
#include "avro/encode.h"
#include "avro/frame.h"
#include "avro/shape.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *name)
{
	char path[512];
	struct strbuf sb = {0};
	char chunk[4096];
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof path, "%s/%s", srcdir ? srcdir : ".", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(&sb, chunk, n);
	fclose(file);
	return sb.data;
}

static struct shape *shape_of(const char *text)
{
	struct error err = {0};
	struct shape *sh = shape_new(text, strlen(text), &err);
	if (!sh)
		fail_msg("%s", err.text);
	return sh;
}

static struct shape *shape_of_file(const char *name)
{
	char *text = read_file(name);
	struct shape *sh = shape_of(text);
	free(text);
	return sh;
}

static size_t from_base64(const char *text, unsigned char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = 0;
	uint32_t bits = 0;
	for (int have = 0; *text && *text != '='; text++) {
		bits = bits << 6 | (uint32_t)(strchr(digits, *text) - digits);
		if ((have += 6) < 8)
			continue;
		have -= 8;
		out[len++] = (unsigned char)(bits >> have);
	}
	return len;
}

/* A literal of MariaDB as the text that it stands for. */
static void unquote(const char *literal, struct strbuf *out)
{
	static const char from[] = "0nrtbZ", to[] = "\0\n\r\t\b\x1a";
	strbuf_reset(out);
	for (const char *p = literal + 1; p[1]; p++) {
		const char *special = *p == '\\' ? strchr(from, p[1]) : NULL;
		if (*p == '\\' || *p == '\'')
			p++;
		strbuf_addc(out, special ? to[special - from] : *p);
	}
}

static void compare(const char *column, json_t *got, const char *literal)
{
	struct strbuf text = {0};
	if (!got)
		fail_msg("no %s", column);
	if (!strcmp(literal, "NULL")) {
		assert_true(json_is_null(got));
	} else if (json_is_integer(got)) {
		if (*literal != '\'') /* a time else */
			assert_int_equal(json_integer_value(got), strtoll(literal, NULL, 10));
	} else {
		unquote(literal, &text);
		assert_true(json_is_string(got));
		assert_int_equal(json_string_length(got), text.len);
		assert_memory_equal(json_string_value(got), strbuf_str(&text), text.len);
	}
	strbuf_fini(&text);
}

/* Each row as Connect's JDBC source wrote it: read, compared with the table's columns, written again. */
static void rows_of_connect_are_read_and_written_again(void **state)
{
	(void)state;
	struct shape *shapes[] = {shape_of_file("data/avro/stations.avsc"), shape_of_file("data/avro/users.avsc")};
	char *lines = read_file("tests/data/connect/jdbc-source.jsonl"), *save;
	unsigned char bytes[8192];
	struct strbuf json = {0}, again = {0};
	struct frame frame;
	int rows = 0;
	for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save), rows++) {
		json_t *root = json_loads(line, 0, NULL), *literal;
		size_t len = from_base64(json_string_value(json_object_get(root, "value_b64")), bytes);
		bool users = !strcmp(json_string_value(json_object_get(root, "table")), "users");
		const char *column;
		assert_int_equal(frame_read(bytes, len, &frame, NULL), 0);
		assert_int_equal(frame.id, users ? 2 : 1);
		strbuf_reset(&json);
		assert_int_equal(avro_decode(shapes[users], frame.body, frame.len, false, &json, NULL), 0);
		json_t *value = json_loadb(json.data, json.len, JSON_ALLOW_NUL, NULL);
		json_object_foreach(json_object_get(root, "row"), column, literal)
			compare(column, json_object_get(value, column), json_string_value(literal));
		strbuf_reset(&again);
		frame_begin(&again, frame.id);
		assert_int_equal(avro_encode(shapes[users], (struct text){json.data, json.len}, &again, NULL), 0);
		assert_int_equal(again.len, len);
		assert_memory_equal(again.data, bytes, len);
		json_decref(value);
		json_decref(root);
	}
	assert_int_equal(rows, 96);
	strbuf_fini(&json);
	strbuf_fini(&again);
	free(lines);
	shape_free(shapes[0]);
	shape_free(shapes[1]);
}

#define BYTES(text) text, sizeof text - 1

/* Values of every type; NULL: they are refused. */
static const struct {
	const char *schema, *bytes;
	size_t len;
	const char *json;
} values[] = {
	{"\"null\"", BYTES(""), "null"},
	{"\"boolean\"", BYTES("\x01"), "true"},
	{"\"boolean\"", BYTES("\x02"), NULL},
	{"\"int\"", BYTES("\x01"), "-1"},
	{"\"int\"", BYTES("\xff\xff\xff\xff\x0f"), "-2147483648"},
	{"\"int\"", BYTES("\x80\x80\x80\x80\x10"), NULL},
	{"\"long\"", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "-9223372036854775808"},
	{"\"long\"", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), NULL},
	{"\"long\"", BYTES("\xff\xff"), NULL},
	{"\"float\"", BYTES("\xcd\xcc\xcc\x3d"), "0.1"},
	{"\"double\"", BYTES("\x9a\x99\x99\x99\x99\x99\xb9\x3f"), "0.1"},
	{"\"double\"", BYTES("\0\0\0\0\0\0\xf0\x3f"), "1.0"},
	{"\"double\"", BYTES("\0\0\0\0\0\0\xf8\x7f"), "\"NaN\""},
	{"\"double\"", BYTES("\0\0\0\0\0\0\xf0\xff"), "\"-Infinity\""},
	{"\"double\"", BYTES("\0\0\0\0\0\0\xf0"), NULL},
	{"\"bytes\"", BYTES("\x04\x00\xff"), "\"AP8=\""},
	{"\"string\"", BYTES("\x06" "a\"\n"), "\"a\\\"\\n\""},
	{"\"string\"", BYTES("\x02\xff"), NULL},
	{"\"string\"", BYTES("\x01"), NULL},
	{"\"string\"", BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01" "a"), NULL},
	{"{\"type\":\"fixed\",\"name\":\"f\",\"size\":2}", BYTES("ab"), "\"YWI=\""},
	{"{\"type\":\"fixed\",\"name\":\"f\",\"size\":2}", BYTES("a"), NULL},
	{"{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x02"), "\"B\""},
	{"{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x04"), NULL},
	{"{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"A\",\"B\"]}", BYTES("\x01"), NULL},
	{"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x04\x02\x04\x01\x02\x06\x00"), "[1,2,3]"},
	{"{\"type\":\"array\",\"items\":\"int\"}", BYTES("\x04\x02"), NULL},
	{"{\"type\":\"array\",\"items\":\"null\"}", BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL},
	{"{\"type\":\"map\",\"values\":\"string\"}", BYTES("\x02\x02k\x02v\x00"), "{\"k\":\"v\"}"},
	{"[\"null\",\"string\"]", BYTES("\x02\x02v"), "\"v\""},
	{"[\"string\",\"null\"]", BYTES("\x02"), "null"},
	{"[\"string\",\"null\"]", BYTES("\x04"), NULL},
	{"{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"r\"]}]}", BYTES("\x02\x02\x00"),
	 "{\"n\":{\"n\":{\"n\":null}}}"},
	{"{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"n\",\"type\":\"r\"}]}", BYTES(""), NULL},
};

static void values_of_every_type_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct strbuf json = {0};
		struct error err = {0};
		struct shape *sh = shape_of(values[i].schema);
		int rc = avro_decode(sh, values[i].bytes, values[i].len, false, &json, &err);
		if (values[i].json)
			assert_string_equal(rc ? err.text : strbuf_str(&json), values[i].json);
		else
			assert_string_equal(rc ? "" : strbuf_str(&json), "");
		strbuf_fini(&json);
		shape_free(sh);
	}
}

static void events_are_written_and_read(void **state)
{
	(void)state;
	static const char text[] = "{\"@timestamp\":\"2024-01-31T14:00:00.123Z\",\"user\":\"Jacob \xc3\xa9\",\"delta\":-1,\"station\":null,\"location\":\"\"}";
	struct shape *sh = shape_of_file("data/avro/station_passing.avsc");
	struct strbuf bytes = {0}, json = {0};
	struct error err = {0};
	assert_int_equal(avro_encode(sh, (struct text){text, strlen(text)}, &bytes, &err), 0);
	assert_int_equal(avro_decode(sh, bytes.data, bytes.len, true, &json, &err), 0);
	assert_string_equal(json.data, text);
	strbuf_reset(&json);
	assert_int_equal(avro_decode(sh, bytes.data, bytes.len, false, &json, &err), 0);
	assert_string_equal(json.data, "{\"timestamp\":1706709600123,\"user\":\"Jacob \xc3\xa9\",\"delta\":-1,\"station\":null,\"location\":\"\"}");
	static const char bad[] = "{\"@timestamp\":\"yesterday\"}";
	strbuf_reset(&bytes);
	assert_int_equal(avro_encode(sh, (struct text){bad, strlen(bad)}, &bytes, &err), -1);
	assert_string_equal(err.text, "timestamp: yesterday is no long");
	assert_int_equal(bytes.len, 0);
	strbuf_fini(&bytes);
	strbuf_fini(&json);
	shape_free(sh);
}

static void schemas_that_are_none_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "{}", "\"nothing\"", "{\"type\":\"record\",\"name\":\"r\"}", "{\"type\":\"fixed\",\"name\":\"f\",\"size\":-1}",
					  "[\"null\",[\"null\"]]", "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a b\",\"type\":\"int\"}]}"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct error err = {0};
		struct shape *sh = shape_new(bad[i], strlen(bad[i]), &err);
		if (sh)
			fail_msg("%s is taken", bad[i]);
		assert_true(err.text[0]);
	}
}

static void frames_are_told_from_json(void **state)
{
	(void)state;
	struct frame frame;
	struct error err = {0};
	assert_true(frame_begins("\0", 1));
	assert_false(frame_begins("{", 1));
	assert_false(frame_begins("", 0));
	assert_int_equal(frame_read("\0\x01\x02\x03\xffgo", 7, &frame, &err), 0);
	assert_int_equal(frame.id, 0x010203ff);
	assert_int_equal(frame.len, 2);
	assert_int_equal(frame_read("\0\0\0\1", 4, &frame, &err), -1);
	assert_int_equal(frame_read("{}{}{}", 6, &frame, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_connect_are_read_and_written_again),
		cmocka_unit_test(values_of_every_type_are_read),
		cmocka_unit_test(events_are_written_and_read),
		cmocka_unit_test(schemas_that_are_none_are_refused),
		cmocka_unit_test(frames_are_told_from_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
