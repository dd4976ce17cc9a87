#include "feed/kafka.h"

#include "base/log.h"
#include "feed/kafka_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct setting {
	const char *name, *value;
};

/* What the user's kafka.* may change. The consumer's queue is small on purpose: it bounds memory. */
static const struct setting common_presets[] = {
	{"client.id", "tfl-top"},
	{"reconnect.backoff.max.ms", "1000"},
	{"log.connection.close", "false"},
};
static const struct setting producer_presets[] = {
	{"compression.codec", "lz4"},
};
static const struct setting consumer_presets[] = {
	{"queued.max.messages.kbytes", "16384"},
	{"queued.min.messages", "1000000"},
	{"fetch.message.max.bytes", "131072"},
};

/* Our contracts: set after the user's. */
static const struct setting producer_fixed[] = {
	{"enable.idempotence", "true"},
	{"partitioner", "murmur2_random"}, /* as Java's clients: another one loses joins silently */
};
static const struct setting consumer_fixed[] = {
	{"enable.auto.commit", "false"},
	{"enable.auto.offset.store", "false"},
	{"auto.offset.reset", "error"},
	{"isolation.level", "read_committed"},
};

#define ROWS(table) (table), sizeof(table) / sizeof *(table)

static const char *role_name(enum kafka_role role)
{
	return role == KAFKA_CONSUMER ? "consumer" : "producer";
}

void kafka_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[256];
	if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK)
		return;
	fprintf(stderr, "tfl-top: %s\n", why);
	abort();
}

static void set_rows(rd_kafka_conf_t *conf, const struct setting *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kafka_set(conf, rows[i].name, rows[i].value);
}

/* When its queue is full, a fetcher sleeps for up to a second unless this is set; older libraries do not have it. */
static void set_fetch_backoff(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "10", NULL, 0);
}

struct user_settings {
	rd_kafka_conf_t *conf;
	struct error *err;
	int rc;
};

static void set_users(const char *name, const char *value, void *arg)
{
	struct user_settings *us = arg;
	char why[256];
	if (us->rc || rd_kafka_conf_set(us->conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK)
		return;
	us->rc = error_set(us->err, "kafka.%s: %s (the names are librdkafka's, see its CONFIGURATION.md)", name, why);
}

struct wanted_setting {
	const char *name;
	bool set;
};

static void look_for(const char *name, const char *value, void *arg)
{
	struct wanted_setting *wanted = arg;
	(void)value;
	wanted->set |= !strcmp(name, wanted->name);
}

void kafka_prefer(rd_kafka_conf_t *conf, const struct config *cfg, const char *name, const char *value)
{
	struct wanted_setting wanted = {.name = name};
	config_each_kafka(cfg, look_for, &wanted);
	if (!wanted.set)
		kafka_set(conf, name, value);
}

rd_kafka_conf_t *kafka_conf(const struct config *cfg, enum kafka_role role, struct error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	set_rows(conf, ROWS(common_presets));
	if (role == KAFKA_CONSUMER) {
		set_rows(conf, ROWS(consumer_presets));
		set_fetch_backoff(conf);
	} else {
		set_rows(conf, ROWS(producer_presets));
	}
	if (kafka_is_embedded(cfg))
		kafka_set(conf, "fetch.wait.max.ms", "100"); /* there, new data does not end a wait */
	struct user_settings us = {.conf = conf, .err = err};
	config_each_kafka(cfg, set_users, &us);
	if (us.rc) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	if (role == KAFKA_CONSUMER)
		set_rows(conf, ROWS(consumer_fixed));
	else
		set_rows(conf, ROWS(producer_fixed));
	rd_kafka_conf_set_log_cb(conf, kafka_log);
	return conf;
}

rd_kafka_t *kafka_new(enum kafka_role role, rd_kafka_conf_t *take_conf, struct error *err)
{
	char why[256];
	rd_kafka_t *rk = rd_kafka_new(role == KAFKA_CONSUMER ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, take_conf, why, sizeof why);
	if (rk)
		return rk;
	rd_kafka_conf_destroy(take_conf);
	error_set(err, "cannot make a Kafka %s: %s (check the kafka.* settings)", role_name(role), why);
	return NULL;
}

/* All topics are asked for: asking for one by name would create it on many brokers. */
int kafka_partitions(rd_kafka_t *rk, const char *topic, int timeout_ms, struct error *err)
{
	const struct rd_kafka_metadata *meta;
	rd_kafka_resp_err_t rc = rd_kafka_metadata(rk, 1, NULL, &meta, timeout_ms);
	if (rc)
		return error_set(err, "no Kafka broker answers: %s (is it running? -b HOST:PORT sets another)", rd_kafka_err2str(rc));
	int count = 0;
	for (int i = 0; i < meta->topic_cnt; i++)
		if (!strcmp(meta->topics[i].topic, topic))
			count = meta->topics[i].partition_cnt;
	rd_kafka_metadata_destroy(meta);
	return count;
}

bool kafka_is_embedded(const struct config *cfg)
{
	return config_bool(cfg, "demo");
}
