/* mark.h: recognising a record again. The hash is kept in databases, so it never changes: FNV-1a 64 over the record time (8 bytes, little
 * endian), the key's length (8 bytes, little endian; all ones for no key), the key, the value's length and the value likewise. Pure. */
#ifndef TFLTOP_FEED_MARK_H
#define TFLTOP_FEED_MARK_H

#include "feed/sink.h"

uint64_t record_hash(int64_t time_ms, const void *key, size_t key_len, const void *value, size_t value_len);

struct mark mark_of(const struct record *rec);

#endif
