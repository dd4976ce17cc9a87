#include "feed/probe.h"

#include "base/mem.h"
#include "feed/consumer.h"
#include "feed/kafka.h"
#include "feed/mark.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 64 /* messages; of each partition only the first counts */

struct probe {
	struct consumer cs;
	struct question *questions; /* NULL between rounds */
	size_t count, open;
};

struct probe *probe_new(const struct config *cfg, struct error *err)
{
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_CONSUMER, err);
	if (!conf)
		return NULL;
	kafka_set(conf, "client.id", "tfl-top-probe");
	kafka_set(conf, "enable.partition.eof", "true"); /* no record where one had been is an answer too */
	kafka_set(conf, "queued.min.messages", "1");     /* one batch of each partition is plenty … */
	kafka_set(conf, "fetch.message.max.bytes", "2097152"); /* … and should fit: else an answer holds one partition's, and then the library rests */
	kafka_set(conf, "log_level", "2");               /* what it would say the feed's own consumer says */
	struct probe *pr = xcalloc(1, sizeof *pr);
	if (!consumer_init(&pr->cs, conf, NULL, err))
		return pr;
	free(pr);
	return NULL;
}

void probe_free(struct probe *pr)
{
	if (!pr)
		return;
	consumer_fini(&pr->cs);
	free(pr);
}

int probe_begin(struct probe *pr, struct question *questions, size_t count, struct error *err)
{
	pr->questions = questions;
	pr->count = pr->open = count;
	for (size_t i = 0; i < count; i++) {
		struct question *qu = &questions[i];
		qu->answered = false;
		qu->answer = REREAD_NONE;
		if (consumer_add(&pr->cs, qu->topic, qu->partition, qu->mark.offset, err)) {
			probe_end(pr);
			return -1;
		}
	}
	return 0;
}

static struct question *asked(struct probe *pr, const rd_kafka_message_t *msg)
{
	const char *topic = msg->rkt ? rd_kafka_topic_name(msg->rkt) : "";
	for (size_t i = 0; i < pr->count; i++)
		if (pr->questions[i].partition == msg->partition && !strcmp(pr->questions[i].topic, topic))
			return &pr->questions[i];
	return NULL;
}

static enum reread compare(const struct question *qu, const rd_kafka_message_t *msg)
{
	if (msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF || msg->offset != qu->mark.offset)
		return REREAD_GONE;
	uint64_t hash = record_hash(rd_kafka_message_timestamp(msg, NULL), msg->key, msg->key_len, msg->payload, msg->len);
	return hash == qu->mark.hash ? REREAD_SAME : REREAD_OTHER;
}

static void take(struct probe *pr, const rd_kafka_message_t *msg)
{
	struct question *qu = asked(pr, msg);
	if (!qu || qu->answered)
		return;
	bool out_of_range = msg->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || msg->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
	if (msg->err && msg->err != RD_KAFKA_RESP_ERR__PARTITION_EOF && !out_of_range)
		return; /* a broker is away: it may answer yet */
	qu->answer = out_of_range ? REREAD_NONE : compare(qu, msg);
	qu->answered = true;
	pr->open--;
}

bool probe_poll(struct probe *pr, int wait_ms)
{
	rd_kafka_message_t *messages[AT_ONCE];
	size_t count = pr->open ? consumer_batch(&pr->cs, messages, AT_ONCE, wait_ms) : 0;
	for (size_t i = 0; i < count; i++) {
		take(pr, messages[i]);
		rd_kafka_message_destroy(messages[i]);
	}
	return !pr->open;
}

void probe_end(struct probe *pr)
{
	pr->questions = NULL;
	pr->count = pr->open = 0;
	consumer_clear(&pr->cs, NULL);
}

bool probe_busy(const struct probe *pr)
{
	return pr->questions != NULL;
}
