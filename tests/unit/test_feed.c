/* A feed over the embedded broker with a sink in memory that loses what was not committed, refuses for a while, and fails.
 * Takes 9 s: retries wait a second, topics are looked for every second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "feed/feed.h"
#include "feed/kafka.h"
#include "feed/mark.h"
#include "feed/sink.h"
#include "scripted.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS 4 /* as many as the embedded broker gives a topic that is only asked for */
#define OFFSETS 4000

/* What survives a crash. counts: how often an offset was stored, by partition of both topics. */
struct store {
	struct partition parts[2 * PARTITIONS];
	unsigned counts[2 * PARTITIONS][OFFSETS];
	struct gap gaps[8];
	size_t ngaps;
	char cluster[64];
};

struct memory {
	struct store *durable;
	struct store now;
	_Atomic int retry_writes;        /* refuse so often */
	int retry_commits;
	int fail_commit;                 /* this many commits from now fails: 0 never */
	unsigned refused;
	bool end;
	_Atomic bool hangs;
	char texts[2048];                /* what it was given to decode, a line each; of what could not be read: why */
};

static size_t slot(const struct partition *part)
{
	return (size_t)part->direction * PARTITIONS + (size_t)part->partition;
}

static void *memory_open(const struct config *cfg, void *arg, struct error *err)
{
	(void)cfg;
	(void)err;
	struct memory *mem = arg;
	mem->now = *mem->durable;
	return mem;
}

static int memory_restore(void *sink, const char *cluster, struct partition *parts, size_t count, struct error *err)
{
	struct memory *mem = sink;
	(void)err;
	assert_true(cluster[0] != '\0');
	for (size_t i = 0; i < count; i++) {
		const struct partition *had = &mem->now.parts[slot(&parts[i])];
		if (!had->epoch)
			continue;
		const char *topic = parts[i].topic;
		parts[i] = *had;
		parts[i].topic = topic;
	}
	return 0;
}

static void keep_text(struct memory *mem, const struct record *rec)
{
	struct text text = rec->misread ? (struct text){rec->read, rec->read_len} : record_text(rec);
	size_t len = strlen(mem->texts);
	snprintf(mem->texts + len, sizeof mem->texts - len, "%.*s\n", (int)text.len, text.data ? text.data : "");
}

static enum sink_result memory_write(void *sink, const struct batch *bat, struct error *err)
{
	struct memory *mem = sink;
	while (mem->hangs)
		poll(NULL, 0, 1);
	if (mem->end)
		return SINK_END;
	if (mem->retry_writes && mem->retry_writes--) {
		mem->refused++;
		return error_set(err, "memory is full"), SINK_RETRY;
	}
	for (size_t i = 0; i < bat->count; i++) {
		struct partition *part = &bat->partitions[bat->records[i].part];
		assert_true(ledger_holds(&part->ledger));
		mem->now.counts[slot(part)][bat->records[i].offset]++;
		keep_text(mem, &bat->records[i]);
		if (bat->records[i].value)
			ledger_settle(&part->ledger, bat->records[i].value_len ? &part->ledger.stored : &part->ledger.dead, 1);
		else
			ledger_settle(&part->ledger, &part->ledger.skipped, 1);
	}
	return SINK_OK;
}

static enum sink_result memory_commit(void *sink, struct partition *parts, size_t count, const struct gap *gaps, size_t ngaps, struct error *err)
{
	struct memory *mem = sink;
	if (mem->retry_commits && mem->retry_commits--) {
		mem->refused++;
		return error_set(err, "memory is full"), SINK_RETRY;
	}
	if (mem->fail_commit && !--mem->fail_commit)
		return error_set(err, "memory is broken"), SINK_FAILED;
	for (size_t i = 0; i < count; i++)
		mem->now.parts[slot(&parts[i])] = parts[i];
	for (size_t i = 0; i < ngaps; i++)
		mem->now.gaps[mem->now.ngaps++] = gaps[i];
	*mem->durable = mem->now;
	return SINK_OK;
}

static void memory_close(void *sink)
{
	(void)sink;
}

static const struct sink_ops memory_sink = {
	.name = "memory",
	.progress = PROGRESS_SINK,
	.open = memory_open,
	.restore = memory_restore,
	.write = memory_write,
	.commit = memory_commit,
	.close = memory_close,
};

static const struct sink_ops passing_sink = {
	.name = "passing",
	.progress = PROGRESS_NONE,
	.open = memory_open,
	.write = memory_write,
	.commit = memory_commit,
	.close = memory_close,
};

/* One broker for all tests (it takes a second to begin and one to end); a pair of topics for each. */
static struct embedded *broker;
static rd_kafka_t *producer;

struct world {
	struct config *cfg;
	char in[32], out[32];
	struct store store;
	struct memory mem;
};

static struct config *config_of(const char *in, const char *out)
{
	struct error err = {0};
	struct config *cfg = config_new();
	char *argv[] = {(char *)"--demo", (char *)"-X", (char *)"history.commit_ms=20"};
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (config_load(cfg, CMD_TOP, 3, argv, &err))
		fail_msg("%s", err.text);
	config_override(cfg, "topic.station_entries", in);
	config_override(cfg, "topic.station_exits", out);
	config_override(cfg, "kafka.bootstrap.servers", embedded_brokers(broker));
	return cfg;
}

static int broker_start(void **state)
{
	(void)state;
	const struct topic_want first = {"first", PARTITIONS, false};
	struct error err = {0};
	broker = embedded_new(&first, 1, &err);
	assert_non_null(broker);
	struct config *cfg = config_of("in", "out");
	producer = kafka_new(KAFKA_PRODUCER, kafka_conf(cfg, KAFKA_PRODUCER, &err), &err);
	assert_non_null(producer);
	config_free(cfg);
	return 0;
}

static int broker_end(void **state)
{
	(void)state;
	rd_kafka_destroy(producer);
	embedded_free(broker);
	return 0;
}

static int world_make(void **state, size_t topics)
{
	static int serial;
	struct error err = {0};
	struct world *wo = xcalloc(1, sizeof *wo);
	snprintf(wo->in, sizeof wo->in, "in%d", serial);
	snprintf(wo->out, sizeof wo->out, "out%d", serial++);
	wo->cfg = config_of(wo->in, wo->out);
	wo->mem.durable = &wo->store;
	const struct topic_want wanted[] = {{wo->in, PARTITIONS, false}, {wo->out, PARTITIONS, false}};
	assert_int_equal(kafka_topics_ensure(producer, wo->cfg, wanted, topics, false, &err), 0);
	*state = wo;
	return 0;
}

static int world_new(void **state)
{
	return world_make(state, 2);
}

static int world_half(void **state)
{
	return world_make(state, 1);
}

static int world_free(void **state)
{
	struct world *wo = *state;
	config_free(wo->cfg);
	free(wo);
	return 0;
}

static void produce(const char *topic, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(i % PARTITIONS),
						   RD_KAFKA_V_VALUE((void *)"value", i % 50 ? 5 : 0), RD_KAFKA_V_KEY("k", 1),
						   RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END), 0);
	assert_int_equal(rd_kafka_flush(producer, 10000), 0);
}

static struct feed *feed_of(struct world *wo, const struct sink_ops *ops, const struct feed_goal *goal)
{
	struct error err = {0};
	struct feed *fd = feed_new(ops, &wo->mem, wo->cfg, goal, NULL, &err);
	if (!fd)
		fail_msg("%s", err.text);
	feed_start(fd);
	return fd;
}

/* Watches the ledgers until it has ended. Returns feed_ok. */
static bool end_of(struct feed *fd)
{
	static struct feed_status st;
	while (feed_join(fd, 1)) {
		feed_status(fd, &st);
		assert_true(ledger_holds(&st.total));
		for (size_t i = 0; i < st.partitions; i++)
			assert_true(ledger_holds(&st.partition[i].ledger));
	}
	bool ok = feed_ok(fd);
	feed_free(fd);
	return ok;
}

static bool run(struct world *wo, const struct sink_ops *ops, const struct feed_goal *goal)
{
	return end_of(feed_of(wo, ops, goal));
}

static void assert_each_once(const struct store *st, int entries, int exits)
{
	uint64_t consumed = 0;
	for (size_t s = 0; s < 2 * PARTITIONS; s++) {
		int end = (s < PARTITIONS ? entries : exits) / PARTITIONS;
		for (int o = 0; o < OFFSETS; o++)
			assert_int_equal(st->counts[s][o], o < end);
		assert_int_equal(st->parts[s].next_offset, end);
		assert_true(ledger_holds(&st->parts[s].ledger));
		assert_int_equal(st->parts[s].ledger.in_flight, 0);
		consumed += st->parts[s].ledger.consumed;
	}
	assert_int_equal(consumed, entries + exits);
}

static void each_record_once_however_often_it_crashes(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 3000);
	produce(wo->out, 2000);
	for (int i = 0; i < 10; i++) {
		wo->mem.fail_commit = i % 2 ? 0 : 1 + i % 3;
		bool ok = run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true, .count = 500});
		assert_true(ok || wo->mem.fail_commit == 0);
	}
	for (int i = 0; i < 3; i++)
		assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_each_once(&wo->store, 3000, 2000);
	assert_int_equal(wo->store.ngaps, 0);
	assert_true(wo->store.parts[0].ledger.dead > 0);
}

static void a_sink_that_refuses_for_now_is_asked_again(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 1000);
	wo->mem.retry_writes = 1;
	wo->mem.retry_commits = 1;
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_int_equal(wo->mem.refused, 2);
	assert_each_once(&wo->store, 1000, 0);
}

#define ANSWER(status, body) "HTTP/1.1 " status " X\r\nConnection: close\r\n\r\n" body

static void values_in_avro_are_json_for_the_sink(void **state)
{
	struct world *wo = *state;
	static const char *const answers[] = {
		ANSWER("503", "{}"),
		ANSWER("200", "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"r\\\",\\\"fields\\\":[{\\\"name\\\":\\\"timestamp\\\",\\\"type\\\":\\\"long\\\"}]}\"}"),
	};
	static const struct text values[] = {{"{}", 2}, {"\0\0\0\0\1\xd0\x0f", 7}, {"", 0}, {"\0\0\0\0\1\xd0", 6}, {"\0\0\0\0\1\0", 6}};
	struct scripted srv;
	char url[40];
	scripted_start(&srv, answers, 2);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", srv.port);
	config_override(wo->cfg, "registry.url", url);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(wo->in), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
				  RD_KAFKA_V_VALUE((void *)values[i].data, values[i].len), RD_KAFKA_V_TIMESTAMP(7), RD_KAFKA_V_END);
	assert_int_equal(rd_kafka_flush(producer, 10000), 0);
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	scripted_stop(&srv);
	assert_string_equal(wo->mem.texts, "{}\n{\"@timestamp\":\"1970-01-01T00:00:01.000Z\"}\n\n"
					   "schema 1: not what its schema says: it ends within a number\n{\"@timestamp\":\"1970-01-01T00:00:00.000Z\"}\n");
	assert_int_equal(wo->store.parts[0].last.hash, record_hash(7, NULL, 0, values[4].data, values[4].len));
}

static void stopping_while_the_sink_refuses_acknowledges_nothing(void **state)
{
	struct world *wo = *state;
	static struct feed_status st;
	produce(wo->in, 100);
	wo->mem.retry_writes = 1000000;
	struct feed *fd = feed_of(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true});
	do {
		assert_int_equal(feed_join(fd, 0), -1);
		feed_status(fd, &st);
	} while (st.state != FEED_STALLED);
	assert_string_equal(st.detail, "memory is full");
	wo->mem.retry_writes = 0; /* the sink recovers while the feed drains */
	feed_stop(fd);
	assert_true(end_of(fd)); /* with what was at hand */
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_each_once(&wo->store, 100, 0);
}

static void other_records_are_a_new_epoch(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 200);
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	wo->store.parts[1].last.hash ^= 1;
	wo->store.parts[1].first.hash ^= 1;
	memset(wo->store.counts[1], 0, sizeof wo->store.counts[1]);
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_each_once(&wo->store, 200, 0);
	assert_int_equal(wo->store.parts[0].epoch, 1);
	assert_int_equal(wo->store.parts[1].epoch, 2);
	assert_int_equal(wo->store.ngaps, 1);
	assert_int_equal(wo->store.gaps[0].kind, GAP_RECREATED);
	assert_int_equal(wo->store.gaps[0].epoch, 1);
}

/* The newest records were lost, and others written since: what is counted stays so, once. */
static void another_last_record_after_the_same_first_is_a_truncation(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 200);
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	wo->store.parts[1].last.hash ^= 1;
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_each_once(&wo->store, 200, 0);
	assert_int_equal(wo->store.parts[1].epoch, 1);
	assert_int_equal(wo->store.ngaps, 1);
	assert_int_equal(wo->store.gaps[0].kind, GAP_TRUNCATED);
}

static void an_end_that_moved_back_is_a_truncation(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 200);
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	wo->store.parts[0].next_offset = 70;
	wo->store.parts[0].last = (struct mark){69, 1234};
	assert_true(run(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true}));
	assert_int_equal(wo->store.parts[0].next_offset, 50);
	assert_int_equal(wo->store.parts[0].epoch, 1);
	assert_int_equal(wo->store.ngaps, 1);
	assert_int_equal(wo->store.gaps[0].kind, GAP_TRUNCATED);
	assert_int_equal(wo->store.gaps[0].first_offset, 50);
	assert_int_equal(wo->store.gaps[0].last_offset, 69);
}

static void a_missing_topic_is_waited_for_and_named(void **state)
{
	struct world *wo = *state;
	static struct feed_status st;
	struct error err = {0};
	struct feed *fd = feed_of(wo, &memory_sink, &(struct feed_goal){.exit_at_end = true});
	do
		feed_status(fd, &st);
	while (st.state == FEED_STARTING);
	assert_int_equal(st.state, FEED_WAITING);
	assert_non_null(strstr(st.detail, "is missing"));
	const struct topic_want want = {wo->out, PARTITIONS, false};
	assert_int_equal(kafka_topics_ensure(producer, wo->cfg, &want, 1, false, &err), 0);
	assert_true(feed_join(fd, 10000) == 0);
	assert_true(feed_ok(fd));
	feed_free(fd);
}

static void from_end_delivers_what_comes_later_and_count_cuts(void **state)
{
	struct world *wo = *state;
	static struct feed_status st;
	produce(wo->in, 100);
	struct feed *fd = feed_of(wo, &passing_sink, &(struct feed_goal){.from = "end", .count = 10});
	do
		feed_status(fd, &st);
	while (st.state != FEED_LIVE);
	produce(wo->in, 40);
	assert_true(end_of(fd));
	unsigned early = 0, later = 0;
	for (size_t s = 0; s < PARTITIONS; s++)
		for (int o = 0; o < OFFSETS; o++)
			*(o < 25 ? &early : &later) += wo->store.counts[s][o];
	assert_int_equal(early, 0);
	assert_int_equal(later, 10);
}

static void a_reader_that_has_gone_is_a_good_end(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 100);
	wo->mem.end = true;
	assert_true(run(wo, &passing_sink, &(struct feed_goal){0}));
}

static void stop_ends_an_idle_feed(void **state)
{
	struct world *wo = *state;
	static struct feed_status st;
	struct feed *fd = feed_of(wo, &memory_sink, &(struct feed_goal){0});
	do
		feed_status(fd, &st);
	while (st.state != FEED_LIVE);
	assert_int_equal(st.lag, 0);
	feed_stop(fd);
	assert_true(end_of(fd));
	assert_int_equal(wo->store.parts[0].epoch, 1); /* even an empty partition has been seen */
}

/* Waits until the thread has, or has not, been still for half a second; false after ten. */
static bool is_still(struct feed *fd, bool want)
{
	int64_t deadline_us = clock_mono_us() + 10000000;
	while ((feed_still_ms(fd) > 500) != want && clock_mono_us() < deadline_us)
		poll(NULL, 0, 10);
	return (feed_still_ms(fd) > 500) == want;
}

static void a_thread_that_hangs_is_seen(void **state)
{
	struct world *wo = *state;
	struct error err;
	produce(wo->in, 100);
	wo->mem.hangs = true;
	struct feed *fd = feed_new(&memory_sink, &wo->mem, wo->cfg, &(struct feed_goal){0}, NULL, &err);
	assert_non_null(fd);
	assert_int_equal(feed_still_ms(fd), -1);
	feed_start(fd);
	assert_true(is_still(fd, true));
	wo->mem.hangs = false;
	assert_true(is_still(fd, false));
	feed_stop(fd);
	assert_int_equal(feed_join(fd, 20000), 0);
	assert_int_equal(feed_still_ms(fd), 0); /* who has ended does not hang */
	feed_free(fd);
}

static void expect_refusal(struct world *wo, const struct sink_ops *ops, const char *from, const char *words)
{
	struct error err = {0};
	assert_null(feed_new(ops, &wo->mem, wo->cfg, &(struct feed_goal){.from = from}, NULL, &err));
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void what_cannot_be_is_refused(void **state)
{
	struct world *wo = *state;
	expect_refusal(wo, &memory_sink, "end", "--from end");
	expect_refusal(wo, &passing_sink, "stored", "stores no offsets");
	expect_refusal(wo, &passing_sink, "yesteryear", "--from");
	config_override(wo->cfg, "topic.station_exits", wo->in);
	expect_refusal(wo, &memory_sink, NULL, "are both");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_record_once_however_often_it_crashes, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_sink_that_refuses_for_now_is_asked_again, world_new, world_free),
		cmocka_unit_test_setup_teardown(values_in_avro_are_json_for_the_sink, world_new, world_free),
		cmocka_unit_test_setup_teardown(stopping_while_the_sink_refuses_acknowledges_nothing, world_new, world_free),
		cmocka_unit_test_setup_teardown(other_records_are_a_new_epoch, world_new, world_free),
		cmocka_unit_test_setup_teardown(another_last_record_after_the_same_first_is_a_truncation, world_new, world_free),
		cmocka_unit_test_setup_teardown(an_end_that_moved_back_is_a_truncation, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_missing_topic_is_waited_for_and_named, world_half, world_free),
		cmocka_unit_test_setup_teardown(from_end_delivers_what_comes_later_and_count_cuts, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_reader_that_has_gone_is_a_good_end, world_new, world_free),
		cmocka_unit_test_setup_teardown(stop_ends_an_idle_feed, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_thread_that_hangs_is_seen, world_new, world_free),
		cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, world_new, world_free),
	};
	return cmocka_run_group_tests(tests, broker_start, broker_end);
}
