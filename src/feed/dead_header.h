/* dead_header.h: the headers that say of a dead letter where it came from and why, named as Kafka Connect names them, so that tools which know
 * those know ours. Pure. */
#ifndef TFLTOP_FEED_DEAD_HEADER_H
#define TFLTOP_FEED_DEAD_HEADER_H

#include "base/error.h"
#include "feed/sink.h"

#include <librdkafka/rdkafka.h>

struct dead_origin { /* where a dead letter was a record first */
	char topic[250];
	int32_t partition;
	int64_t offset;
	unsigned round;     /* how often it has been refused: from 1 */
};

struct dead_cause {
	const char *connector; /* who refused it: "tfl-top-elastic" */
	const char *reason;    /* a word */
	const char *detail;    /* in words */
};

/* Reads it from a dead letter's headers. -1 + err: they are another connector's (foreign is set), or not all there. */
int dead_header_read(const struct header *headers, size_t count, const char *connector, struct dead_origin *out, bool *foreign,
		     struct error *err);

/* Headers for a dead letter: those of the record, without what an earlier round said, and ours. The caller's to destroy. */
rd_kafka_headers_t *dead_header_make(const struct header *headers, size_t count, const struct dead_origin *origin,
				     const struct dead_cause *cause);

#define DEAD_HEADER_CUT "tfl-top.value.size" /* only on a letter whose value was cut: how long it was */

#endif
