#include "base/csv.h"

#include "base/asset.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The field at the cursor, appended to text; -1 when its quote is never closed. */
static int read_field(struct csv *csv)
{
	csv->field = xgrow(csv->field, csv->count, &csv->cap, sizeof *csv->field);
	csv->field[csv->count++] = csv->text.len;
	bool quoted = csv->p < csv->end && *csv->p == '"';
	for (csv->p += quoted; csv->p < csv->end; csv->p++) {
		char c = *csv->p;
		if (quoted && c == '"') {
			quoted = csv->p + 1 < csv->end && csv->p[1] == '"';
			if (!quoted)
				continue;
			csv->p++;
		} else if (!quoted && (c == ',' || c == '\n' || c == '\r')) {
			break;
		}
		strbuf_addc(&csv->text, c);
	}
	strbuf_addc(&csv->text, '\0');
	return quoted ? -1 : 0;
}

static void skip_line_ends(struct csv *csv)
{
	for (; csv->p < csv->end && (*csv->p == '\n' || *csv->p == '\r'); csv->p++)
		csv->line += *csv->p == '\n';
}

/* 1 a row, 0 the end, -1 error. */
static int read_row(struct csv *csv, struct error *err)
{
	for (size_t i = 0; i < csv->text.len; i++)
		csv->line += csv->text.data[i] == '\n'; /* of the row before: inside quotes */
	strbuf_reset(&csv->text);
	csv->count = 0;
	skip_line_ends(csv);
	if (csv->p == csv->end)
		return 0;
	for (;;) {
		if (read_field(csv))
			return error_set(err, "%s line %zu: a quote is never closed", csv->name, csv->line);
		if (csv->p == csv->end || *csv->p != ',')
			return 1;
		csv->p++;
	}
}

int csv_open(struct csv *csv, const char *name, const char *data, size_t size, struct error *err)
{
	*csv = (struct csv){.name = name, .p = data, .end = data + size, .line = 1};
	int row = read_row(csv, err);
	if (row < 0)
		return -1;
	if (!row)
		return error_set(err, "%s is empty: its first line must name the columns", name);
	csv->columns = csv->count;
	csv->column = csv->field;
	csv->header = csv->text;
	csv->field = NULL;
	csv->cap = 0;
	csv->text = (struct strbuf){0};
	return 0;
}

int csv_open_asset(struct csv *csv, const char *name, struct error *err)
{
	const struct asset *asset = asset_find(name);
	if (!asset)
		return error_set(err, "%s is not among the files built into the program", name);
	return csv_open(csv, asset->name, asset->data, asset->size, err);
}

void csv_fini(struct csv *csv)
{
	free(csv->field);
	free(csv->column);
	strbuf_fini(&csv->text);
	strbuf_fini(&csv->header);
	*csv = (struct csv){0};
}

int csv_column(const struct csv *csv, const char *name, struct error *err)
{
	for (size_t i = 0; i < csv->columns; i++)
		if (!strcmp(csv->header.data + csv->column[i], name))
			return (int)i;
	return error_set(err, "%s has no column \"%s\"", csv->name, name);
}

int csv_next(struct csv *csv, struct error *err)
{
	int row = read_row(csv, err);
	if (row > 0 && csv->count != csv->columns)
		return error_set(err, "%s line %zu: %zu fields, but %zu columns are named", csv->name, csv->line, csv->count, csv->columns);
	return row;
}

const char *csv_field(const struct csv *csv, int column)
{
	return csv->text.data + csv->field[column];
}
