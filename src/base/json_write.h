/* json_write.h: strings of JSON. Pure. Thread: any. */
#ifndef TFLTOP_BASE_JSON_WRITE_H
#define TFLTOP_BASE_JSON_WRITE_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* Text as a JSON string, quotes included; control characters, C1 as well, as escapes. False: it is no UTF-8, nothing was added. */
bool json_add_text(struct strbuf *out, const void *text, size_t len);

/* Bytes as a JSON string in base64 (RFC 4648). */
void json_add_base64(struct strbuf *out, const void *bytes, size_t len);

#endif
