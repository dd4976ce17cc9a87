/* Values in Avro become JSON before a sink sees them; what Kafka holds stays beside it, for marks and dead letters. JSON costs one look at its
 * first byte. */
#include "feed/feed_inside.h"

#include <stdio.h>
#include <string.h>

enum dead_reason record_decode(struct event_decoder *dec, const struct record *rec, enum direction direction, int64_t now_ms, struct event *ev)
{
	struct text text = record_text(rec);
	if (!rec->misread)
		return event_decode(dec, text.data, text.len, rec->key, rec->key_len, direction, now_ms, ev);
	snprintf(dec->detail, sizeof dec->detail, "%.*s", (int)rec->read_len, rec->read);
	return BAD_AVRO;
}

/* The text of one value, at the end of those of the batch. */
static enum values_got read_value(struct feed *fd, struct record *rec, struct error *err)
{
	enum values_got got = values_read_event(fd->values, rec->value, rec->value_len, &fd->one, err);
	if (got == VALUES_WAIT)
		return got;
	rec->misread = got == VALUES_BAD;
	rec->read_len = rec->misread ? strlen(err->text) : fd->one.len;
	strbuf_add(&fd->texts, rec->misread ? err->text : fd->one.data, rec->read_len);
	return VALUES_JSON;
}

/* Their places are known when all are there: until then the memory moves. */
static void place_texts(struct feed *fd)
{
	const char *next = fd->texts.data;
	for (size_t i = 0; i < fd->nrecords; i++) {
		struct record *rec = &fd->records[i];
		if (!rec->value || !frame_begins(rec->value, rec->value_len))
			continue;
		rec->read = next;
		next += rec->read_len;
	}
}

enum sink_result feed_read_values(struct feed *fd, struct error *err)
{
	for (; fd->nread < fd->nrecords; fd->nread++) {
		struct record *rec = &fd->records[fd->nread];
		if (rec->value && frame_begins(rec->value, rec->value_len) && read_value(fd, rec, err) == VALUES_WAIT)
			return SINK_RETRY;
	}
	place_texts(fd);
	fd->framed = false;
	return SINK_OK;
}

void feed_forget_values(struct feed *fd)
{
	strbuf_reset(&fd->texts);
	fd->nread = 0;
	fd->framed = false;
}
