/* csv.h: reads CSV (RFC 4180: quoted fields, doubled quotes, LF or CRLF) from memory, row by row; the first row names the columns.
 * `struct csv csv = {0};` may be finished at any time. Thread: any. */
#ifndef TFLTOP_BASE_CSV_H
#define TFLTOP_BASE_CSV_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>

struct csv {
	const char *name;      /* borrowed; for errors */
	const char *p, *end;
	size_t line;           /* on which the row at hand begins, from 1 */
	struct strbuf text;    /* the fields of the row at hand, each NUL-terminated */
	size_t *field, cap;    /* where each begins in text */
	size_t count;
	struct strbuf header;  /* the first row, likewise */
	size_t *column, columns;
};

/* data is borrowed until csv_fini. Errors (-1): no header row, a quote that is never closed. */
int csv_open(struct csv *csv, const char *name, const char *data, size_t size, struct error *err);
int csv_open_asset(struct csv *csv, const char *name, struct error *err); /* a file of data/ */
void csv_fini(struct csv *csv);

/* The number of the column of that name, or -1 and an error that names file and column. */
int csv_column(const struct csv *csv, const char *name, struct error *err);

/* Next row: 1, or 0 at the end, or -1: a quote never closed, or more or fewer fields than the header. Empty lines are skipped. */
int csv_next(struct csv *csv, struct error *err);

/* A field of the row at hand, without its quotes; valid until the next csv_next. column: what csv_column returned. */
const char *csv_field(const struct csv *csv, int column);

#endif
