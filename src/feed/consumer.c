#include "feed/consumer.h"

#include "feed/kafka.h"

#include <string.h>

static int on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
	(void)rk;
	struct consumer *cs = opaque;
	cs->calls.stats(cs->calls.arg, json, len);
	return 0; /* the library frees it */
}

static void on_error(rd_kafka_t *rk, int code, const char *text, void *opaque)
{
	(void)rk;
	struct consumer *cs = opaque;
	cs->calls.error(cs->calls.arg, code, text);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	(void)rk;
	struct consumer *cs = opaque;
	cs->calls.rebalance(cs->calls.arg, what, list);
}

int consumer_init(struct consumer *cs, rd_kafka_conf_t *take_conf, const struct consumer_calls *calls, struct error *err)
{
	*cs = (struct consumer){0};
	if (calls && calls->rebalance)
		rd_kafka_conf_set_rebalance_cb(take_conf, on_rebalance);
	else
		kafka_set(take_conf, "group.id", "tfl-top"); /* the library wants one even to assign; nothing is ever committed to it */
	rd_kafka_conf_set_opaque(take_conf, cs);
	if (calls) {
		cs->calls = *calls;
		kafka_set(take_conf, "statistics.interval.ms", "1000");
		rd_kafka_conf_set_stats_cb(take_conf, on_stats);
		rd_kafka_conf_set_error_cb(take_conf, on_error);
	}
	cs->rk = kafka_new(KAFKA_CONSUMER, take_conf, err);
	if (!cs->rk)
		return -1;
	rd_kafka_poll_set_consumer(cs->rk);
	cs->queue = rd_kafka_queue_get_consumer(cs->rk);
	cs->assigned = rd_kafka_topic_partition_list_new(16);
	return 0;
}

/* Lists and the queue go first: one that is left makes the library wait for ever. */
void consumer_fini(struct consumer *cs)
{
	if (!cs->rk)
		return;
	rd_kafka_topic_partition_list_destroy(cs->assigned);
	rd_kafka_queue_destroy(cs->queue);
	rd_kafka_consumer_close(cs->rk);
	rd_kafka_destroy(cs->rk);
	cs->rk = NULL;
}

static int result(rd_kafka_error_t *error, const char *what, const char *topic, int32_t partition, struct error *err)
{
	if (!error)
		return 0;
	error_set(err, "cannot %s %s [%d]: %s", what, topic, (int)partition, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return -1;
}

static int assign(struct consumer *cs, const char *topic, int32_t partition, int64_t offset, struct error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
	rd_kafka_error_t *error = rd_kafka_incremental_assign(cs->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return result(error, "read", topic, partition, err);
}

static int unassign(struct consumer *cs, const char *topic, int32_t partition, struct error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition);
	rd_kafka_error_t *error = rd_kafka_incremental_unassign(cs->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return result(error, "leave", topic, partition, err);
}

int consumer_add(struct consumer *cs, const char *topic, int32_t partition, int64_t offset, struct error *err)
{
	if (assign(cs, topic, partition, offset, err))
		return -1;
	rd_kafka_topic_partition_list_add(cs->assigned, topic, partition)->offset = RD_KAFKA_OFFSET_INVALID;
	return 0;
}

int consumer_move(struct consumer *cs, size_t i, int64_t offset, struct error *err)
{
	rd_kafka_topic_partition_t *at = &cs->assigned->elems[i];
	at->offset = RD_KAFKA_OFFSET_INVALID;
	return unassign(cs, at->topic, at->partition, err) || assign(cs, at->topic, at->partition, offset, err) ? -1 : 0;
}

int consumer_clear(struct consumer *cs, struct error *err)
{
	rd_kafka_topic_partition_list_destroy(cs->assigned);
	cs->assigned = rd_kafka_topic_partition_list_new(16);
	rd_kafka_resp_err_t rc = rd_kafka_assign(cs->rk, NULL);
	return rc ? error_set(err, "cannot leave the partitions: %s", rd_kafka_err2str(rc)) : 0;
}

size_t consumer_batch(struct consumer *cs, rd_kafka_message_t **messages, size_t max, int wait_ms)
{
	ssize_t count = rd_kafka_consume_batch_queue(cs->queue, wait_ms, messages, max);
	return count < 0 ? 0 : (size_t)count;
}

void consumer_positions(struct consumer *cs)
{
	rd_kafka_position(cs->rk, cs->assigned);
}

int64_t consumer_position(const struct consumer *cs, size_t i)
{
	const rd_kafka_topic_partition_t *at = &cs->assigned->elems[i];
	return at->err || at->offset < 0 ? -1 : at->offset;
}

int consumer_ends(struct consumer *cs, const char *topic, int32_t partition, int wait_ms, int64_t *low, int64_t *stable, struct error *err)
{
	rd_kafka_resp_err_t rc = rd_kafka_query_watermark_offsets(cs->rk, topic, partition, low, stable, wait_ms);
	return rc ? error_set(err, "%s [%d]: no watermarks: %s", topic, (int)partition, rd_kafka_err2str(rc)) : 0;
}

int consumer_offset_at(struct consumer *cs, const char *topic, int32_t partition, int64_t time_ms, int wait_ms, int64_t *offset,
		       struct error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = time_ms;
	rd_kafka_resp_err_t rc = rd_kafka_offsets_for_times(cs->rk, list, wait_ms);
	if (!rc)
		rc = list->elems[0].err;
	*offset = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	if (rc)
		return error_set(err, "%s [%d]: no offset for a time: %s", topic, (int)partition, rd_kafka_err2str(rc));
	int64_t low;
	return *offset >= 0 ? 0 : consumer_ends(cs, topic, partition, wait_ms, &low, offset, err);
}
