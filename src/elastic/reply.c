#include "elastic/reply.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool reply_all_created(const char *json, size_t len, size_t count)
{
	static const char head[] = "{\"errors\":false,\"items\":[", item[] = ",{\"create\":{\"status\":201}}", tail[] = "]}";
	const size_t head_len = sizeof head - 1, item_len = sizeof item - 1, tail_len = sizeof tail - 1;
	if (!count || len != head_len + count * item_len - 1 + tail_len || memcmp(json, head, head_len) ||
	    memcmp(json + head_len, item + 1, item_len - 1) || memcmp(json + len - tail_len, tail, tail_len))
		return false;
	const char *p = json + head_len + item_len - 1;
	for (size_t i = 1; i < count; i++, p += item_len)
		if (memcmp(p, item, item_len))
			return false;
	return true;
}

static struct json_cursor over(const struct json_value *v)
{
	return (struct json_cursor){.p = v->raw, .end = v->raw + v->len};
}

static bool is_named(const struct json_value *name, const char *want)
{
	return name->len == strlen(want) && !memcmp(name->raw, want, name->len);
}

struct json_value reply_member(const struct json_value *raw, const char *want)
{
	struct json_value name, value, found = {.kind = TOKEN_END};
	struct json_cursor cur = over(raw);
	if (raw->kind == TOKEN_OBJECT && json_object_begin(&cur))
		while (json_object_next(&cur, &name, &value))
			if (is_named(&name, want))
				found = value;
	return found;
}

/* The whole of a reply as one value; kind TOKEN_BAD unless it is an object and nothing follows. */
static struct json_value whole(const char *json, size_t len)
{
	struct json_cursor cur = {.p = json, .end = json + len};
	struct json_value v = json_read(&cur);
	if (v.kind != TOKEN_OBJECT || !json_at_end(&cur))
		v.kind = TOKEN_BAD;
	return v;
}

static struct text text_of(const struct json_value *v)
{
	return v->kind == TOKEN_STRING ? (struct text){v->raw, v->len} : (struct text){0};
}

static int status_of(const struct json_value *v)
{
	int status = 0;
	if (v->kind != TOKEN_NUMBER || v->len != 3)
		return 0;
	for (size_t i = 0; i < v->len; i++) {
		if (v->raw[i] < '0' || v->raw[i] > '9')
			return 0;
		status = status * 10 + v->raw[i] - '0';
	}
	return status;
}

static void take_error(const struct json_value *error, struct item_answer *ans)
{
	struct json_value type = reply_member(error, "type"), reason = reply_member(error, "reason");
	ans->type = text_of(&type);
	ans->reason = error->kind == TOKEN_STRING ? text_of(error) : text_of(&reason);
}

/* {"create":{"status":409,"error":{…},…}} */
static bool item_of(const struct json_value *entry, struct item_answer *ans)
{
	struct json_value name, body, value;
	struct json_cursor cur = over(entry);
	*ans = (struct item_answer){0};
	if (entry->kind != TOKEN_OBJECT || !json_object_begin(&cur) || !json_object_next(&cur, &name, &body) || body.kind != TOKEN_OBJECT)
		return false;
	cur = over(&body);
	json_object_begin(&cur);
	while (json_object_next(&cur, &name, &value)) {
		if (is_named(&name, "status"))
			ans->status = status_of(&value);
		else if (is_named(&name, "error"))
			take_error(&value, ans);
		else if (is_named(&name, "failure_store"))
			ans->failure_store = text_of(&value);
		else if (is_named(&name, "_index"))
			ans->index = text_of(&value);
		else if (is_named(&name, "_id"))
			ans->id = text_of(&value);
	}
	return ans->status != 0;
}

static bool is_entry(const struct json_value *entry)
{
	struct item_answer ans;
	return item_of(entry, &ans);
}

static bool is_object(const struct json_value *entry)
{
	return entry->kind == TOKEN_OBJECT;
}

/* Whether the array has `count` elements that are all fit. */
static bool counts(const struct json_value *array, size_t count, bool (*fit)(const struct json_value *))
{
	struct json_cursor cur = over(array);
	struct json_value entry;
	size_t n = 0;
	if (array->kind != TOKEN_ARRAY || !json_array_begin(&cur))
		return false;
	for (; json_array_next(&cur, &entry); n++)
		if (!fit(&entry))
			return false;
	return n == count;
}

bool reply_items(const char *json, size_t len, size_t count, void (*fn)(void *arg, size_t i, const struct item_answer *ans), void *arg)
{
	struct json_value all = whole(json, len), items = reply_member(&all, "items"), entry;
	struct json_cursor cur = over(&items);
	struct item_answer ans;
	if (!counts(&items, count, is_entry))
		return false;
	json_array_begin(&cur);
	for (size_t i = 0; json_array_next(&cur, &entry); i++) {
		item_of(&entry, &ans);
		fn(arg, i, &ans);
	}
	return true;
}

bool reply_documents(const char *json, size_t len, size_t count,
		     void (*fn)(void *arg, size_t i, enum found found, const struct json_value *what), void *arg)
{
	struct json_value all = whole(json, len), docs = reply_member(&all, "docs"), entry;
	struct json_cursor cur = over(&docs);
	if (!counts(&docs, count, is_object))
		return false;
	json_array_begin(&cur);
	for (size_t i = 0; json_array_next(&cur, &entry); i++) {
		struct json_value is = reply_member(&entry, "found");
		enum found found = is.kind == TOKEN_TRUE ? FOUND : is.kind == TOKEN_FALSE ? FOUND_NOT : FOUND_UNKNOWN;
		struct json_value what = reply_member(&entry, found == FOUND_UNKNOWN ? "error" : "_source");
		fn(arg, i, found, &what);
	}
	return true;
}

bool reply_error(const char *json, size_t len, struct text *type, struct text *reason)
{
	struct json_value all = whole(json, len), error = reply_member(&all, "error");
	struct item_answer ans = {0};
	take_error(&error, &ans);
	*type = ans.type;
	*reason = ans.reason;
	return error.kind == TOKEN_STRING || error.kind == TOKEN_OBJECT;
}

void reply_words(struct text raw, char *out, size_t size)
{
	struct json_value v = {.kind = TOKEN_STRING, .raw = raw.data ? raw.data : "", .len = raw.data ? raw.len : 0};
	char *plain = xmalloc(v.len + 1);
	ptrdiff_t len = json_unescape(&v, plain);
	if (len < 0)
		snprintf(out, size, "%.*s", (int)v.len, v.raw);
	else
		snprintf(out, size, "%.*s", (int)len, plain);
	free(plain);
}
