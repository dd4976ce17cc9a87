/* reread.h: a topic read once more, outside every group: from the first record of a time on to where it ends now. Waits. Thread: the caller's. */
#ifndef TFLTOP_FEED_REREAD_H
#define TFLTOP_FEED_REREAD_H

#include "base/config.h"
#include "base/error.h"

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

struct reread_part {     /* of a partition, what was read */
	int64_t low;     /* oldest offset that is left */
	int64_t first;   /* where reading began … */
	int64_t end;     /* … and ended, exclusive */
	int64_t oldest_ms; /* record time of what lies at `low`, if reading began there; -1 otherwise */
};

typedef void reread_fn(void *arg, const rd_kafka_message_t *msg);

/* Committed records only. parts: heap, one a partition, NULL for a topic that is not there. -1 + err: the broker is silent, or stopped half-way. */
int reread(const struct config *cfg, const char *topic, int64_t since_ms, reread_fn *fn, void *arg, struct reread_part **parts, size_t *count,
	   struct error *err);

/* Offsets that a group has committed, one a partition (heap): -1 where it has none. NULL and 0 for a topic that is not there. */
int reread_committed(const struct config *cfg, const char *group, const char *topic, int64_t **offsets, size_t *count, struct error *err);

#endif
