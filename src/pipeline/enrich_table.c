#include "base/clock.h"
#include "base/log.h"
#include "feed/kafka.h"
#include "pipeline/enrich_inside.h"

#include <inttypes.h>

#define POLL_MS 200
#define FOLLOW_MAX 10000 /* rows taken between two looks at the events */

static void apply(struct enrich *en, const rd_kafka_message_t *msg)
{
	const struct text key = {msg->key, msg->key_len}, value = {msg->payload, msg->len};
	enum join_change change = join_row(en->join, msg->partition, key, value);
	if (change == JOIN_ROW_BAD)
		log_warn("%s [%" PRId32 "] offset %" PRId64 ": a row that cannot be read; the one before it stays",
			 rd_kafka_topic_name(msg->rkt), msg->partition, msg->offset);
	en->status.stations = join_rows(en->join);
}

/* One message: 1 if its partition is at its end, else 0. */
static int take(struct enrich *en, rd_kafka_message_t *msg)
{
	int at_end = msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
	if (!msg->err)
		apply(en, msg);
	else if (!at_end)
		log_warn("topic %s: %s", config_text(en->cfg, "topic.stations"), rd_kafka_message_errstr(msg));
	rd_kafka_message_destroy(msg);
	return at_end;
}

static int open_consumer(struct enrich *en)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = kafka_conf(en->cfg, KAFKA_CONSUMER, &err);
	if (conf) {
		kafka_set(conf, "group.id", "tfl-top-enrich-table"); /* the library wants one; nothing is ever committed to it */
		kafka_set(conf, "enable.partition.eof", "true");
		kafka_set(conf, "fetch.wait.max.ms", "100"); /* the end of a partition is seen after a fetch that waited in vain */
		kafka_set(conf, "auto.offset.reset", "earliest"); /* compaction may take the row at which we stand */
		en->table = kafka_new(KAFKA_CONSUMER, conf, &err);
	}
	if (!en->table)
		return enrich_fail(en, "%s", err.text);
	rd_kafka_poll_set_consumer(en->table);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)en->table_partitions);
	for (size_t p = 0; p < en->table_partitions; p++)
		rd_kafka_topic_partition_list_add(list, config_text(en->cfg, "topic.stations"), (int32_t)p)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_resp_err_t rc = rd_kafka_assign(en->table, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rc ? enrich_fail(en, "cannot read the stations: %s", rd_kafka_err2str(rc)) : 0;
}

int table_load(struct enrich *en)
{
	size_t ended = 0;
	int64_t begun_us = clock_mono_us();
	if (open_consumer(en))
		return -1;
	while (ended < en->table_partitions || !join_rows(en->join)) {
		if (enrich_stopping(en))
			return -1;
		if (en->exit_at_end && clock_mono_us() - begun_us > 30 * 1000000LL)
			return enrich_fail(en, "topic %s holds no station (tfl-top setup stations fills it)", config_text(en->cfg, "topic.stations"));
		if (ended >= en->table_partitions)
			enrich_say(en, ENRICH_WAITING, "topic %s holds no station yet (tfl-top setup stations fills it)",
				   config_text(en->cfg, "topic.stations"));
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(en->table, POLL_MS);
		if (msg)
			ended += (size_t)take(en, msg);
	}
	log_info("%zu stations read from topic %s", join_rows(en->join), config_text(en->cfg, "topic.stations"));
	return 0;
}

void table_follow(struct enrich *en)
{
	rd_kafka_message_t *msg;
	for (int i = 0; i < FOLLOW_MAX && (msg = rd_kafka_consumer_poll(en->table, 0)); i++)
		take(en, msg);
}
