#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mariadb/columns.h"
#include "mariadb/maria.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((struct text){literal, sizeof(literal) - 1})

static void read_file(const char *name, struct strbuf *out)
{
	char path[512], chunk[4096];
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof path, "%s/tests/data/connect/%s", srcdir ? srcdir : ".", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(out, chunk, n);
	fclose(file);
}

static void expect_schema(const struct column *columns, size_t count, const char *table, const char *file)
{
	struct strbuf got = {0}, want = {0};
	columns_schema(columns, count, table, &got);
	read_file(file, &want);
	assert_string_equal(strbuf_str(&got), strbuf_str(&want));
	strbuf_fini(&got);
	strbuf_fini(&want);
}

/* What the real connector registered for the same tables, byte for byte. */
static void schemas_are_those_of_the_connector(void **state)
{
	(void)state;
	const struct column stations[] = {
		{"id", COLUMN_TEXT, true}, {"name", COLUMN_TEXT, false}, {"FareZones", COLUMN_TEXT, true}, {"HubNaptanCode", COLUMN_TEXT, true},
		{"Wifi", COLUMN_INT8, true}, {"OutsideStationUniqueId", COLUMN_TEXT, true}, {"BlueBadgeCarParking", COLUMN_INT8, true},
		{"BlueBadgeCarParkSpaces", COLUMN_INT32, true}, {"TaxiRanksOutsideStation", COLUMN_INT8, true}, {"MainBusInterchange", COLUMN_TEXT, true},
		{"PierInterchange", COLUMN_TEXT, true}, {"NationalRailInterchange", COLUMN_TEXT, true}, {"AirportInterchange", COLUMN_TEXT, true},
		{"EmiratesAirLineInterchange", COLUMN_TEXT, true}, {"lat", COLUMN_TEXT, true}, {"lon", COLUMN_TEXT, true}, {"location", COLUMN_TEXT, true},
		{"created_date", COLUMN_INSTANT, false}, {"modified_date", COLUMN_INSTANT, false},
	};
	const struct column users[] = {
		{"name", COLUMN_TEXT, false}, {"email_address", COLUMN_TEXT, true}, {"created_date", COLUMN_INSTANT, false},
		{"modified_date", COLUMN_INSTANT, false},
	};
	expect_schema(stations, COUNT(stations), "stations", "stations-value.schema.json");
	expect_schema(users, COUNT(users), "users", "users-value.schema.json");
}

/* Of every type that we send: its field in the schema that the connector made of a table with all types. */
static void types_are_those_of_the_connector(void **state)
{
	(void)state;
	static const struct {
		const char *field, *type;
		bool is_unsigned;
	} rows[] = {
		{"t4", "tinyint", false}, {"tu", "tinyint", true}, {"sm", "smallint", false}, {"su", "smallint", true}, {"mi", "mediumint", false},
		{"iu", "int", true}, {"bi", "bigint", false}, {"bu", "bigint", true}, {"f", "float", false}, {"db", "double", false},
		{"da", "date", false}, {"ts", "timestamp", false}, {"dt6", "datetime", false}, {"ch", "char", false}, {"tx", "text", false},
		{"en", "enum", false}, {"js", "longtext", false},
	};
	struct strbuf all = {0};
	read_file("nums-bf.schema.json", &all);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[8];
		snprintf(name, sizeof name, "%s", rows[i].field);
		const struct column col = {name, column_kind(rows[i].type, rows[i].is_unsigned), true};
		struct strbuf got = {0};
		columns_schema(&col, 1, "nums", &got);
		char *field = strstr(got.data, "[{") + 1, *end = strstr(field, "],\"connect.name\":\"nums\"}");
		*end = '\0';
		assert_non_null(strstr(all.data, field));
		strbuf_fini(&got);
	}
	assert_int_equal(column_kind("blob", false), COLUMN_OTHER);
	strbuf_fini(&all);
}

static void a_row_is_an_object(void **state)
{
	(void)state;
	const struct column columns[] = {
		{"name", COLUMN_TEXT, false}, {"Wifi", COLUMN_INT8, true}, {"day", COLUMN_DATE, true}, {"modified_date", COLUMN_INSTANT, false},
	};
	struct strbuf got = {0};
	struct error err = {0};
	const struct text full[] = {TEXT("Z\"\0\xf0\x9f\x9a\x87"), TEXT("-128"), TEXT("1970-01-02"), TEXT("2026-11-23 01:24:42")};
	assert_int_equal(columns_json(columns, COUNT(columns), full, &got, &err), 0);
	assert_string_equal(got.data, "{\"name\":\"Z\\\"\\u0000\xf0\x9f\x9a\x87\",\"Wifi\":-128,\"day\":1,\"modified_date\":1795397082000}");
	const struct text empty[] = {TEXT(""), {NULL, 0}, {NULL, 0}, TEXT("1970-01-01 00:00:00.0009")};
	strbuf_reset(&got);
	assert_int_equal(columns_json(columns, COUNT(columns), empty, &got, &err), 0);
	assert_string_equal(got.data, "{\"name\":\"\",\"Wifi\":null,\"day\":null,\"modified_date\":0}");
	const struct text zero[] = {TEXT("x"), {NULL, 0}, {NULL, 0}, TEXT("0000-00-00 00:00:00")};
	assert_int_equal(columns_json(columns, COUNT(columns), zero, &got, &err), -1);
	assert_string_equal(err.text, "column modified_date holds \"0000-00-00 00:00:00\", which is no date");
	const struct text latin[] = {TEXT("Z\xfc"), {NULL, 0}, {NULL, 0}, TEXT("1970-01-01 00:00:00")};
	assert_int_equal(columns_json(columns, COUNT(columns), latin, &got, &err), -1);
	strbuf_fini(&got);
}

/* As Java has them: the days that Britain was not to have yet are counted by the Julian calendar, also those that never were. */
static void instants_are_those_of_java(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"1970-01-01 00:00:00", 0},
		{"1969-12-31 23:59:59.500", -500},
		{"2024-02-29 12:34:56", 1709210096000},
		{"9999-12-31 23:59:59.999999", 253402300799999},
		{"1582-10-15 00:00:00", -12219292800000},
		{"1582-10-04 00:00:00", -12219379200000},
		{"1582-10-10 00:00:00", -12218860800000},
		{"1000-01-01 00:00:00", -30609792000000}, /* the day that is 6 January now */
	};
	int64_t ms;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(instant_parse((struct text){rows[i].text, strlen(rows[i].text)}, &ms));
		assert_int_equal(ms, rows[i].ms);
	}
	static const char *const none[] = {"", "2024-02-29", "2024-00-01 00:00:00", "2024-01-00 00:00:00", "2024-01-01 00:00:00.x", "2024-1-01 00:00:00"};
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(instant_parse((struct text){none[i], strlen(none[i])}, &ms));
}

static void sql_holds_any_text(void **state)
{
	(void)state;
	struct strbuf sql = {0};
	maria_add_text(&sql, TEXT("a'b\\\0c"));
	maria_add_text(&sql, (struct text){NULL, 0});
	maria_add_name(&sql, "we`ird");
	assert_string_equal(sql.data, "'a\\'b\\\\\\0c'NULL`we``ird`");
	strbuf_fini(&sql);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemas_are_those_of_the_connector),
		cmocka_unit_test(types_are_those_of_the_connector),
		cmocka_unit_test(a_row_is_an_object),
		cmocka_unit_test(instants_are_those_of_java),
		cmocka_unit_test(sql_holds_any_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
