#include "feed/cluster.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const setting_names[TOPIC_SETTINGS] = {
	[TOPIC_CLEANUP] = "cleanup.policy",
	[TOPIC_RETENTION_MS] = "retention.ms",
	[TOPIC_RETENTION_BYTES] = "retention.bytes",
	[TOPIC_TIMESTAMP] = "message.timestamp.type",
	[TOPIC_MIN_IN_SYNC] = "min.insync.replicas",
};

/* The answer to a description of resources of one type, or NULL + err. */
static rd_kafka_event_t *describe(rd_kafka_t *rk, rd_kafka_ResourceType_t type, const char *const *names, size_t count, int timeout_ms,
				  struct error *err)
{
	rd_kafka_ConfigResource_t **wanted = xcalloc(count, sizeof *wanted);
	for (size_t i = 0; i < count; i++)
		wanted[i] = rd_kafka_ConfigResource_new(type, names[i]);
	rd_kafka_AdminOptions_t *how = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_AdminOptions_set_request_timeout(how, timeout_ms, NULL, 0);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_DescribeConfigs(rk, wanted, count, how, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	rd_kafka_ConfigResource_destroy_array(wanted, count);
	free(wanted);
	if (event && !rd_kafka_event_error(event))
		return event;
	error_set(err, "the settings are not told: %s", event ? rd_kafka_event_error_string(event) : "no answer");
	if (event)
		rd_kafka_event_destroy(event);
	return NULL;
}

static const char *value_of(const rd_kafka_ConfigResource_t *resource, const char *name)
{
	size_t count;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) && rd_kafka_ConfigEntry_value(entries[i]))
			return rd_kafka_ConfigEntry_value(entries[i]);
	return "";
}

static void take_settings(struct topic_facts *topic, const rd_kafka_ConfigResource_t *resource)
{
	topic->described = !rd_kafka_ConfigResource_error(resource);
	for (int i = 0; i < TOPIC_SETTINGS && topic->described; i++)
		snprintf(topic->settings[i], sizeof topic->settings[i], "%s", value_of(resource, setting_names[i]));
}

int cluster_settings(rd_kafka_t *rk, struct topic_facts *topics, size_t count, int timeout_ms, struct error *err)
{
	const char **names = xcalloc(count, sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = topics[i].name;
	rd_kafka_event_t *event = describe(rk, RD_KAFKA_RESOURCE_TOPIC, names, count, timeout_ms, err);
	free(names);
	if (!event)
		return -1;
	size_t told;
	const rd_kafka_ConfigResource_t **resources =
		rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &told);
	for (size_t i = 0; i < told; i++)
		for (size_t j = 0; j < count; j++)
			if (!strcmp(topics[j].name, rd_kafka_ConfigResource_name(resources[i])))
				take_settings(&topics[j], resources[i]);
	rd_kafka_event_destroy(event);
	return 0;
}

long long topic_number(const struct topic_facts *topic, enum topic_setting setting, long long preset)
{
	return *topic->settings[setting] ? atoll(topic->settings[setting]) : preset;
}

static void read_protocol(rd_kafka_t *rk, int broker, int timeout_ms, struct cluster *cl)
{
	char id[16];
	const char *const names[] = {id};
	snprintf(id, sizeof id, "%d", broker);
	rd_kafka_event_t *event = describe(rk, RD_KAFKA_RESOURCE_BROKER, names, 1, timeout_ms, NULL);
	if (!event)
		return;
	size_t told;
	const rd_kafka_ConfigResource_t **resources =
		rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &told);
	if (told)
		snprintf(cl->protocol, sizeof cl->protocol, "%s", value_of(resources[0], "inter.broker.protocol.version"));
	rd_kafka_event_destroy(event);
}

static void take_partitions(struct topic_facts *topic, const struct rd_kafka_metadata_topic *meta)
{
	topic->partitions = meta->partition_cnt;
	for (int i = 0; i < meta->partition_cnt; i++) {
		const struct rd_kafka_metadata_partition *part = &meta->partitions[i];
		topic->leaderless += part->leader < 0;
		if (!i || part->isr_cnt < topic->in_sync)
			topic->in_sync = part->isr_cnt;
	}
}

/* All topics are asked for: asking for one by name would create it on many brokers. */
int cluster_read(rd_kafka_t *rk, struct cluster *cl, struct topic_facts *topics, size_t count, int timeout_ms, struct error *err)
{
	const struct rd_kafka_metadata *meta;
	*cl = (struct cluster){0};
	rd_kafka_resp_err_t rc = rd_kafka_metadata(rk, 1, NULL, &meta, timeout_ms);
	if (rc)
		return error_set(err, "no broker answers: %s", rd_kafka_err2str(rc));
	cl->brokers = meta->broker_cnt;
	for (int i = 0; i < meta->topic_cnt; i++)
		for (size_t j = 0; j < count; j++)
			if (!strcmp(topics[j].name, meta->topics[i].topic))
				take_partitions(&topics[j], &meta->topics[i]);
	int answered = meta->orig_broker_id;
	rd_kafka_metadata_destroy(meta);
	char *id = rd_kafka_clusterid(rk, timeout_ms);
	snprintf(cl->id, sizeof cl->id, "%s", id ? id : "");
	if (id)
		rd_kafka_mem_free(rk, id);
	read_protocol(rk, answered, timeout_ms, cl);
	cluster_settings(rk, topics, count, timeout_ms, NULL); /* described stays false */
	return 0;
}
