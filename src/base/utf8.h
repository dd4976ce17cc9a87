/* utf8.h: what is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). Thread: any. */
#ifndef TFLTOP_BASE_UTF8_H
#define TFLTOP_BASE_UTF8_H

#include "base/strbuf.h"

#include <stddef.h>
#include <stdint.h>

/* Decodes the sequence at `text`: its length 1-4 and *code, or 0 when it is none (also when cut off by len). */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/* Length of the sequence at `text` if it may go to a terminal or a log: well-formed and no control character (C0, DEL, C1), line
 * separator or bidirectional control; else 0. */
size_t utf8_printable(const char *text, size_t len);

/* Adds the text; what may not go to a terminal or a log becomes \xNN, so that no text can steer the one or break a line of the other. */
void utf8_add_safe(struct strbuf *out, const char *text, size_t len);

/* The greatest length ≤ max that does not cut a sequence of well-formed text. */
size_t utf8_cut(const char *text, size_t len, size_t max);

#endif
