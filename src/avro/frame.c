#include "avro/frame.h"

int frame_read(const void *value, size_t len, struct frame *out, struct error *err)
{
	const unsigned char *p = value;
	if (!frame_begins(value, len))
		return error_set(err, "a value without the registry's frame");
	if (len < FRAME_HEAD)
		return error_set(err, "a frame of %zu bytes: it ends before the schema's id", len);
	*out = (struct frame){(uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4], p + FRAME_HEAD, len - FRAME_HEAD};
	return 0;
}

void frame_begin(struct strbuf *out, uint32_t id)
{
	const unsigned char head[FRAME_HEAD] = {0, (unsigned char)(id >> 24), (unsigned char)(id >> 16), (unsigned char)(id >> 8), (unsigned char)id};
	strbuf_add(out, head, sizeof head);
}
