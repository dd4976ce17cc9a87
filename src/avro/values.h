/* values.h: values of Kafka records in Avro, framed by the Schema Registry's clients, read to JSON and written from it. Each thread has its
 * own: schemas are looked up once and kept for ever. Thread: the one that made it. */
#ifndef TFLTOP_AVRO_VALUES_H
#define TFLTOP_AVRO_VALUES_H

#include "avro/frame.h"
#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>

struct values;

/* NULL + err: a setting registry.* that cannot be. Nothing is asked yet. */
struct values *values_new(const struct config *cfg, struct error *err);
void values_free(struct values *vs);

enum values_got {
	VALUES_JSON,
	VALUES_BAD,  /* it can never be read: err says why. Also when the registry is away and registry.url is not set: nobody waits for it then */
	VALUES_WAIT, /* the registry is away, or does not know the schema yet: the same call again in a moment. err says what is awaited */
};

/* A framed value (frame_begins) as the text of a JSON object, by the schema it was written with; see avro/decode.h. The text replaces
 * what is in json. _event: the member @timestamp for a field `timestamp`. */
enum values_got values_read(struct values *vs, const void *frame, size_t len, struct strbuf *json, struct error *err);
enum values_got values_read_event(struct values *vs, const void *frame, size_t len, struct strbuf *json, struct error *err);

/* Writes values of one topic, by one schema (JSON text), under the subject TOPIC-value. NULL + err: it is no schema. Freed with vs. */
struct values_writer;
struct values_writer *values_writer(struct values *vs, const char *topic, const char *schema_json, struct error *err);

/* Registers the schema, or finds its id; values_write does so by itself. 0; -1 + err: the registry refuses it, in words; 1 + err: the
 * registry is away, later again. */
int values_writer_ready(struct values_writer *wr, struct error *err);

/* A JSON object → a framed value, which replaces what is in frame. As values_writer_ready, and -1 + err when the object does not fit the
 * schema. A null value (a tombstone) has no frame: the caller sends it as it is. */
int values_write(struct values_writer *wr, struct text json, struct strbuf *frame, struct error *err);

#endif
