/* strbuf.h: a growing byte string, always followed by a NUL that is not counted. `struct strbuf sb = {0};` is empty. */
#ifndef TFLTOP_BASE_STRBUF_H
#define TFLTOP_BASE_STRBUF_H

#include <stddef.h>

struct strbuf {
	char *data; /* NULL while nothing was ever added */
	size_t len;
	size_t cap;
};

void strbuf_fini(struct strbuf *sb);
void strbuf_reset(struct strbuf *sb); /* empty, memory kept */
void strbuf_reserve(struct strbuf *sb, size_t more);
void strbuf_add(struct strbuf *sb, const void *bytes, size_t len);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_puts(struct strbuf *sb, const char *text);
void strbuf_printf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *strbuf_str(const struct strbuf *sb); /* "" when empty */

#endif
