/* registry.h: requests to the Schema Registry that registry.* names, by Confluent's contract; Apicurio answers it as well. Each waits for
 * its answer, a few seconds at most. Thread: the one that made it. */
#ifndef TFLTOP_AVRO_REGISTRY_H
#define TFLTOP_AVRO_REGISTRY_H

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"

#include <stdint.h>

struct registry;

enum registry_says {
	REGISTRY_OK,
	REGISTRY_UNKNOWN, /* there is no such id or subject; a schema that is new may be so for a moment */
	REGISTRY_REFUSED, /* incompatible, not a schema, of a kind that we do not read */
	REGISTRY_AWAY,    /* no answer, or not one of a registry that lets us in: later again */
};

struct registry *registry_new(const struct config *cfg, struct error *err); /* nothing is connected yet */
void registry_free(struct registry *rg);

/* The text of the Avro schema with that id. Else err says why, in words that name the registry. */
enum registry_says registry_schema(struct registry *rg, uint32_t id, struct strbuf *schema, struct error *err);

/* The id of the schema in that subject: of a version that is there, or of one that is registered now. */
enum registry_says registry_register(struct registry *rg, const char *subject, const char *schema, uint32_t *id, struct error *err);

#endif
