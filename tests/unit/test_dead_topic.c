/* Dead letters: what their headers say and how they are read again; that a letter is settled when the topic has it, and not before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/wake.h"
#include "feed/dead_header.h"
#include "feed/dead_topic.h"
#include "feed/kafka.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct dead_cause cause = {"tfl-top-toy", "refused", "does not taste"};

/* As a consumer would give them. */
static size_t read_headers(rd_kafka_headers_t *from, struct header *to, size_t max)
{
	size_t count = 0;
	while (count < max && !rd_kafka_header_get_all(from, count, &to[count].name, &to[count].value, &to[count].len))
		count++;
	return count;
}

static void headers_say_where_it_came_from(void **state)
{
	(void)state;
	const struct header own[] = {{"trace", "ab", 2}, {"empty", "", 0}, {"null", NULL, 0}};
	const struct dead_origin origin = {.topic = "station_exits", .partition = 3, .offset = 9007199254740993, .round = 1};
	struct header got[16];
	struct dead_origin again;
	struct error err = {0};
	bool foreign;
	rd_kafka_headers_t *first = dead_header_make(own, 3, &origin, &cause);
	size_t count = read_headers(first, got, 16);
	assert_int_equal(count, 11);
	assert_string_equal(got[0].name, "trace");
	assert_null(got[2].value);
	assert_int_equal(dead_header_read(got, count, "tfl-top-toy", &again, &foreign, &err), 0);
	assert_string_equal(again.topic, "station_exits");
	assert_int_equal(again.partition, 3);
	assert_int_equal(again.offset, 9007199254740993);
	assert_int_equal(again.round, 1);
	assert_int_equal(dead_header_read(got, count, "tfl-top-other", &again, &foreign, &err), -1);
	assert_true(foreign);

	again.round = 2;
	rd_kafka_headers_t *second = dead_header_make(got, count, &again, &cause);
	struct header twice[16];
	assert_int_equal(read_headers(second, twice, 16), 11); /* what the first round said is replaced, not repeated */
	assert_int_equal(dead_header_read(twice, 11, "tfl-top-toy", &again, &foreign, &err), 0);
	assert_int_equal(again.round, 2);
	rd_kafka_headers_destroy(first);
	rd_kafka_headers_destroy(second);
}

static void headers_that_are_not_whole_are_none(void **state)
{
	(void)state;
	static const char *const name[] = {"__connect.errors.connector.name", "__connect.errors.topic", "__connect.errors.partition",
					   "__connect.errors.offset"};
	static const struct {
		const char *value[4];
		bool whole;
	} cases[] = {
		{{"tfl-top-toy", "t", "0", "0"}, true},	 {{"tfl-top-toy", "t", "2147483647", "9223372036854775807"}, true},
		{{"tfl-top-toy", NULL, "0", "0"}, false}, {{"tfl-top-toy", "t", NULL, "0"}, false},
		{{"tfl-top-toy", "t", "0", NULL}, false}, {{"tfl-top-toy", "t", "-1", "0"}, false},
		{{"tfl-top-toy", "t", "0x1", "0"}, false}, {{"tfl-top-toy", "t", "2147483648", "0"}, false},
		{{"tfl-top-toy", "t", "0", "9223372036854775808"}, false}, {{"tfl-top-toy", "t", "", "0"}, false},
		{{NULL, "t", "0", "0"}, false},
	};
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct header heads[4];
		struct dead_origin out;
		size_t count = 0;
		bool foreign;
		for (size_t i = 0; i < 4; i++)
			if (cases[c].value[i])
				heads[count++] = (struct header){name[i], cases[c].value[i], strlen(cases[c].value[i])};
		assert_int_equal(dead_header_read(heads, count, "tfl-top-toy", &out, &foreign, NULL), cases[c].whole ? 0 : -1);
		assert_false(foreign);
	}
}

static struct config *config_for(const char *brokers)
{
	struct error err = {0};
	struct config *cfg = config_new();
	char *argv[] = {(char *)"--demo", (char *)"-X", (char *)"kafka.message.max.bytes=2000"};
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (config_load(cfg, CMD_TOP, 3, argv, &err))
		fail_msg("%s", err.text);
	config_override(cfg, "kafka.bootstrap.servers", brokers);
	return cfg;
}

struct settled {
	unsigned count, late;
};

static void on_settled(void *arg, const struct ticket *tick, enum verdict verdict, const char *reason)
{
	struct settled *settled = arg;
	assert_int_equal(tick->offset, settled->count); /* in their order */
	settled->count++;
	settled->late += verdict == VERDICT_LATE;
	assert_string_equal(reason, verdict == VERDICT_LATE ? "late" : "refused");
}

static void refuse(struct dead_topic *dt, int64_t offset, enum verdict verdict, size_t value_len)
{
	static char noise[100 * 1000]; /* compression does not count here: the client's own limit is that of the record as it is */
	char key[8] = "Angel";
	struct dead_letter letter = {
		.tick = {0, 1, offset},
		.verdict = verdict,
		.rec = &(struct record){.key = key, .key_len = 5, .value = noise, .value_len = value_len, .time_ms = 1700000000000},
		.origin = {.topic = "in", .offset = offset, .round = 1},
		.cause = {"tfl-top-toy", verdict == VERDICT_LATE ? "late" : "refused", "why"},
	};
	dead_topic_send(dt, &letter);
	memset(key, 'x', sizeof key); /* it was copied */
}

static void turn_until_settled(struct dead_topic *dt, struct wake *wake)
{
	for (int64_t until = clock_wall_ms() + 20000; dead_topic_waiting(dt); ) {
		struct pollfd pfd = {.fd = wake->fd, .events = POLLIN};
		assert_true(clock_wall_ms() < until);
		poll(&pfd, 1, 50);
		wake_clear(wake);
		dead_topic_turn(dt);
	}
}

static void a_letter_is_settled_when_the_topic_has_it(void **state)
{
	(void)state;
	struct error err = {0};
	struct settled settled = {0};
	struct wake wake;
	const struct topic_want first = {"first", 1, false};
	struct embedded *eb = embedded_new(&first, 1, &err);
	assert_non_null(eb);
	struct config *cfg = config_for(embedded_brokers(eb));
	wake_init(&wake);
	struct dead_topic *dt = dead_topic_new(cfg, "letters", wake.fd, &(struct dead_calls){on_settled, &settled}, &err);
	assert_non_null(dt);
	for (int i = 0; i < 3; i++)
		refuse(dt, i, i == 1 ? VERDICT_LATE : VERDICT_DEAD, 100);
	dead_topic_turn(dt);
	assert_int_equal(settled.count, 0); /* the topic is not there yet */
	if (dead_topic_prepare(dt, &err))
		fail_msg("%s", err.text);
	turn_until_settled(dt, &wake);
	assert_int_equal(settled.count, 3);
	assert_int_equal(settled.late, 1);
	refuse(dt, 3, VERDICT_DEAD, 100 * 1000); /* neither whole nor its head: without its value */
	turn_until_settled(dt, &wake);
	assert_int_equal(settled.count, 4);
	dead_topic_free(dt);
	wake_fini(&wake);
	config_free(cfg);
	embedded_free(eb);
}

static void without_a_broker_letters_wait_and_no_more_are_taken(void **state)
{
	(void)state;
	struct error err = {0};
	struct settled settled = {0};
	struct wake wake;
	struct config *cfg = config_for("127.0.0.1:1");
	wake_init(&wake);
	struct dead_topic *dt = dead_topic_new(cfg, "letters", wake.fd, &(struct dead_calls){on_settled, &settled}, &err);
	assert_non_null(dt);
	assert_int_equal(dead_topic_prepare(dt, &err), -1);
	int64_t sent = 0;
	while (!dead_topic_full(dt)) {
		refuse(dt, sent++, VERDICT_DEAD, 50 * 1000);
		dead_topic_turn(dt);
	}
	assert_true(sent > 100 && sent < 200); /* 8 MiB */
	assert_int_equal(dead_topic_waiting(dt), sent);
	assert_non_null(strstr(dead_topic_trouble(dt), "topic letters"));
	assert_int_equal(settled.count, 0);
	dead_topic_free(dt);
	wake_fini(&wake);
	config_free(cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_say_where_it_came_from),
		cmocka_unit_test(headers_that_are_not_whole_are_none),
		cmocka_unit_test(a_letter_is_settled_when_the_topic_has_it),
		cmocka_unit_test(without_a_broker_letters_wait_and_no_more_are_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
