/* What a feed tells the rest of the program. The thread keeps its figures to itself and copies them out under the lock. */
#include "feed/feed_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "feed/group_inside.h"
#include "feed/statistics.h"

#include <stdio.h>
#include <string.h>

#define EVERY_MS 200
#define BEHIND_MIN 1000            /* records: what one poll takes is not being behind */
#define FUTURE_MS (5 * 60 * 1000)  /* a watermark is at most so far ahead of the clock */
#define SLOT_MS 10000

static void take_figures(void *arg, const struct partition_figures *fig)
{
	struct feed *fd = arg;
	for (int d = ENTRY; d <= EXIT; d++) {
		struct source *src = &fd->source[d];
		if (strcmp(src->topic, fig->topic) || (size_t)fig->partition >= src->places)
			continue;
		struct partition *part = &fd->parts[src->place[fig->partition]];
		struct follow *fo = &fd->follow[src->place[fig->partition]];
		if (fd->group && !part->generation)
			return;
		part->stable = fig->stable >= 0 ? fig->stable : part->stable;
		part->high = fig->high >= 0 ? fig->high : part->high;
		fo->low = fig->low >= 0 ? fig->low : fo->low;
		bool held = fig->high > fig->stable && fig->stable >= 0;
		fo->held_since_ms = !held ? 0 : fo->held_since_ms ? fo->held_since_ms : clock_wall_ms();
		return;
	}
}

void report_figures(void *arg, const char *json, size_t len)
{
	struct feed *fd = arg;
	int up = statistics_read(json, len, take_figures, fd);
	if (up >= 0)
		fd->brokers_up = up;
}

/* lock: feed */
void report_error(struct feed *fd, rd_kafka_resp_err_t code, const char *text)
{
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		fd->brokers_up = 0;
	log_debug("%s: %s", fd->ops->name, text);
	pthread_mutex_lock(&fd->lock);
	snprintf(fd->status.last_error, sizeof fd->status.last_error, "%s", text);
	fd->status.last_error_ms = clock_wall_ms();
	pthread_mutex_unlock(&fd->lock);
}

/* lock: feed */
void report_cluster(struct feed *fd, const char *id)
{
	pthread_mutex_lock(&fd->lock);
	snprintf(fd->status.cluster, sizeof fd->status.cluster, "%s", id);
	pthread_mutex_unlock(&fd->lock);
}

void report_commit(struct feed *fd, double took_ms)
{
	struct pace *pace = &fd->pace;
	int64_t slot = feed_now_ms() / SLOT_MS;
	const int64_t slots = sizeof pace->slowest_ms / sizeof *pace->slowest_ms;
	for (int64_t s = pace->slowest_slot + 1; s <= slot && s <= pace->slowest_slot + slots; s++)
		pace->slowest_ms[s % slots] = 0;
	pace->slowest_slot = slot;
	if (took_ms > pace->slowest_ms[slot % slots])
		pace->slowest_ms[slot % slots] = took_ms;
	pace->commit_ms = took_ms;
	pace->commits++;
}

static double slowest(const struct pace *pace)
{
	double most = 0;
	for (size_t i = 0; i < sizeof pace->slowest_ms / sizeof *pace->slowest_ms; i++)
		most = pace->slowest_ms[i] > most ? pace->slowest_ms[i] : most;
	return most;
}

/* lock: feed */
void report_state(struct feed *fd, enum feed_state state, const char *detail)
{
	pthread_mutex_lock(&fd->lock);
	fd->turned_ms = feed_now_ms();
	bool news = fd->status.state != state || strcmp(fd->status.detail, detail);
	fd->status.state = state;
	snprintf(fd->status.detail, sizeof fd->status.detail, "%s", detail);
	if (state == FEED_STALLED || state == FEED_FAILED) {
		snprintf(fd->status.last_error, sizeof fd->status.last_error, "%s", detail);
		fd->status.last_error_ms = clock_wall_ms();
	}
	pthread_mutex_unlock(&fd->lock);
	if (news && fd->news)
		wake_raise(fd->news);
}

static int64_t lag_of(const struct partition *part)
{
	if (part->stable < 0 || part->next_offset < 0)
		return -1;
	return part->stable > part->next_offset ? part->stable - part->next_offset : 0;
}

/* The library's figures are up to a second old: the end of a log lies no earlier than what was read of it since. */
static int64_t at_least(int64_t end, int64_t least)
{
	return end >= 0 && end < least ? least : end;
}

/* Fills in one row, if there is room for it, and adds it to the totals. */
static void take_partition(struct feed *fd, struct feed_status *st, size_t i, int64_t now_us)
{
	struct partition *part = &fd->parts[i];
	struct follow *fo = &fd->follow[i];
	int64_t lag = lag_of(part);
	if (lag >= 0)
		st->lag = st->lag < 0 ? lag : st->lag + lag;
	ledger_add(&st->total, &part->ledger);
	rate_tell(&fo->rate, part->ledger.consumed, now_us);
	if (st->partitions == FEED_PARTITIONS_MAX || (fd->group && !fo->assignments))
		return;
	struct partition_status *row = &st->partition[st->partitions++];
	snprintf(row->topic, sizeof row->topic, "%s", part->topic);
	row->partition = part->partition;
	row->epoch = part->epoch;
	row->next_offset = fo->committed;
	row->stable = at_least(part->stable, fo->committed);
	row->high = at_least(part->high, row->stable);
	row->low = fo->low;
	row->lag = lag;
	row->held = fo->held_since_ms != 0;
	row->held_since_ms = fo->held_since_ms;
	row->rate = fo->rate.per_second;
	row->ledger = part->ledger;
}

/* This run's share of all epochs. */
static void sum_run(const struct feed *fd, struct ledger *run)
{
	*run = fd->earlier;
	for (size_t i = 0; i < fd->nparts; i++) {
		struct ledger share = fd->parts[i].ledger;
		ledger_subtract(&share, &fd->follow[i].before);
		ledger_add(run, &share);
	}
}

static uint64_t stable_sum(const struct feed *fd)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < fd->nparts; i++)
		sum += fd->parts[i].stable > 0 ? (uint64_t)fd->parts[i].stable : 0;
	return sum;
}

static void take_pace(struct feed *fd, struct feed_status *st, int64_t now_us)
{
	struct pace *pace = &fd->pace;
	int64_t wall_ms = clock_wall_ms();
	rate_tell(&pace->read, fd->taken, now_us);
	rate_tell(&pace->arriving, stable_sum(fd), now_us);
	if (fd->restored && !st->lag && fd->brokers_up > 0)
		pace->caught_up_ms = wall_ms;
	if (pace->watermark_ms > wall_ms + FUTURE_MS)
		pace->watermark_ms = wall_ms + FUTURE_MS;
	st->rate = pace->read.per_second;
	st->last_arrival_ms = pace->last_arrival_ms;
	st->caught_up_ms = pace->caught_up_ms;
	st->watermark_ms = pace->watermark_ms;
	st->commits = pace->commits;
	st->commit_ms = pace->commits ? pace->commit_ms : -1;
	st->commit_ms_max = slowest(pace);
	st->gaps = pace->gaps;
}

/* How far catching up has come, and how long it will take. Returns whether the feed is behind at all. */
static bool take_catch_up(struct feed *fd, struct feed_status *st)
{
	struct pace *pace = &fd->pace;
	st->catch_up = -1;
	st->catch_up_left_ms = -1;
	if (st->lag <= BEHIND_MIN || (double)st->lag <= 2 * pace->arriving.per_second) {
		pace->behind_at_first = 0;
		return false;
	}
	if (st->lag > pace->behind_at_first)
		pace->behind_at_first = st->lag;
	st->catch_up = 1 - (double)st->lag / (double)pace->behind_at_first;
	double gain = pace->read.per_second - pace->arriving.per_second;
	if (gain > 0)
		st->catch_up_left_ms = (int64_t)((double)st->lag / gain * 1000);
	return true;
}

/* Of a group's feed that has a broker and topics. */
static void group_detail(const struct group *gr, char *text, size_t size)
{
	const char *letters = dead_topic_trouble(gr->dead);
	if (*gr->stalled)
		snprintf(text, size, "%s", gr->stalled);
	else if (*letters)
		snprintf(text, size, "%s", letters);
	else if (gr->none_since_ms)
		snprintf(text, size, "group %s has no partition for this member: it has more members than there are partitions", gr->id);
	else if (!gr->nseats)
		snprintf(text, size, "waiting for group %s to share out the partitions", gr->id);
	else
		*text = '\0';
}

const char *report_detail(const struct feed *fd)
{
	static _Thread_local char text[256];
	bool silent = fd->broker_silent || !fd->brokers_up; /* then nothing is known of topics */
	for (int d = ENTRY; d <= EXIT; d++) {
		if (silent || fd->source[d].there)
			continue;
		snprintf(text, sizeof text, "topic %s is missing (`tfl-top setup topics` creates it), or may not be seen by this user", fd->source[d].topic);
		return text;
	}
	if (silent)
		snprintf(text, sizeof text, "no broker answers at %s", config_text(fd->cfg, "kafka.bootstrap.servers"));
	else if (feed_now_ms() < fd->denied_until_ms && fd->group)
		snprintf(text, sizeof text, "this user may not read %s and %s as group %s: the broker's keeper can allow it", fd->source[ENTRY].topic,
			 fd->source[EXIT].topic, fd->group->id);
	else if (feed_now_ms() < fd->denied_until_ms)
		snprintf(text, sizeof text, "a topic may not be read by this user (%s, %s): the broker's keeper can allow it",
			 fd->source[ENTRY].topic, fd->source[EXIT].topic);
	else if (fd->group && fd->nparts)
		group_detail(fd->group, text, sizeof text);
	else if (!fd->restored)
		snprintf(text, sizeof text, "waiting for the broker at %s", config_text(fd->cfg, "kafka.bootstrap.servers"));
	else
		text[0] = '\0';
	return text;
}

static enum feed_state running_state(const struct feed *fd, bool behind)
{
	if (fd->failed)
		return FEED_FAILED;
	if (fd->broker_silent || !fd->brokers_up || places_missing(fd) || feed_now_ms() < fd->denied_until_ms)
		return FEED_WAITING;
	if (!fd->restored)
		return FEED_STARTING;
	if (fd->group && (*fd->group->stalled || *dead_topic_trouble(fd->group->dead)))
		return FEED_STALLED;
	return behind ? FEED_CATCHING_UP : FEED_LIVE;
}

static void take_group(const struct feed *fd, struct feed_status *st)
{
	const struct group *gr = fd->group;
	fd->ops->later->figures(fd->sink, &st->sink);
	st->reasons = gr->reasons;
	memcpy(st->reason, gr->reason, sizeof st->reason);
	st->letters_waiting = dead_topic_waiting(gr->dead);
	st->paused = gr->full_since_ms && !gr->enough;
}

/* lock: feed */
static void take_all(struct feed *fd)
{
	int64_t now_us = clock_mono_us();
	pthread_mutex_lock(&fd->lock);
	struct feed_status *st = &fd->status;
	fd->turned_ms = feed_now_ms();
	st->lag = -1;
	st->total = (struct ledger){0};
	st->partitions = 0;
	for (size_t i = 0; i < fd->nparts; i++)
		take_partition(fd, st, i, now_us);
	st->brokers_up = fd->brokers_up > 0 ? fd->brokers_up : 0;
	take_pace(fd, st, now_us);
	if (fd->group)
		take_group(fd, st);
	sum_run(fd, &fd->run);
	enum feed_state state = running_state(fd, take_catch_up(fd, st));
	if (state != FEED_FAILED) {
		st->state = state;
		snprintf(st->detail, sizeof st->detail, "%s", report_detail(fd));
	}
	pthread_mutex_unlock(&fd->lock);
	if (fd->news)
		wake_raise(fd->news);
}

void report_tick(struct feed *fd)
{
	if (feed_now_ms() < fd->report_at_ms)
		return;
	fd->report_at_ms = feed_now_ms() + EVERY_MS;
	take_all(fd);
}

/* lock: feed */
void report_end(struct feed *fd, bool ok)
{
	take_all(fd);
	pthread_mutex_lock(&fd->lock);
	fd->ok = ok;
	if (fd->status.state != FEED_FAILED) {
		fd->status.state = FEED_STOPPED;
		fd->status.detail[0] = '\0';
	}
	pthread_mutex_unlock(&fd->lock);
}

/* lock: feed */
void report_done(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	fd->done = true;
	pthread_cond_broadcast(&fd->changed);
	if (fd->news)
		wake_raise(fd->news); /* under the lock: once it is free, fd may be as well */
	pthread_mutex_unlock(&fd->lock);
}
