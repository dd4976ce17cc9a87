#include "store/export.h"

#include "base/json_write.h"
#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLUSH_AT (64 * 1024)

void export_add_safe(struct strbuf *out, const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_printable(text + i, len - i);
		if (n) {
			strbuf_add(out, text + i, n);
			continue;
		}
		n = 1;
		if (text[i] == '\n' || text[i] == '\t' || text[i] == '\r')
			strbuf_printf(out, "\\%c", text[i] == '\n' ? 'n' : text[i] == '\t' ? 't' : 'r');
		else
			strbuf_printf(out, "\\x%02x", (unsigned char)text[i]);
	}
}

static const char *column_bytes(sqlite3_stmt *stmt, int n, size_t *len)
{
	const char *bytes = sqlite3_column_type(stmt, n) == SQLITE_BLOB ? sqlite3_column_blob(stmt, n) : (const char *)sqlite3_column_text(stmt, n);
	*len = (size_t)sqlite3_column_bytes(stmt, n);
	return bytes ? bytes : "";
}

/* RFC 4180: quoted when it holds a comma, a quote or a line end; empty text is quoted too, NULL is not. */
static void add_csv_field(struct export *ex, const char *text, size_t len)
{
	struct strbuf safe = {0};
	if (ex->terminal) {
		export_add_safe(&safe, text, len);
		text = strbuf_str(&safe);
		len = safe.len;
	}
	bool quoted = !len;
	for (size_t i = 0; i < len && !quoted; i++)
		quoted = strchr(",\"\r\n", text[i]) && text[i];
	if (quoted)
		strbuf_addc(&ex->out, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			strbuf_addc(&ex->out, '"');
		strbuf_addc(&ex->out, text[i]);
	}
	if (quoted)
		strbuf_addc(&ex->out, '"');
	strbuf_fini(&safe);
}

static void csv_begin(struct export *ex, sqlite3_stmt *stmt)
{
	for (int i = 0; i < ex->columns; i++) {
		const char *name = sqlite3_column_name(stmt, i);
		if (i)
			strbuf_addc(&ex->out, ',');
		add_csv_field(ex, name, strlen(name));
	}
	strbuf_puts(&ex->out, "\r\n");
}

/* A blob as base64, as in JSON: CSV has no way to tell bytes from text. */
static void add_csv_blob(struct export *ex, sqlite3_stmt *stmt, int n)
{
	size_t len;
	const char *bytes = column_bytes(stmt, n, &len);
	json_add_base64(&ex->out, bytes, len);
}

static void csv_row(struct export *ex, sqlite3_stmt *stmt)
{
	for (int i = 0; i < ex->columns; i++) {
		size_t len;
		if (i)
			strbuf_addc(&ex->out, ',');
		if (sqlite3_column_type(stmt, i) == SQLITE_NULL)
			continue;
		if (sqlite3_column_type(stmt, i) == SQLITE_BLOB) {
			add_csv_blob(ex, stmt, i);
			continue;
		}
		const char *text = column_bytes(stmt, i, &len);
		add_csv_field(ex, text, len);
	}
	strbuf_puts(&ex->out, "\r\n");
}

/* Text that is no UTF-8 goes as base64: JSON cannot hold it. */
static void add_json_text(struct strbuf *out, const char *text, size_t len)
{
	if (!json_add_text(out, text, len))
		json_add_base64(out, text, len);
}

/* The fewest digits that read back as the same number. */
static void add_json_double(struct strbuf *out, double number)
{
	char text[32];
	int digits = 15;
	if (!isfinite(number)) {
		strbuf_puts(out, "null");
		return;
	}
	do
		snprintf(text, sizeof text, "%.*g", digits, number);
	while (strtod(text, NULL) != number && ++digits <= 17);
	strbuf_puts(out, text);
}

static void add_json_value(struct strbuf *out, sqlite3_stmt *stmt, int n)
{
	size_t len;
	const char *bytes;
	switch (sqlite3_column_type(stmt, n)) {
	case SQLITE_NULL:
		strbuf_puts(out, "null");
		break;
	case SQLITE_INTEGER:
		strbuf_printf(out, "%lld", (long long)sqlite3_column_int64(stmt, n));
		break;
	case SQLITE_FLOAT:
		add_json_double(out, sqlite3_column_double(stmt, n));
		break;
	case SQLITE_BLOB:
		bytes = column_bytes(stmt, n, &len);
		json_add_base64(out, bytes, len);
		break;
	default:
		bytes = column_bytes(stmt, n, &len);
		add_json_text(out, bytes, len);
	}
}

static void add_json_object(struct export *ex, sqlite3_stmt *stmt)
{
	for (int i = 0; i < ex->columns; i++) {
		const char *name = sqlite3_column_name(stmt, i);
		strbuf_addc(&ex->out, i ? ',' : '{');
		add_json_text(&ex->out, name, strlen(name));
		strbuf_addc(&ex->out, ':');
		add_json_value(&ex->out, stmt, i);
	}
	strbuf_addc(&ex->out, '}');
}

static void json_row(struct export *ex, sqlite3_stmt *stmt)
{
	strbuf_puts(&ex->out, ex->rows ? ",\n" : "[");
	add_json_object(ex, stmt);
}

static void json_end(struct export *ex)
{
	strbuf_puts(&ex->out, ex->rows ? "]\n" : "[]\n");
}

static void ndjson_row(struct export *ex, sqlite3_stmt *stmt)
{
	add_json_object(ex, stmt);
	strbuf_addc(&ex->out, '\n');
}

static void nothing(struct export *ex, sqlite3_stmt *stmt)
{
	(void)ex;
	(void)stmt;
}

static void no_end(struct export *ex)
{
	(void)ex;
}

static const struct export_format csv = {"csv", csv_begin, csv_row, no_end};
static const struct export_format json = {"json", nothing, json_row, json_end};
static const struct export_format ndjson = {"ndjson", nothing, ndjson_row, no_end};
static const struct export_format *const formats[] = {&export_table, &csv, &json, &ndjson};

const struct export_format *export_format_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

void export_init(struct export *ex, const struct export_format *format, FILE *to, bool terminal)
{
	*ex = (struct export){.format = format, .to = to, .terminal = terminal};
}

void export_fini(struct export *ex)
{
	strbuf_fini(&ex->out);
}

static void flush(struct export *ex, size_t at)
{
	if (ex->out.len <= at)
		return;
	if (!ex->failed && (fwrite(ex->out.data, 1, ex->out.len, ex->to) != ex->out.len || fflush(ex->to))) {
		ex->saved_errno = errno;
		ex->failed = true;
	}
	strbuf_reset(&ex->out);
}

void export_begin(struct export *ex, sqlite3_stmt *stmt)
{
	ex->columns = sqlite3_column_count(stmt);
	ex->rows = 0;
	ex->format->begin(ex, stmt);
}

void export_row(struct export *ex, sqlite3_stmt *stmt)
{
	ex->format->row(ex, stmt);
	ex->rows++;
	flush(ex, FLUSH_AT);
}

void export_end(struct export *ex)
{
	ex->format->end(ex);
	ex->statements++;
	flush(ex, 0);
}
