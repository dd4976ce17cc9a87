/* The simulator against the library's mock cluster: what was acknowledged, what the account says, and what a consumer reads are one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/zone.h"
#include "model/event.h"
#include "sim/simulator.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARTITIONS 4
#define END_MS 240000 /* no measure of anything: with the thread sanitizer on a busy machine the model alone takes half a minute */
#define MORNING 1705911300000LL /* 2024-01-22T08:15:00Z, a Monday */

struct lab {
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *cluster;
	struct config *cfg;
	struct wake news;
	char account[64];
	struct simulator *sim; /* started, and not dropped */
};

static int setup(void **state)
{
	struct lab *lab = xcalloc(1, sizeof *lab);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
	lab->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
	lab->cluster = rd_kafka_mock_cluster_new(lab->rk, 1);
	lab->cfg = config_new();
	if (config_load(lab->cfg, CMD_SIMULATE, 0, NULL, NULL))
		return -1;
	config_override(lab->cfg, "kafka.bootstrap.servers", rd_kafka_mock_cluster_bootstraps(lab->cluster));
	rd_kafka_mock_topic_create(lab->cluster, config_text(lab->cfg, "topic.entries"), PARTITIONS, 1);
	rd_kafka_mock_topic_create(lab->cluster, config_text(lab->cfg, "topic.exits"), PARTITIONS, 1);
	wake_init(&lab->news);
	snprintf(lab->account, sizeof lab->account, "/tmp/tfl-top-account-%ld.csv", (long)getpid());
	*state = lab;
	return 0;
}

static void drop(struct lab *lab)
{
	simulator_free(lab->sim);
	lab->sim = NULL;
}

/* A test that fails leaves its simulator running, on what is taken away here. */
static int teardown(void **state)
{
	struct lab *lab = *state;
	if (lab->sim) {
		simulator_stop(lab->sim);
		simulator_stop(lab->sim);
		if (simulator_join(lab->sim, END_MS))
			return -1;
		drop(lab);
	}
	unlink(lab->account);
	wake_fini(&lab->news);
	config_free(lab->cfg);
	rd_kafka_mock_cluster_destroy(lab->cluster);
	rd_kafka_destroy(lab->rk);
	free(lab);
	return 0;
}

static struct sim_desired wish(const char *scenario, uint64_t seed, double rate, double speed)
{
	return (struct sim_desired){.scenario = scenario_find(scenario, NULL), .seed = seed, .rate = rate, .speed = speed};
}

static struct simulator *start(struct lab *lab, const struct sim_plan *plan, struct sim_desired desired)
{
	struct error err;
	struct simulator *sim = simulator_new(lab->cfg, plan, &desired, &lab->news, &err);
	if (!sim)
		fail_msg("%s", err.text);
	simulator_start(sim);
	return lab->sim = sim;
}

static void end(struct simulator *sim, struct sim_status *st)
{
	assert_int_equal(simulator_join(sim, END_MS), 0);
	assert_true(simulator_done(sim));
	simulator_status(sim, st);
}

/* Waits until at least `want` events are acknowledged. */
static void wait_acknowledged(struct lab *lab, struct simulator *sim, uint64_t want)
{
	int64_t until_us = clock_mono_us() + END_MS * 1000LL;
	struct sim_status st;
	struct pollfd fd = {.fd = lab->news.fd, .events = POLLIN};
	do {
		poll(&fd, 1, 100);
		wake_clear(&lab->news);
		simulator_status(sim, &st);
		assert_true(clock_mono_us() < until_us);
	} while (st.acknowledged < want);
}

/* What a consumer reads. */
struct reading {
	uint64_t count[2];
	int64_t first_ms, last_ms;
	struct strbuf cells; /* topic,station,bucket per event, a line each */
	uint64_t hash;       /* of all partitions in order */
};

static void take(struct reading *rd, const rd_kafka_message_t *msg, enum direction direction)
{
	static struct event_decoder dec;
	struct event ev;
	rd_kafka_timestamp_type_t type;
	int64_t time_ms = rd_kafka_message_timestamp(msg, &type);
	enum dead_reason dead = event_decode(&dec, msg->payload, msg->len, msg->key, msg->key_len, direction, clock_wall_ms(), &ev);
	if (dead)
		fail_msg("%.*s: %s", (int)msg->len, (const char *)msg->payload, dead_reason_name(dead));
	assert_int_equal(ev.time_ms, time_ms);
	char bucket[21];
	zone_utc_text(time_ms / 60000 * 60, bucket);
	strbuf_printf(&rd->cells, "%s,%.*s,%s\n", rd_kafka_topic_name(msg->rkt), (int)msg->key_len, (const char *)msg->key, bucket);
	for (size_t i = 0; i < msg->len; i++)
		rd->hash = (rd->hash ^ ((const unsigned char *)msg->payload)[i]) * 1099511628211u;
	rd->count[direction]++;
	rd->first_ms = time_ms < rd->first_ms ? time_ms : rd->first_ms;
	rd->last_ms = time_ms > rd->last_ms ? time_ms : rd->last_ms;
}

static void read_partition(struct reading *rd, rd_kafka_t *consumer, const char *topic, int32_t partition, enum direction direction)
{
	int64_t low, high, at = 0;
	assert_int_equal(rd_kafka_query_watermark_offsets(consumer, topic, partition, &low, &high, 5000), 0);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = 0;
	rd_kafka_assign(consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	while (at < high) {
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(consumer, 10000);
		assert_non_null(msg);
		assert_int_equal(msg->err, 0);
		take(rd, msg, direction);
		at = msg->offset + 1;
		rd_kafka_message_destroy(msg);
	}
}

static void read_back(struct lab *lab, struct reading *rd)
{
	*rd = (struct reading){.first_ms = INT64_MAX, .hash = 1469598103934665603u};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(lab->cluster), NULL, 0);
	rd_kafka_conf_set(conf, "group.id", "reader", NULL, 0);
	rd_kafka_conf_set(conf, "enable.auto.commit", "false", NULL, 0);
	rd_kafka_conf_set(conf, "fetch.wait.max.ms", "10", NULL, 0);
	rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
	rd_kafka_poll_set_consumer(consumer);
	for (int32_t partition = 0; partition < PARTITIONS; partition++) {
		read_partition(rd, consumer, config_text(lab->cfg, "topic.entries"), partition, ENTRY);
		read_partition(rd, consumer, config_text(lab->cfg, "topic.exits"), partition, EXIT);
	}
	rd_kafka_assign(consumer, NULL);
	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines in order; the array points into the text. */
static char **sorted_lines(struct strbuf *sb, size_t *count)
{
	char **lines = NULL, *save = NULL, none[] = "";
	size_t cap = 0;
	*count = 0;
	for (char *line = strtok_r(sb->len ? sb->data : none, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		lines = xgrow(lines, *count, &cap, sizeof *lines);
		lines[(*count)++] = line;
	}
	if (*count)
		qsort(lines, *count, sizeof *lines, by_text);
	return lines;
}

static void check_unique(struct strbuf *keys)
{
	size_t count;
	char **lines = sorted_lines(keys, &count);
	for (size_t i = 1; i < count; i++)
		assert_string_not_equal(lines[i - 1], lines[i]);
	free(lines);
	strbuf_fini(keys);
}

/* The account's rows, written out as often as they count. */
static void expand_account(const char *path, struct strbuf *out)
{
	struct strbuf keys = {0};
	char line[400];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	assert_string_equal(line, "topic,station,bucket,count\n");
	while (fgets(line, sizeof line, file)) {
		char *count = strrchr(line, ',');
		*count = '\0';
		strbuf_printf(&keys, "%s\n", line);
		for (int n = atoi(count + 1); n > 0; n--)
			strbuf_printf(out, "%s\n", line);
	}
	fclose(file);
	check_unique(&keys);
}

static void check_account(struct lab *lab, struct reading *rd)
{
	struct strbuf account = {0};
	size_t got, want;
	expand_account(lab->account, &account);
	char **a = sorted_lines(&account, &want), **b = sorted_lines(&rd->cells, &got);
	assert_int_equal(got, want);
	for (size_t i = 0; i < got; i++)
		assert_string_equal(a[i], b[i]);
	free(a);
	free(b);
	strbuf_fini(&account);
}

static void add_totals(const char *station, uint64_t entries, uint64_t exits, void *arg)
{
	uint64_t *sums = arg;
	assert_true(*station);
	sums[ENTRY] += entries;
	sums[EXIT] += exits;
}

static void acknowledged_is_account_is_what_is_read(void **state)
{
	struct lab *lab = *state;
	const struct sim_plan plan = {.from_ms = MORNING, .to_ms = INT64_MAX, .count = 4000, .account = lab->account};
	struct simulator *sim = start(lab, &plan, wish("weekday", 7, 0.5, 0));
	struct sim_status st;
	end(sim, &st);
	assert_int_equal(st.state, SIM_DONE);
	assert_true(simulator_ok(sim));
	assert_int_equal(st.journeys, 4000);
	assert_int_equal(st.acknowledged, 8000);
	assert_int_equal(st.inside, 0);
	uint64_t totals[2] = {0};
	simulator_totals(sim, add_totals, totals);
	assert_true(totals[ENTRY] == 4000 && totals[EXIT] == 4000);
	struct reading rd;
	read_back(lab, &rd);
	assert_true(rd.count[ENTRY] == 4000 && rd.count[EXIT] == 4000);
	assert_true(rd.first_ms >= MORNING);
	check_account(lab, &rd);
	strbuf_fini(&rd.cells);
	drop(lab);
}

/* Requests fail and are retried: nothing is lost, nothing counted twice. */
static void retries_leave_the_account_exact(void **state)
{
	struct lab *lab = *state;
	const struct sim_plan plan = {.from_ms = MORNING, .to_ms = INT64_MAX, .count = 2000, .account = lab->account};
	config_override(lab->cfg, "kafka.retry.backoff.ms", "10");
	config_override(lab->cfg, "kafka.batch.num.messages", "50");
	for (int i = 0; i < 6; i++)
		rd_kafka_mock_push_request_errors(lab->cluster, 0 /* Produce */, 4, RD_KAFKA_RESP_ERR_NO_ERROR,
						  RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NO_ERROR,
						  RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
	struct simulator *sim = start(lab, &plan, wish("weekday", 8, 0.5, 0));
	struct sim_status st;
	end(sim, &st);
	assert_true(simulator_ok(sim));
	struct reading rd;
	read_back(lab, &rd);
	assert_int_equal(rd.count[ENTRY] + rd.count[EXIT], st.acknowledged);
	check_account(lab, &rd);
	strbuf_fini(&rd.cells);
	drop(lab);
}

static uint64_t hash_of_run(struct lab *lab, const struct sim_plan *plan)
{
	struct sim_status st;
	struct simulator *sim = start(lab, plan, wish("steady", 3, 0.2, 0));
	end(sim, &st);
	assert_true(simulator_ok(sim));
	drop(lab);
	struct reading rd;
	read_back(lab, &rd);
	strbuf_fini(&rd.cells);
	return rd.hash;
}

/* Two brokers told the same have the same bytes in every partition. */
static void every_partition_repeats(void **state)
{
	const struct sim_plan plan = {.from_ms = MORNING, .to_ms = MORNING + 30000};
	uint64_t first = hash_of_run(*state, &plan);
	void *other;
	assert_int_equal(setup(&other), 0);
	assert_true(hash_of_run(other, &plan) == first);
	teardown(&other);
}

/* Stopped in mid-stream: what was produced is acknowledged and accounted for, and those inside are said. */
static void a_stop_keeps_the_account_whole(void **state)
{
	struct lab *lab = *state;
	const struct sim_plan plan = {.from_ms = clock_wall_ms(), .to_ms = INT64_MAX, .account = lab->account};
	struct simulator *sim = start(lab, &plan, wish("steady", 9, 10, 1));
	wait_acknowledged(lab, sim, 300);
	simulator_stop(sim);
	struct sim_status st;
	end(sim, &st);
	assert_true(simulator_ok(sim));
	assert_true(st.inside > 0 && st.inside == st.entries - st.exits);
	struct reading rd;
	read_back(lab, &rd);
	assert_int_equal(rd.count[ENTRY] + rd.count[EXIT], st.acknowledged);
	assert_true(rd.last_ms <= clock_wall_ms());
	check_account(lab, &rd);
	strbuf_fini(&rd.cells);
	drop(lab);
}

/* At max speed from just now the clock runs into now, and goes on with it. */
static void the_clock_stops_at_now(void **state)
{
	struct lab *lab = *state;
	int64_t from_ms = clock_wall_ms() - 3000;
	const struct sim_plan plan = {.from_ms = from_ms, .to_ms = INT64_MAX};
	struct simulator *sim = start(lab, &plan, wish("steady", 9, 1, 0));
	struct sim_status st;
	uint64_t want = 320;
	do { /* a slow machine is still behind the clock after so many */
		wait_acknowledged(lab, sim, want++);
		simulator_status(sim, &st);
	} while (st.speed_now != 1);
	assert_true(st.virtual_ms <= clock_wall_ms() && st.virtual_ms > from_ms + 3000);
	simulator_stop(sim);
	end(sim, &st);
	assert_true(simulator_ok(sim));
	struct reading rd;
	read_back(lab, &rd);
	assert_true(rd.last_ms <= clock_wall_ms());
	double expected = (double)(rd.last_ms - from_ms) / 10; /* 100 a second */
	assert_true((double)rd.count[ENTRY] > 0.8 * expected && (double)rd.count[ENTRY] < 1.2 * expected);
	strbuf_fini(&rd.cells);
	drop(lab);
}

static void a_duration_ends_it(void **state)
{
	struct lab *lab = *state;
	const struct sim_plan plan = {.from_ms = clock_wall_ms(), .to_ms = INT64_MAX, .duration_ms = 300};
	struct simulator *sim = start(lab, &plan, wish("steady", 9, 1, 1));
	struct sim_status st;
	end(sim, &st);
	assert_int_equal(st.state, SIM_DONE);
	assert_true(simulator_ok(sim));
	drop(lab);
}

static uint64_t nothing_yet(void *arg)
{
	return *(const uint64_t *)arg;
}

/* Nobody reads: it stays as far ahead as it may and no further; a pause and another rate are taken while it runs. */
static void it_waits_for_the_others(void **state)
{
	struct lab *lab = *state;
	uint64_t consumed = 100;
	const struct sim_plan plan = {.from_ms = MORNING, .to_ms = INT64_MAX, .max_ahead = 700,
				      .consumed = nothing_yet, .arg = &consumed};
	struct simulator *sim = start(lab, &plan, wish("weekday", 9, 1, 0));
	wait_acknowledged(lab, sim, 800);
	struct sim_desired halt = wish("weekday", 9, 2, 5);
	halt.paused = true;
	simulator_set(sim, &halt);
	struct sim_status st;
	struct pollfd fd = {.fd = lab->news.fd, .events = POLLIN};
	do {
		poll(&fd, 1, 1000);
		wake_clear(&lab->news);
		simulator_status(sim, &st);
	} while (st.state != SIM_PAUSED);
	assert_int_equal(st.produced, 800);
	assert_true(st.desired.rate == 2);
	assert_true(st.virtual_ms >= MORNING && st.virtual_ms < MORNING + 60000); /* the clock did not run away */
	simulator_stop(sim);
	end(sim, &st);
	assert_int_equal(st.produced, 800);
	drop(lab);
}

/* What the far end has counted gives the time it took, and what is set is told at once. */
static void the_far_end_tells_the_latency(void **state)
{
	struct lab *lab = *state;
	const struct sim_plan plan = {.from_ms = MORNING, .to_ms = INT64_MAX, .count = 50};
	struct simulator *sim = start(lab, &plan, wish("weekday", 9, 1, 0));
	wait_acknowledged(lab, sim, 100);
	struct sim_status st;
	end(sim, &st);
	assert_true(st.latency_ms[0] < 0 && st.latency_ms[1] < 0);
	drop(lab);
	const struct sim_plan endless = {.from_ms = clock_wall_ms(), .to_ms = INT64_MAX};
	sim = start(lab, &endless, wish("steady", 9, 5, 1));
	wait_acknowledged(lab, sim, 300);
	simulator_counted(sim, 200);
	const struct sim_desired faster = wish("steady", 9, 7, 1);
	simulator_set(sim, &faster);
	simulator_status(sim, &st);
	assert_true(st.desired.rate > 6.9);
	simulator_stop(sim);
	end(sim, &st);
	assert_true(st.latency_ms[0] > 0 && st.latency_ms[1] >= st.latency_ms[0] && st.latency_ms[1] < 20000);
	drop(lab);
}

struct diary {
	struct strbuf lines;
};

/* thread: simulator */
static void write_down(void *arg, const struct sim_change *change)
{
	struct diary *diary = arg;
	strbuf_printf(&diary->lines, "%lld %s %s %s %g %lld\n", (long long)(change->at_ms - MORNING) / 60000, change->scenario, change->action,
		      change->station_id ? change->station_id : "-", change->factor,
		      change->until_ms == INT64_MAX ? -1 : (long long)(change->until_ms - MORNING) / 60000);
}

/* Waits until the simulator has taken that scenario, seed and speed. */
static void wait_taken(struct lab *lab, struct simulator *sim, const struct sim_desired *want, uint64_t more)
{
	struct sim_status st;
	simulator_status(sim, &st);
	uint64_t acknowledged = st.acknowledged;
	simulator_set(sim, want);
	do {
		acknowledged += more;
		wait_acknowledged(lab, sim, acknowledged);
		simulator_status(sim, &st);
	} while (strcmp(st.scenario, want->scenario->name) || st.seed != want->seed);
}

/* Scenario, seed and rate are changed while it runs: each change is told once, with its incidents; those inside finish, and the account
 * is what a consumer reads. */
static void everything_changes_live(void **state)
{
	struct lab *lab = *state;
	struct diary diary = {{0}};
	const struct sim_plan plan = {.from_ms = MORNING, .to_ms = MORNING + 20 * 60000, .account = lab->account, .changed = write_down,
				      .arg = &diary};
	struct simulator *sim = start(lab, &plan, wish("weekday", 7, 0.2, 10));
	wait_acknowledged(lab, sim, 20);
	struct sim_desired want = wish("closure", 7, 0.2, 10);
	wait_taken(lab, sim, &want, 20);
	want = wish("closure", 8, 0.2, 10);
	wait_taken(lab, sim, &want, 20);
	want = wish("surge", 8, 0.3, 10);
	wait_taken(lab, sim, &want, 20);
	want.speed = 0;
	simulator_set(sim, &want);
	struct sim_status st;
	end(sim, &st);
	assert_true(simulator_ok(sim));
	assert_int_equal(st.inside, 0);
	assert_int_equal(st.entries, st.exits);
	assert_int_equal(st.produced, st.offered);
	assert_string_equal(st.scenario, "surge");
	want = wish("gap", 1, 1, 1);
	simulator_set(sim, &want); /* too late */
	simulator_status(sim, &st);
	assert_ptr_equal(st.desired.scenario, scenario_find("surge", NULL));
	struct reading rd;
	read_back(lab, &rd);
	check_account(lab, &rd);
	strbuf_fini(&rd.cells);
	drop(lab);
	static const char *const told[] = {" closure scenario - nan -1\n", " closure closure HUBKGX nan -1\n", " closure seed - 8 -1\n",
					   " closure closure HUBKGX nan -1\n", " surge scenario - nan -1\n", " surge rate - 0.3 -1\n",
					   " surge surge 940GZZLUOXC 5 ", " surge speed - 0 -1\n"};
	int found = 0;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		found += strstr(strbuf_str(&diary.lines), told[i]) != NULL;
	if (found != 8)
		fail_msg("%s", strbuf_str(&diary.lines));
	strbuf_fini(&diary.lines);
}

/* No broker: asked twice to stop it gives up, and says that nothing was acknowledged. */
static void without_a_broker_nothing_counts(void **state)
{
	struct lab *lab = *state;
	config_override(lab->cfg, "kafka.bootstrap.servers", "127.0.0.1:1");
	const struct sim_plan plan = {.from_ms = clock_wall_ms() - 10000, .to_ms = INT64_MAX,
				      .count = 200, .cut = true, .account = lab->account};
	struct simulator *sim = start(lab, &plan, wish("steady", 9, 1, 0));
	struct sim_status st;
	struct pollfd fd = {.fd = lab->news.fd, .events = POLLIN};
	do {
		poll(&fd, 1, 1000);
		wake_clear(&lab->news);
		simulator_status(sim, &st);
	} while (st.produced < 200);
	assert_false(simulator_ok(sim));
	simulator_stop(sim);
	simulator_stop(sim);
	end(sim, &st);
	assert_false(simulator_ok(sim));
	assert_int_equal(st.failed, 200);
	assert_int_equal(st.acknowledged, 0);
	assert_true(*st.last_error);
	struct strbuf account = {0};
	expand_account(lab->account, &account);
	assert_int_equal(account.len, 0);
	strbuf_fini(&account);
	drop(lab);
}

int main(void)
{
	if (zone_init("Europe/London", "04:30", NULL) || log_open("/dev/null", LOG_ERROR, LOG_LOGFMT, NULL))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(acknowledged_is_account_is_what_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(retries_leave_the_account_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(every_partition_repeats, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stop_keeps_the_account_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(the_clock_stops_at_now, setup, teardown),
		cmocka_unit_test_setup_teardown(a_duration_ends_it, setup, teardown),
		cmocka_unit_test_setup_teardown(it_waits_for_the_others, setup, teardown),
		cmocka_unit_test_setup_teardown(the_far_end_tells_the_latency, setup, teardown),
		cmocka_unit_test_setup_teardown(everything_changes_live, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_broker_nothing_counts, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
