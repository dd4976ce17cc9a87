/* The join on the embedded broker: what comes out, what is dropped and counted, that it waits for stations, and that it ends at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "feed/kafka.h"
#include "pipeline/enrich.h"
#include "pipeline/stations_topic.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS 3
#define WAIT_MS 10000

static const char *const keys[] = {"topic.entries", "topic.exits", "topic.stations", "topic.station_entries", "topic.station_exits"};
#define TOPICS (sizeof keys / sizeof *keys)
#define TESTS 3

struct lab { /* one broker; each test has topics of its own */
	struct config *cfg;
	struct embedded *broker;
	struct wake news;
	rd_kafka_t *producer;
	char names[TESTS][TOPICS][40];
	size_t test;
};

static int group_setup(void **state)
{
	struct lab *lab = xcalloc(1, sizeof *lab);
	struct topic_want topics[TESTS * TOPICS];
	struct error err = {0};
	log_open("/dev/null", LOG_INFO, LOG_LOGFMT, NULL);
	lab->cfg = config_new();
	if (config_load(lab->cfg, CMD_TOP, 1, (char *[]){(char[]){"--demo"}}, &err))
		return -1;
	for (size_t i = 0; i < TESTS * TOPICS; i++) {
		char *name = lab->names[i / TOPICS][i % TOPICS];
		snprintf(name, sizeof lab->names[0][0], "%zu-%s", i / TOPICS, keys[i % TOPICS] + sizeof "topic." - 1);
		topics[i] = (struct topic_want){.name = name, .partitions = PARTITIONS};
	}
	lab->broker = embedded_new(topics, TESTS * TOPICS, &err);
	config_override(lab->cfg, "kafka.bootstrap.servers", embedded_brokers(lab->broker));
	config_override(lab->cfg, "kafka.fetch.wait.max.ms", "10");
	lab->producer = kafka_new(KAFKA_PRODUCER, kafka_conf(lab->cfg, KAFKA_PRODUCER, &err), &err);
	wake_init(&lab->news);
	*state = lab;
	return lab->producer ? 0 : -1;
}

static int setup(void **state)
{
	struct lab *lab = *state;
	for (size_t i = 0; i < TOPICS; i++)
		config_override(lab->cfg, keys[i], lab->names[lab->test][i]);
	lab->test++;
	return 0;
}

static int group_teardown(void **state)
{
	struct lab *lab = *state;
	rd_kafka_destroy(lab->producer);
	embedded_free(lab->broker);
	wake_fini(&lab->news);
	config_free(lab->cfg);
	free(lab);
	return 0;
}

static void produce(struct lab *lab, const char *topic_key, const char *key, const char *value, int64_t time_ms)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(2);
	rd_kafka_header_add(headers, "trace", -1, "7", 1);
	rd_kafka_header_add(headers, "trace", -1, NULL, 0);
	const char *topic = config_text(lab->cfg, topic_key);
	assert_int_equal(rd_kafka_producev(lab->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
					   RD_KAFKA_V_KEY(key, key ? strlen(key) : 0),
					   RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value ? strlen(value) : 0),
					   RD_KAFKA_V_TIMESTAMP(time_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END), 0);
}

static struct enrich *start(struct lab *lab, bool exit_at_end)
{
	struct error err = {0};
	struct enrich *en = enrich_new(lab->cfg, exit_at_end, &lab->news, &err);
	if (!en)
		fail_msg("%s", err.text);
	enrich_start(en);
	return en;
}

static void end(struct enrich *en, struct enrich_status *st)
{
	assert_int_equal(enrich_join(en, WAIT_MS), 0);
	enrich_status(en, st);
	assert_true(enrich_done(en) && st->state != ENRICH_FAILED);
	enrich_free(en);
}

/* Waits for a state of the join, woken by its news. */
static void await_state(struct lab *lab, struct enrich *en, enum enrich_state state, struct enrich_status *st)
{
	int64_t until_us = clock_mono_us() + WAIT_MS * 1000;
	for (enrich_status(en, st); st->state != state; enrich_status(en, st)) {
		int64_t left_ms = (until_us - clock_mono_us()) / 1000;
		if (left_ms <= 0)
			fail_msg("still %s (%s), not %s", enrich_state_name(st->state), st->detail, enrich_state_name(state));
		poll(&(struct pollfd){.fd = lab->news.fd, .events = POLLIN}, 1, (int)left_ms);
		wake_clear(&lab->news);
	}
}

/* Reads one record of a topic from its beginning, whatever partition it is in. */
static rd_kafka_message_t *read_one(struct lab *lab, const char *topic, rd_kafka_t **consumer)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = kafka_conf(lab->cfg, KAFKA_CONSUMER, &err);
	kafka_set(conf, "group.id", "test");
	*consumer = kafka_new(KAFKA_CONSUMER, conf, &err);
	rd_kafka_poll_set_consumer(*consumer);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int p = 0; p < PARTITIONS; p++)
		rd_kafka_topic_partition_list_add(list, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(*consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_message_t *msg = rd_kafka_consumer_poll(*consumer, WAIT_MS);
	if (!msg || msg->err)
		fail_msg("nothing in %s: %s", topic, msg ? rd_kafka_message_errstr(msg) : "time is up");
	return msg;
}

static void check_headers(rd_kafka_message_t *msg)
{
	rd_kafka_headers_t *headers;
	const char *name;
	const void *value;
	size_t size;
	assert_int_equal(rd_kafka_message_headers(msg, &headers), 0);
	assert_int_equal(rd_kafka_header_cnt(headers), 2);
	rd_kafka_header_get_all(headers, 0, &name, &value, &size);
	assert_string_equal(name, "trace");
	assert_memory_equal(value, "7", 1);
	rd_kafka_header_get_all(headers, 1, &name, &value, &size);
	assert_string_equal(name, "trace");
	assert_null(value);
}

static void check_record(struct lab *lab, const char *topic_key, const char *key, const char *value, int64_t time_ms)
{
	rd_kafka_t *consumer;
	rd_kafka_timestamp_type_t type;
	rd_kafka_message_t *msg = read_one(lab, config_text(lab->cfg, topic_key), &consumer);
	assert_int_equal(msg->len, strlen(value));
	assert_memory_equal(msg->payload, value, msg->len);
	assert_int_equal(msg->key_len, strlen(key));
	assert_memory_equal(msg->key, key, msg->key_len);
	assert_int_equal(msg->partition, rd_kafka_msg_partitioner_murmur2(NULL, key, strlen(key), PARTITIONS, NULL, NULL));
	assert_int_equal(rd_kafka_message_timestamp(msg, &type), time_ms);
	check_headers(msg);
	rd_kafka_message_destroy(msg);
	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
}

static void events_are_joined_dropped_and_counted(void **state)
{
	struct lab *lab = *state;
	struct enrich_status st;
	produce(lab, "topic.stations", "Angel", "{\"name\":\"Angel\",\"location\":\"1,2\"}", 5);
	produce(lab, "topic.entries", "Angel", "{\"user\":\"Ann\",\"delta\":1}", 1706709600123);
	produce(lab, "topic.entries", "Nowhere", "{\"user\":\"Ann\",\"delta\":1}", 1706709600123);
	produce(lab, "topic.exits", "Angel", "{\"user\":\"Ann\",\"delta\":\"-1\"}", 1706709600456);
	produce(lab, "topic.exits", "Angel", "{\"user\":", 1706709600456);
	produce(lab, "topic.exits", "Angel", NULL, 1706709600456);
	produce(lab, "topic.exits", NULL, "{\"user\":\"Ann\",\"delta\":1}", 1706709600456);
	assert_int_equal(rd_kafka_flush(lab->producer, WAIT_MS), 0);
	end(start(lab, true), &st);
	assert_int_equal(st.state, ENRICH_STOPPED);
	assert_int_equal(st.stations, 1);
	assert_int_equal(st.read, 6);
	assert_int_equal(st.joined, 2);
	assert_int_equal(st.unknown, 1);
	assert_int_equal(st.bad, 1);
	assert_int_equal(st.empty, 2);
	assert_true(st.commits >= 1);
	check_record(lab, "topic.station_entries", "Angel",
		     "{\"@timestamp\":\"2024-01-31T14:00:00.123Z\",\"user\":\"Ann\",\"delta\":1,\"station\":\"Angel\",\"location\":\"1,2\"}",
		     1706709600123);
	check_record(lab, "topic.station_exits", "Angel",
		     "{\"@timestamp\":\"2024-01-31T14:00:00.456Z\",\"user\":\"Ann\",\"delta\":-1,\"station\":\"Angel\",\"location\":\"1,2\"}",
		     1706709600456);
}

static void an_empty_table_is_waited_for(void **state)
{
	struct lab *lab = *state;
	struct enrich_status st;
	struct error err = {0};
	uint64_t published;
	struct enrich *en = start(lab, false);
	produce(lab, "topic.entries", "Angel", "{\"user\":\"Ann\",\"delta\":1}", 1706709600123);
	await_state(lab, en, ENRICH_WAITING, &st);
	assert_non_null(strstr(st.detail, "stations holds no station yet"));
	assert_int_equal(st.read, 0);
	assert_int_equal(stations_publish(lab->cfg, false, false, &published, &err), 0);
	await_state(lab, en, ENRICH_RUNNING, &st);
	check_record(lab, "topic.station_entries", "Angel",
		     "{\"@timestamp\":\"2024-01-31T14:00:00.123Z\",\"user\":\"Ann\",\"delta\":1,\"station\":\"Angel\",\"location\":"
		     "\"51.53279,-0.10599\"}",
		     1706709600123);
	enrich_stop(en);
	end(en, &st);
	assert_int_equal(st.joined, 1);
}

static void stopping_does_not_wait_for_what_is_missing(void **state)
{
	struct lab *lab = *state;
	struct enrich_status st;
	struct enrich *en = start(lab, false);
	await_state(lab, en, ENRICH_WAITING, &st);
	int64_t asked_us = clock_mono_us();
	enrich_stop(en);
	end(en, &st);
	assert_true(clock_mono_us() - asked_us < 3000000);
}

int main(void)
{
	const struct CMUnitTest tests[TESTS] = {
		cmocka_unit_test_setup_teardown(events_are_joined_dropped_and_counted, setup, NULL),
		cmocka_unit_test_setup_teardown(an_empty_table_is_waited_for, setup, NULL),
		cmocka_unit_test_setup_teardown(stopping_does_not_wait_for_what_is_missing, setup, NULL),
	};
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
