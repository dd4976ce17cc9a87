/* read.c: bench/read BROKERS TOPIC [wide]: the least that reading costs in C: all partitions of a topic from their beginning to their end,
 * in batches, each record dropped; wide: with a queue of 64 MiB and fetches of 1 MiB. Prints how many there were. */
#include <librdkafka/rdkafka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BATCH 10000

static rd_kafka_t *consumer(const char *brokers, bool wide)
{
	static const char *const settings[][2] = {
		{"group.id", "bench"}, {"enable.auto.commit", "false"}, {"enable.partition.eof", "true"}, {"queued.max.messages.kbytes", "16384"},
		{"queued.min.messages", "1000000"}, {"fetch.message.max.bytes", "131072"},
	};
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why))
			fprintf(stderr, "read: %s\n", why);
	if (wide) {
		rd_kafka_conf_set(conf, "queued.max.messages.kbytes", "65536", NULL, 0);
		rd_kafka_conf_set(conf, "fetch.message.max.bytes", "1048576", NULL, 0);
	}
	return rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
}

static int assign_all(rd_kafka_t *rk, const char *topic)
{
	const struct rd_kafka_metadata *meta;
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	if (rd_kafka_metadata(rk, 0, rkt, &meta, 10000))
		return 0;
	int count = meta->topics[0].partition_cnt;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
	for (int i = 0; i < count; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(meta);
	rd_kafka_topic_destroy(rkt);
	return count;
}

int main(int argc, char *argv[])
{
	static rd_kafka_message_t *messages[BATCH];
	rd_kafka_t *rk = argc == 3 || argc == 4 ? consumer(argv[1], argc == 4) : NULL;
	int open = rk ? assign_all(rk, argv[2]) : 0;
	unsigned long long count = 0;
	if (!open) {
		fprintf(stderr, "usage: read BROKERS TOPIC [wide]\n");
		return 2;
	}
	rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
	while (open) {
		ssize_t n = rd_kafka_consume_batch_queue(queue, 50, messages, BATCH);
		for (ssize_t i = 0; i < n; i++) {
			open -= messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
			count += !messages[i]->err;
			rd_kafka_message_destroy(messages[i]);
		}
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	printf("%llu\n", count);
	return 0;
}
