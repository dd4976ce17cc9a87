#include "feed/reread.h"

#include "base/clock.h"
#include "base/mem.h"
#include "feed/consumer.h"
#include "feed/kafka.h"

#include <stdbool.h>
#include <stdlib.h>

#define ANSWER_MS 10000
#define SILENT_MS 30000
#define BATCH 1000

struct reading {
	struct consumer cs;
	const char *topic;
	reread_fn *fn;
	void *arg;
	struct reread_part *parts;
	size_t count;
};

static int begin(struct reading *rd, int64_t since_ms, struct error *err)
{
	for (size_t p = 0; p < rd->count; p++) {
		struct reread_part *part = &rd->parts[p];
		part->oldest_ms = -1;
		if (consumer_ends(&rd->cs, rd->topic, (int32_t)p, ANSWER_MS, &part->low, &part->end, err) ||
		    consumer_offset_at(&rd->cs, rd->topic, (int32_t)p, since_ms, ANSWER_MS, &part->first, err))
			return -1;
		if (part->first < part->low)
			part->first = part->low;
		if (consumer_add(&rd->cs, rd->topic, (int32_t)p, part->first, err))
			return -1;
	}
	return 0;
}

/* Places in cs.assigned are those of the partitions: they were added in that order. */
static bool at_end(struct reading *rd)
{
	consumer_positions(&rd->cs);
	for (size_t p = 0; p < rd->count; p++) {
		int64_t position = consumer_position(&rd->cs, p);
		if (rd->parts[p].first < rd->parts[p].end && position < rd->parts[p].end)
			return false;
	}
	return true;
}

static bool take(struct reading *rd, const rd_kafka_message_t *msg)
{
	struct reread_part *part = &rd->parts[msg->partition];
	if (msg->err || msg->offset >= part->end)
		return false;
	if (part->oldest_ms < 0 && part->first == part->low)
		part->oldest_ms = rd_kafka_message_timestamp(msg, NULL);
	rd->fn(rd->arg, msg);
	return true;
}

static int read_all(struct reading *rd, struct error *err)
{
	rd_kafka_message_t *messages[BATCH];
	int64_t moved_us = clock_mono_us();
	while (!at_end(rd)) {
		size_t count = consumer_batch(&rd->cs, messages, BATCH, 100);
		for (size_t i = 0; i < count; i++) {
			if (take(rd, messages[i]))
				moved_us = clock_mono_us();
			rd_kafka_message_destroy(messages[i]);
		}
		if (clock_mono_us() - moved_us > SILENT_MS * 1000LL)
			return error_set(err, "topic %s cannot be read to its end: nothing came for %d s", rd->topic, SILENT_MS / 1000);
	}
	return 0;
}

int reread(const struct config *cfg, const char *topic, int64_t since_ms, reread_fn *fn, void *arg, struct reread_part **parts, size_t *count,
	   struct error *err)
{
	struct reading rd = {.topic = topic, .fn = fn, .arg = arg};
	*parts = NULL;
	*count = 0;
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_CONSUMER, err);
	if (!conf || consumer_init(&rd.cs, conf, NULL, err))
		return -1;
	int partitions = kafka_partitions(rd.cs.rk, topic, ANSWER_MS, err), rc = partitions < 0 ? -1 : 0;
	rd.count = partitions > 0 ? (size_t)partitions : 0;
	rd.parts = rd.count ? xcalloc(rd.count, sizeof *rd.parts) : NULL;
	if (!rc && !(rc = begin(&rd, since_ms, err)))
		rc = read_all(&rd, err);
	consumer_fini(&rd.cs);
	*parts = rd.parts;
	*count = rd.count;
	return rc;
}

static int ask_committed(rd_kafka_t *rk, const char *group, const char *topic, int64_t *offsets, size_t count, struct error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t p = 0; p < count; p++)
		rd_kafka_topic_partition_list_add(list, topic, (int32_t)p);
	rd_kafka_resp_err_t rc = rd_kafka_committed(rk, list, ANSWER_MS);
	for (size_t p = 0; p < count; p++)
		offsets[p] = rc || list->elems[p].offset < 0 ? -1 : list->elems[p].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return rc ? error_set(err, "the offsets of group %s are not to be had: %s", group, rd_kafka_err2str(rc)) : 0;
}

int reread_committed(const struct config *cfg, const char *group, const char *topic, int64_t **offsets, size_t *count, struct error *err)
{
	*offsets = NULL;
	*count = 0;
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_CONSUMER, err);
	if (!conf)
		return -1;
	kafka_set(conf, "group.id", group); /* which is not joined */
	rd_kafka_t *rk = kafka_new(KAFKA_CONSUMER, conf, err);
	int partitions = rk ? kafka_partitions(rk, topic, ANSWER_MS, err) : -1, rc = partitions < 0 ? -1 : 0;
	if (partitions > 0) {
		*count = (size_t)partitions;
		*offsets = xcalloc(*count, sizeof **offsets);
		rc = ask_committed(rk, group, topic, *offsets, *count, err);
	}
	if (rk)
		rd_kafka_destroy(rk);
	return rc;
}
