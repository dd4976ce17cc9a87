#include "avro/shape.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_AVRO
#include <avro.h>
#endif

const char *shape_kind_name(enum shape_kind kind)
{
	static const char *const names[SHAPE_KINDS] = {
		"null", "boolean", "int", "long", "float", "double", "bytes", "string", "fixed", "enum", "array", "map", "union", "record",
	};
	return names[kind];
}

void shape_free(struct shape *sh)
{
	if (!sh)
		return;
	for (size_t i = 0; i < sh->nparts; i++)
		free(sh->parts[i].name);
	free(sh->parts);
	free(sh->nodes);
	free(sh);
}

#ifdef HAVE_AVRO

#define DEPTH_MAX 64
#define NODES_MAX 10000

struct builder { /* of one shape */
	struct shape *sh;
	avro_schema_t *seen; /* named types, which may be met again inside themselves, … */
	uint32_t *node;      /* … and their nodes */
	size_t nseen, seen_cap, node_cap;
	const char *problem;
};

static const enum shape_kind kinds[] = {
	[AVRO_STRING] = SHAPE_STRING, [AVRO_BYTES] = SHAPE_BYTES, [AVRO_INT32] = SHAPE_INT, [AVRO_INT64] = SHAPE_LONG, [AVRO_FLOAT] = SHAPE_FLOAT,
	[AVRO_DOUBLE] = SHAPE_DOUBLE, [AVRO_BOOLEAN] = SHAPE_BOOLEAN, [AVRO_NULL] = SHAPE_NULL, [AVRO_RECORD] = SHAPE_RECORD,
	[AVRO_ENUM] = SHAPE_ENUM, [AVRO_FIXED] = SHAPE_FIXED, [AVRO_MAP] = SHAPE_MAP, [AVRO_ARRAY] = SHAPE_ARRAY, [AVRO_UNION] = SHAPE_UNION,
};

static uint32_t build(struct builder *bu, avro_schema_t schema, unsigned depth);

static uint32_t count_parts(avro_schema_t schema, enum shape_kind kind)
{
	switch (kind) {
	case SHAPE_RECORD:
		return (uint32_t)avro_schema_record_size(schema);
	case SHAPE_UNION:
		return (uint32_t)avro_schema_union_size(schema);
	case SHAPE_ENUM:
		return (uint32_t)avro_schema_enum_number_of_symbols(schema);
	default:
		return kind == SHAPE_ARRAY || kind == SHAPE_MAP;
	}
}

static const char *part_name(avro_schema_t schema, enum shape_kind kind, int i)
{
	return kind == SHAPE_RECORD ? avro_schema_record_field_name(schema, i) : kind == SHAPE_ENUM ? avro_schema_enum_get(schema, i) : NULL;
}

static avro_schema_t part_schema(avro_schema_t schema, enum shape_kind kind, int i)
{
	switch (kind) {
	case SHAPE_RECORD:
		return avro_schema_record_field_get_by_index(schema, i);
	case SHAPE_UNION:
		return avro_schema_union_branch(schema, i);
	case SHAPE_ARRAY:
		return avro_schema_array_items(schema);
	default:
		return avro_schema_map_values(schema);
	}
}

static void add_parts(struct builder *bu, avro_schema_t schema, uint32_t at, unsigned depth)
{
	struct shape *sh = bu->sh;
	enum shape_kind kind = sh->nodes[at].kind;
	uint32_t first = (uint32_t)sh->nparts, count = count_parts(schema, kind);
	sh->nodes[at].first = first;
	sh->nodes[at].count = count;
	for (uint32_t i = 0; i < count; i++) {
		const char *name = part_name(schema, kind, (int)i);
		sh->parts = xgrow(sh->parts, sh->nparts, &sh->parts_cap, sizeof *sh->parts);
		sh->parts[sh->nparts++] = (struct shape_part){.name = name ? xstrdup(name) : NULL, .name_len = name ? strlen(name) : 0};
	}
	for (uint32_t i = 0; i < count && kind != SHAPE_ENUM && !bu->problem; i++) {
		uint32_t node = build(bu, part_schema(schema, kind, (int)i), depth + 1);
		if (kind == SHAPE_UNION && sh->nodes[node].kind == SHAPE_UNION)
			bu->problem = "a union holds a union";
		sh->parts[first + i].node = node;
	}
}

static void remember(struct builder *bu, avro_schema_t schema, uint32_t node)
{
	bu->seen = xgrow(bu->seen, bu->nseen, &bu->seen_cap, sizeof *bu->seen);
	bu->node = xgrow(bu->node, bu->nseen, &bu->node_cap, sizeof *bu->node);
	bu->seen[bu->nseen] = schema;
	bu->node[bu->nseen++] = node;
}

static uint32_t build(struct builder *bu, avro_schema_t schema, unsigned depth)
{
	struct shape *sh = bu->sh;
	while (is_avro_link(schema))
		schema = avro_schema_link_target(schema);
	for (size_t i = 0; i < bu->nseen; i++)
		if (bu->seen[i] == schema)
			return bu->node[i];
	if (depth > DEPTH_MAX || sh->nnodes >= NODES_MAX) {
		bu->problem = "it is nested too deeply, or too large";
		return 0;
	}
	uint32_t at = (uint32_t)sh->nnodes;
	sh->nodes = xgrow(sh->nodes, sh->nnodes, &sh->nodes_cap, sizeof *sh->nodes);
	sh->nodes[sh->nnodes++] = (struct shape_node){.kind = kinds[avro_typeof(schema)]};
	if (is_avro_named_type(schema))
		remember(bu, schema, at);
	int64_t size = is_avro_fixed(schema) ? avro_schema_fixed_size(schema) : 0;
	if (size < 0)
		bu->problem = "a fixed type has a negative size";
	sh->nodes[at].size = (size_t)size;
	add_parts(bu, schema, at, depth);
	return at;
}

struct shape *shape_new(const char *schema, size_t len, struct error *err)
{
	avro_schema_t parsed = NULL;
	if (avro_schema_from_json_length(schema, len, &parsed)) {
		error_set(err, "not a schema of Avro: %s", avro_strerror());
		return NULL;
	}
	struct builder bu = {.sh = xcalloc(1, sizeof *bu.sh)};
	build(&bu, parsed, 0);
	avro_schema_decref(parsed);
	free(bu.seen);
	free(bu.node);
	if (!bu.problem)
		return bu.sh;
	error_set(err, "the schema cannot be used: %s", bu.problem);
	shape_free(bu.sh);
	return NULL;
}

#else

struct shape *shape_new(const char *schema, size_t len, struct error *err)
{
	(void)schema;
	(void)len;
	error_set(err, "this tfl-top was built without Avro: configure it with libavro");
	return NULL;
}

#endif
