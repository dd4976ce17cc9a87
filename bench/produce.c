/* produce.c: bench/produce BROKERS TOPIC COUNT < FILE: the least that producing costs in C: COUNT records that are the lines of FILE
 * (key, tab, value) over and over, by an idempotent producer with the settings of `simulate`. */
#include <librdkafka/rdkafka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 10000
#define LINE_BYTES 512

static char lines[LINES][LINE_BYTES];
static size_t nlines;

static rd_kafka_t *producer(const char *brokers)
{
	static const char *const settings[][2] = {{"enable.idempotence", "true"}, {"partitioner", "murmur2_random"}, {"compression.codec", "lz4"}};
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why))
			fprintf(stderr, "produce: %s\n", why);
	return rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
}

static void produce(rd_kafka_t *rk, rd_kafka_topic_t *topic, const char *line)
{
	const char *tab = strchr(line, '\t');
	while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, (void *)(tab + 1), strlen(tab + 1), line, (size_t)(tab - line), NULL))
		rd_kafka_poll(rk, 10); /* its queue is full */
}

int main(int argc, char *argv[])
{
	rd_kafka_t *rk = argc == 4 ? producer(argv[1]) : NULL;
	while (nlines < LINES && fgets(lines[nlines], LINE_BYTES, stdin) && strchr(lines[nlines], '\t')) {
		lines[nlines][strcspn(lines[nlines], "\n")] = '\0';
		nlines++;
	}
	if (!rk || !nlines) {
		fprintf(stderr, "usage: produce BROKERS TOPIC COUNT < FILE\n");
		return 2;
	}
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, argv[2], NULL);
	unsigned long long count = strtoull(argv[3], NULL, 10);
	for (unsigned long long i = 0; i < count; i++) {
		produce(rk, topic, lines[i % nlines]);
		if (i % 1000 == 0)
			rd_kafka_poll(rk, 0);
	}
	int rc = rd_kafka_flush(rk, 60000) != RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(rk);
	return rc;
}
