#include "avro/decode.h"

#include "base/json_write.h"
#include "model/event.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct shape *sh;
	const unsigned char *p, *end;
	struct strbuf *out;
	size_t limit;        /* out never grows much beyond it */
	bool event;
	unsigned depth;
	const char *problem; /* NULL none yet */
};

static bool walk_node(struct walk *wk, uint32_t node);

static bool fail(struct walk *wk, const char *problem)
{
	wk->problem = problem;
	return false;
}

/* A number of at most 64 bits: seven bits a byte, the lowest first, the sign in the lowest bit. */
static bool take_long(struct walk *wk, int64_t *value)
{
	uint64_t raw = 0;
	for (unsigned shift = 0; wk->p < wk->end; shift += 7) {
		unsigned char byte = *wk->p++;
		if (shift == 63 && byte > 1)
			return fail(wk, "a number of more than 64 bits");
		raw |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		*value = (int64_t)(raw >> 1 ^ -(raw & 1));
		return true;
	}
	return fail(wk, "it ends within a number");
}

/* `size` bytes as they stand; NULL when there are not so many. */
static const unsigned char *take_bytes(struct walk *wk, size_t size)
{
	const unsigned char *at = wk->p;
	if (size > (size_t)(wk->end - wk->p)) {
		fail(wk, "it ends within a value");
		return NULL;
	}
	wk->p += size;
	return at;
}

static const unsigned char *take_counted(struct walk *wk, size_t *size)
{
	int64_t len;
	if (!take_long(wk, &len))
		return NULL;
	if (len < 0) {
		fail(wk, "a negative length");
		return NULL;
	}
	*size = (size_t)len;
	return take_bytes(wk, *size);
}

static bool walk_null(struct walk *wk, const struct shape_node *node)
{
	(void)node;
	strbuf_add(wk->out, "null", 4);
	return true;
}

static bool walk_boolean(struct walk *wk, const struct shape_node *node)
{
	(void)node;
	const unsigned char *at = take_bytes(wk, 1);
	if (!at)
		return false;
	if (*at > 1)
		return fail(wk, "a boolean that is neither 0 nor 1");
	strbuf_puts(wk->out, *at ? "true" : "false");
	return true;
}

static bool walk_long(struct walk *wk, const struct shape_node *node)
{
	int64_t value;
	if (!take_long(wk, &value))
		return false;
	if (node->kind == SHAPE_INT && (value > INT32_MAX || value < INT32_MIN))
		return fail(wk, "an int of more than 32 bits");
	strbuf_printf(wk->out, "%" PRId64, value);
	return true;
}

/* The shortest text that reads back as the same number; JSON has no others than finite ones, so the rest become texts. */
static void add_real(struct strbuf *out, double value, bool narrow)
{
	char text[40];
	if (!isfinite(value)) {
		strbuf_puts(out, isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
		return;
	}
	for (int digits = narrow ? 6 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (narrow ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
			break;
	}
	strbuf_puts(out, text);
	if (!strpbrk(text, ".e"))
		strbuf_puts(out, ".0");
}

static bool walk_real(struct walk *wk, const struct shape_node *node)
{
	bool narrow = node->kind == SHAPE_FLOAT;
	const unsigned char *at = take_bytes(wk, narrow ? 4 : 8);
	uint64_t bits = 0;
	if (!at)
		return false;
	for (int i = narrow ? 3 : 7; i >= 0; i--)
		bits = bits << 8 | at[i];
	union { uint32_t bits; float real; } single = {.bits = (uint32_t)bits};
	union { uint64_t bits; double real; } both = {.bits = bits};
	add_real(wk->out, narrow ? (double)single.real : both.real, narrow);
	return true;
}

static bool walk_bytes(struct walk *wk, const struct shape_node *node)
{
	size_t size = node->size;
	const unsigned char *at = node->kind == SHAPE_FIXED ? take_bytes(wk, size) : take_counted(wk, &size);
	if (!at)
		return false;
	json_add_base64(wk->out, at, size);
	return true;
}

static bool walk_string(struct walk *wk, const struct shape_node *node)
{
	size_t size;
	(void)node;
	const unsigned char *at = take_counted(wk, &size);
	if (!at)
		return false;
	return json_add_text(wk->out, at, size) || fail(wk, "a string that is not UTF-8");
}

static bool take_index(struct walk *wk, const struct shape_node *node, const struct shape_part **part)
{
	int64_t index;
	if (!take_long(wk, &index))
		return false;
	if (index < 0 || index >= node->count)
		return fail(wk, node->kind == SHAPE_ENUM ? "a symbol that the enum does not have" : "a branch that the union does not have");
	*part = &wk->sh->parts[node->first + (uint32_t)index];
	return true;
}

static bool walk_enum(struct walk *wk, const struct shape_node *node)
{
	const struct shape_part *part;
	return take_index(wk, node, &part) && (json_add_text(wk->out, part->name, part->name_len) || fail(wk, "a symbol that is not UTF-8"));
}

static bool walk_union(struct walk *wk, const struct shape_node *node)
{
	const struct shape_part *part;
	return take_index(wk, node, &part) && walk_node(wk, part->node);
}

static bool walk_item(struct walk *wk, const struct shape_node *node)
{
	size_t size;
	if (node->kind == SHAPE_MAP) {
		const unsigned char *at = take_counted(wk, &size);
		if (!at)
			return false;
		if (!json_add_text(wk->out, at, size))
			return fail(wk, "a key that is not UTF-8");
		strbuf_addc(wk->out, ':');
	}
	return walk_node(wk, wk->sh->parts[node->first].node);
}

/* Items come in blocks, each with their number before it; a negative one is followed by the block's size in bytes. An empty block ends.
 * No number is trusted: each item is walked, and items that take no bytes still make the text longer. */
static bool walk_items(struct walk *wk, const struct shape_node *node)
{
	int64_t count, size;
	bool first = true;
	strbuf_addc(wk->out, node->kind == SHAPE_MAP ? '{' : '[');
	for (;;) {
		if (!take_long(wk, &count) || (count < 0 && !take_long(wk, &size)))
			return false;
		if (!count)
			break;
		for (uint64_t left = count < 0 ? -(uint64_t)count : (uint64_t)count; left; left--, first = false) {
			if (!first)
				strbuf_addc(wk->out, ',');
			if (!walk_item(wk, node))
				return false;
		}
	}
	strbuf_addc(wk->out, node->kind == SHAPE_MAP ? '}' : ']');
	return true;
}

/* The number that was just written is a time. */
static void number_to_time(struct strbuf *out, size_t from)
{
	char text[EVENT_TIME_MAX];
	int64_t ms = strtoll(out->data + from, NULL, 10);
	if (ms < 0)
		return;
	out->len = from;
	strbuf_addc(out, '"');
	strbuf_add(out, text, event_time_text(ms, text));
	strbuf_addc(out, '"');
}

static bool is_number(const struct strbuf *out, size_t from)
{
	size_t digits = strspn(out->data + from, "0123456789");
	return digits && from + digits == out->len;
}

static bool walk_field(struct walk *wk, const struct shape_part *part)
{
	bool time = wk->event && wk->depth == 1 && !strcmp(part->name, EVENT_TIME_FIELD);
	strbuf_addc(wk->out, '"');
	strbuf_puts(wk->out, time ? "@timestamp" : part->name);
	strbuf_add(wk->out, "\":", 2);
	size_t from = wk->out->len;
	if (!walk_node(wk, part->node))
		return false;
	if (time && is_number(wk->out, from))
		number_to_time(wk->out, from);
	return true;
}

static bool walk_record(struct walk *wk, const struct shape_node *node)
{
	strbuf_addc(wk->out, '{');
	for (uint32_t i = 0; i < node->count; i++) {
		if (i)
			strbuf_addc(wk->out, ',');
		if (!walk_field(wk, &wk->sh->parts[node->first + i]))
			return false;
	}
	strbuf_addc(wk->out, '}');
	return true;
}

typedef bool walk_fn(struct walk *wk, const struct shape_node *node);

static walk_fn *const walkers[SHAPE_KINDS] = {
	[SHAPE_NULL] = walk_null, [SHAPE_BOOLEAN] = walk_boolean, [SHAPE_INT] = walk_long, [SHAPE_LONG] = walk_long, [SHAPE_FLOAT] = walk_real,
	[SHAPE_DOUBLE] = walk_real, [SHAPE_BYTES] = walk_bytes, [SHAPE_STRING] = walk_string, [SHAPE_FIXED] = walk_bytes, [SHAPE_ENUM] = walk_enum,
	[SHAPE_ARRAY] = walk_items, [SHAPE_MAP] = walk_items, [SHAPE_UNION] = walk_union, [SHAPE_RECORD] = walk_record,
};

/* A union adds no depth of its own: `depth` is that of the JSON text. Unions within unions there are none. */
static bool walk_node(struct walk *wk, uint32_t node)
{
	const struct shape_node *at = &wk->sh->nodes[node];
	if (wk->out->len > wk->limit)
		return fail(wk, "it is too large");
	if (at->kind == SHAPE_UNION)
		return walk_union(wk, at);
	if (wk->depth >= DECODE_DEPTH)
		return fail(wk, "it is nested too deeply");
	wk->depth++;
	bool good = walkers[at->kind](wk, at);
	wk->depth--;
	return good;
}

int avro_decode(const struct shape *sh, const void *bytes, size_t len, bool event, struct strbuf *json, struct error *err)
{
	size_t before = json->len;
	struct walk wk = {.sh = sh, .p = bytes, .end = (const unsigned char *)bytes + len, .out = json, .limit = before + DECODE_MAX(len), .event = event};
	if (walk_node(&wk, 0))
		return 0;
	json->len = before;
	if (json->data)
		json->data[before] = '\0';
	return error_set(err, "not what its schema says: %s", wk.problem);
}
