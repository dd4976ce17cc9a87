#include "avro/encode.h"

#include "base/json_token.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct make {
	const struct shape *sh;
	struct strbuf *out;
	struct error *err;
	unsigned depth;
};

static bool make_node(struct make *mk, uint32_t node, const struct json_value *v);

static bool misfit(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	if (v->kind == TOKEN_END)
		error_set(mk->err, "missing");
	else
		error_set(mk->err, "%.*s is no %s", (int)(v->len < 60 ? v->len : 60), v->raw, shape_kind_name(node->kind));
	return false;
}

static void put_long(struct strbuf *out, int64_t value)
{
	uint64_t raw = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
	for (; raw > 0x7f; raw >>= 7)
		strbuf_addc(out, (char)((raw & 0x7f) | 0x80));
	strbuf_addc(out, (char)raw);
}

static bool make_null(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	return v->kind == TOKEN_NULL || v->kind == TOKEN_END || misfit(mk, node, v);
}

static bool make_boolean(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	if (v->kind != TOKEN_TRUE && v->kind != TOKEN_FALSE)
		return misfit(mk, node, v);
	strbuf_addc(mk->out, v->kind == TOKEN_TRUE);
	return true;
}

/* The token as a C string: false when it is longer than any number need be. */
static bool number_text(const struct json_value *v, char text[400])
{
	if (v->kind != TOKEN_NUMBER || v->len >= 400)
		return false;
	memcpy(text, v->raw, v->len);
	text[v->len] = '\0';
	return true;
}

static bool make_long(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	char text[400], *end;
	if (!number_text(v, text))
		return misfit(mk, node, v);
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (*end || errno || (node->kind == SHAPE_INT && (value > INT32_MAX || value < INT32_MIN)))
		return misfit(mk, node, v);
	put_long(mk->out, value);
	return true;
}

static bool make_real(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	char text[400];
	union { uint32_t bits; float real; } single;
	union { uint64_t bits; double real; } both;
	if (!number_text(v, text))
		return misfit(mk, node, v);
	both.real = strtod(text, NULL);
	single.real = strtof(text, NULL);
	uint64_t bits = node->kind == SHAPE_FLOAT ? single.bits : both.bits;
	for (int i = 0; i < (node->kind == SHAPE_FLOAT ? 4 : 8); i++, bits >>= 8)
		strbuf_addc(mk->out, (char)(bits & 0xff));
	return true;
}

/* A string's text behind its length. Without escapes it is the token itself. */
static bool put_text(struct make *mk, const struct json_value *v)
{
	char plain[512], *room = v->len <= sizeof plain ? plain : NULL;
	if (!v->escaped) {
		put_long(mk->out, (int64_t)v->len);
		strbuf_add(mk->out, v->raw, v->len);
		return true;
	}
	struct strbuf heap = {0};
	if (!room) {
		strbuf_reserve(&heap, v->len);
		room = heap.data;
	}
	ptrdiff_t len = json_unescape(v, room);
	if (len >= 0) {
		put_long(mk->out, len);
		strbuf_add(mk->out, room, (size_t)len);
	}
	strbuf_fini(&heap);
	return len >= 0 || (error_set(mk->err, "a string with half a surrogate pair"), false);
}

static bool make_string(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	return v->kind == TOKEN_STRING ? put_text(mk, v) : misfit(mk, node, v);
}

static bool make_enum(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	for (uint32_t i = 0; v->kind == TOKEN_STRING && i < node->count; i++) {
		const struct shape_part *part = &mk->sh->parts[node->first + i];
		if (part->name_len == v->len && !memcmp(part->name, v->raw, v->len)) {
			put_long(mk->out, i);
			return true;
		}
	}
	return misfit(mk, node, v);
}

static bool make_refused(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	(void)v;
	error_set(mk->err, "values of type %s are not written", shape_kind_name(node->kind));
	return false;
}

/* The first branch that takes the value. */
static bool make_union(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	size_t before = mk->out->len;
	for (uint32_t i = 0; i < node->count; i++) {
		uint32_t branch = mk->sh->parts[node->first + i].node;
		bool null = mk->sh->nodes[branch].kind == SHAPE_NULL;
		if (null != (v->kind == TOKEN_NULL || v->kind == TOKEN_END))
			continue;
		put_long(mk->out, i);
		if (make_node(mk, branch, v))
			return true;
		mk->out->len = before;
	}
	return misfit(mk, node, v);
}

/* In blocks of one item each: so their number need not be known before. */
static bool make_items(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	struct json_cursor cur = {.p = v->raw, .end = v->raw + v->len};
	struct json_value name, item;
	bool map = node->kind == SHAPE_MAP;
	if (!(map ? json_object_begin(&cur) : json_array_begin(&cur)))
		return misfit(mk, node, v);
	while (map ? json_object_next(&cur, &name, &item) : json_array_next(&cur, &item)) {
		put_long(mk->out, 1);
		if ((map && !put_text(mk, &name)) || !make_node(mk, mk->sh->parts[node->first].node, &item))
			return false;
	}
	put_long(mk->out, 0);
	return true;
}

static bool is_named(const struct json_value *name, const char *text, size_t len)
{
	return name->len == len && !memcmp(name->raw, text, len);
}

/* The member of an object by that name; of one that comes twice the last. TOKEN_END: there is none. */
static struct json_value member(const struct json_value *object, const char *text, size_t len)
{
	struct json_cursor cur = {.p = object->raw, .end = object->raw + object->len};
	struct json_value name, value, found = {.kind = TOKEN_END};
	json_object_begin(&cur);
	while (json_object_next(&cur, &name, &value))
		if (is_named(&name, text, len))
			found = value;
	return found;
}

/* The time of an event goes by another name in JSON, and is written out there. */
static bool make_time(struct make *mk, const struct shape_part *part, const struct json_value *object)
{
	int64_t ms;
	char text[32];
	struct json_value v = member(object, part->name, part->name_len);
	if (v.kind == TOKEN_END)
		v = member(object, "@timestamp", sizeof "@timestamp" - 1);
	if (v.kind == TOKEN_STRING && mk->sh->nodes[part->node].kind == SHAPE_LONG && !event_time_parse(v.raw, v.len, &ms))
		v = (struct json_value){.kind = TOKEN_NUMBER, .raw = text, .len = (size_t)snprintf(text, sizeof text, "%lld", (long long)ms)};
	return make_node(mk, part->node, &v);
}

static bool make_field(struct make *mk, const struct shape_part *part, const struct json_value *object)
{
	bool good;
	if (mk->depth == 1 && !strcmp(part->name, EVENT_TIME_FIELD)) {
		good = make_time(mk, part, object);
	} else {
		struct json_value v = member(object, part->name, part->name_len);
		good = make_node(mk, part->node, &v);
	}
	return good || (error_prefix(mk->err, "%s", part->name), false);
}

static bool make_record(struct make *mk, const struct shape_node *node, const struct json_value *v)
{
	if (v->kind != TOKEN_OBJECT)
		return misfit(mk, node, v);
	for (uint32_t i = 0; i < node->count; i++)
		if (!make_field(mk, &mk->sh->parts[node->first + i], v))
			return false;
	return true;
}

typedef bool make_fn(struct make *mk, const struct shape_node *node, const struct json_value *v);

static make_fn *const makers[SHAPE_KINDS] = {
	[SHAPE_NULL] = make_null, [SHAPE_BOOLEAN] = make_boolean, [SHAPE_INT] = make_long, [SHAPE_LONG] = make_long, [SHAPE_FLOAT] = make_real,
	[SHAPE_DOUBLE] = make_real, [SHAPE_BYTES] = make_refused, [SHAPE_STRING] = make_string, [SHAPE_FIXED] = make_refused,
	[SHAPE_ENUM] = make_enum, [SHAPE_ARRAY] = make_items, [SHAPE_MAP] = make_items, [SHAPE_UNION] = make_union, [SHAPE_RECORD] = make_record,
};

static bool make_node(struct make *mk, uint32_t node, const struct json_value *v)
{
	const struct shape_node *at = &mk->sh->nodes[node];
	if (mk->depth >= DEPTH_MAX) {
		error_set(mk->err, "it is nested too deeply");
		return false;
	}
	mk->depth += at->kind != SHAPE_UNION;
	bool good = makers[at->kind](mk, at, v);
	mk->depth -= at->kind != SHAPE_UNION;
	return good;
}

int avro_encode(const struct shape *sh, struct text json, struct strbuf *out, struct error *err)
{
	struct json_cursor cur = {.p = json.data, .end = json.data + json.len};
	struct make mk = {.sh = sh, .out = out, .err = err};
	size_t before = out->len;
	struct json_value v = json_read(&cur);
	if (v.kind == TOKEN_BAD || v.kind == TOKEN_END || !json_at_end(&cur))
		return error_set(err, "not JSON: %s", cur.error ? cur.error : "more or less than one value");
	if (make_node(&mk, 0, &v))
		return 0;
	out->len = before;
	return -1;
}
