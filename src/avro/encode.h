/* encode.h: JSON → Avro's binary form by a schema: the way back from decode.h, but for bytes and fixed, which nobody writes. A member that
 * is missing is null; the field `timestamp` also takes the member @timestamp, and a time in RFC 3339. Pure. Thread: any. */
#ifndef TFLTOP_AVRO_ENCODE_H
#define TFLTOP_AVRO_ENCODE_H

#include "avro/shape.h"
#include "base/strbuf.h"
#include "model/event.h"

int avro_encode(const struct shape *sh, struct text json, struct strbuf *out, struct error *err); /* -1: it does not fit; nothing is added */

#endif
