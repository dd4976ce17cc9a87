/* decode.h: Avro's binary form → JSON, by the schema it was written with, as Connect's JsonConverter writes it without schemas: members in
 * the schema's order, logical types as the number below them (a timestamp: milliseconds), bytes in base64. Whatever the bytes say, neither
 * memory nor time is spent beyond what a text of 64 KiB, or 64 times as long as they are, takes. Pure. Thread: any. */
#ifndef TFLTOP_AVRO_DECODE_H
#define TFLTOP_AVRO_DECODE_H

#include "avro/shape.h"
#include "base/strbuf.h"

#include <stdbool.h>

#define DECODE_MAX(len) (64 * (1024 + (size_t)(len))) /* bytes of JSON */
#define DECODE_DEPTH 64

/* The text is added to json; nothing when it returns -1. event: the field `timestamp` of the record is written as the member @timestamp,
 * and a number of milliseconds in it as the time it is (Avro knows no such name). Bytes behind the value are not looked at. */
int avro_decode(const struct shape *sh, const void *bytes, size_t len, bool event, struct strbuf *json, struct error *err);

#endif
