/* dead.h: dead letters that are not committed yet. No more are held than may be kept; the rest is only counted. Thread: the feed's. */
#ifndef TFLTOP_STORE_DEAD_H
#define TFLTOP_STORE_DEAD_H

#include "base/strbuf.h"
#include "feed/sink.h"
#include "store/sql.h"

#include <stddef.h>
#include <stdint.h>

#define DEAD_VALUE_MAX (64 * 1024) /* bytes kept of a key or a value */

struct dead_letter {
	const char *topic; /* borrowed from the feed's partition */
	int32_t partition, epoch;
	int64_t offset, record_ms, received_ms;
	enum dead_reason reason;
	char detail[160];
	void *key, *value; /* copies, cut; NULL none */
	size_t key_len, value_len, value_size;
};

struct dead_letters { /* a ring of the newest `max` */
	struct dead_letter *row;
	size_t first, count, cap, max;
};

void dead_init(struct dead_letters *dl, size_t max);
void dead_fini(struct dead_letters *dl);
void dead_clear(struct dead_letters *dl);

void dead_add(struct dead_letters *dl, const struct partition *part, const struct record *rec, enum dead_reason reason, const char *detail,
	      int64_t now_ms);

/* Inserts them and drops the oldest rows beyond max, in the transaction at hand. SQLite's code. */
int dead_store(const struct dead_letters *dl, struct sql *sql);

#endif
