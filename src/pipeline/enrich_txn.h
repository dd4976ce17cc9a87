/* enrich_txn.h: the join's producer. What it writes and how far it has read become visible together or not at all: Kafka's transactions; on
 * the embedded broker, which has none, the same calls with nothing behind begin and abort. Thread: enrich. */
#ifndef TFLTOP_PIPELINE_ENRICH_TXN_H
#define TFLTOP_PIPELINE_ENRICH_TXN_H

#include "base/config.h"
#include "base/error.h"
#include "model/event.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#define TXN_TIMEOUT_MS 10000 /* a transaction older than that is ended by the broker: how long readers wait at most when we die and nobody follows */

enum txn_verdict {
	TXN_OK,
	TXN_ABORT,  /* the transaction has to be aborted, its input read again */
	TXN_RENEW,  /* this producer is of no more use: make another, then read again from what is committed */
	TXN_FENCED, /* the same, because the broker knows a later producer of this id, or ended our transaction for its age */
	TXN_STOP,   /* stopping was asked for while the broker did not answer */
};

struct txn;

/* id NULL: the embedded broker. keep_trying(arg) is asked whenever the broker has not answered for a while. */
struct txn *txn_new(const struct config *cfg, const char *id, bool (*keep_trying)(void *arg), void *arg, struct error *err);
void txn_free(struct txn *tx); /* an open transaction is left to the broker, which aborts it */

rd_kafka_t *txn_client(struct txn *tx);

/* Ends whatever an earlier producer of this id left open. Once, before anything else. */
enum txn_verdict txn_init(struct txn *tx, struct error *err);

enum txn_verdict txn_begin(struct txn *tx, struct error *err);

/* Key and value are copied; the partition is the key's (murmur2). take_headers: owned by the call in any case; may be NULL.
 * A time of 0 means now to the library: an event of the very first millisecond of 1970 gets the time of its joining. */
enum txn_verdict txn_produce(struct txn *tx, rd_kafka_topic_t *topic, struct text key, struct text value, int64_t time_ms,
			     rd_kafka_headers_t *take_headers, struct error *err);

/* Waits for all acknowledgements; offsets: next offsets of the consumer's group. */
enum txn_verdict txn_commit(struct txn *tx, const rd_kafka_topic_partition_list_t *offsets, rd_kafka_t *consumer, struct error *err);

enum txn_verdict txn_abort(struct txn *tx, struct error *err);

#endif
