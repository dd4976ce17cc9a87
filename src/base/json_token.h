/* json_token.h: a small JSON tokenizer that keeps raw tokens. It validates the whole of RFC 8259 (numbers, escapes, UTF-8) and allocates
 * nothing. An escaped lone surrogate ("\ud800") is valid by that grammar and therefore passes; only json_unescape, which would have to write it
 * as UTF-8, refuses it. No byte order mark, no NaN, no comments. Differentially fuzzed against jansson. Thread: any. */
#ifndef TFLTOP_BASE_JSON_TOKEN_H
#define TFLTOP_BASE_JSON_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 512

enum json_kind { TOKEN_END, TOKEN_OBJECT, TOKEN_ARRAY, TOKEN_STRING, TOKEN_NUMBER, TOKEN_TRUE, TOKEN_FALSE, TOKEN_NULL, TOKEN_BAD };

struct json_value {
	enum json_kind kind;
	const char *raw;  /* borrowed; a string without its quotes, anything else as it stands */
	size_t len;
	bool escaped;     /* string: holds a backslash, so json_unescape is needed */
};

struct json_cursor {
	const char *p, *end; /* p stays at the byte that was wrong */
	const char *error;  /* a word on what was wrong, once something returned TOKEN_BAD */
	bool bad_utf8;      /* … and whether it was the encoding */
	bool inside;        /* json_object_next or json_array_next has returned something of the one at hand */
	int depth;
};

/* Reads one value at the cursor (white space before it skipped); nested ones are validated and returned whole. TOKEN_END when nothing is
 * left. Once something was wrong, always TOKEN_BAD. */
struct json_value json_read(struct json_cursor *cur);

/* For an object's members: open with json_object_begin at '{', then json_object_next until it returns false; check cur->error.
 * To walk a member that is an object itself, lay another cursor over its raw text. */
bool json_object_begin(struct json_cursor *cur);
bool json_object_next(struct json_cursor *cur, struct json_value *name, struct json_value *value);

/* The same for the elements of an array. */
bool json_array_begin(struct json_cursor *cur);
bool json_array_next(struct json_cursor *cur, struct json_value *value);

/* True when only white space is left. */
bool json_at_end(struct json_cursor *cur);

/* The first byte from p on that is no plain one of a string: a quote, a backslash, a control character, or not ASCII; end when all are. */
const char *json_plain_end(const char *p, const char *end);

/* Decodes the escapes of a string value into out (room for v->len bytes suffices); lone surrogates fail. Returns bytes, or -1. */
ptrdiff_t json_unescape(const struct json_value *v, char *out);

#endif
