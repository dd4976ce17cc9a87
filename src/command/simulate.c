/* tfl-top simulate: passengers into Kafka on a virtual clock. */
#include "base/clock.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/timeword.h"
#include "base/zone.h"
#include "command/command.h"
#include "command/simulate_check.h"
#include "feed/kafka.h"
#include "pipeline/stations_topic.h"
#include "sim/retention.h"
#include "sim/scenario.h"
#include "sim/simulator.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define BACK_MS (3 * 3600 * 1000) /* where --to and --count begin by default */
#define BROKER_MS 10000           /* for the first answer */
#define LOOK_MS 1000              /* between two lines of progress */
#define LEAVE_MS 12000            /* the thread stops sooner by itself */

static int time_option(const struct config *cfg, const char *key, int64_t now_ms, int64_t preset, int64_t *ms, struct error *err)
{
	*ms = preset;
	if (!config_is_set(cfg, key) || !timeword_parse(config_text(cfg, key), now_ms, ms, err))
		return 0;
	return error_prefix(err, "--%s", key);
}

/* Usage errors only. */
static int make_plan(const struct config *cfg, struct sim_plan *plan, struct sim_desired *desired, struct error *err)
{
	int64_t now_ms = clock_wall_ms();
	bool bounded = config_is_set(cfg, "to") || config_is_set(cfg, "count");
	*plan = (struct sim_plan){
		.count = config_is_set(cfg, "count") ? config_count(cfg, "count") : 0,
		.duration_ms = config_is_set(cfg, "duration") ? config_ms(cfg, "duration") : 0,
		.cut = config_bool(cfg, "cut"),
		.account = config_text(cfg, "account"),
	};
	*desired = (struct sim_desired){
		.scenario = scenario_find(config_text(cfg, "sim.scenario"), err),
		.seed = config_count(cfg, "sim.seed"),
		.rate = config_real(cfg, "sim.rate"),
		.speed = config_real(cfg, "sim.speed"),
	};
	if (!desired->scenario || kafka_topics_distinct(cfg, err) ||
	    time_option(cfg, "from", now_ms, bounded ? now_ms - BACK_MS : now_ms, &plan->from_ms, err) ||
	    time_option(cfg, "to", now_ms, INT64_MAX, &plan->to_ms, err))
		return -1;
	if (plan->from_ms > now_ms)
		return error_set(err, "--from lies in the future: passengers cannot be counted before they come");
	if (plan->to_ms <= plan->from_ms)
		return error_set(err, "--to must be later than --from");
	if (config_is_set(cfg, "count") && !plan->count)
		return error_set(err, "--count must be at least 1");
	return 0;
}

/* The topics are there and will keep what comes, and the stations are known. */
static int prepare(const struct config *cfg, const struct sim_plan *plan, struct error *err)
{
	const int partitions = (int)config_count(cfg, "topic.partitions");
	const struct topic_want topics[] = {
		{.name = config_text(cfg, "topic.entries"), .partitions = partitions},
		{.name = config_text(cfg, "topic.exits"), .partitions = partitions},
		{.name = config_text(cfg, "topic.stations"), .partitions = partitions, .compacted = true},
	};
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_PRODUCER, err);
	rd_kafka_t *rk = conf ? kafka_new(KAFKA_PRODUCER, conf, err) : NULL;
	if (!rk)
		return -1;
	int rc = kafka_partitions(rk, topics[0].name, BROKER_MS, err) < 0 ? -1 : 0;
	if (!rc)
		rc = kafka_topics_ensure(rk, cfg, topics, sizeof topics / sizeof *topics, false, err);
	if (!rc)
		rc = retention_check(rk, cfg, plan->from_ms, clock_wall_ms(), err);
	rd_kafka_destroy(rk);
	uint64_t published = 0;
	if (!rc)
		rc = stations_publish(cfg, true, false, &published, err);
	if (!rc && published)
		log_info("simulate: published %" PRIu64 " stations, since topic %s was empty", published, config_text(cfg, "topic.stations"));
	return rc;
}

static void print_progress(struct simulator *sim)
{
	struct sim_status st;
	char at[21];
	simulator_status(sim, &st);
	zone_utc_text(st.virtual_ms / 1000, at);
	fprintf(stderr, "\rsimulate: %s %s  journeys %" PRIu64 "  inside %" PRIu64 "  acknowledged %" PRIu64 "  %.0f events/s \033[K", at,
		sim_state_name(st.state), st.journeys, st.inside, st.acknowledged, st.rate);
	if (*st.last_error)
		fprintf(stderr, " %s", st.last_error);
}

/* Until it is done; the first signal asks it to stop, the next one to give up what is not acknowledged. */
static void watch(struct simulator *sim, struct wake *news)
{
	bool talk = isatty(STDERR_FILENO);
	int64_t look_ms = 0;
	for (int asked = 0; !simulator_done(sim);) {
		struct pollfd fd = {.fd = news->fd, .events = POLLIN};
		signals_wait(&fd, 1, LOOK_MS);
		wake_clear(news);
		for (; asked < signals_stops(); asked++)
			simulator_stop(sim);
		int64_t now_ms = clock_mono_us() / 1000;
		if (talk && now_ms - look_ms >= LOOK_MS) {
			print_progress(sim);
			look_ms = now_ms;
		}
	}
	if (look_ms)
		fputs("\r\033[K", stderr);
}

static int sum_up(struct simulator *sim)
{
	struct sim_status st;
	simulator_status(sim, &st);
	if (st.failed)
		log_error("simulate: %" PRIu64 " events were not acknowledged: %s", st.failed, st.last_error);
	fprintf(stderr,
		"simulate: journeys %" PRIu64 " entries %" PRIu64 " exits %" PRIu64 " acknowledged %" PRIu64 " failed %" PRIu64 " inside %" PRIu64
		"\n",
		st.journeys, st.entries, st.exits, st.acknowledged, st.failed, st.inside);
	return simulator_ok(sim) ? 0 : 1;
}

static int run(const struct config *cfg, const struct sim_plan *plan, const struct sim_desired *desired, struct error *err)
{
	struct wake news;
	signals_init(); /* not before: while the broker is looked for, ^C ends us at once, which is harmless */
	wake_init(&news);
	struct simulator *sim = simulator_new(cfg, plan, desired, &news, err);
	int rc = -1;
	if (sim) {
		simulator_start(sim);
		watch(sim, &news);
		simulator_join(sim, LEAVE_MS);
		rc = sum_up(sim);
		simulator_free(sim);
	}
	wake_fini(&news);
	return rc;
}

int simulate_run(struct config *cfg)
{
	struct error err = {0};
	struct sim_plan plan;
	struct sim_desired desired;
	if (config_bool(cfg, "check"))
		return simulate_check(cfg);
	if (make_plan(cfg, &plan, &desired, &err)) {
		fprintf(stderr, "tfl-top simulate: %s\n", err.text);
		return EXIT_USAGE;
	}
	int rc = prepare(cfg, &plan, &err) ? -1 : run(cfg, &plan, &desired, &err);
	if (rc < 0)
		fprintf(stderr, "tfl-top simulate: %s\n", err.text);
	return rc ? 1 : 0;
}
