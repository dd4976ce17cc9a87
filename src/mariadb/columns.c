#include "mariadb/columns.h"

#include "base/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT "\"connect.version\":1,\"connect.name\":\"org.apache.kafka.connect.data."

static const char *const avro_types[] = {
	[COLUMN_TEXT] = "\"string\"",
	[COLUMN_INT8] = "{\"type\":\"int\",\"connect.type\":\"int8\"}",
	[COLUMN_INT16] = "{\"type\":\"int\",\"connect.type\":\"int16\"}",
	[COLUMN_INT32] = "\"int\"",
	[COLUMN_INT64] = "\"long\"",
	[COLUMN_FLOAT] = "\"float\"",
	[COLUMN_DOUBLE] = "\"double\"",
	[COLUMN_DATE] = "{\"type\":\"int\"," CONNECT "Date\",\"logicalType\":\"date\"}",
	[COLUMN_INSTANT] = "{\"type\":\"long\"," CONNECT "Timestamp\",\"logicalType\":\"timestamp-millis\"}",
};

static const struct {
	const char *type;
	enum column_kind is_signed, is_unsigned;
} kinds[] = {
	{"tinyint", COLUMN_INT8, COLUMN_INT16},        {"smallint", COLUMN_INT16, COLUMN_INT32},
	{"mediumint", COLUMN_INT32, COLUMN_INT32},     {"int", COLUMN_INT32, COLUMN_INT64},
	{"bigint", COLUMN_INT64, COLUMN_INT64},        {"float", COLUMN_FLOAT, COLUMN_FLOAT},
	{"double", COLUMN_DOUBLE, COLUMN_DOUBLE},      {"date", COLUMN_DATE, COLUMN_DATE},
	{"datetime", COLUMN_INSTANT, COLUMN_INSTANT},  {"timestamp", COLUMN_INSTANT, COLUMN_INSTANT},
	{"char", COLUMN_TEXT, COLUMN_TEXT},            {"varchar", COLUMN_TEXT, COLUMN_TEXT},
	{"tinytext", COLUMN_TEXT, COLUMN_TEXT},        {"text", COLUMN_TEXT, COLUMN_TEXT},
	{"mediumtext", COLUMN_TEXT, COLUMN_TEXT},      {"longtext", COLUMN_TEXT, COLUMN_TEXT},
	{"enum", COLUMN_TEXT, COLUMN_TEXT},            {"set", COLUMN_TEXT, COLUMN_TEXT},
};

enum column_kind column_kind(const char *type, bool is_unsigned)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].type, type))
			return is_unsigned ? kinds[i].is_unsigned : kinds[i].is_signed;
	return COLUMN_OTHER;
}

static void add_field(const struct column *col, struct strbuf *out)
{
	strbuf_puts(out, "{\"name\":");
	json_add_text(out, col->name, strlen(col->name));
	strbuf_printf(out, col->nullable ? ",\"type\":[\"null\",%s],\"default\":null}" : ",\"type\":%s}", avro_types[col->kind]);
}

void columns_schema(const struct column *columns, size_t count, const char *table, struct strbuf *out)
{
	strbuf_puts(out, "{\"type\":\"record\",\"name\":");
	json_add_text(out, table, strlen(table));
	strbuf_puts(out, ",\"fields\":[");
	for (size_t i = 0; i < count; i++) {
		if (i)
			strbuf_addc(out, ',');
		add_field(&columns[i], out);
	}
	strbuf_puts(out, "],\"connect.name\":");
	json_add_text(out, table, strlen(table));
	strbuf_addc(out, '}');
}

/* Days from 1970-01-01 by the Julian day number (Richards, Explanatory Supplement to the Astronomical Almanac, 3rd ed., 15.11). */
static int64_t days_of(int year, int month, int day)
{
	int before_march = month < 3;
	int64_t y = year + 4800 - before_march, m = month - 3 + 12 * before_march;
	int64_t julian = day + (153 * m + 2) / 5 + 365 * y + y / 4 - 32083;
	bool gregorian = year > 1582 || (year == 1582 && (month > 10 || (month == 10 && day >= 15)));
	return (gregorian ? julian - y / 100 + y / 400 + 38 : julian) - 2440588;
}

/* len digits at p. -1: others. */
static int digits(const char *p, size_t len)
{
	int value = 0;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

static bool parse_date(struct text text, int64_t *days)
{
	const char *p = text.data;
	if (text.len < 10 || p[4] != '-' || p[7] != '-')
		return false;
	int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
	if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*days = days_of(year, month, day);
	return true;
}

static int millis(struct text text)
{
	int value = 0;
	for (size_t i = 20; i < 23; i++)
		value = value * 10 + (i < text.len ? text.data[i] - '0' : 0);
	return value;
}

bool instant_parse(struct text text, int64_t *ms)
{
	int64_t days;
	const char *p = text.data;
	if (!parse_date(text, &days) || text.len < 19 || p[13] != ':' || p[16] != ':')
		return false;
	int hour = digits(p + 11, 2), minute = digits(p + 14, 2), second = digits(p + 17, 2);
	if (hour < 0 || minute < 0 || second < 0 || (text.len > 19 && digits(p + 20, text.len - 20) < 0))
		return false;
	*ms = (days * 86400 + hour * 3600 + minute * 60 + second) * 1000 + millis(text);
	return true;
}

static bool add_value(enum column_kind kind, struct text value, struct strbuf *out)
{
	int64_t number;
	if (kind == COLUMN_TEXT)
		return json_add_text(out, value.data, value.len);
	if (kind == COLUMN_DATE ? parse_date(value, &number) : kind == COLUMN_INSTANT && instant_parse(value, &number))
		strbuf_printf(out, "%" PRId64, number);
	else if (kind == COLUMN_DATE || kind == COLUMN_INSTANT)
		return false;
	else
		strbuf_add(out, value.data, value.len);
	return true;
}

int columns_json(const struct column *columns, size_t count, const struct text *values, struct strbuf *out, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_addc(out, i ? ',' : '{');
		json_add_text(out, columns[i].name, strlen(columns[i].name));
		strbuf_addc(out, ':');
		if (!values[i].data)
			strbuf_puts(out, "null");
		else if (!add_value(columns[i].kind, values[i], out))
			return error_set(err, "column %s holds \"%.*s\", which is no %s", columns[i].name, (int)(values[i].len < 80 ? values[i].len : 80),
					 values[i].data, columns[i].kind == COLUMN_TEXT ? "UTF-8" : "date");
	}
	strbuf_addc(out, '}');
	return 0;
}
