#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "feed/kafka.h"
#include "pipeline/enrich_inside.h"

#include <inttypes.h>

#define ANSWER_MS 5000
#define POLL_MS 200
#define QUIET_US 1000000LL
#define EMPTY_US (30 * 1000000LL) /* -e: how long the table may be */
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

/* One message. The end of a partition is told each time it is reached. */
static void take(struct enrich *en, rd_kafka_message_t *msg)
{
	bool at_end = msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
	if (!msg->err)
		apply(en, msg);
	else if (!at_end)
		log_warn("topic %s: %s", config_text(en->cfg, "topic.stations"), rd_kafka_message_errstr(msg));
	if ((at_end || !msg->err) && (size_t)msg->partition < en->table_partitions)
		en->table_at_end[msg->partition] = at_end;
	rd_kafka_message_destroy(msg);
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
	/* A leader that is known is asked at once, else after half a second. */
	kafka_partitions(en->table, config_text(en->cfg, "topic.stations"), ANSWER_MS, NULL);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)en->table_partitions);
	for (size_t p = 0; p < en->table_partitions; p++)
		rd_kafka_topic_partition_list_add(list, config_text(en->cfg, "topic.stations"), (int32_t)p)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_resp_err_t rc = rd_kafka_assign(en->table, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rc ? enrich_fail(en, "cannot read the stations: %s", rd_kafka_err2str(rc)) : 0;
}

static bool at_end(const struct enrich *en)
{
	for (size_t p = 0; p < en->table_partitions; p++)
		if (!en->table_at_end[p])
			return false;
	return true;
}

/* A table that was empty is being filled when its first row arrives: then the rest is waited for until nothing came for a while. */
int table_load(struct enrich *en)
{
	const char *topic = config_text(en->cfg, "topic.stations");
	int64_t begun_us = clock_mono_us(), row_us = 0;
	en->table_at_end = xcalloc(en->table_partitions, sizeof *en->table_at_end);
	if (open_consumer(en))
		return -1;
	while (!at_end(en) || !join_rows(en->join) || clock_mono_us() - row_us < QUIET_US) {
		if (enrich_stopping(en))
			return -1;
		if (en->exit_at_end && !join_rows(en->join) && clock_mono_us() - begun_us > EMPTY_US)
			return enrich_fail(en, "topic %s holds no station (tfl-top setup stations fills it)", topic);
		bool was_empty = at_end(en) && !join_rows(en->join);
		if (was_empty)
			enrich_say(en, ENRICH_WAITING, "topic %s holds no station yet (tfl-top setup stations fills it)", topic);
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(en->table, POLL_MS);
		if (msg && !msg->err && (was_empty || row_us))
			row_us = clock_mono_us();
		if (msg)
			take(en, msg);
	}
	log_info("%zu stations read from topic %s", join_rows(en->join), topic);
	return 0;
}

void table_follow(struct enrich *en)
{
	rd_kafka_message_t *msg;
	for (int i = 0; i < FOLLOW_MAX && (msg = rd_kafka_consumer_poll(en->table, 0)); i++)
		take(en, msg);
}
