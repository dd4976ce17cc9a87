#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "avro/decode.h"
#include "avro/encode.h"
#include "avro/frame.h"
#include "avro/shape.h"
#include "avro/values.h"
#include "scripted.h"

#include <jansson.h>
#include <poll.h>
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

static struct config *config_of(int port)
{
	char url[80];
	struct config *cfg = config_new();
	snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
	config_override(cfg, "registry.url", url);
	return cfg;
}

#define ANSWER(status, body) "HTTP/1.1 " status " X\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body
#define INT_RECORD "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"r\\\",\\\"fields\\\":[{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"int\\\"}]}\"}"
#define UNKNOWN ANSWER("404", "{\"error_code\":40403,\"message\":\"Schema 7 not found\"}")

/* Reads one value, again while it is told to wait. How often it was. */
static int read_until(struct values *vs, const char *frame, size_t len, enum values_got want, const char *text)
{
	struct strbuf json = {0};
	struct error err = {0};
	enum values_got got;
	int waited = 0;
	while ((got = values_read(vs, frame, len, &json, &err)) == VALUES_WAIT && want != VALUES_WAIT) {
		poll(NULL, 0, 5);
		waited++;
	}
	assert_int_equal(got, want);
	if (want == VALUES_JSON)
		assert_string_equal(strbuf_str(&json), text);
	else if (!strstr(err.text, text))
		fail_msg("%s", err.text);
	strbuf_fini(&json);
	return waited;
}

static void a_schema_is_asked_for_once(void **state)
{
	(void)state;
	static const char *const answers[] = {ANSWER("200", INT_RECORD)};
	struct scripted srv;
	scripted_start(&srv, answers, 1);
	struct config *cfg = config_of(srv.port);
	struct values *vs = values_new(cfg, NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_until(vs, BYTES("\0\0\0\0\7\x02"), VALUES_JSON, "{\"a\":1}"), 0);
	read_until(vs, BYTES("\0\0\0\0\7"), VALUES_BAD, "schema 7: not what its schema says: it ends within a number");
	read_until(vs, BYTES("\0\0\0"), VALUES_BAD, "a frame of 3 bytes");
	scripted_stop(&srv);
	assert_non_null(strstr(srv.got[0], "GET /schemas/ids/7 HTTP/1.1\r\n"));
	values_free(vs);
	config_free(cfg);
}

static void a_schema_that_is_late_is_waited_for(void **state)
{
	(void)state;
	static const char *const answers[] = {UNKNOWN, UNKNOWN, ANSWER("200", INT_RECORD), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
	struct scripted srv;
	scripted_start(&srv, answers, 12);
	struct config *cfg = config_of(srv.port);
	struct values *vs = values_new(cfg, NULL);
	assert_true(read_until(vs, BYTES("\0\0\0\0\7\x02"), VALUES_JSON, "{\"a\":1}") > 0);
	assert_true(read_until(vs, BYTES("\0\0\0\0\x08\x02"), VALUES_BAD, "Schema 7 not found") > 0); /* the other one's answer */
	assert_int_equal(read_until(vs, BYTES("\0\0\0\0\x08\x02"), VALUES_BAD, "not found"), 0); /* remembered */
	assert_true(read_until(vs, BYTES("\0\0\0\0\x09\x02"), VALUES_BAD, "not found") > 0); /* waited for less long */
	scripted_stop(&srv);
	values_free(vs);
	config_free(cfg);
}

static void a_registry_that_is_away_is_waited_for_if_it_was_named(void **state)
{
	(void)state;
	static const char *const answers[] = {ANSWER("503", "{\"error_code\":50001,\"message\":\"no store\"}"), ANSWER("200", INT_RECORD)};
	struct scripted srv;
	scripted_start(&srv, answers, 2);
	struct config *cfg = config_of(srv.port), *plain = config_new();
	struct values *vs = values_new(cfg, NULL);
	read_until(vs, BYTES("\0\0\0\0\7\x02"), VALUES_WAIT, "no store");
	read_until(vs, BYTES("\0\0\0\0\7\x02"), VALUES_WAIT, "no store");
	assert_true(read_until(vs, BYTES("\0\0\0\0\7\x02"), VALUES_JSON, "{\"a\":1}") > 0);
	scripted_stop(&srv);
	values_free(vs);
	vs = values_new(plain, NULL);
	read_until(vs, BYTES("\0\0\0\0\7\x02"), VALUES_BAD, "registry.url is not set");
	values_free(vs);
	config_free(plain);
	config_free(cfg);
}

/* An answer, and what is made of the value. */
static void answers_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		enum values_got got;
		const char *text;
	} rows[] = {
		{ANSWER("200", "{\"schema\":\"{}\",\"schemaType\":\"PROTOBUF\"}"), VALUES_BAD, "schema 7 is one of PROTOBUF; only Avro is read"},
		{ANSWER("200", "{\"schema\":\"\\\"int\\\"\",\"references\":[{\"name\":\"x\"}]}"), VALUES_BAD, "schema 7 refers to others"},
		{ANSWER("200", "{\"schema\":\"\\\"int\\\"\"}"), VALUES_BAD, "schema 7 is of a int, not of a record"},
		{ANSWER("200", "{\"schema\":\"nothing\"}"), VALUES_BAD, "schema 7: not a schema of Avro"},
		{ANSWER("200", "{}"), VALUES_BAD, "schema 7 has no text"},
		{ANSWER("200", "<html>"), VALUES_WAIT, "is no Schema Registry: it answers 200; see registry.url"},
		{ANSWER("404", "<html>"), VALUES_WAIT, "is no Schema Registry: it answers 404; see registry.url"},
		{ANSWER("401", "{\"error_code\":401,\"message\":\"who\"}"), VALUES_WAIT, "it refuses us: set registry.user and registry.password_file"},
		{ANSWER("500", ""), VALUES_WAIT, "it is in trouble (500)"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scripted srv;
		scripted_start(&srv, &rows[i].answer, 1);
		struct config *cfg = config_of(srv.port);
		struct values *vs = values_new(cfg, NULL);
		read_until(vs, BYTES("\0\0\0\0\7\x02"), rows[i].got, rows[i].text);
		scripted_stop(&srv);
		values_free(vs);
		config_free(cfg);
	}
}

static void a_schema_is_registered_unless_it_is_there(void **state)
{
	(void)state;
	static const char *const answers[] = {ANSWER("404", "{\"error_code\":40401}"), ANSWER("200", "{\"id\":300}"), ANSWER("200", "{\"subject\":\"b-value\",\"id\":2}"),
					      ANSWER("404", "{\"error_code\":40403}"), ANSWER("409", "{\"error_code\":409,\"message\":\"READER_FIELD_MISSING a\"}")};
	static const char *const schema = "{ \"type\": \"record\", \"name\": \"r\", \"fields\": [{\"name\":\"a\",\"type\":\"int\"}]}";
	static const struct text one = {"{\"a\":1}", 7}, none = {"{}", 2};
	struct scripted srv;
	struct strbuf frame = {0};
	struct error err = {0};
	scripted_start(&srv, answers, 5);
	struct config *cfg = config_of(srv.port);
	struct values *vs = values_new(cfg, NULL);
	struct values_writer *a = values_writer(vs, "a b", schema, NULL), *b = values_writer(vs, "b", schema, NULL), *c = values_writer(vs, "c", schema, NULL);
	assert_int_equal(values_write(a, one, &frame, &err), 0);
	assert_int_equal(frame.len, 6);
	assert_memory_equal(frame.data, "\0\0\0\x01\x2c\x02", 6);
	assert_int_equal(values_write(a, none, &frame, &err), -1);
	assert_string_equal(err.text, "a: missing");
	assert_int_equal(values_write(b, one, &frame, &err), 0);
	assert_memory_equal(frame.data, "\0\0\0\0\x02\x02", 6);
	assert_int_equal(values_write(c, one, &frame, &err), -1);
	if (!strstr(err.text, "the schema for subject c-value: incompatible with the version that is there (409: READER_FIELD_MISSING a)"))
		fail_msg("%s", err.text);
	scripted_stop(&srv);
	assert_non_null(strstr(srv.got[0], "POST /subjects/a%20b-value HTTP/1.1\r\n"));
	assert_non_null(strstr(srv.got[1], "POST /subjects/a%20b-value/versions HTTP/1.1\r\n"));
	assert_non_null(strstr(srv.got[1], "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\""));
	assert_null(values_writer(vs, "d", "{}", &err));
	strbuf_fini(&frame);
	values_free(vs);
	config_free(cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_connect_are_read_and_written_again),
		cmocka_unit_test(values_of_every_type_are_read),
		cmocka_unit_test(events_are_written_and_read),
		cmocka_unit_test(schemas_that_are_none_are_refused),
		cmocka_unit_test(frames_are_told_from_json),
		cmocka_unit_test(a_schema_is_asked_for_once),
		cmocka_unit_test(a_schema_that_is_late_is_waited_for),
		cmocka_unit_test(a_registry_that_is_away_is_waited_for_if_it_was_named),
		cmocka_unit_test(answers_are_told_apart),
		cmocka_unit_test(a_schema_is_registered_unless_it_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
