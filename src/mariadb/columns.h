/* columns.h: what Connect's JDBC source makes of a table: its record schema in Avro's words, and of a row the record, as JSON that Connect's
 * JsonConverter would write without schemas. Pure. Thread: any. */
#ifndef TFLTOP_MARIADB_COLUMNS_H
#define TFLTOP_MARIADB_COLUMNS_H

#include "base/error.h"
#include "base/strbuf.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_kind {
	COLUMN_TEXT,
	COLUMN_INT8, /* BOOLEAN as well, which is TINYINT(1): any value of it passes */
	COLUMN_INT16,
	COLUMN_INT32,
	COLUMN_INT64,
	COLUMN_FLOAT,
	COLUMN_DOUBLE,
	COLUMN_DATE,    /* days since 1970 */
	COLUMN_INSTANT, /* ms since 1970 */
	COLUMN_OTHER,   /* cannot be sent */
};

struct column {
	const char *name;
	enum column_kind kind;
	bool nullable;
};

/* type: as information_schema.columns has it in data_type: "varchar". */
enum column_kind column_kind(const char *type, bool is_unsigned);

/* The schema of a record of these columns, without blanks. */
void columns_schema(const struct column *columns, size_t count, const char *table, struct strbuf *out);

/* A row, whose columns come as text, as a JSON object. -1 + err: a value that the record cannot hold (0000-00-00, no UTF-8). */
int columns_json(const struct column *columns, size_t count, const struct text *values, struct strbuf *out, struct error *err);

/* "2024-03-01 12:00:00.123456" in ms since 1970, what is below a millisecond cut off. Days before 15 October 1582 are counted by the Julian calendar,
 * as Java does. False: it is no date. */
bool instant_parse(struct text text, int64_t *ms);

#endif
