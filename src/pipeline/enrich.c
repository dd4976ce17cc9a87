#include "pipeline/enrich.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "feed/kafka.h"
#include "pipeline/enrich_inside.h"
#include "pipeline/enrich_slot.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 5000
#define LOOK_MS 1000              /* between two looks for topics that are missing */
#define MISSING_US (30 * 1000000LL) /* -e: how long they may be */

const char *enrich_state_name(enum enrich_state state)
{
	static const char *const names[] = {"starting", "waiting", "running", "failed", "stopped"};
	return names[state];
}

void enrich_show(struct enrich *en)
{
	pthread_mutex_lock(&en->lock);
	en->shown = en->status;
	pthread_mutex_unlock(&en->lock);
	wake_raise(en->news);
}

__attribute__((format(printf, 3, 0)))
static void set_detail(struct enrich *en, enum enrich_state state, const char *fmt, va_list ap)
{
	char detail[sizeof en->status.detail];
	vsnprintf(detail, sizeof detail, fmt, ap);
	if (en->status.state == state && !strcmp(detail, en->status.detail))
		return;
	en->status.state = state;
	snprintf(en->status.detail, sizeof en->status.detail, "%s", detail);
	log_write(state == ENRICH_FAILED ? LOG_ERROR : LOG_INFO, "enrich %s%s%s", enrich_state_name(state), *detail ? ": " : "", detail);
	enrich_show(en);
}

void enrich_say(struct enrich *en, enum enrich_state state, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set_detail(en, state, fmt, ap);
	va_end(ap);
}

int enrich_fail(struct enrich *en, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set_detail(en, ENRICH_FAILED, fmt, ap);
	va_end(ap);
	return -1;
}

bool enrich_stopping(const struct enrich *en)
{
	return atomic_load(&en->stop);
}

/* thread: any, lock: enrich. Waits for `flag` for at most ms; its value. */
static bool await_flag(struct enrich *en, const atomic_bool *flag, int64_t ms)
{
	int64_t until_ms = clock_mono_us() / 1000 + ms;
	pthread_mutex_lock(&en->lock);
	while (!atomic_load(flag) && !thread_cond_wait(&en->changed, &en->lock, until_ms)) {
	}
	pthread_mutex_unlock(&en->lock);
	return atomic_load(flag);
}

bool enrich_pause(struct enrich *en, int64_t ms)
{
	return !await_flag(en, &en->stop, ms);
}

/* 1: all three are there, 0: not yet (the detail says which), −1: we cannot go on. */
static int look_for_topics(struct enrich *en)
{
	const char *topics[] = {en->side[0].in, en->side[1].in, config_text(en->cfg, "topic.stations")};
	int counts[3];
	struct error err = {0};
	for (size_t i = 0; i < 3; i++) {
		counts[i] = kafka_partitions(txn_client(en->txn), topics[i], ANSWER_MS, &err);
		if (counts[i] < 0)
			enrich_say(en, ENRICH_WAITING, "%s", err.text);
		else if (!counts[i])
			enrich_say(en, ENRICH_WAITING, "topic %s does not exist (tfl-top setup creates it)", topics[i]);
		if (counts[i] <= 0)
			return 0;
	}
	en->table_partitions = (size_t)counts[2];
	for (size_t s = 0; s < SIDES; s++) {
		en->side[s].partitions = counts[s];
		en->side[s].co_partitioned = counts[s] == counts[2];
		if (!en->side[s].co_partitioned)
			log_warn("%s has %d partitions, %s %d: joined across all of them; ksqlDB would refuse", en->side[s].in, counts[s], topics[2],
				 counts[2]);
	}
	return 1;
}

static int await_topics(struct enrich *en)
{
	int64_t begun_us = clock_mono_us();
	int found;
	while (!(found = look_for_topics(en))) {
		if (en->exit_at_end && clock_mono_us() - begun_us > MISSING_US) {
			char why[sizeof en->status.detail];
			snprintf(why, sizeof why, "%s", en->status.detail);
			return enrich_fail(en, "given up after 30 s: %.220s", why);
		}
		if (!enrich_pause(en, LOOK_MS))
			return -1;
	}
	return 0;
}

/* As many partitions as the stream it comes from, as ksqlDB makes them. */
static int ensure_outputs(struct enrich *en)
{
	struct error err = {0};
	struct topic_want want[SIDES];
	for (size_t s = 0; s < SIDES; s++)
		want[s] = (struct topic_want){.name = en->side[s].out, .partitions = en->side[s].partitions};
	return kafka_topics_ensure(txn_client(en->txn), en->cfg, want, SIDES, false, &err) ? enrich_fail(en, "%s", err.text) : 0;
}

static bool finished(struct enrich *en)
{
	return en->exit_at_end && !en->open && events_at_end(en);
}

static int work(struct enrich *en)
{
	if (loop_prepare(en) || await_topics(en) || ensure_outputs(en) || loop_open(en) || table_load(en) || events_open(en))
		return -1;
	enrich_say(en, ENRICH_RUNNING, "%s", "");
	while (!enrich_stopping(en) && !finished(en))
		if (loop_turn(en))
			return -1;
	return 0;
}

/* Stopping is no failure, unless something was left unsettled. */
static void end(struct enrich *en)
{
	loop_settle(en);
	if (en->trouble)
		loop_recover(en);
	loop_show(en);
	events_close(en);
	if (en->table) {
		rd_kafka_consumer_close(en->table);
		rd_kafka_destroy(en->table);
	}
	loop_close(en);
	if (en->status.state != ENRICH_FAILED)
		enrich_say(en, ENRICH_STOPPED, "%s", "");
}

static void *enrich_thread(void *arg)
{
	struct enrich *en = arg;
	work(en);
	end(en);
	pthread_mutex_lock(&en->lock);
	atomic_store(&en->done, true);
	pthread_cond_broadcast(&en->changed);
	pthread_mutex_unlock(&en->lock);
	wake_raise(en->news);
	return NULL;
}

struct enrich *enrich_new(const struct config *cfg, bool exit_at_end, struct wake *news, struct error *err)
{
	struct enrich *en = xcalloc(1, sizeof *en);
	en->cfg = cfg;
	en->exit_at_end = exit_at_end;
	en->news = news;
	en->embedded = kafka_is_embedded(cfg);
	en->side[0] = (struct side){.in = config_text(cfg, "topic.entries"), .out = config_text(cfg, "topic.station_entries")};
	en->side[1] = (struct side){.in = config_text(cfg, "topic.exits"), .out = config_text(cfg, "topic.station_exits")};
	en->slot_fd = -1;
	en->status.lag = -1;
	en->join = join_new();
	thread_cond_init(&en->changed);
	pthread_mutex_init(&en->lock, NULL);
	if (kafka_topics_distinct(cfg, err)) {
		enrich_free(en);
		return NULL;
	}
	if (!en->embedded)
		en->id = slot_take(config_text(cfg, "enrich.name"), &en->slot_fd, err);
	if (en->embedded || en->id)
		return en;
	enrich_free(en);
	return NULL;
}

void enrich_start(struct enrich *en)
{
	en->started = true;
	thread_start(&en->thread, "enrich", enrich_thread, en);
}

void enrich_stop(struct enrich *en)
{
	pthread_mutex_lock(&en->lock);
	if (!atomic_load(&en->stop)) {
		atomic_store(&en->stop_us, clock_mono_us());
		atomic_store(&en->stop, true);
		pthread_cond_broadcast(&en->changed);
	}
	pthread_mutex_unlock(&en->lock);
}

bool enrich_done(struct enrich *en)
{
	return atomic_load(&en->done);
}

bool enrich_settled(struct enrich *en)
{
	return !atomic_load(&en->unsettled);
}

int enrich_join(struct enrich *en, int64_t wait_ms)
{
	if (en->started && !await_flag(en, &en->done, wait_ms))
		return -1;
	if (en->started && !en->joined)
		pthread_join(en->thread, NULL);
	en->joined = true;
	return 0;
}

void enrich_status(struct enrich *en, struct enrich_status *out)
{
	pthread_mutex_lock(&en->lock);
	*out = en->shown;
	pthread_mutex_unlock(&en->lock);
}

void enrich_free(struct enrich *en)
{
	join_free(en->join);
	free(en->table_at_end);
	free(en->parts);
	free(en->id);
	if (en->slot_fd >= 0)
		close(en->slot_fd);
	pthread_cond_destroy(&en->changed);
	pthread_mutex_destroy(&en->lock);
	free(en);
}
