#include "base/json_token.h"

#include "base/utf8.h"

#include <endian.h>
#include <string.h>

enum { PLAIN, QUOTE, BACKSLASH, CONTROL, MULTIBYTE }; /* what a byte means inside a string */

static const unsigned char meaning[256] = {
	[0 ... 0x1f] = CONTROL, ['"'] = QUOTE, ['\\'] = BACKSLASH, [0x80 ... 0xff] = MULTIBYTE,
};

static const unsigned char kind_of[256] = { /* the kind of value a byte begins; TOKEN_END = none */
	['{'] = TOKEN_OBJECT, ['['] = TOKEN_ARRAY, ['"'] = TOKEN_STRING, ['-'] = TOKEN_NUMBER, ['0' ... '9'] = TOKEN_NUMBER,
	['t'] = TOKEN_TRUE, ['f'] = TOKEN_FALSE, ['n'] = TOKEN_NULL,
};

static bool fail(struct json_cursor *cur, const char *at, const char *error)
{
	cur->p = at;
	cur->error = error;
	return false;
}

/* The byte after white space; '\0' (which no token begins with) at the end. */
static inline char peek(struct json_cursor *cur)
{
	while (cur->p < cur->end && (*cur->p == ' ' || *cur->p == '\n' || *cur->p == '\r' || *cur->p == '\t'))
		cur->p++;
	return cur->p < cur->end ? *cur->p : '\0';
}

#define EACH_BYTE(b) (0x0101010101010101ull * (b))

/* The first byte from p on that is not PLAIN. Eight bytes at a time: a bit is set in the high bit of every byte that is a quote, a
 * backslash, below 0x20 or above 0x7f; the borrow of a subtraction can only set false bits above a true one, and the lowest is taken. */
static inline const char *skip_plain(const char *p, const char *end)
{
	for (; end - p >= 8; p += 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		w = le64toh(w);
		uint64_t quote = w ^ EACH_BYTE('"'), backslash = w ^ EACH_BYTE('\\');
		uint64_t special = ((quote - EACH_BYTE(1)) & ~quote) | ((backslash - EACH_BYTE(1)) & ~backslash) |
				   ((w - EACH_BYTE(0x20)) & ~w) | w;
		special &= EACH_BYTE(0x80);
		if (special)
			return p + (__builtin_ctzll(special) >> 3);
	}
	while (p < end && meaning[(unsigned char)*p] == PLAIN)
		p++;
	return p;
}

const char *json_plain_end(const char *p, const char *end)
{
	return skip_plain(p, end);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int hex4(const char *p, const char *end)
{
	if (end - p < 4)
		return -1;
	int code = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

static const char unescaped[256] = {
	['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
};

/* Length of the escape at p, or 0. */
static size_t escape_length(const char *p, const char *end)
{
	if (end - p >= 2 && unescaped[(unsigned char)p[1]])
		return 2;
	return end - p >= 6 && p[1] == 'u' && hex4(p + 2, end) >= 0 ? 6 : 0;
}

/* Steps over what is not plain at *p; false when the string must not hold it. */
static bool skip_special(struct json_cursor *cur, const char **p, struct json_value *v)
{
	size_t len;
	uint32_t code;
	switch (meaning[(unsigned char)**p]) {
	case BACKSLASH:
		v->escaped = true;
		len = escape_length(*p, cur->end);
		if (!len)
			return fail(cur, *p, "bad escape in a string");
		break;
	case MULTIBYTE:
		len = utf8_decode(*p, (size_t)(cur->end - *p), &code);
		if (!len) {
			cur->bad_utf8 = true;
			return fail(cur, *p, "not UTF-8");
		}
		break;
	default:
		return fail(cur, *p, "raw control character in a string");
	}
	*p += len;
	return true;
}

/* At a quote. */
static bool read_string(struct json_cursor *cur, struct json_value *v)
{
	const char *p = cur->p + 1;
	v->kind = TOKEN_STRING;
	v->raw = p;
	v->escaped = false;
	for (;;) {
		p = skip_plain(p, cur->end);
		if (p == cur->end)
			return fail(cur, p, "a string is never closed");
		if (*p == '"')
			break;
		if (!skip_special(cur, &p, v))
			return false;
	}
	v->len = (size_t)(p - v->raw);
	cur->p = p + 1;
	return true;
}

/* Steps over digits; false when there is none. */
static bool skip_digits(const char **p, const char *end)
{
	const char *start = *p;
	while (*p < end && **p >= '0' && **p <= '9')
		(*p)++;
	return *p > start;
}

static bool skip_number(struct json_cursor *cur)
{
	const char *p = cur->p, *end = cur->end;
	p += *p == '-';
	if (p < end && *p == '0')
		p++;
	else if (!skip_digits(&p, end))
		return fail(cur, p, "a digit is missing in a number");
	if (p < end && *p == '.' && (p++, !skip_digits(&p, end)))
		return fail(cur, p, "a digit is missing after the point of a number");
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		if (!skip_digits(&p, end))
			return fail(cur, p, "a digit is missing in the exponent of a number");
	}
	cur->p = p;
	return true;
}

static bool skip_word(struct json_cursor *cur, const char *word)
{
	size_t len = strlen(word);
	if ((size_t)(cur->end - cur->p) < len || memcmp(cur->p, word, len))
		return fail(cur, cur->p, "unknown word");
	cur->p += len;
	return true;
}

/* A value that is neither object nor array, at its first byte. */
static bool read_scalar(struct json_cursor *cur, enum json_kind kind, struct json_value *v)
{
	if (kind == TOKEN_STRING)
		return read_string(cur, v);
	*v = (struct json_value){.kind = kind, .raw = cur->p};
	bool ok;
	switch (kind) {
	case TOKEN_NUMBER: ok = skip_number(cur); break;
	case TOKEN_TRUE: ok = skip_word(cur, "true"); break;
	case TOKEN_FALSE: ok = skip_word(cur, "false"); break;
	case TOKEN_NULL: ok = skip_word(cur, "null"); break;
	default: ok = fail(cur, cur->p, cur->p < cur->end ? "no value begins like this" : "a value is missing");
	}
	v->len = (size_t)(cur->p - v->raw);
	return ok;
}

/* A member's name and its colon. */
static bool read_name(struct json_cursor *cur, struct json_value *name)
{
	if (peek(cur) != '"')
		return fail(cur, cur->p, "a member's name is missing");
	if (!read_string(cur, name))
		return false;
	if (peek(cur) != ':')
		return fail(cur, cur->p, "':' is missing");
	cur->p++;
	return true;
}

struct nest { /* the open objects and arrays of a value: one bit a level */
	int depth;
	uint64_t object[JSON_DEPTH_MAX / 64];
};

static bool in_object(const struct nest *nest)
{
	return nest->object[(nest->depth - 1) / 64] >> ((nest->depth - 1) % 64) & 1;
}

static bool nest_open(struct json_cursor *cur, struct nest *nest)
{
	if (cur->depth + nest->depth == JSON_DEPTH_MAX)
		return fail(cur, cur->p, "nested too deeply");
	uint64_t bit = 1ull << (nest->depth % 64), *word = &nest->object[nest->depth / 64];
	*word = *cur->p++ == '{' ? *word | bit : *word & ~bit;
	nest->depth++;
	return true;
}

/* After a value: closes what ends here and leaves the cursor at the next value, or at depth 0. */
static bool nest_go_on(struct json_cursor *cur, struct nest *nest)
{
	struct json_value name;
	while (peek(cur) == (in_object(nest) ? '}' : ']')) {
		cur->p++;
		if (--nest->depth == 0)
			return true;
	}
	if (peek(cur) != ',')
		return fail(cur, cur->p, in_object(nest) ? "',' or '}' is missing" : "',' or ']' is missing");
	cur->p++;
	return !in_object(nest) || read_name(cur, &name);
}

/* An object or array, at its bracket; without recursion, so that no input can exhaust the stack. */
static bool skip_nested(struct json_cursor *cur)
{
	struct nest nest;
	struct json_value v;
	nest.depth = 0;
	do {
		char c = peek(cur);
		if (c == '{' || c == '[') {
			if (!nest_open(cur, &nest))
				return false;
			if (peek(cur) != c + 2) { /* ']' and '}' lie two behind their openers */
				if (c == '{' && !read_name(cur, &v))
					return false;
				continue;
			}
		} else if (!read_scalar(cur, kind_of[(unsigned char)c], &v)) {
			return false;
		}
		if (!nest_go_on(cur, &nest))
			return false;
	} while (nest.depth);
	return true;
}

struct json_value json_read(struct json_cursor *cur)
{
	struct json_value v = {.kind = TOKEN_BAD};
	if (cur->error)
		return v;
	enum json_kind kind = kind_of[(unsigned char)peek(cur)];
	v.kind = kind;
	v.raw = cur->p;
	if (cur->p == cur->end)
		return v;
	if (kind == TOKEN_OBJECT || kind == TOKEN_ARRAY) {
		if (skip_nested(cur))
			v.len = (size_t)(cur->p - v.raw);
	} else {
		read_scalar(cur, kind, &v);
	}
	if (cur->error)
		v.kind = TOKEN_BAD;
	return v;
}

static bool begin(struct json_cursor *cur, char opener, const char *complaint)
{
	if (cur->error)
		return false;
	if (peek(cur) != opener)
		return fail(cur, cur->p, complaint);
	cur->p++;
	cur->depth++;
	cur->inside = false;
	return true;
}

/* Before the next member or element: false at the end, and where a comma is missing. */
static bool go_on(struct json_cursor *cur, char closer, const char *complaint)
{
	if (cur->error)
		return false;
	char c = peek(cur);
	if (c == closer) {
		cur->p++;
		cur->depth--;
		return false;
	}
	if (cur->inside) {
		if (c != ',')
			return fail(cur, cur->p, complaint);
		cur->p++;
	}
	cur->inside = true;
	return true;
}

static bool next_value(struct json_cursor *cur, struct json_value *value)
{
	*value = json_read(cur);
	if (value->kind == TOKEN_END)
		return fail(cur, cur->p, "a value is missing");
	return value->kind != TOKEN_BAD;
}

bool json_object_begin(struct json_cursor *cur)
{
	return begin(cur, '{', "not an object");
}

bool json_object_next(struct json_cursor *cur, struct json_value *name, struct json_value *value)
{
	return go_on(cur, '}', "',' or '}' is missing") && read_name(cur, name) && next_value(cur, value);
}

bool json_array_begin(struct json_cursor *cur)
{
	return begin(cur, '[', "not an array");
}

bool json_array_next(struct json_cursor *cur, struct json_value *value)
{
	return go_on(cur, ']', "',' or ']' is missing") && next_value(cur, value);
}

bool json_at_end(struct json_cursor *cur)
{
	peek(cur);
	return cur->p == cur->end;
}

static char *utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	*out++ = (char)((more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0) | c >> (6 * more));
	while (more--)
		*out++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
	return out;
}

/* The character of the "\u" escape at *p, which is stepped over (its low surrogate too); -1 when it is half a pair. */
static int32_t unicode_escape(const char **p, const char *end)
{
	int32_t c = hex4(*p + 2, end);
	*p += 6;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return -1;
	int32_t low = hex4(*p + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*p += 6;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

ptrdiff_t json_unescape(const struct json_value *v, char *out)
{
	const char *p = v->raw, *end = v->raw + v->len;
	char *o = out;
	while (p < end) {
		if (*p != '\\') {
			*o++ = *p++;
		} else if (p[1] != 'u') {
			*o++ = unescaped[(unsigned char)p[1]];
			p += 2;
		} else {
			int32_t c = unicode_escape(&p, end);
			if (c < 0)
				return -1;
			o = utf8_put(o, (uint32_t)c);
		}
	}
	return o - out;
}
