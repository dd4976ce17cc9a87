/* The table: columns as wide as the widest of the first rows, numbers to the right. Rows are held back until their widths are known; a
 * longer result is then written as it comes. */
#include "store/export.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ROWS_HELD 1000
#define BETWEEN "  "

struct field {
	char *text;
	int width;   /* columns on the screen */
	bool number;
};

struct table {
	struct field *held; /* row by row; the first row is the names */
	size_t fields, cap;
	int *width;         /* of each column */
	bool running;       /* the held rows are out */
};

static int text_columns(const char *text, size_t len)
{
	int width = 0;
	uint32_t code;
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &code);
		int w = n ? wcwidth((wchar_t)code) : 1;
		width += w >= 0 ? w : 1;
		n += !n;
	}
	return width;
}

static struct field make_field(const char *text, size_t len, bool number)
{
	struct strbuf safe = {0};
	export_add_safe(&safe, text, len);
	if (!safe.data)
		strbuf_puts(&safe, "");
	return (struct field){safe.data, text_columns(safe.data, safe.len), number};
}

static struct field make_value(sqlite3_stmt *stmt, int n)
{
	int type = sqlite3_column_type(stmt, n);
	const char *text = (const char *)sqlite3_column_text(stmt, n);
	return make_field(text ? text : "", (size_t)sqlite3_column_bytes(stmt, n), type == SQLITE_INTEGER || type == SQLITE_FLOAT);
}

static void pad(struct strbuf *out, int count)
{
	while (count-- > 0)
		strbuf_addc(out, ' ');
}

static void put_field(struct export *ex, const struct field *fl, int column)
{
	int room = ex->table->width[column] - fl->width;
	if (column)
		strbuf_puts(&ex->out, BETWEEN);
	if (fl->number)
		pad(&ex->out, room);
	strbuf_puts(&ex->out, fl->text);
	if (!fl->number)
		pad(&ex->out, room);
	if (column < ex->columns - 1)
		return;
	while (ex->out.len && ex->out.data[ex->out.len - 1] == ' ')
		ex->out.len--;
	strbuf_addc(&ex->out, '\n');
}

static void put_rule(struct export *ex)
{
	for (int i = 0; i < ex->columns; i++) {
		if (i)
			strbuf_puts(&ex->out, BETWEEN);
		for (int n = 0; n < ex->table->width[i]; n++)
			strbuf_addc(&ex->out, '-');
	}
	strbuf_addc(&ex->out, '\n');
}

/* A name stands over its numbers as they do, to the right. */
static void put_held(struct export *ex)
{
	struct table *tb = ex->table;
	size_t columns = (size_t)ex->columns;
	for (size_t i = 0; i < columns && tb->fields > columns; i++)
		tb->held[i].number = tb->held[columns + i].number;
	for (size_t i = 0; i < tb->fields; i++) {
		put_field(ex, &tb->held[i], (int)(i % columns));
		if (i + 1 == columns)
			put_rule(ex);
		free(tb->held[i].text);
	}
	tb->fields = 0;
	tb->running = true;
}

static void hold(struct export *ex, struct field fl, int column)
{
	struct table *tb = ex->table;
	if (fl.width > tb->width[column])
		tb->width[column] = fl.width;
	tb->held = xgrow(tb->held, tb->fields, &tb->cap, sizeof *tb->held);
	tb->held[tb->fields++] = fl;
}

static void table_begin(struct export *ex, sqlite3_stmt *stmt)
{
	if (ex->statements)
		strbuf_addc(&ex->out, '\n');
	ex->table = xcalloc(1, sizeof *ex->table);
	ex->table->width = xcalloc((size_t)ex->columns, sizeof *ex->table->width);
	for (int i = 0; i < ex->columns; i++) {
		const char *name = sqlite3_column_name(stmt, i);
		hold(ex, make_field(name, strlen(name), false), i);
	}
}

static void table_row(struct export *ex, sqlite3_stmt *stmt)
{
	if (ex->rows == ROWS_HELD)
		put_held(ex);
	for (int i = 0; i < ex->columns; i++) {
		struct field fl = make_value(stmt, i);
		if (!ex->table->running) {
			hold(ex, fl, i);
			continue;
		}
		put_field(ex, &fl, i);
		free(fl.text);
	}
}

static void table_end(struct export *ex)
{
	if (!ex->table->running)
		put_held(ex);
	free(ex->table->held);
	free(ex->table->width);
	free(ex->table);
	ex->table = NULL;
}

const struct export_format export_table = {"table", table_begin, table_row, table_end};
