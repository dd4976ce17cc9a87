/* Feeds in a consumer group over the embedded broker, with a sink whose verdicts come late and in any order, which fills up, refuses and
 * fails. Takes 40 s: the broker's groups make their first member wait for three. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "feed/feed.h"
#include "feed/kafka.h"
#include "feed/sink.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS 4
#define OFFSETS 4000

/* What has become of each record: how often it got a final verdict, by partition of both topics. Thread: the feeds', one lock. */
struct store {
	pthread_mutex_t lock;
	unsigned stored[2 * PARTITIONS][OFFSETS];
	unsigned refused[2 * PARTITIONS][OFFSETS];
	unsigned headers; /* that came with records */
};

struct held { /* taken, no verdict yet */
	struct ticket tick;
	size_t slot;
	int64_t offset;
	bool poison;
	char key[16];
};

struct toy {
	struct store *store;
	const struct judge *judge;
	struct rng rng;
	struct held *held;
	size_t nheld, held_cap, capacity;
	struct partition *parts; /* of the last batch */
	size_t nparts;
	unsigned fills, most, forgotten;
	uint32_t lazy;           /* verdicts at a time: at most so many */
	_Atomic int fail_after;  /* verdicts; 0 never */
	_Atomic bool mute;       /* gives no verdicts */
};

static size_t slot(const struct partition *part)
{
	return (size_t)part->direction * PARTITIONS + (size_t)part->partition;
}

static void *toy_open(const struct config *cfg, void *arg, struct error *err)
{
	(void)cfg;
	(void)err;
	return arg;
}

static void toy_attach(void *sink, const struct judge *judge)
{
	struct toy *toy = sink;
	toy->judge = judge;
}

static enum sink_result toy_write(void *sink, const struct batch *bat, struct error *err)
{
	struct toy *toy = sink;
	(void)err;
	toy->parts = bat->partitions;
	toy->nparts = bat->npartitions;
	for (size_t i = 0; i < bat->count; i++) {
		const struct record *rec = &bat->records[i];
		const struct partition *part = &bat->partitions[rec->part];
		assert_true(part->generation > 0);
		struct ticket tick = {rec->part, part->generation, rec->offset};
		if (!rec->value) {
			toy->judge->settle(toy->judge->feed, &tick, VERDICT_SKIPPED);
			continue;
		}
		for (size_t h = 0; h < rec->nheaders; h++)
			toy->store->headers += !strcmp(rec->headers[h].name, "trace") && rec->headers[h].len == 2;
		toy->held = xgrow(toy->held, toy->nheld, &toy->held_cap, sizeof *toy->held);
		struct held *held = &toy->held[toy->nheld++];
		*held = (struct held){.tick = tick, .slot = slot(part), .offset = rec->offset, .poison = rec->value_len == 6};
		snprintf(held->key, sizeof held->key, "%.*s", (int)rec->key_len, (const char *)rec->key);
	}
	toy->most = toy->nheld > toy->most ? (unsigned)toy->nheld : toy->most;
	return SINK_OK;
}

static bool toy_full(void *sink)
{
	struct toy *toy = sink;
	bool full = toy->capacity && toy->nheld >= toy->capacity;
	toy->fills += full;
	return full;
}

static bool toy_roomy(void *sink)
{
	struct toy *toy = sink;
	return toy->nheld <= toy->capacity / 2;
}

/* One that is held, whichever, gets its verdict. */
static void decide(struct toy *toy)
{
	size_t i = rng_below(&toy->rng, (uint32_t)toy->nheld);
	struct held held = toy->held[i];
	const struct header trace = {"trace", "ab", 2};
	const struct record rec = {.key = held.key, .key_len = strlen(held.key), .value = "poison", .value_len = 6, .time_ms = 1234567890123,
				   .headers = &trace, .nheaders = 1};
	toy->held[i] = toy->held[--toy->nheld];
	pthread_mutex_lock(&toy->store->lock);
	(held.poison ? toy->store->refused : toy->store->stored)[held.slot][held.offset]++;
	pthread_mutex_unlock(&toy->store->lock);
	if (held.poison)
		toy->judge->refuse(toy->judge->feed, &held.tick, VERDICT_DEAD, &rec, "refused", "does not taste");
	else
		toy->judge->settle(toy->judge->feed, &held.tick, rng_below(&toy->rng, 9) ? VERDICT_STORED : VERDICT_DUPLICATE);
	for (size_t p = 0; p < toy->nparts; p++)
		assert_true(ledger_holds(&toy->parts[p].ledger));
	if (!held.poison && rng_below(&toy->rng, 5) == 0)
		toy->judge->settle(toy->judge->feed, &held.tick, VERDICT_STORED); /* said twice */
}

static enum sink_result toy_wait(void *sink, int fd, int wait_ms, bool flush, struct error *err)
{
	struct toy *toy = sink;
	(void)flush;
	bool busy = toy->nheld && !toy->mute;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	poll(&pfd, 1, busy && wait_ms > 1 ? 1 : wait_ms);
	for (uint32_t n = busy ? rng_below(&toy->rng, toy->lazy + 1) : 0; n && toy->nheld; n--) {
		if (toy->fail_after && !--toy->fail_after)
			return error_set(err, "the toy is broken"), SINK_FAILED;
		decide(toy);
	}
	return SINK_OK;
}

static void toy_forget(void *sink, uint32_t part)
{
	struct toy *toy = sink;
	size_t kept = 0;
	for (size_t i = 0; i < toy->nheld; i++)
		if (toy->held[i].tick.part != part)
			toy->held[kept++] = toy->held[i];
	toy->forgotten += (unsigned)(toy->nheld - kept);
	toy->nheld = kept;
}

static void toy_figures(void *sink, struct sink_figures *out)
{
	const struct toy *toy = sink;
	*out = (struct sink_figures){.items_in_flight = toy->nheld};
}

static void toy_close(void *sink)
{
	struct toy *toy = sink;
	free(toy->held);
	toy->held = NULL;
	toy->nheld = toy->held_cap = 0;
}

static const struct sink_later toy_later = {
	.attach = toy_attach,
	.full = toy_full,
	.roomy = toy_roomy,
	.wait = toy_wait,
	.forget = toy_forget,
	.figures = toy_figures,
};

static const struct sink_ops toy_sink = {
	.name = "toy",
	.progress = PROGRESS_GROUP,
	.group_key = "elastic.group",
	.start_key = "elastic.start",
	.dead_letter_key = "elastic.dead_letter_topic",
	.later = &toy_later,
	.open = toy_open,
	.write = toy_write,
	.close = toy_close,
};

static struct embedded *broker;
static rd_kafka_t *producer;

struct world {
	struct config *cfg;
	char in[32], out[32], dead[32], group[32];
	struct store store;
	struct toy toy[2];
};

static struct config *config_of(const struct world *wo)
{
	struct error err = {0};
	struct config *cfg = config_new();
	char *argv[] = {(char *)"--demo"};
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (config_load(cfg, CMD_TOP, 1, argv, &err))
		fail_msg("%s", err.text);
	config_override(cfg, "topic.station_entries", wo->in);
	config_override(cfg, "topic.station_exits", wo->out);
	config_override(cfg, "elastic.dead_letter_topic", wo->dead);
	config_override(cfg, "elastic.group", wo->group);
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
	struct config *cfg = config_of(&(struct world){.in = "in", .out = "out", .dead = "dead", .group = "group"});
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

static int world_new(void **state)
{
	static int serial;
	struct error err = {0};
	struct world *wo = xcalloc(1, sizeof *wo);
	snprintf(wo->in, sizeof wo->in, "in%d", serial);
	snprintf(wo->out, sizeof wo->out, "out%d", serial);
	snprintf(wo->dead, sizeof wo->dead, "dead%d", serial);
	snprintf(wo->group, sizeof wo->group, "group%d", serial++);
	wo->cfg = config_of(wo);
	pthread_mutex_init(&wo->store.lock, NULL);
	for (size_t i = 0; i < 2; i++) {
		wo->toy[i] = (struct toy){.store = &wo->store, .lazy = 50};
		rng_init(&wo->toy[i].rng, (uint64_t)serial, i);
	}
	const struct topic_want wanted[] = {{wo->in, PARTITIONS, false}, {wo->out, PARTITIONS, false}};
	assert_int_equal(kafka_topics_ensure(producer, wo->cfg, wanted, 2, false, &err), 0);
	*state = wo;
	return 0;
}

static int world_free(void **state)
{
	struct world *wo = *state;
	config_free(wo->cfg);
	pthread_mutex_destroy(&wo->store.lock);
	free(wo);
	return 0;
}

/* Every 50th is a tombstone; every `poison`th is refused (0: none). */
static void produce(const char *topic, int count, int poison)
{
	for (int i = 0; i < count; i++) {
		const char *value = i % 50 == 0 ? NULL : poison && i % poison == 1 ? "poison" : "value";
		rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
		rd_kafka_header_add(headers, "trace", -1, "ab", 2);
		assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(i % PARTITIONS),
						   RD_KAFKA_V_VALUE((void *)value, value ? strlen(value) : 0),
						   RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_HEADERS(headers),
						   RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END), 0);
	}
	assert_int_equal(rd_kafka_flush(producer, 10000), 0);
}

static struct feed *feed_of(struct world *wo, size_t i, const struct feed_goal *goal)
{
	struct error err = {0};
	struct feed *fd = feed_new(&toy_sink, &wo->toy[i], wo->cfg, goal, NULL, &err);
	if (!fd)
		fail_msg("%s", err.text);
	feed_start(fd);
	return fd;
}

static struct feed_status st; /* the last one seen */

static void watch(struct feed *fd)
{
	feed_status(fd, &st);
	assert_true(ledger_holds(&st.total));
	for (size_t i = 0; i < st.partitions; i++)
		assert_true(ledger_holds(&st.partition[i].ledger));
}

static bool end_of(struct feed *fd)
{
	while (feed_join(fd, 1))
		watch(fd);
	watch(fd);
	bool ok = feed_ok(fd);
	feed_free(fd);
	return ok;
}

static bool run(struct world *wo, const struct feed_goal *goal)
{
	return end_of(feed_of(wo, 0, goal));
}

/* What the group has committed in a topic, by partition. */
static void committed(struct world *wo, const char *topic, int64_t *offsets)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = kafka_conf(wo->cfg, KAFKA_CONSUMER, &err);
	kafka_set(conf, "group.id", wo->group);
	rd_kafka_t *rk = kafka_new(KAFKA_CONSUMER, conf, &err);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int p = 0; p < PARTITIONS; p++)
		rd_kafka_topic_partition_list_add(list, topic, p);
	assert_int_equal(rd_kafka_committed(rk, list, 10000), 0);
	for (int p = 0; p < PARTITIONS; p++)
		offsets[p] = list->elems[p].offset;
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_destroy(rk);
}

/* Nothing is committed that has no final verdict. Tombstones are no records of the sink's. */
static void assert_committed_is_final(struct world *wo)
{
	const char *topics[] = {wo->in, wo->out};
	for (size_t t = 0; t < 2; t++) {
		int64_t offsets[PARTITIONS];
		committed(wo, topics[t], offsets);
		for (size_t p = 0; p < PARTITIONS; p++)
			for (int64_t o = 0; o < offsets[p]; o++)
				assert_true((o * PARTITIONS + (int64_t)p) % 50 == 0 || wo->store.stored[t * PARTITIONS + p][o] ||
					    wo->store.refused[t * PARTITIONS + p][o]);
	}
}

static void assert_all_final(struct world *wo, int entries, int exits)
{
	int64_t offsets[PARTITIONS];
	assert_committed_is_final(wo);
	committed(wo, wo->in, offsets);
	for (int p = 0; p < PARTITIONS; p++)
		assert_int_equal(offsets[p], entries / PARTITIONS);
	committed(wo, wo->out, offsets);
	for (int p = 0; p < PARTITIONS; p++)
		assert_int_equal(offsets[p], exits / PARTITIONS);
}

static void every_record_gets_its_verdict_whatever_breaks(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 3000, 0);
	produce(wo->out, 2000, 0);
	for (int i = 0; i < 2; i++) {
		wo->toy[0].fail_after = 1000 + 200 * i;
		assert_false(run(wo, &(struct feed_goal){.exit_at_end = true}));
		assert_committed_is_final(wo);
	}
	wo->toy[0].fail_after = 0;
	wo->toy[0].capacity = 300;
	assert_true(run(wo, &(struct feed_goal){.exit_at_end = true}));
	assert_all_final(wo, 3000, 2000);
	assert_true(wo->toy[0].fills > 1);
	assert_int_equal(st.total.in_flight, 0);
	assert_int_equal(st.lag, 0);
	assert_true(st.total.duplicate > 0 && st.total.skipped > 0);
	assert_true(wo->store.headers > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_record_gets_its_verdict_whatever_breaks, world_new, world_free),
	};
	return cmocka_run_group_tests(tests, broker_start, broker_end);
}
