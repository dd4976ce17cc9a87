#include "feed/feed_inside.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "base/timeword.h"
#include "feed/group_inside.h"
#include "feed/kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *feed_state_name(enum feed_state state)
{
	static const char *const names[] = {
		[FEED_STARTING] = "starting", [FEED_WAITING] = "waiting", [FEED_CATCHING_UP] = "catching up", [FEED_LIVE] = "live",
		[FEED_STALLED] = "stalled",   [FEED_FAILED] = "failed",   [FEED_STOPPED] = "stopped",
	};
	return names[state];
}

static int read_from(struct feed *fd, struct error *err)
{
	const char *word = fd->goal.from;
	bool stores = fd->ops->progress != PROGRESS_NONE;
	if (!word || (stores && !strcmp(word, "stored"))) {
		fd->from = stores ? FROM_STORED : FROM_BEGINNING;
		return 0;
	}
	if (fd->ops->progress == PROGRESS_GROUP)
		return error_set(err, "--from %s: %s goes on where its consumer group left off; %s says where a new group begins", word,
				 fd->ops->name, fd->ops->start_key);
	if (stores)
		return error_set(err, "--from %s: %s goes on where its own store says; only feeds that store no offsets begin elsewhere", word,
				 fd->ops->name);
	if (!strcmp(word, "stored"))
		return error_set(err, "--from stored: %s stores no offsets; say beginning, end or a time", fd->ops->name);
	if (!strcmp(word, "beginning") || !strcmp(word, "end")) {
		fd->from = strcmp(word, "end") ? FROM_BEGINNING : FROM_END;
		return 0;
	}
	fd->from = FROM_TIME;
	return timeword_parse(word, clock_wall_ms(), &fd->from_ms, err) ? error_prefix(err, "--from") : 0;
}

static int read_config(struct feed *fd, struct error *err)
{
	fd->source[ENTRY].topic = config_text(fd->cfg, "topic.station_entries");
	fd->source[EXIT].topic = config_text(fd->cfg, "topic.station_exits");
	fd->commit_ms = (int64_t)config_count(fd->cfg, "history.commit_ms");
	if (kafka_topics_distinct(fd->cfg, err) || read_from(fd, err))
		return -1;
	if (fd->ops->progress == PROGRESS_GROUP)
		return group_new(fd, err);
	if (fd->goal.dead_letters)
		return error_set(err, "--from-dead-letters: %s has no topic of dead letters", fd->ops->name);
	return 0;
}

static int make_clients(struct feed *fd, struct error *err)
{
	const struct consumer_calls calls = {.stats = report_figures, .error = check_error, .rebalance = fd->group ? group_rebalance : NULL, .arg = fd};
	rd_kafka_conf_t *conf = kafka_conf(fd->cfg, KAFKA_CONSUMER, err);
	if (!conf)
		return -1;
	/* Enough, as its reader wakes it: see waker.h. A sink whose verdicts come later holds as much again; half does for its feed. */
	kafka_prefer(conf, fd->cfg, "queued.max.messages.kbytes", fd->group ? "4096" : "8192");
	if (fd->group)
		member_conf(conf, fd->cfg, fd->group->id);
	if (consumer_init(&fd->cs, conf, &calls, err))
		return -1;
	if (fd->ops->progress == PROGRESS_SINK && patrol_init(&fd->patrol, fd->cfg, err))
		return -1;
	fd->values = values_new(fd->cfg, err);
	return fd->values ? 0 : -1;
}

struct feed *feed_new(const struct sink_ops *ops, void *sink_arg, const struct config *cfg, const struct feed_goal *goal, struct wake *news,
		      struct error *err)
{
	struct feed *fd = xcalloc(1, sizeof *fd);
	fd->ops = ops;
	fd->sink_arg = sink_arg;
	fd->cfg = cfg;
	fd->goal = *goal;
	fd->news = news;
	fd->brokers_up = -1;
	fd->status = (struct feed_status){.name = ops->name, .lag = -1, .catch_up = -1, .catch_up_left_ms = -1, .commit_ms = -1};
	pthread_mutex_init(&fd->lock, NULL);
	thread_cond_init(&fd->changed);
	if (!read_config(fd, err) && !make_clients(fd, err)) {
		snprintf(fd->status.brokers, sizeof fd->status.brokers, "%s", config_text(cfg, "kafka.bootstrap.servers"));
		return fd;
	}
	feed_free(fd);
	return NULL;
}

const struct sink_ops *feed_ops(const struct feed *fd)
{
	return fd->ops;
}

void feed_start(struct feed *fd)
{
	char name[16];
	snprintf(name, sizeof name, "feed %.10s", fd->ops->name);
	fd->started = true;
	thread_start(&fd->thread, name, feed_thread, fd);
}

void feed_stop(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	fd->stop = true;
	pthread_cond_broadcast(&fd->changed);
	pthread_mutex_unlock(&fd->lock);
	if (fd->group)
		wake_raise(&fd->group->wake);
}

int64_t feed_still_ms(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	int64_t now_ms = feed_now_ms();
	int64_t still = !fd->turned_ms ? -1 : fd->done || fd->turned_ms > now_ms ? 0 : now_ms - fd->turned_ms;
	pthread_mutex_unlock(&fd->lock);
	return still;
}

bool feed_done(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	bool done = fd->done;
	pthread_mutex_unlock(&fd->lock);
	return done;
}

int feed_join(struct feed *fd, int64_t wait_ms)
{
	if (!fd->started)
		return 0;
	int64_t until_ms = feed_now_ms() + wait_ms;
	pthread_mutex_lock(&fd->lock);
	while (!fd->done && !thread_cond_wait(&fd->changed, &fd->lock, until_ms)) {
	}
	bool done = fd->done;
	pthread_mutex_unlock(&fd->lock);
	if (!done)
		return -1;
	pthread_join(fd->thread, NULL);
	fd->started = false;
	return 0;
}

bool feed_ok(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	bool ok = fd->ok;
	pthread_mutex_unlock(&fd->lock);
	return ok;
}

void feed_status(struct feed *fd, struct feed_status *out)
{
	pthread_mutex_lock(&fd->lock);
	*out = fd->status;
	pthread_mutex_unlock(&fd->lock);
}

void feed_summary(struct feed *fd, struct strbuf *out)
{
	pthread_mutex_lock(&fd->lock);
	struct ledger run = fd->run;
	pthread_mutex_unlock(&fd->lock);
	const struct {
		const char *name;
		uint64_t count;
		bool always;
	} terms[] = {
		{"consumed", run.consumed, true}, {"stored", run.stored, false},   {"duplicate", run.duplicate, false},
		{"late", run.late, false},	  {"dead", run.dead, false},	   {"skipped", run.skipped, false},
		{"released", run.released, false}, {"in_flight", run.in_flight, true},
	};
	strbuf_printf(out, "%s:", fd->ops->name);
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
		if (terms[i].always || terms[i].count)
			strbuf_printf(out, " %s %" PRIu64, terms[i].name, terms[i].count);
}

void feed_free(struct feed *fd)
{
	patrol_fini(&fd->patrol);
	consumer_fini(&fd->cs);
	values_free(fd->values);
	group_free(fd);
	pthread_cond_destroy(&fd->changed);
	pthread_mutex_destroy(&fd->lock);
	free(fd);
}
