/* frame.h: a value as the Schema Registry's clients frame it: 0x00, the schema's id in four bytes (big-endian), Avro's binary form.
 * Pure. Thread: any. */
#ifndef TFLTOP_AVRO_FRAME_H
#define TFLTOP_AVRO_FRAME_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEAD 5

struct frame {
	uint32_t id;
	const unsigned char *body; /* borrowed */
	size_t len;
};

/* Whether a value claims to be framed: no JSON begins like that. */
static inline bool frame_begins(const void *value, size_t len)
{
	return len && *(const unsigned char *)value == 0;
}

int frame_read(const void *value, size_t len, struct frame *out, struct error *err); /* -1: no frame, or cut off */
void frame_begin(struct strbuf *out, uint32_t id); /* the head; the body is added behind it */

#endif
