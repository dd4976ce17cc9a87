#include "pipeline/stations_topic.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/mem.h"
#include "feed/consumer.h"
#include "feed/kafka.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 10000
#define RETRY_MS 100
#define FLUSH_MS 30000

#define BATCH 100

struct record {
	char *name, *value;
	bool there; /* found in the topic */
};

struct publisher {
	rd_kafka_t *rk;
	const char *topic;
	struct record *records;
	size_t count, cap;
	uint64_t acknowledged;
	rd_kafka_resp_err_t failure; /* of the first row that was not acknowledged */
};

enum { ID, NAME, ZONE, LAT, LON, LINES, COLUMNS };
static const char *const column_names[COLUMNS] = {"naptan_id", "name", "zone", "lat", "lon", "lines"};

/* Name and location are what the join reads; the rest is for whoever else reads the topic. An empty field is null. */
static char *row_json(const struct csv *csv, const int columns[COLUMNS])
{
	const char *field[COLUMNS];
	for (size_t i = 0; i < COLUMNS; i++)
		field[i] = *csv_field(csv, columns[i]) ? csv_field(csv, columns[i]) : NULL;
	char *location = field[LAT] && field[LON] ? xasprintf("%s,%s", field[LAT], field[LON]) : NULL;
	json_t *row = json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?}", "name", field[NAME], "location", location, "id", field[ID], "zone", field[ZONE],
				"lines", field[LINES]);
	char *json = json_dumps(row, JSON_COMPACT);
	json_decref(row);
	free(location);
	return json;
}

static int read_rows(struct publisher *pub, struct error *err)
{
	struct csv csv = {0};
	int columns[COLUMNS], rc = csv_open_asset(&csv, "stations.csv", err);
	for (size_t i = 0; i < COLUMNS && !rc; i++)
		rc = (columns[i] = csv_column(&csv, column_names[i], err)) < 0 ? -1 : 0;
	while (!rc && (rc = csv_next(&csv, err)) == 1) {
		pub->records = xgrow(pub->records, pub->count, &pub->cap, sizeof *pub->records);
		pub->records[pub->count++] = (struct record){.name = xstrdup(csv_field(&csv, columns[NAME])), .value = row_json(&csv, columns)};
		rc = 0;
	}
	csv_fini(&csv);
	return rc;
}

/* thread: the one that publishes (inside flush and poll) */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque)
{
	(void)rk;
	struct publisher *pub = opaque;
	if (!msg->err)
		pub->acknowledged++;
	else if (!pub->failure)
		pub->failure = msg->err;
}

static int open_producer(struct publisher *pub, const struct config *cfg, struct error *err)
{
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_PRODUCER, err);
	if (!conf)
		return -1;
	rd_kafka_conf_set_opaque(conf, pub);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	pub->rk = kafka_new(KAFKA_PRODUCER, conf, err);
	return pub->rk ? 0 : -1;
}

/* Made with as many partitions as the events have: only then does ksqlDB join them. */
static int ensure_topic(struct publisher *pub, const struct config *cfg, bool dry_run, struct error *err)
{
	int partitions = kafka_partitions(pub->rk, config_text(cfg, "topic.entries"), ANSWER_MS, err);
	if (partitions < 0)
		return -1;
	const struct topic_want want = {
		.name = pub->topic,
		.partitions = partitions ? partitions : (int)config_count(cfg, "topic.partitions"),
		.compacted = true,
	};
	return kafka_topics_ensure(pub->rk, cfg, &want, 1, dry_run, err);
}

/* A topic that was made a moment ago may be announced before its leader serves it: asked again until ANSWER_MS have passed. */
static rd_kafka_resp_err_t ask_offsets(struct publisher *pub, int32_t partition, int64_t *low, int64_t *high)
{
	int64_t until_us = clock_mono_us() + ANSWER_MS * 1000;
	rd_kafka_resp_err_t rc;
	do {
		rc = rd_kafka_query_watermark_offsets(pub->rk, pub->topic, partition, low, high, ANSWER_MS);
		if (rc != RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION && rc != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
			break;
		rd_kafka_poll(pub->rk, RETRY_MS);
	} while (clock_mono_us() < until_us);
	return rc;
}

/* 1: it holds something, 0: nothing (or it does not exist), -1: no answer. */
static int holds_records(struct publisher *pub, int partitions, struct error *err)
{
	for (int p = 0; p < partitions; p++) {
		int64_t low, high;
		rd_kafka_resp_err_t rc = ask_offsets(pub, p, &low, &high);
		if (rc)
			return error_set(err, "topic %s: cannot ask for its offsets: %s", pub->topic, rd_kafka_err2str(rc));
		if (high > low)
			return 1;
	}
	return 0;
}

/* Ours if it is one of our rows, byte for byte. */
static bool is_ours(struct publisher *pub, const rd_kafka_message_t *msg)
{
	for (size_t i = 0; i < pub->count; i++) {
		struct record *rec = &pub->records[i];
		if (strlen(rec->name) == msg->key_len && strlen(rec->value) == msg->len && !memcmp(rec->name, msg->key, msg->key_len) &&
		    !memcmp(rec->value, msg->payload, msg->len)) {
			rec->there = true;
			return true;
		}
	}
	return false;
}

/* The row that a table keeps of each name: of two with one name the first; the other may have been compacted away. */
static bool all_there(const struct publisher *pub)
{
	for (size_t i = 0, first; i < pub->count; i++) {
		for (first = 0; strcmp(pub->records[first].name, pub->records[i].name);)
			first++;
		if (!pub->records[first].there)
			return false;
	}
	return true;
}

static bool at_ends(struct consumer *cs, const int64_t *ends, int partitions)
{
	consumer_positions(cs);
	for (int p = 0; p < partitions; p++)
		if (ends[p] > 0 && consumer_position(cs, (size_t)p) < ends[p])
			return false;
	return true;
}

/* Reads to the ends. 1: nothing but our rows, 0: others' as well, -1: it took too long. */
static int only_ours(struct publisher *pub, struct consumer *cs, const int64_t *ends, int partitions, struct error *err)
{
	int64_t until_us = clock_mono_us() + ANSWER_MS * 1000;
	bool ours = true;
	while (ours && !at_ends(cs, ends, partitions)) {
		rd_kafka_message_t *messages[BATCH];
		size_t count = consumer_batch(cs, messages, BATCH, RETRY_MS);
		for (size_t i = 0; i < count; i++) {
			ours = ours && (messages[i]->err || is_ours(pub, messages[i]));
			rd_kafka_message_destroy(messages[i]);
		}
		if (clock_mono_us() > until_us)
			return error_set(err, "topic %s: cannot be read to its end within %d s", pub->topic, ANSWER_MS / 1000);
	}
	return ours;
}

static int assign_all(struct publisher *pub, struct consumer *cs, int64_t *ends, int partitions, struct error *err)
{
	for (int p = 0; p < partitions; p++) {
		int64_t low;
		if (consumer_ends(cs, pub->topic, p, ANSWER_MS, &low, &ends[p], err) || consumer_add(cs, pub->topic, p, low, err))
			return -1;
		if (ends[p] <= low)
			ends[p] = 0; /* nothing will come */
	}
	return 0;
}

/* A publisher that died left some of the rows: completing them is what it was asked for. 1: so it is, 0: not, -1: no answer. */
static int is_unfinished(struct publisher *pub, const struct config *cfg, int partitions, struct error *err)
{
	struct consumer cs = {0};
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_CONSUMER, err);
	if (!conf || consumer_init(&cs, conf, NULL, err))
		return -1;
	int64_t *ends = xcalloc((size_t)partitions, sizeof *ends);
	int rc = assign_all(pub, &cs, ends, partitions, err);
	if (!rc)
		rc = only_ours(pub, &cs, ends, partitions, err);
	free(ends);
	consumer_fini(&cs);
	return rc == 1 && all_there(pub) ? 0 : rc;
}

/* 1: the rows are not there, 0: nothing to do, -1: no answer. */
static int wants_rows(struct publisher *pub, const struct config *cfg, struct error *err)
{
	int partitions = kafka_partitions(pub->rk, pub->topic, ANSWER_MS, err);
	if (partitions < 0)
		return -1;
	int holds = holds_records(pub, partitions, err);
	return holds == 1 ? is_unfinished(pub, cfg, partitions, err) : holds ? -1 : 1;
}

/* Where two stations share a name, the one that comes first in the file is the row that the pipeline's database keeps, so it is written
 * last: the last row of a key is the one that a table holds. */
static int produce_rows(struct publisher *pub, struct error *err)
{
	for (size_t i = pub->count; i-- > 0;) {
		const struct record *rec = &pub->records[i];
		rd_kafka_resp_err_t rc = rd_kafka_producev(pub->rk, RD_KAFKA_V_TOPIC(pub->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
							   RD_KAFKA_V_KEY(rec->name, strlen(rec->name)),
							   RD_KAFKA_V_VALUE(rec->value, strlen(rec->value)), RD_KAFKA_V_END);
		if (rc)
			return error_set(err, "topic %s: %s", pub->topic, rd_kafka_err2str(rc));
	}
	rd_kafka_resp_err_t rc = rd_kafka_flush(pub->rk, FLUSH_MS);
	if (pub->failure || rc)
		return error_set(err, "topic %s: %zu of %zu rows were not acknowledged: %s", pub->topic, pub->count - (size_t)pub->acknowledged,
				 pub->count, rd_kafka_err2str(pub->failure ? pub->failure : rc));
	return 0;
}

static void print_rows(const struct publisher *pub)
{
	for (size_t i = pub->count; i-- > 0;)
		printf("produce %s key %s value %s\n", pub->topic, pub->records[i].name, pub->records[i].value);
}

static int publish(struct publisher *pub, const struct config *cfg, bool only_if_empty, bool dry_run, struct error *err)
{
	if (read_rows(pub, err) || open_producer(pub, cfg, err) || ensure_topic(pub, cfg, dry_run, err))
		return -1;
	int wants = only_if_empty ? wants_rows(pub, cfg, err) : 1;
	if (wants != 1)
		return wants;
	if (!dry_run)
		return produce_rows(pub, err);
	print_rows(pub);
	return 0;
}

int stations_publish(const struct config *cfg, bool only_if_empty, bool dry_run, uint64_t *published, struct error *err)
{
	struct publisher pub = {.topic = config_text(cfg, "topic.stations")};
	int rc = publish(&pub, cfg, only_if_empty, dry_run, err);
	*published = pub.acknowledged;
	if (pub.rk)
		rd_kafka_destroy(pub.rk);
	for (size_t i = 0; i < pub.count; i++) {
		free(pub.records[i].name);
		free(pub.records[i].value);
	}
	free(pub.records);
	return rc;
}
