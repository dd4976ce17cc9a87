#include "pipeline/ksql_nested.h"

#include "base/mem.h"
#include "pipeline/ksql_number.h"
#include "pipeline/ksql_text.h"

#include <stdlib.h>
#include <string.h>

/* ksqlDB does this by recursion: 1500 arrays or 3000 objects overflow its stack, and the query never passes that record. These depths
 * were seen to survive; what is deeper is dropped here. */
#define ARRAYS_MAX 1001
#define OBJECTS_MAX 1500

#define INFINITE '\xff' /* stands in an object for a number that JSON cannot hold; never part of units text */

void nested_fini(struct nested *ns)
{
	strbuf_fini(&ns->name);
	strbuf_fini(&ns->rebuilt);
	free(ns->members);
}

static void write_number(struct nested *ns, bool in_object)
{
	struct ksql_number num;
	ns->w.p = ksql_number_read(ns->w.p, ns->w.end, &num);
	if (in_object && num.infinite)
		strbuf_addc(ns->out, INFINITE);
	else
		ksql_number_add(ns->out, &num);
}

static void write_word(struct nested *ns)
{
	const char *start = ns->w.p;
	while (ns->w.p < ns->w.end && *ns->w.p >= 'a' && *ns->w.p <= 'z')
		ns->w.p++;
	strbuf_add(ns->out, start, (size_t)(ns->w.p - start));
}

static void write_bare(struct nested *ns)
{
	struct text inside;
	bool plain;
	walk_string(&ns->w, &inside, &plain);
	walk_decode(ns->out, inside);
}

static void write_quoted(struct nested *ns)
{
	struct text inside;
	bool plain;
	walk_string(&ns->w, &inside, &plain);
	strbuf_reset(&ns->name);
	walk_decode(&ns->name, inside);
	strbuf_addc(ns->out, '"');
	units_add_json(ns->out, (struct text){strbuf_str(&ns->name), ns->name.len}, UNITS_RAW_SURROGATES);
	strbuf_addc(ns->out, '"');
}

typedef bool (*write_fn)(struct nested *ns);

static bool write_elements(struct nested *ns, const char *comma, write_fn write)
{
	if (++ns->depth > ARRAYS_MAX)
		return false;
	ns->w.p++;
	strbuf_addc(ns->out, '[');
	for (bool first = true; walk_peek(&ns->w) != ']'; first = false) {
		if (!first) {
			ns->w.p++;
			strbuf_puts(ns->out, comma);
		}
		if (!write(ns))
			return false;
	}
	ns->w.p++;
	strbuf_addc(ns->out, ']');
	ns->depth--;
	return true;
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct member *x = a, *y = b;
	const char *text = arg;
	size_t xn = x->name_end - x->name, yn = y->name_end - y->name;
	int order = memcmp(text + x->name, text + y->name, xn < yn ? xn : yn);
	return order ? order : xn != yn ? (xn < yn ? -1 : 1) : x->name < y->name ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
	return ((const struct member *)a)->name < ((const struct member *)b)->name ? -1 : 1;
}

/* The first of equal names takes the value of the last; the others lose their name. True if there were any. */
static bool unite_equals(struct member *members, size_t count, const char *text)
{
	struct member *first = members;
	bool found = false;
	for (struct member *m = members + 1; m < members + count; m++) {
		size_t len = first->name_end - first->name;
		if (m->name_end - m->name != len || memcmp(text + m->name, text + first->name, len)) {
			first = m;
			continue;
		}
		first->value = m->value;
		first->end = m->end;
		m->name_end = m->name;
		found = true;
	}
	return found;
}

/* Members stand in the output from `start`; when names repeat, they are written once more without the repetitions. */
static void drop_repeated(struct nested *ns, size_t base, size_t start)
{
	struct member *members = ns->members + base;
	size_t count = ns->count - base;
	struct strbuf *out = ns->out;
	if (count < 2)
		return;
	qsort_r(members, count, sizeof *members, by_name, out->data);
	if (!unite_equals(members, count, out->data))
		return;
	qsort(members, count, sizeof *members, by_place);
	strbuf_reset(&ns->rebuilt);
	for (struct member *m = members; m < members + count; m++) {
		if (m->name == m->name_end)
			continue;
		if (ns->rebuilt.len)
			strbuf_addc(&ns->rebuilt, ',');
		strbuf_add(&ns->rebuilt, out->data + m->name, m->name_end - m->name);
		strbuf_addc(&ns->rebuilt, ':');
		strbuf_add(&ns->rebuilt, out->data + m->value, m->end - m->value);
	}
	out->len = start;
	strbuf_add(out, ns->rebuilt.data, ns->rebuilt.len);
}

static bool write_json(struct nested *ns);

static bool write_member(struct nested *ns)
{
	struct member m = {.name = ns->out->len};
	walk_peek(&ns->w);
	write_quoted(ns);
	m.name_end = ns->out->len;
	walk_peek(&ns->w);
	ns->w.p++;
	strbuf_addc(ns->out, ':');
	m.value = ns->out->len;
	if (!write_json(ns))
		return false;
	m.end = ns->out->len;
	ns->members = xgrow(ns->members, ns->count, &ns->cap, sizeof *ns->members);
	ns->members[ns->count++] = m;
	return true;
}

static bool write_object(struct nested *ns)
{
	if (++ns->depth > OBJECTS_MAX)
		return false;
	ns->w.p++;
	strbuf_addc(ns->out, '{');
	size_t base = ns->count, start = ns->out->len;
	for (bool first = true; walk_peek(&ns->w) != '}'; first = false) {
		if (!first) {
			ns->w.p++;
			strbuf_addc(ns->out, ',');
		}
		if (!write_member(ns))
			return false;
	}
	drop_repeated(ns, base, start);
	ns->count = base;
	ns->w.p++;
	strbuf_addc(ns->out, '}');
	ns->depth--;
	return true;
}

/* A value inside an object. */
static bool write_json(struct nested *ns)
{
	char c = walk_peek(&ns->w);
	if (c == '{')
		return write_object(ns);
	if (c == '[')
		return write_elements(ns, ",", write_json);
	if (c == '"')
		write_quoted(ns);
	else if (c >= 'a')
		write_word(ns);
	else
		write_number(ns, true);
	return true;
}

/* A value that is in no object: as Java's toString prints it. */
static bool write_text(struct nested *ns)
{
	char c = walk_peek(&ns->w);
	if (c == '{')
		return write_object(ns);
	if (c == '[')
		return write_elements(ns, ", ", write_text);
	if (c == '"')
		write_bare(ns);
	else if (c >= 'a')
		write_word(ns);
	else
		write_number(ns, false);
	return true;
}

enum ksql_bad nested_text(struct nested *ns, struct text value, struct strbuf *out)
{
	size_t start = out->len;
	ns->w = (struct walk){.p = value.data, .end = value.data + value.len};
	ns->out = out;
	ns->depth = 0;
	ns->count = 0;
	if (!write_text(ns))
		return KSQL_TOO_DEEP;
	return out->len > start && memchr(out->data + start, INFINITE, out->len - start) ? KSQL_BAD_TYPE : KSQL_GOOD;
}
