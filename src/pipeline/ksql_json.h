/* ksql_json.h: reads a JSON record into columns exactly as ksqlDB does (Jackson's parser, then ksqlDB's coercions), so that the join can be
 * exchanged for ksqlDB and back without one byte changing. A strict tokenizer would not do: ksqlDB takes overlong UTF-8, lone surrogates,
 * UTF-16, whatever follows the first value, and any depth. Pure. Thread: the owner's. */
#ifndef TFLTOP_PIPELINE_KSQL_JSON_H
#define TFLTOP_PIPELINE_KSQL_JSON_H

#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ksql_type { KSQL_STRING, KSQL_INT };

struct ksql_column {
	const char *name; /* ASCII, exact case */
	enum ksql_type type;
};

#define KSQL_COLUMNS 4

struct ksql_cell {
	bool null;
	struct text text;  /* KSQL_STRING: units (ksql_text.h) */
	int32_t number;    /* KSQL_INT */
};

/* Why a record is no row. */
enum ksql_bad { KSQL_GOOD, KSQL_BAD_JSON, KSQL_NO_OBJECT, KSQL_BAD_TYPE, KSQL_TOO_DEEP, KSQL_BADS };
const char *ksql_bad_name(enum ksql_bad bad);

struct ksql_reader;

struct ksql_reader *ksql_reader_new(const struct ksql_column *columns, size_t count);
void ksql_reader_free(struct ksql_reader *rd);

/* The cells borrow from `value` and from the reader, until the next call. */
enum ksql_bad ksql_read(struct ksql_reader *rd, const void *value, size_t len, struct ksql_cell *cells);

#endif
