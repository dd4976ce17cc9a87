/* ksql_text.h: text as ksqlDB's Java holds it. A Java string is a row of UTF-16 units in which lone surrogates may stand; here each unit is
 * kept as one to three bytes (CESU-8): nothing is lost, and text without code points beyond U+FFFF is plain UTF-8. Pure. Thread: any. */
#ifndef TFLTOP_PIPELINE_KSQL_TEXT_H
#define TFLTOP_PIPELINE_KSQL_TEXT_H

#include "base/strbuf.h"
#include "model/event.h"

#include <stdbool.h>

void units_add(struct strbuf *out, unsigned unit);

/* Decodes the byte sequence at p as leniently as Jackson: overlong forms, surrogates and values beyond U+10FFFF pass. Returns its end, or
 * NULL when the start byte or a continuation is wrong. units[1] is 0 unless it takes two. */
const char *units_decode(const char *p, const char *end, unsigned units[2]);

/* One unit of well-formed units text; *p moves on. */
unsigned units_next(const char **p);

enum units_json {
	UNITS_RAW_SURROGATES,    /* JSON inside a string */
	UNITS_ESCAPED_SURROGATES /* what goes to the wire: 😀 is \uD83D\uDE00 */
};

/* Adds the text as the inside of a JSON string, escaped as Jackson escapes. */
void units_add_json(struct strbuf *out, struct text units, enum units_json how);

/* Well-formed UTF-8 as units. */
void units_add_utf8(struct strbuf *out, struct text utf8);

/* What new String(bytes, UTF_8).getBytes(UTF_8) makes of the bytes: malformed sequences become U+FFFD. Returns the text itself when it is
 * well formed, else a copy in `scratch`. */
struct text java_utf8(struct text bytes, struct strbuf *scratch);

/* Jackson recognises UTF-16 and UTF-32 by their first bytes. *json becomes the input as (lax) UTF-8 without byte order mark, in `scratch`
 * when it had to be converted. False: not convertible. */
bool json_encoding(struct text *json, struct strbuf *scratch);

#endif
