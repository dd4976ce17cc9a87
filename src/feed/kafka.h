/* kafka.h: librdkafka clients made to the contracts: what kafka.* sets, what is refused, idempotent murmur2 producers, read_committed
 * consumers without automatic commits. Errors and logs of the library end in our log. */
#ifndef TFLTOP_FEED_KAFKA_H
#define TFLTOP_FEED_KAFKA_H

#include "base/config.h"
#include "base/error.h"

#include <librdkafka/rdkafka.h>

enum kafka_role { KAFKA_CONSUMER, KAFKA_PRODUCER };

/* A configuration to which the caller may add callbacks and group.id or transactional.id before kafka_new. NULL + err on a bad kafka.* key. */
rd_kafka_conf_t *kafka_conf(const struct config *cfg, enum kafka_role role, struct error *err);

/* Takes conf. */
rd_kafka_t *kafka_new(enum kafka_role role, rd_kafka_conf_t *take_conf, struct error *err);

/* kafka_conf + one setting; aborts on a name the library does not know (ours, not the user's). */
void kafka_set(rd_kafka_conf_t *conf, const char *name, const char *value);

/* A preset for one reader: set unless the user has set it. */
void kafka_prefer(rd_kafka_conf_t *conf, const struct config *cfg, const char *name, const char *value);

struct topic_want {
	const char *name;
	int partitions;
	bool compacted;
};

/* Creates the topics that are missing (retention.ms=-1 unless compacted); never changes or deletes one. Partition counts that differ are
 * reported in err only when `strict`. On the embedded broker (no admin API) a metadata request creates them. */
int kafka_topics_ensure(rd_kafka_t *rk, const struct config *cfg, const struct topic_want *topics, size_t count, bool dry_run, struct error *err);

/* The five topics of the pipeline have five names, else it would feed itself or lose an event's direction. -1 + err names two that share one. */
int kafka_topics_distinct(const struct config *cfg, struct error *err);

/* Partition count of a topic; 0 missing; -1 + err if the broker does not answer within timeout_ms. Never creates it. */
int kafka_partitions(rd_kafka_t *rk, const char *topic, int timeout_ms, struct error *err);

/* The embedded broker of --demo: one in-process mock cluster on 127.0.0.1. Lives until embedded_free. */
struct embedded;
struct embedded *embedded_new(const struct topic_want *topics, size_t count, struct error *err);
const char *embedded_brokers(const struct embedded *eb); /* "127.0.0.1:port": other processes of this machine may connect */
void embedded_free(struct embedded *eb);

/* True with --demo: no transactions, no groups, no admin API there (rdkafka_mock). */
bool kafka_is_embedded(const struct config *cfg);

#endif
