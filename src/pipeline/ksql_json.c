#include "pipeline/ksql_json.h"

#include "base/mem.h"
#include "pipeline/ksql_nested.h"
#include "pipeline/ksql_number.h"
#include "pipeline/ksql_text.h"
#include "pipeline/ksql_walk.h"

#include <stdlib.h>
#include <string.h>

struct ksql_reader {
	const struct ksql_column *columns;
	size_t count;
	struct walk walk;
	struct nested nested;
	struct strbuf recoded;             /* the input, when it was not UTF-8 */
	struct strbuf name;
	struct strbuf texts[KSQL_COLUMNS]; /* of cells that are not a piece of the input */
};

static const char *const bad_names[KSQL_BADS] = {
	[KSQL_GOOD] = "good",
	[KSQL_BAD_JSON] = "not JSON",
	[KSQL_NO_OBJECT] = "not a JSON object",
	[KSQL_BAD_TYPE] = "a column of the wrong type",
	[KSQL_TOO_DEEP] = "nested too deep",
};

const char *ksql_bad_name(enum ksql_bad bad)
{
	return bad_names[bad];
}

struct ksql_reader *ksql_reader_new(const struct ksql_column *columns, size_t count)
{
	struct ksql_reader *rd = xcalloc(1, sizeof *rd);
	rd->columns = columns;
	rd->count = count < KSQL_COLUMNS ? count : KSQL_COLUMNS;
	return rd;
}

void ksql_reader_free(struct ksql_reader *rd)
{
	if (!rd)
		return;
	strbuf_fini(&rd->walk.open);
	nested_fini(&rd->nested);
	strbuf_fini(&rd->recoded);
	strbuf_fini(&rd->name);
	for (size_t i = 0; i < KSQL_COLUMNS; i++)
		strbuf_fini(&rd->texts[i]);
	free(rd);
}

/* The column of that name, or -1. */
static int column_of(struct ksql_reader *rd, struct text name, bool plain)
{
	if (!plain) {
		strbuf_reset(&rd->name);
		walk_decode(&rd->name, name);
		name = (struct text){strbuf_str(&rd->name), rd->name.len};
	}
	for (size_t i = 0; i < rd->count; i++)
		if (strlen(rd->columns[i].name) == name.len && !memcmp(rd->columns[i].name, name.data, name.len))
			return (int)i;
	return -1;
}

/* Passes over the members, keeping where the last value of each column stands: only that one's type matters. */
static bool find_values(struct ksql_reader *rd, struct text *values)
{
	struct walk *w = &rd->walk;
	w->p++;
	if (walk_peek(w) == '}')
		return true;
	for (;;) {
		struct text name;
		bool plain;
		if (!walk_name(w, &name, &plain))
			return false;
		walk_peek(w);
		int column = column_of(rd, name, plain);
		const char *start = w->p;
		if (!walk_value(w))
			return false;
		if (column >= 0)
			values[column] = (struct text){start, (size_t)(w->p - start)};
		char c = walk_peek(w);
		if (c == '}')
			return true;
		if (c != ',')
			return false;
		w->p++;
	}
}

/* The text of a JSON string: itself when plain, else decoded into `memory`. */
static struct text string_text(struct text value, struct strbuf *memory)
{
	struct walk w = {.p = value.data, .end = value.data + value.len};
	struct text inside;
	bool plain;
	walk_string(&w, &inside, &plain);
	if (plain)
		return inside;
	strbuf_reset(memory);
	walk_decode(memory, inside);
	return (struct text){strbuf_str(memory), memory->len};
}

static enum ksql_bad string_cell(struct ksql_reader *rd, struct text value, struct strbuf *memory, struct ksql_cell *cell)
{
	if (*value.data == '"') {
		cell->text = string_text(value, memory);
		return KSQL_GOOD;
	}
	strbuf_reset(memory);
	enum ksql_bad bad = nested_text(&rd->nested, value, memory);
	cell->text = (struct text){strbuf_str(memory), memory->len};
	return bad;
}

static enum ksql_bad int_cell(struct text value, struct strbuf *memory, struct ksql_cell *cell)
{
	struct ksql_number num;
	if (*value.data == '"')
		return ksql_parse_int(string_text(value, memory), &cell->number) ? KSQL_GOOD : KSQL_BAD_TYPE;
	if (!ksql_number_read(value.data, value.data + value.len, &num))
		return KSQL_BAD_TYPE;
	cell->number = ksql_number_int(&num);
	return KSQL_GOOD;
}

enum ksql_bad ksql_read(struct ksql_reader *rd, const void *value, size_t len, struct ksql_cell *cells)
{
	struct text json = {value, len}, values[KSQL_COLUMNS] = {0};
	if (!json_encoding(&json, &rd->recoded))
		return KSQL_BAD_JSON;
	rd->walk.p = json.data;
	rd->walk.end = json.data + json.len;
	rd->walk.open.len = 0;
	if (walk_peek(&rd->walk) != '{')
		return walk_value(&rd->walk) ? KSQL_NO_OBJECT : KSQL_BAD_JSON;
	if (!find_values(rd, values))
		return KSQL_BAD_JSON;
	for (size_t i = 0; i < rd->count; i++) {
		cells[i] = (struct ksql_cell){.null = !values[i].data || *values[i].data == 'n'};
		if (cells[i].null)
			continue;
		enum ksql_bad bad = rd->columns[i].type == KSQL_INT ? int_cell(values[i], &rd->texts[i], &cells[i])
								    : string_cell(rd, values[i], &rd->texts[i], &cells[i]);
		if (bad)
			return bad;
	}
	return KSQL_GOOD;
}
