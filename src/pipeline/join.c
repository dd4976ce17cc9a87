#include "pipeline/join.h"

#include "base/mem.h"
#include "pipeline/ksql_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct row {
	int32_t partition;
	uint32_t hash;
	struct text key;
	struct text tail; /* ,"station":…,"location":…} — NULL: deleted; if it comes back it finds its place */
};

struct join {
	struct ksql_reader *events, *row_reader;
	struct row *slots; /* open addressing; key.data NULL = free */
	size_t used, room; /* room: a power of two */
	size_t rows;
	struct strbuf key, row_key, tail, out;
};

static const struct ksql_column event_columns[] = {{"user", KSQL_STRING}, {"delta", KSQL_INT}};
static const struct ksql_column row_columns[] = {{"name", KSQL_STRING}, {"location", KSQL_STRING}};

struct join *join_new(void)
{
	struct join *jn = xcalloc(1, sizeof *jn);
	jn->events = ksql_reader_new(event_columns, sizeof event_columns / sizeof *event_columns);
	jn->row_reader = ksql_reader_new(row_columns, sizeof row_columns / sizeof *row_columns);
	jn->room = 4096;
	jn->slots = xcalloc(jn->room, sizeof *jn->slots);
	return jn;
}

static void row_free(struct row *row)
{
	free((char *)row->key.data);
	free((char *)row->tail.data);
}

void join_free(struct join *jn)
{
	if (!jn)
		return;
	ksql_reader_free(jn->events);
	ksql_reader_free(jn->row_reader);
	for (size_t i = 0; i < jn->room; i++)
		row_free(&jn->slots[i]);
	free(jn->slots);
	strbuf_fini(&jn->key);
	strbuf_fini(&jn->row_key);
	strbuf_fini(&jn->tail);
	strbuf_fini(&jn->out);
	free(jn);
}

/* FNV-1a */
static uint32_t hash_of(int32_t partition, struct text key)
{
	uint32_t hash = 2166136261u ^ (uint32_t)partition;
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* The slot of the row, or the free one where it belongs. */
static struct row *slot_of(const struct join *jn, int32_t partition, struct text key, uint32_t hash)
{
	for (size_t i = hash;; i++) {
		struct row *row = &jn->slots[i & (jn->room - 1)];
		if (!row->key.data || (row->hash == hash && row->partition == partition && row->key.len == key.len &&
				       !memcmp(row->key.data, key.data, key.len)))
			return row;
	}
}

static void grow(struct join *jn)
{
	struct row *old = jn->slots;
	size_t count = jn->room;
	jn->room *= 2;
	jn->slots = xcalloc(jn->room, sizeof *jn->slots);
	for (size_t i = 0; i < count; i++)
		if (old[i].key.data)
			*slot_of(jn, old[i].partition, old[i].key, old[i].hash) = old[i];
	free(old);
}

static struct text text_dup(struct text text)
{
	char *copy = xmalloc(text.len);
	memcpy(copy, text.data, text.len);
	return (struct text){copy, text.len};
}

/* tail.data NULL deletes. */
static void set_row(struct join *jn, int32_t partition, struct text key, struct text tail)
{
	uint32_t hash = hash_of(partition, key);
	struct row *row = slot_of(jn, partition, key, hash);
	bool was = row->tail.data != NULL, is = tail.data != NULL;
	if (!row->key.data) {
		*row = (struct row){.partition = partition, .hash = hash, .key = text_dup(key)};
		jn->used++;
	}
	free((char *)row->tail.data);
	row->tail = is ? text_dup(tail) : (struct text){0};
	if (partition == JOIN_ANY_PARTITION)
		jn->rows += (size_t)is - (size_t)was;
	if (jn->used * 2 > jn->room)
		grow(jn);
}

static void set_both(struct join *jn, int32_t partition, struct text key, struct text tail)
{
	key = java_utf8(key, &jn->row_key);
	set_row(jn, partition, key, tail);
	set_row(jn, JOIN_ANY_PARTITION, key, tail);
}

static void add_string(struct strbuf *out, bool null, struct text units)
{
	if (null) {
		strbuf_add(out, "null", 4);
		return;
	}
	strbuf_addc(out, '"');
	units_add_json(out, units, UNITS_ESCAPED_SURROGATES);
	strbuf_addc(out, '"');
}

static void put_cells(struct join *jn, int32_t partition, struct text key, const struct ksql_cell cells[2])
{
	struct strbuf *tail = &jn->tail;
	strbuf_reset(tail);
	strbuf_puts(tail, ",\"station\":");
	add_string(tail, cells[0].null, cells[0].text);
	strbuf_puts(tail, ",\"location\":");
	add_string(tail, cells[1].null, cells[1].text);
	strbuf_addc(tail, '}');
	set_both(jn, partition, key, (struct text){tail->data, tail->len});
}

void join_put(struct join *jn, int32_t partition, struct text key, struct text name, struct text location)
{
	struct strbuf texts[2] = {0};
	struct ksql_cell cells[2] = {{.null = !name.data}, {.null = !location.data}};
	units_add_utf8(&texts[0], name);
	units_add_utf8(&texts[1], location);
	for (size_t i = 0; i < 2; i++)
		cells[i].text = (struct text){strbuf_str(&texts[i]), texts[i].len};
	put_cells(jn, partition, key, cells);
	strbuf_fini(&texts[0]);
	strbuf_fini(&texts[1]);
}

enum join_change join_row(struct join *jn, int32_t partition, struct text key, struct text value)
{
	struct ksql_cell cells[2];
	if (!key.data)
		return JOIN_ROW_SKIPPED;
	if (!value.data) {
		set_both(jn, partition, key, (struct text){0});
		return JOIN_ROW_DELETED;
	}
	if (ksql_read(jn->row_reader, value.data, value.len, cells))
		return JOIN_ROW_BAD;
	put_cells(jn, partition, key, cells);
	return JOIN_ROW_PUT;
}

size_t join_rows(const struct join *jn)
{
	return jn->rows;
}

static void write_value(struct strbuf *out, int64_t time_ms, const struct ksql_cell cells[2], struct text tail)
{
	char time[EVENT_TIME_MAX];
	strbuf_reset(out);
	strbuf_puts(out, "{\"@timestamp\":\"");
	strbuf_add(out, time, event_time_text(time_ms, time));
	strbuf_puts(out, "\",\"user\":");
	add_string(out, cells[0].null, cells[0].text);
	strbuf_puts(out, ",\"delta\":");
	if (cells[1].null)
		strbuf_puts(out, "null");
	else if (cells[1].number == 1 || cells[1].number == -1) /* what it always is */
		strbuf_puts(out, cells[1].number == 1 ? "1" : "-1");
	else
		strbuf_printf(out, "%" PRId32, cells[1].number);
	strbuf_add(out, tail.data, tail.len);
}

enum join_outcome join_event(struct join *jn, int32_t partition, struct text key, struct text value, int64_t time_ms, struct text *out_key,
			     struct text *out_value, enum ksql_bad *bad)
{
	struct ksql_cell cells[2];
	if (!key.data || !value.data)
		return JOIN_NULL;
	*bad = ksql_read(jn->events, value.data, value.len, cells);
	if (*bad)
		return JOIN_BAD;
	if (time_ms < 0)
		return JOIN_NO_TIME;
	*out_key = java_utf8(key, &jn->key);
	struct row *row = slot_of(jn, partition, *out_key, hash_of(partition, *out_key));
	if (!row->tail.data)
		return JOIN_UNKNOWN;
	write_value(&jn->out, time_ms, cells, row->tail);
	*out_value = (struct text){jn->out.data, jn->out.len};
	return JOIN_WRITTEN;
}
