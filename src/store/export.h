/* export.h: rows of a statement as a table, CSV (RFC 4180), JSON or one JSON object a line. Thread: the caller's. */
#ifndef TFLTOP_STORE_EXPORT_H
#define TFLTOP_STORE_EXPORT_H

#include "base/strbuf.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct export;

struct export_format { /* one row per --format */
	const char *name;
	void (*begin)(struct export *ex, sqlite3_stmt *stmt);
	void (*row)(struct export *ex, sqlite3_stmt *stmt);
	void (*end)(struct export *ex);
};

struct export {
	const struct export_format *format;
	FILE *to;
	bool terminal;        /* `to` is one: no control byte may reach it in any format */
	bool failed;          /* writing did: errno says how */
	int saved_errno;
	struct strbuf out;    /* not written yet */
	int columns;
	uint64_t rows;        /* of the statement at hand */
	uint64_t statements;  /* that had rows to show, before this one */
	struct table *table;  /* rows held back until the widths are known */
};

const struct export_format *export_format_find(const char *name); /* NULL: no such */

void export_init(struct export *ex, const struct export_format *format, FILE *to, bool terminal);
void export_fini(struct export *ex);

/* Around the rows of each statement that has columns. */
void export_begin(struct export *ex, sqlite3_stmt *stmt);
void export_row(struct export *ex, sqlite3_stmt *stmt);
void export_end(struct export *ex);

/* For the formats: text on which a terminal can be trusted: control and malformed bytes as \n or \x1b. */
void export_add_safe(struct strbuf *out, const char *text, size_t len);

extern const struct export_format export_table;

#endif
