#include "sim/retention.h"

#include "base/log.h"
#include "base/zone.h"
#include "feed/cluster.h"
#include "feed/kafka.h"

#include <string.h>

#define ANSWER_MS 15000
#define TOPICS 2

static int check_topic(const struct topic_facts *topic, const char *brokers, int64_t from_ms, int64_t now_ms, struct error *err)
{
	long long keeps_ms = topic_number(topic, TOPIC_RETENTION_MS, -1);
	const char *policy = topic->settings[TOPIC_CLEANUP];
	if (keeps_ms < 0 || from_ms >= now_ms - keeps_ms || (*policy && !strstr(policy, "delete")))
		return 0;
	char oldest[21];
	zone_utc_text((now_ms - keeps_ms) / 1000, oldest);
	return error_set(err,
			 "topic %s keeps nothing older than %s (retention.ms=%lld), so events from --from on would vanish; either --from later, or: "
			 "kafka-configs --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config retention.ms=-1",
			 topic->name, oldest, keeps_ms, brokers, topic->name);
}

int retention_check(rd_kafka_t *rk, const struct config *cfg, int64_t from_ms, int64_t now_ms, struct error *err)
{
	struct topic_facts topics[TOPICS] = {{.name = config_text(cfg, "topic.entries")}, {.name = config_text(cfg, "topic.exits")}};
	struct error untold;
	if (kafka_is_embedded(cfg))
		return 0;
	if (cluster_settings(rk, topics, TOPICS, ANSWER_MS, &untold)) {
		log_warn("retention of the topics is not known: %s", untold.text);
		return 0;
	}
	for (size_t i = 0; i < TOPICS; i++) {
		if (!topics[i].described)
			log_warn("retention of topic %s is not known: its settings may not be read", topics[i].name);
		else if (check_topic(&topics[i], config_text(cfg, "kafka.bootstrap.servers"), from_ms, now_ms, err))
			return -1;
	}
	return 0;
}
