#include "feed/kafka.h"

#include "base/mem.h"
#include "feed/kafka_log.h"

#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct embedded {
	rd_kafka_t *rk; /* a client of nothing: the library hangs the cluster on one */
	rd_kafka_mock_cluster_t *cluster;
};

/* Before any client asks: a topic that is asked for first gets four partitions, whatever was wanted. */
static int create(struct embedded *eb, const struct topic_want *topics, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t rc = rd_kafka_mock_topic_create(eb->cluster, topics[i].name, topics[i].partitions, 1);
		if (rc)
			return error_set(err, "embedded broker: topic %s: %s", topics[i].name, rd_kafka_err2str(rc));
	}
	return 0;
}

struct embedded *embedded_new(const struct topic_want *topics, size_t count, struct error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	kafka_set(conf, "client.id", "tfl-top-embedded");
	rd_kafka_conf_set_log_cb(conf, kafka_log);
	rd_kafka_t *rk = kafka_new(KAFKA_PRODUCER, conf, err);
	if (!rk)
		return NULL;
	struct embedded *eb = xcalloc(1, sizeof *eb);
	eb->rk = rk;
	eb->cluster = rd_kafka_mock_cluster_new(rk, 1);
	if (!eb->cluster)
		error_set(err, "the embedded broker does not start: no free port on 127.0.0.1?");
	if (!eb->cluster || create(eb, topics, count, err)) {
		embedded_free(eb);
		return NULL;
	}
	return eb;
}

const char *embedded_brokers(const struct embedded *eb)
{
	return rd_kafka_mock_cluster_bootstraps(eb->cluster);
}

void embedded_free(struct embedded *eb)
{
	if (eb->cluster)
		rd_kafka_mock_cluster_destroy(eb->cluster);
	rd_kafka_destroy(eb->rk);
	free(eb);
}
