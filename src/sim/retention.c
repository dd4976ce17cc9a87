#include "sim/retention.h"

#include "base/log.h"
#include "base/zone.h"
#include "feed/kafka.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 15000
#define TOPICS 2

static rd_kafka_event_t *describe(rd_kafka_t *rk, const char *const names[TOPICS])
{
	rd_kafka_ConfigResource_t *wanted[TOPICS];
	for (int i = 0; i < TOPICS; i++)
		wanted[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, names[i]);
	rd_kafka_AdminOptions_t *how = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_AdminOptions_set_request_timeout(how, ANSWER_MS, NULL, 0);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_DescribeConfigs(rk, wanted, TOPICS, how, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	for (int i = 0; i < TOPICS; i++)
		rd_kafka_ConfigResource_destroy(wanted[i]);
	return event;
}

static const char *setting(const rd_kafka_ConfigResource_t *topic, const char *name)
{
	size_t count;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(topic, &count);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rd_kafka_ConfigEntry_name(entries[i]), name))
			return rd_kafka_ConfigEntry_value(entries[i]);
	return NULL;
}

static int check_topic(const rd_kafka_ConfigResource_t *topic, const char *brokers, int64_t from_ms, int64_t now_ms, struct error *err)
{
	const char *text = setting(topic, "retention.ms"), *policy = setting(topic, "cleanup.policy");
	long long keeps_ms = text ? atoll(text) : -1;
	if (keeps_ms < 0 || from_ms >= now_ms - keeps_ms || (policy && !strstr(policy, "delete")))
		return 0;
	char oldest[21];
	zone_utc_text((now_ms - keeps_ms) / 1000, oldest);
	return error_set(err,
			 "topic %s keeps nothing older than %s (retention.ms=%lld), so events from --from on would vanish; either --from later, or: "
			 "kafka-configs --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config retention.ms=-1",
			 rd_kafka_ConfigResource_name(topic), oldest, keeps_ms, brokers, rd_kafka_ConfigResource_name(topic));
}

static int check_all(rd_kafka_event_t *event, const char *brokers, int64_t from_ms, int64_t now_ms, struct error *err)
{
	size_t count;
	const rd_kafka_ConfigResource_t **topics =
		rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
	for (size_t i = 0; i < count; i++) {
		if (rd_kafka_ConfigResource_error(topics[i]))
			log_warn("retention of topic %s is not known: %s", rd_kafka_ConfigResource_name(topics[i]),
				 rd_kafka_ConfigResource_error_string(topics[i]));
		else if (check_topic(topics[i], brokers, from_ms, now_ms, err))
			return -1;
	}
	return 0;
}

int retention_check(rd_kafka_t *rk, const struct config *cfg, int64_t from_ms, int64_t now_ms, struct error *err)
{
	const char *const names[TOPICS] = {config_text(cfg, "topic.entries"), config_text(cfg, "topic.exits")};
	if (kafka_is_embedded(cfg))
		return 0;
	rd_kafka_event_t *event = describe(rk, names);
	int rc = 0;
	if (!event || rd_kafka_event_error(event))
		log_warn("retention of the topics is not known: %s", event ? rd_kafka_event_error_string(event) : "the broker did not answer");
	else
		rc = check_all(event, config_text(cfg, "kafka.bootstrap.servers"), from_ms, now_ms, err);
	if (event)
		rd_kafka_event_destroy(event);
	return rc;
}
