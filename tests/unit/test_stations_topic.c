/* The station rows on the embedded broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "feed/kafka.h"
#include "pipeline/join.h"
#include "pipeline/stations_topic.h"

#include <stdlib.h>
#include <string.h>

#define PARTITIONS 4
#define ROWS 509
#define NAMES 506 /* Edgware Road, Bethnal Green and West Hampstead name two stations each */

struct lab {
	struct config *cfg;
	struct embedded *broker;
};

static int setup(void **state)
{
	static struct lab lab;
	struct error err = {0};
	log_open("/dev/null", LOG_INFO, LOG_LOGFMT, NULL);
	lab.cfg = config_new();
	if (config_load(lab.cfg, CMD_TOP, 1, (char *[]){(char[]){"--demo"}}, &err))
		return -1;
	const struct topic_want topic = {.name = "stations", .partitions = PARTITIONS};
	lab.broker = embedded_new(&topic, 1, &err);
	config_override(lab.cfg, "kafka.bootstrap.servers", embedded_brokers(lab.broker));
	*state = &lab;
	return 0;
}

static int teardown(void **state)
{
	struct lab *lab = *state;
	embedded_free(lab->broker);
	config_free(lab->cfg);
	return 0;
}

static uint64_t publish(struct lab *lab, bool only_if_empty)
{
	struct error err = {0};
	uint64_t published;
	if (stations_publish(lab->cfg, only_if_empty, false, &published, &err))
		fail_msg("%s", err.text);
	return published;
}

/* Applies all records of the topic to a table; returns how many there were. */
static size_t read_table(struct lab *lab, struct join *jn)
{
	struct error err = {0};
	size_t records = 0, ended = 0;
	rd_kafka_conf_t *conf = kafka_conf(lab->cfg, KAFKA_CONSUMER, &err);
	kafka_set(conf, "group.id", "test");
	kafka_set(conf, "enable.partition.eof", "true");
	rd_kafka_t *rk = kafka_new(KAFKA_CONSUMER, conf, &err);
	rd_kafka_poll_set_consumer(rk);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int p = 0; p < PARTITIONS; p++)
		rd_kafka_topic_partition_list_add(list, "stations", p)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	while (ended < PARTITIONS) {
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(rk, 10000);
		assert_non_null(msg);
		ended += msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
		if (!msg->err) {
			const struct text key = {msg->key, msg->key_len}, value = {msg->payload, msg->len};
			assert_int_equal(msg->partition, rd_kafka_msg_partitioner_murmur2(NULL, key.data, key.len, PARTITIONS, NULL, NULL));
			assert_int_equal(join_row(jn, msg->partition, key, value), JOIN_ROW_PUT);
			records++;
		}
		rd_kafka_message_destroy(msg);
	}
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return records;
}

static void every_row_is_published_and_the_first_of_a_name_wins(void **state)
{
	struct lab *lab = *state;
	struct join *jn = join_new();
	struct text key = {"Edgware Road", 12}, value = {"{}", 2}, out_key, out_value;
	enum ksql_bad bad;
	assert_int_equal(publish(lab, false), ROWS);
	assert_int_equal(read_table(lab, jn), ROWS);
	assert_int_equal(join_rows(jn), NAMES);
	assert_int_equal(join_event(jn, JOIN_ANY_PARTITION, key, value, 0, &out_key, &out_value, &bad), JOIN_WRITTEN);
	const char *want = "{\"@timestamp\":\"1970-01-01T00:00:00.000Z\",\"user\":null,\"delta\":null,\"station\":\"Edgware Road\","
			   "\"location\":\"51.52021,-0.17027\"}";
	assert_int_equal(out_value.len, strlen(want));
	assert_memory_equal(out_value.data, want, out_value.len);
	join_free(jn);
}

static void a_topic_that_holds_rows_is_left_alone_when_asked(void **state)
{
	struct lab *lab = *state;
	assert_int_equal(publish(lab, true), ROWS);
	assert_int_equal(publish(lab, true), 0);
	assert_int_equal(publish(lab, false), ROWS);
}

/* Copies the first `count` rows of the topic to topic `to`. */
static void copy_rows(struct lab *lab, const char *to, int count)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = kafka_conf(lab->cfg, KAFKA_CONSUMER, &err);
	kafka_set(conf, "group.id", "copy");
	rd_kafka_t *in = kafka_new(KAFKA_CONSUMER, conf, &err), *out = kafka_new(KAFKA_PRODUCER, kafka_conf(lab->cfg, KAFKA_PRODUCER, &err), &err);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, "stations", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(in, list);
	rd_kafka_topic_partition_list_destroy(list);
	while (count-- > 0) {
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(in, 10000);
		assert_non_null(msg);
		assert_int_equal(msg->err, 0);
		rd_kafka_producev(out, RD_KAFKA_V_TOPIC(to), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(msg->key, msg->key_len),
				  RD_KAFKA_V_VALUE(msg->payload, msg->len), RD_KAFKA_V_END);
		rd_kafka_message_destroy(msg);
	}
	assert_int_equal(rd_kafka_flush(out, 10000), 0);
	rd_kafka_destroy(out);
	rd_kafka_consumer_close(in);
	rd_kafka_destroy(in);
}

static void rows_of_a_publisher_that_died_are_completed(void **state)
{
	struct lab *lab = *state;
	assert_int_equal(publish(lab, false), ROWS);
	copy_rows(lab, "half", 20);
	config_override(lab->cfg, "topic.stations", "half");
	assert_int_equal(publish(lab, true), ROWS);
	assert_int_equal(publish(lab, true), 0);
}

static void rows_of_others_are_left_alone(void **state)
{
	struct lab *lab = *state;
	struct error err = {0};
	char value[] = "{\"name\":\"Angel\"}";
	rd_kafka_t *rk = kafka_new(KAFKA_PRODUCER, kafka_conf(lab->cfg, KAFKA_PRODUCER, &err), &err);
	rd_kafka_producev(rk, RD_KAFKA_V_TOPIC("stations"), RD_KAFKA_V_KEY("Angel", 5), RD_KAFKA_V_VALUE(value, sizeof value - 1),
			  RD_KAFKA_V_END);
	assert_int_equal(rd_kafka_flush(rk, 10000), 0);
	rd_kafka_destroy(rk);
	assert_int_equal(publish(lab, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_row_is_published_and_the_first_of_a_name_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(a_topic_that_holds_rows_is_left_alone_when_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_of_a_publisher_that_died_are_completed, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_of_others_are_left_alone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
