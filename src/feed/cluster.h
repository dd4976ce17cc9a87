/* cluster.h: what a Kafka cluster says of itself and of the topics that are read and written. Asks, changes nothing. Thread: main. */
#ifndef TFLTOP_FEED_CLUSTER_H
#define TFLTOP_FEED_CLUSTER_H

#include "base/error.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

enum topic_setting { TOPIC_CLEANUP, TOPIC_RETENTION_MS, TOPIC_RETENTION_BYTES, TOPIC_TIMESTAMP, TOPIC_MIN_IN_SYNC, TOPIC_SETTINGS };

struct topic_facts {
	const char *name;  /* borrowed; set by the caller, the rest is filled in */
	int partitions;    /* 0: there is no such topic */
	int leaderless;    /* partitions without a leader */
	int in_sync;       /* replicas in sync, of the partition that has fewest */
	bool described;    /* the settings were told */
	char settings[TOPIC_SETTINGS][32]; /* as the broker writes them */
};

struct cluster {
	char id[64];       /* "" if not told */
	int brokers;
	char protocol[32]; /* inter.broker.protocol.version of the broker that answered, which follows Kafka's version; "" if not told */
};

/* Cluster and topics. -1 + err if no broker answers within timeout_ms; settings that may not be read leave described false. */
int cluster_read(rd_kafka_t *rk, struct cluster *cl, struct topic_facts *topics, size_t count, int timeout_ms, struct error *err);

/* The settings alone. -1 + err if nothing was answered. */
int cluster_settings(rd_kafka_t *rk, struct topic_facts *topics, size_t count, int timeout_ms, struct error *err);

/* A setting as a number, `preset` if it was not told. */
long long topic_number(const struct topic_facts *topic, enum topic_setting setting, long long preset);

#endif
