/* shape.h: an Avro schema, parsed by libavro and laid out flat, so that values can be walked without it: the library trusts the lengths
 * it meets, and what comes out of Kafka is not to be trusted. Immutable once made. Thread: any. */
#ifndef TFLTOP_AVRO_SHAPE_H
#define TFLTOP_AVRO_SHAPE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum shape_kind {
	SHAPE_NULL, SHAPE_BOOLEAN, SHAPE_INT, SHAPE_LONG, SHAPE_FLOAT, SHAPE_DOUBLE, SHAPE_BYTES, SHAPE_STRING,
	SHAPE_FIXED, SHAPE_ENUM, SHAPE_ARRAY, SHAPE_MAP, SHAPE_UNION, SHAPE_RECORD,
	SHAPE_KINDS
};
const char *shape_kind_name(enum shape_kind kind); /* "null" … */

struct shape_part { /* a record's field, a union's branch, an enum's symbol, what an array or a map holds */
	char *name;       /* of a field or a symbol, else NULL */
	size_t name_len;
	uint32_t node;    /* of a symbol: none */
};

struct shape_node {
	enum shape_kind kind;
	uint32_t first, count; /* its parts */
	size_t size;           /* of a fixed */
};

struct shape {
	struct shape_node *nodes; /* the first is the schema itself */
	struct shape_part *parts;
	size_t nnodes, nodes_cap, nparts, parts_cap;
};

struct shape *shape_new(const char *schema, size_t len, struct error *err); /* schema: JSON text. NULL + err: it is none */
void shape_free(struct shape *sh);

#endif
