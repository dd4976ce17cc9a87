/* fuzz_json.c: the tokenizer against jansson: both take and refuse the same texts and find the same values in them, but where jansson is
 * narrower (fuzz.h), where a text is nested more than JSON_DEPTH_MAX deep (jansson: 2048), and where it holds a raw NUL (jansson reads
 * over one that follows a number or a word). */
#include "base/json_token.h"
#include "base/mem.h"
#include "fuzz.h"

static void compare(const struct json_value *v, json_t *want);

/* The text of a string value on the heap. */
static char *text_of(const struct json_value *v, size_t *len)
{
	char *text = xmalloc(v->len);
	ptrdiff_t n = json_unescape(v, text);
	MUST(n >= 0);
	MUST(v->escaped || ((size_t)n == v->len && !memcmp(text, v->raw, v->len)));
	*len = (size_t)n;
	return text;
}

/* True when a later member has the same name: the last one counts. */
static bool overridden(struct json_cursor rest, const char *name, size_t len)
{
	struct json_value later, value;
	bool same = false;
	while (!same && json_object_next(&rest, &later, &value)) {
		size_t later_len;
		char *text = text_of(&later, &later_len);
		same = len == later_len && !memcmp(name, text, len);
		free(text);
	}
	return same;
}

static void compare_object(const struct json_value *v, json_t *want)
{
	struct json_cursor cur = {.p = v->raw, .end = v->raw + v->len};
	struct json_value name, value;
	size_t members = 0, len;
	MUST(json_object_begin(&cur));
	while (json_object_next(&cur, &name, &value)) {
		char *text = text_of(&name, &len);
		if (!overridden(cur, text, len)) {
			json_t *member = json_object_getn(want, text, len);
			MUST(member);
			compare(&value, member);
			members++;
		}
		free(text);
	}
	MUST(!cur.error && json_at_end(&cur) && members == json_object_size(want));
}

static void compare_array(const struct json_value *v, json_t *want)
{
	struct json_cursor cur = {.p = v->raw + 1, .end = v->raw + v->len - 1};
	size_t count = json_array_size(want);
	MUST(count || json_at_end(&cur));
	for (size_t i = 0; i < count; i++) {
		struct json_value item = json_read(&cur);
		compare(&item, json_array_get(want, i));
		MUST(json_at_end(&cur) == (i + 1 == count));
		cur.p += i + 1 < count; /* the comma */
	}
}

static void compare_string(const struct json_value *v, json_t *want)
{
	size_t len;
	char *text = text_of(v, &len);
	MUST(len == json_string_length(want) && !memcmp(text, json_string_value(want), len));
	free(text);
}

static void compare_number(const struct json_value *v, json_t *want)
{
	char *text = xstrndup(v->raw, v->len);
	if (json_is_integer(want))
		MUST(strtoll(text, NULL, 10) == json_integer_value(want));
	else
		MUST(strtod(text, NULL) == json_real_value(want));
	free(text);
}

static void compare_word(const struct json_value *v, json_t *want)
{
	static const char *const words[] = {[JSON_TRUE] = "true", [JSON_FALSE] = "false", [JSON_NULL] = "null"};
	const char *word = words[json_typeof(want)];
	MUST(v->len == strlen(word) && !memcmp(v->raw, word, v->len));
}

static void compare(const struct json_value *v, json_t *want)
{
	static const struct {
		enum json_kind kind;
		void (*compare)(const struct json_value *v, json_t *want);
	} kinds[] = {
		[JSON_OBJECT] = {TOKEN_OBJECT, compare_object}, [JSON_ARRAY] = {TOKEN_ARRAY, compare_array},
		[JSON_STRING] = {TOKEN_STRING, compare_string}, [JSON_INTEGER] = {TOKEN_NUMBER, compare_number},
		[JSON_REAL] = {TOKEN_NUMBER, compare_number},   [JSON_TRUE] = {TOKEN_TRUE, compare_word},
		[JSON_FALSE] = {TOKEN_FALSE, compare_word},     [JSON_NULL] = {TOKEN_NULL, compare_word},
	};
	MUST(v->kind == kinds[json_typeof(want)].kind);
	kinds[json_typeof(want)].compare(v, want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_cursor cur = {.p = (const char *)data, .end = (const char *)data + size};
	json_error_t err;
	json_t *want = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &err);
	struct json_value v = json_read(&cur);
	bool good = v.kind != TOKEN_BAD && v.kind != TOKEN_END && json_at_end(&cur);
	if (size && memchr(data, '\0', size))
		MUST(!good);
	else if (want && !good)
		MUST(cur.error && !strcmp(cur.error, "nested too deeply"));
	else if (want)
		compare(&v, want);
	else if (good)
		MUST(jansson_is_narrower(&err));
	json_decref(want);
	return 0;
}
