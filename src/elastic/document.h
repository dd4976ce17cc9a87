/* document.h: a record as the document that is stored, and what of a document tells one passenger from another. Thread: any. */
#ifndef TFLTOP_ELASTIC_DOCUMENT_H
#define TFLTOP_ELASTIC_DOCUMENT_H

#include "base/strbuf.h"
#include "model/event.h"
#include "model/place.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the value must be written anew: it does not name the station or has no delta, which the key and the topic have supplied, so that
 * all stores hold the same; or it holds the end of a line, which would end the document. */
bool document_differs(const void *value, size_t len, const struct event *ev);

/* Appends the document: the value's members as they stand, on one line, station and delta supplied. */
void document_add(struct strbuf *out, const void *value, size_t len, const struct event *ev);

enum spot { SPOT_NONE, SPOT_PLACE, SPOT_OTHER /* some other form of a location */ };

struct content { /* what the identity of a document (station, user, millisecond) leaves open */
	int delta;   /* 0: none that can be read */
	enum spot spot;
	struct place place;
};

/* Of a document as it was sent, or as it was found: a location comes back as an object. */
struct content document_content(const char *json, size_t len);

/* The same passenger: delta is equal, and the locations are not further apart than 1e-4 degrees, which is how exactly they come back; a
 * location that cannot be read tells nothing. */
bool content_same(const struct content *a, const struct content *b);

#endif
