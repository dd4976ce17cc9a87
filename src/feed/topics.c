#include "feed/kafka.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define CREATE_MS 30000

static rd_kafka_NewTopic_t *new_topic(const struct topic_want *want, int replication, struct error *err)
{
	char why[256];
	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(want->name, want->partitions, replication, why, sizeof why);
	if (!topic) {
		error_set(err, "topic %s: %s", want->name, why);
		return NULL;
	}
	/* Retention goes by record time: what is back-filled would vanish within minutes. */
	if (want->compacted)
		rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
	else
		rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
	return topic;
}

static int creation_result(rd_kafka_event_t *event, struct error *err)
{
	if (!event)
		return error_set(err, "the broker did not answer the creation of topics within %d s", CREATE_MS / 1000);
	if (rd_kafka_event_error(event))
		return error_set(err, "topics cannot be created: %s", rd_kafka_event_error_string(event));
	size_t count;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t rc = rd_kafka_topic_result_error(results[i]);
		if (rc && rc != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) /* another process was quicker */
			return error_set(err, "topic %s cannot be created: %s", rd_kafka_topic_result_name(results[i]),
					 rd_kafka_topic_result_error_string(results[i]) ? rd_kafka_topic_result_error_string(results[i])
											: rd_kafka_err2str(rc));
	}
	return 0;
}

/* On brokers with an admin API. */
static int create(rd_kafka_t *rk, rd_kafka_NewTopic_t **topics, size_t count, struct error *err)
{
	rd_kafka_AdminOptions_t *how = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_AdminOptions_set_request_timeout(how, CREATE_MS - 5000, NULL, 0);
	rd_kafka_AdminOptions_set_operation_timeout(how, CREATE_MS - 5000, NULL, 0);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_CreateTopics(rk, topics, count, how, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, CREATE_MS);
	int rc = creation_result(event, err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	return rc;
}

/* The embedded broker creates what it is asked for by name. */
static int touch(rd_kafka_t *rk, const char *name, struct error *err)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	const struct rd_kafka_metadata *meta;
	rd_kafka_resp_err_t rc = rd_kafka_metadata(rk, 0, topic, &meta, CREATE_MS);
	if (!rc)
		rd_kafka_metadata_destroy(meta);
	rd_kafka_topic_destroy(topic);
	return rc ? error_set(err, "topic %s: %s", name, rd_kafka_err2str(rc)) : 0;
}

static int create_missing(rd_kafka_t *rk, const struct config *cfg, const struct topic_want **missing, size_t count, struct error *err)
{
	if (kafka_is_embedded(cfg)) {
		for (size_t i = 0; i < count; i++)
			if (touch(rk, missing[i]->name, err))
				return -1;
		return 0;
	}
	rd_kafka_NewTopic_t **topics = xcalloc(count, sizeof *topics);
	int rc = 0;
	size_t made = 0;
	for (; made < count && !rc; made++) {
		topics[made] = new_topic(missing[made], (int)config_count(cfg, "topic.replication"), err);
		if (!topics[made])
			rc = -1;
	}
	if (!rc)
		rc = create(rk, topics, count, err);
	for (size_t i = 0; i < made; i++)
		if (topics[i])
			rd_kafka_NewTopic_destroy(topics[i]);
	free(topics);
	return rc;
}

int kafka_topics_ensure(rd_kafka_t *rk, const struct config *cfg, const struct topic_want *topics, size_t count, bool dry_run, struct error *err)
{
	const struct topic_want **missing = xcalloc(count, sizeof *missing);
	size_t nmissing = 0;
	int rc = 0;
	for (size_t i = 0; i < count && !rc; i++) {
		int partitions = kafka_partitions(rk, topics[i].name, CREATE_MS, err);
		if (partitions < 0)
			rc = -1;
		else if (!partitions)
			missing[nmissing++] = &topics[i];
	}
	if (!rc && nmissing && !dry_run)
		rc = create_missing(rk, cfg, missing, nmissing, err);
	free(missing);
	return rc;
}

int kafka_topics_distinct(const struct config *cfg, struct error *err)
{
	static const char *const keys[] = {"topic.entries", "topic.exits", "topic.stations", "topic.station_entries", "topic.station_exits"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(config_text(cfg, keys[i]), config_text(cfg, keys[j])))
				return error_set(err, "%s and %s are both %s: give each a name of its own", keys[j], keys[i],
						 config_text(cfg, keys[i]));
	return 0;
}
