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
#include "feed/consumer.h"
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
	struct header header[16];
	char text[16][64];       /* of the headers: name, value */
	size_t nheaders;
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
	_Atomic bool broken;     /* fails at once */
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

static void keep_headers(struct held *held, const struct record *rec)
{
	held->nheaders = rec->nheaders;
	for (size_t h = 0; h < rec->nheaders; h++) {
		const struct header *head = &rec->headers[h];
		size_t name = strlen(head->name) + 1;
		assert_true(h < 16 && name + head->len <= sizeof held->text[h]);
		memcpy(held->text[h], head->name, name);
		memcpy(held->text[h] + name, head->value, head->len);
		held->header[h].len = head->len;
	}
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
		keep_headers(held, rec);
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

/* What was kept, where it lies now. */
static const struct header *kept_headers(struct held *held)
{
	for (size_t h = 0; h < held->nheaders; h++) {
		held->header[h].name = held->text[h];
		held->header[h].value = held->text[h] + strlen(held->text[h]) + 1;
	}
	return held->header;
}

/* One that is held, whichever, gets its verdict. */
static void decide(struct toy *toy)
{
	size_t i = rng_below(&toy->rng, (uint32_t)toy->nheld);
	struct held held = toy->held[i];
	const struct record rec = {.key = held.key, .key_len = strlen(held.key), .value = "poison", .value_len = 6, .time_ms = 1234567890123,
				   .headers = kept_headers(&held), .nheaders = held.nheaders};
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
	if (toy->broken)
		return error_set(err, "the toy is broken"), SINK_FAILED;
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

static bool all_decided(struct world *wo, int entries, int exits)
{
	bool all = true;
	pthread_mutex_lock(&wo->store.lock);
	for (size_t s = 0; s < 2 * PARTITIONS && all; s++)
		for (int o = 0; o < (s < PARTITIONS ? entries : exits) / PARTITIONS && all; o++)
			all = (o * PARTITIONS + (int)(s % PARTITIONS)) % 50 == 0 || wo->store.stored[s][o] || wo->store.refused[s][o];
	pthread_mutex_unlock(&wo->store.lock);
	return all;
}

static void members_share_and_take_over(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 2000, 0);
	wo->toy[0].mute = true;
	wo->toy[0].capacity = wo->toy[1].capacity = 200;
	struct feed *first = feed_of(wo, 0, &(struct feed_goal){0});
	do
		watch(first);
	while (!st.total.consumed);
	struct feed *second = feed_of(wo, 1, &(struct feed_goal){0});
	do
		watch(second);
	while (!st.total.consumed);
	do
		watch(first);
	while (!st.total.released); /* what it had in flight when partitions were shared anew, and did not decide in time */
	wo->toy[0].mute = false;
	wo->toy[1].mute = true;
	produce(wo->out, 2000, 0);
	while (!wo->toy[1].nheld)
		watch(second);
	wo->toy[1].broken = true; /* with records that will never get a verdict there */
	assert_false(end_of(second));
	while (!all_decided(wo, 2000, 2000))
		watch(first);
	feed_stop(first);
	assert_true(end_of(first));
	assert_all_final(wo, 2000, 2000);
}

/* Values and headers of a topic's records, as text. */
static size_t read_topic(struct world *wo, const char *topic, char (*lines)[1024], size_t max)
{
	struct error err = {0};
	struct consumer cs;
	size_t count = 0;
	rd_kafka_message_t *msgs[256];
	assert_int_equal(consumer_init(&cs, kafka_conf(wo->cfg, KAFKA_CONSUMER, &err), NULL, &err), 0);
	for (int32_t p = 0; p < PARTITIONS; p++)
		assert_int_equal(consumer_add(&cs, topic, p, 0, &err), 0);
	for (int quiet = 0; quiet < 3;) {
		size_t n = consumer_batch(&cs, msgs, 256, 200);
		quiet = n ? 0 : quiet + 1;
		for (size_t i = 0; i < n; i++) {
			rd_kafka_headers_t *headers;
			struct strbuf line = {0};
			assert_true(count < max);
			strbuf_printf(&line, "%.*s=%.*s @%lld", (int)msgs[i]->key_len, (char *)msgs[i]->key, (int)msgs[i]->len, (char *)msgs[i]->payload,
				      (long long)rd_kafka_message_timestamp(msgs[i], NULL));
			const char *name;
			const void *value;
			size_t len;
			if (!rd_kafka_message_headers(msgs[i], &headers))
				for (size_t h = 0; !rd_kafka_header_get_all(headers, h, &name, &value, &len); h++)
					strbuf_printf(&line, " %s:%.*s", name, (int)len, (const char *)value);
			snprintf(lines[count++], sizeof *lines, "%s", strbuf_str(&line));
			strbuf_fini(&line);
			rd_kafka_message_destroy(msgs[i]);
		}
	}
	consumer_fini(&cs);
	return count;
}

static char letters[256][1024];

static void dead_letters_say_why_and_are_fed_again(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 400, 10); /* 40 poisoned */
	assert_true(run(wo, &(struct feed_goal){.exit_at_end = true}));
	assert_int_equal(st.total.dead, 40);
	assert_int_equal(st.reasons, 1);
	assert_string_equal(st.reason[0].reason, "refused");
	assert_int_equal(st.reason[0].count, 40);
	assert_all_final(wo, 400, 0);
	assert_int_equal(read_topic(wo, wo->dead, letters, 256), 40);
	char want[512];
	snprintf(want, sizeof want, "k=poison @1234567890123 trace:ab __connect.errors.topic:%s __connect.errors.partition:", wo->in);
	assert_memory_equal(letters[0], want, strlen(want));
	assert_non_null(strstr(letters[0], " __connect.errors.connector.name:tfl-top-toy __connect.errors.stage:TASK_PUT "
				"__connect.errors.exception.class.name:refused __connect.errors.exception.message:does not taste tfl-top.round:1"));

	produce(wo->dead, 20, 0); /* another's: no headers of ours */
	memset(wo->store.refused, 0, sizeof wo->store.refused);
	assert_true(run(wo, &(struct feed_goal){.dead_letters = true}));
	assert_int_equal(st.total.consumed, 60);
	assert_int_equal(st.total.dead, 40);
	assert_int_equal(st.total.skipped, 20);
	assert_int_equal(read_topic(wo, wo->dead, letters, 256), 100);
	size_t again = 0;
	for (size_t i = 0; i < 100; i++)
		again += strstr(letters[i], "tfl-top.round:2") != NULL && strstr(letters[i], "trace:ab trace:ab") == NULL;
	assert_int_equal(again, 40);
	assert_true(run(wo, &(struct feed_goal){.dead_letters = true})); /* those of the second round only */
	assert_int_equal(st.total.consumed, 40);
}

static void produce_more_than_is_kept(const char *topic)
{
	static char large[200 * 1000];
	struct rng rng;
	rng_init(&rng, 1, 0);
	for (size_t i = 0; i < sizeof large; i++) /* which compression leaves as it is */
		large[i] = (char)rng_next(&rng);
	for (int i = 0; i < 40; i++) { /* more than the embedded broker keeps of a partition */
		assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(2), RD_KAFKA_V_VALUE(large, sizeof large),
						   RD_KAFKA_V_KEY("k", 1), RD_KAFKA_V_END), 0);
		assert_int_equal(rd_kafka_flush(producer, 10000), 0);
	}
}

static void what_the_broker_has_thrown_away_is_a_gap(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 400, 0);
	assert_true(run(wo, &(struct feed_goal){.exit_at_end = true}));
	assert_int_equal(st.gaps, 0);
	produce_more_than_is_kept(wo->in);
	assert_true(run(wo, &(struct feed_goal){.exit_at_end = true}));
	assert_int_equal(st.gaps, 1);
	assert_true(st.total.consumed > 0 && st.total.consumed < 40);
	assert_int_equal(st.lag, 0);
}

static void what_is_thrown_away_before_it_is_read_is_a_gap(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 12000, 0);
	wo->toy[0].capacity = 100;
	wo->toy[0].mute = true;
	struct feed *fd = feed_of(wo, 0, &(struct feed_goal){0});
	do
		watch(fd);
	while (!st.paused);
	uint64_t consumed = st.total.consumed;
	assert_true(consumed < 12000);
	produce_more_than_is_kept(wo->in);
	wo->toy[0].mute = false;
	do
		watch(fd);
	while (!st.gaps || st.lag);
	assert_true(st.total.consumed > consumed && st.total.consumed < 12040);
	feed_stop(fd);
	assert_true(end_of(fd));
	assert_int_equal(st.total.in_flight, 0);
	assert_int_equal(st.total.released, 0);
}

static void a_new_group_begins_where_it_is_told(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 400, 0);
	config_override(wo->cfg, "elastic.start", "end");
	assert_true(run(wo, &(struct feed_goal){.exit_at_end = true}));
	assert_int_equal(st.total.consumed, 0);
	produce(wo->in, 400, 0);
	assert_true(run(wo, &(struct feed_goal){.exit_at_end = true})); /* from the end of then, not of now */
	assert_int_equal(st.total.consumed, 400);
}

static void a_sink_that_is_behind_is_waited_for(void **state)
{
	struct world *wo = *state;
	produce(wo->in, 12000, 0);
	wo->toy[0].capacity = 100;
	wo->toy[0].mute = true;
	struct feed *fd = feed_of(wo, 0, &(struct feed_goal){.exit_at_end = true});
	do
		watch(fd);
	while (!st.paused);
	uint64_t consumed = st.total.consumed;
	for (int64_t until = clock_wall_ms() + 700; clock_wall_ms() < until;) {
		assert_int_equal(feed_join(fd, 20), -1);
		watch(fd);
		assert_int_equal(st.total.consumed, consumed); /* and it goes on polling: the group keeps it */
	}
	wo->toy[0].mute = false;
	assert_true(end_of(fd));
	assert_int_equal(st.total.consumed, 12000);
	assert_all_final(wo, 12000, 0);
}

static void a_broker_that_is_not_there_is_named(void **state)
{
	struct world *wo = *state;
	config_override(wo->cfg, "kafka.bootstrap.servers", "127.0.0.1:1");
	struct feed *fd = feed_of(wo, 0, &(struct feed_goal){0});
	do
		watch(fd);
	while (st.state != FEED_WAITING || strcmp(st.detail, "no broker answers at 127.0.0.1:1"));
	feed_stop(fd);
	assert_true(end_of(fd)); /* nothing is in flight */
}

static void expect_refusal(struct world *wo, const struct feed_goal *goal, const char *words)
{
	struct error err = {0};
	assert_null(feed_new(&toy_sink, &wo->toy[0], wo->cfg, goal, NULL, &err));
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void what_cannot_be_is_refused(void **state)
{
	struct world *wo = *state;
	expect_refusal(wo, &(struct feed_goal){.from = "end"}, "elastic.start says where");
	config_override(wo->cfg, "elastic.dead_letter_topic", wo->in);
	expect_refusal(wo, &(struct feed_goal){0}, "give dead letters a topic of their own");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_record_gets_its_verdict_whatever_breaks, world_new, world_free),
		cmocka_unit_test_setup_teardown(members_share_and_take_over, world_new, world_free),
		cmocka_unit_test_setup_teardown(dead_letters_say_why_and_are_fed_again, world_new, world_free),
		cmocka_unit_test_setup_teardown(what_the_broker_has_thrown_away_is_a_gap, world_new, world_free),
		cmocka_unit_test_setup_teardown(what_is_thrown_away_before_it_is_read_is_a_gap, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_new_group_begins_where_it_is_told, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_sink_that_is_behind_is_waited_for, world_new, world_free),
		cmocka_unit_test_setup_teardown(a_broker_that_is_not_there_is_named, world_new, world_free),
		cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, world_new, world_free),
	};
	return cmocka_run_group_tests(tests, broker_start, broker_end);
}
