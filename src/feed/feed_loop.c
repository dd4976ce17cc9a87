/* The feed's thread: look up, poll, write, commit, until stopped or done; then drain and close. A sink that refuses for now keeps the
 * batch where it is and stops the polling: with assigned partitions that is all the backpressure there needs to be. */
#include "feed/feed_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "feed/mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 4096
#define WAKE_MS 20             /* at most so often */
#define WAKE_BELOW (4 * BATCH) /* records in the queue */
#define WAKE_ANSWER_MS 100
#define MUCH (10 * BATCH)      /* still to be read of a partition */
#define POLL_MS 50
#define LOOK_UP_MS 10000
#define LOOK_UP_AGAIN_MS 1000 /* while something is missing */
#define BACKOFF_MS 1000
#define BACKOFF_MAX_MS 30000

int64_t feed_now_ms(void)
{
	return clock_mono_us() / 1000;
}

void feed_fail(struct feed *fd, const struct error *err)
{
	fd->failed = true;
	log_error("%s: %s", fd->ops->name, err->text);
	report_state(fd, FEED_FAILED, err->text);
}

/* lock: feed */
static bool stop_asked(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	bool stop = fd->stop;
	pthread_mutex_unlock(&fd->lock);
	return stop;
}

/* Once a stop is asked for, or a goal reached, the draining clock runs. */
static bool drain_over(struct feed *fd)
{
	if (!fd->drain_until_ms && stop_asked(fd))
		fd->drain_until_ms = feed_now_ms() + DRAIN_MS;
	return fd->drain_until_ms && feed_now_ms() >= fd->drain_until_ms;
}

/* Waits for so long, or until a stop is asked for that was not when it began. lock: feed */
static void rest(struct feed *fd, int64_t ms)
{
	int64_t until_ms = feed_now_ms() + ms;
	pthread_mutex_lock(&fd->lock);
	bool stop = fd->stop;
	while (fd->stop == stop && !thread_cond_wait(&fd->changed, &fd->lock, until_ms)) {
	}
	pthread_mutex_unlock(&fd->lock);
}

typedef enum sink_result step_fn(struct feed *fd, struct error *err);

/* A step of the sink, again and again while it refuses for now. False: it failed, wants no more, or draining is over. */
static bool insist(struct feed *fd, step_fn *step)
{
	for (int64_t wait_ms = BACKOFF_MS;; wait_ms = wait_ms * 2 < BACKOFF_MAX_MS ? wait_ms * 2 : BACKOFF_MAX_MS) {
		struct error err = {0};
		enum sink_result result = step(fd, &err);
		fd->ended |= result == SINK_END;
		if (result == SINK_FAILED)
			feed_fail(fd, &err);
		if (result != SINK_RETRY)
			return result == SINK_OK;
		if (wait_ms == BACKOFF_MS)
			log_warn("%s: %s: polling stops until that changes", fd->ops->name, err.text);
		report_state(fd, FEED_STALLED, err.text);
		if (drain_over(fd))
			return false;
		int64_t left = fd->drain_until_ms ? fd->drain_until_ms - feed_now_ms() : wait_ms;
		rest(fd, left < wait_ms ? left : wait_ms);
		fd->moved_at_ms = feed_now_ms();
	}
}

static enum sink_result commit_step(struct feed *fd, struct error *err)
{
	int64_t begin_us = clock_mono_us();
	if (places_same_cluster(fd, err))
		return SINK_FAILED;
	enum sink_result result = fd->ops->commit(fd->sink, fd->parts, fd->nparts, fd->gaps, fd->ngaps, err);
	if (result == SINK_OK)
		report_commit(fd, (double)(clock_mono_us() - begin_us) / 1000);
	return result;
}

bool feed_commit(struct feed *fd)
{
	fd->commit_at_ms = feed_now_ms() + fd->commit_ms;
	fd->dirty |= fd->ops->has_more && fd->ops->has_more(fd->sink);
	if (!fd->dirty)
		return true;
	if (!insist(fd, commit_step))
		return false;
	for (size_t i = 0; i < fd->nparts; i++)
		fd->follow[i].committed = fd->parts[i].next_offset;
	fd->ngaps = 0;
	fd->dirty = false;
	return true;
}

static enum sink_result write_step(struct feed *fd, struct error *err)
{
	const struct batch bat = {fd->records, fd->nrecords, fd->parts, fd->nparts, clock_wall_ms()};
	return fd->ops->write(fd->sink, &bat, err);
}

/* Of a partition that may be another one by now nothing is taken: it is read again once that is known. */
static void take_record(struct feed *fd, const rd_kafka_message_t *msg)
{
	uint32_t part;
	if (!places_of(fd, msg, &part))
		return;
	struct follow *fo = &fd->follow[part];
	if (fo->unsure) {
		fo->refused = true;
		return;
	}
	struct record *rec = &fd->records[fd->nrecords++];
	*rec = (struct record){
		.part = part,
		.offset = msg->offset,
		.time_ms = rd_kafka_message_timestamp(msg, NULL),
		.key = msg->key,
		.value = msg->payload,
		.key_len = msg->key_len,
		.value_len = msg->len,
	};
	fo->newest = rec;
	fd->parts[part].ledger.consumed++;
	fd->parts[part].ledger.in_flight++;
	if (rec->time_ms > fd->pace.watermark_ms)
		fd->pace.watermark_ms = rec->time_ms;
}

static void take_messages(struct feed *fd)
{
	fd->nrecords = 0;
	for (size_t i = 0; i < fd->nmessages; i++) {
		if (fd->messages[i]->err)
			check_error(fd, fd->messages[i]->err, rd_kafka_message_errstr(fd->messages[i]));
		else
			take_record(fd, fd->messages[i]);
	}
}

/* The sink did not take the batch: as if it had never been read. */
static void give_back(struct feed *fd)
{
	for (size_t i = 0; i < fd->nrecords; i++) {
		struct ledger *led = &fd->parts[fd->records[i].part].ledger;
		led->consumed--;
		led->in_flight--;
	}
}

/* The first and last record of each partition, for recognising them later; only now, as the sink has them. */
static void set_marks(struct feed *fd)
{
	for (size_t i = 0; i < fd->nrecords; i++) {
		struct partition *part = &fd->parts[fd->records[i].part];
		if (part->first.offset < 0)
			part->first = mark_of(&fd->records[i]);
	}
	for (size_t i = 0; i < fd->nparts; i++) {
		struct follow *fo = &fd->follow[i];
		if (fo->newest)
			fd->parts[i].last = mark_of(fo->newest);
		if (fo->watch.witness.offset < 0)
			fo->watch.witness = fd->parts[i].last;
	}
}

/* Positions at the batch boundary: behind control records and aborted transactions too, so that lag reaches 0. */
static void set_progress(struct feed *fd)
{
	for (size_t i = 0; i < fd->nparts; i++) {
		const struct follow *fo = &fd->follow[i];
		int64_t position = !fo->unsure ? consumer_position(&fd->cs, i) : fo->newest ? fo->newest->offset + 1 : -1;
		if (position <= fd->parts[i].next_offset)
			continue;
		fd->parts[i].next_offset = position;
		fd->moved_at_ms = feed_now_ms();
		fd->dirty = true;
	}
}

/* The sink has the batch at hand. */
static void batch_taken(struct feed *fd)
{
	set_progress(fd);
	if (fd->ops->progress == PROGRESS_SINK)
		set_marks(fd);
	fd->taken += fd->nrecords;
	if (fd->nrecords)
		fd->pace.last_arrival_ms = clock_wall_ms();
}

static void release_batch(struct feed *fd)
{
	for (size_t i = 0; i < fd->nparts; i++)
		fd->follow[i].newest = NULL;
	for (size_t i = 0; i < fd->nmessages; i++)
		rd_kafka_message_destroy(fd->messages[i]);
}

static uint32_t most_behind(const struct feed *fd)
{
	uint32_t most = 0;
	for (uint32_t i = 1; i < fd->nparts; i++)
		if (fd->parts[i].stable - fd->parts[i].next_offset > fd->parts[most].stable - fd->parts[most].next_offset)
			most = i;
	return most;
}

/* When the queue is full, the library's thread of a broker goes to sleep for up to a second (later releases than 2.0 know a shorter
 * backoff), and taking records out does not wake it; a request to that broker does. So while the queue is low and much is still to be
 * read, the broker of the partition that is most behind is asked for its offsets: a millisecond against a second of silence. A small
 * queue is then as fast as one four times its size. What the answer says is known otherwise. */
static void wake_fetcher(struct feed *fd)
{
	int64_t low, stable;
	if (!fd->nparts || !fd->brokers_up || rd_kafka_queue_length(fd->cs.queue) >= WAKE_BELOW || feed_now_ms() < fd->wake_at_ms)
		return;
	const struct partition *part = &fd->parts[most_behind(fd)];
	if (part->stable - part->next_offset < MUCH)
		return;
	fd->wake_at_ms = feed_now_ms() + WAKE_MS;
	consumer_ends(&fd->cs, part->topic, part->partition, WAKE_ANSWER_MS, &low, &stable, NULL);
}

static void take_batch(struct feed *fd)
{
	size_t most = BATCH;
	if (fd->goal.count && fd->goal.count - fd->taken < most)
		most = fd->goal.count - fd->taken;
	wake_fetcher(fd);
	fd->nmessages = consumer_batch(&fd->cs, fd->messages, most, POLL_MS);
	consumer_positions(&fd->cs);
	take_messages(fd);
	if (!fd->nrecords || insist(fd, write_step))
		batch_taken(fd);
	else
		give_back(fd);
	release_batch(fd);
}

/* A topic that is not there and a broker that does not answer say nothing by themselves: so they are asked for again and again. */
static void look_up(struct feed *fd)
{
	struct error err = {0};
	bool failed = places_look_up(fd, &err);
	places_ask_again(fd);
	fd->lookup_at_ms = feed_now_ms() + (failed || places_missing(fd) ? LOOK_UP_AGAIN_MS : LOOK_UP_MS);
	if (failed && !fd->failed && !fd->restored)
		report_state(fd, FEED_WAITING, err.text);
}

/* With exit_at_end: nothing moves any more although the end is not reached. */
static bool silent_too_long(struct feed *fd)
{
	if (!fd->goal.exit_at_end || feed_now_ms() - fd->moved_at_ms < SILENT_MS)
		return false;
	struct error err;
	error_set(&err, "given up after %d s without a sign of life: %.300s", SILENT_MS / 1000, report_detail(fd));
	feed_fail(fd, &err);
	return true;
}

static bool goal_reached(const struct feed *fd)
{
	return (fd->goal.exit_at_end && places_at_end(fd)) || (fd->goal.count && fd->taken >= fd->goal.count) ||
	       (fd->over_at_ms && feed_now_ms() >= fd->over_at_ms);
}

static bool over(struct feed *fd)
{
	return fd->failed || fd->ended || stop_asked(fd) || goal_reached(fd) || silent_too_long(fd);
}

static void run(struct feed *fd)
{
	fd->moved_at_ms = feed_now_ms();
	if (fd->goal.duration_ms)
		fd->over_at_ms = feed_now_ms() + fd->goal.duration_ms;
	while (!over(fd)) {
		if (feed_now_ms() >= fd->lookup_at_ms)
			look_up(fd);
		take_batch(fd);
		check_again(fd);
		if (feed_now_ms() >= fd->commit_at_ms) {
			fd->dirty |= fd->ops->progress == PROGRESS_NONE; /* asked even when nothing came: the reader of a pipe may have gone */
			feed_commit(fd);
		}
		report_tick(fd);
	}
}

static uint64_t in_flight(const struct feed *fd)
{
	uint64_t count = 0;
	for (size_t i = 0; i < fd->nparts; i++)
		count += fd->parts[i].ledger.in_flight;
	return count;
}

/* Commits until nothing is in flight, for at most DRAIN_MS. */
static bool drain(struct feed *fd)
{
	fd->drain_until_ms = fd->drain_until_ms ? fd->drain_until_ms : feed_now_ms() + DRAIN_MS;
	fd->dirty |= in_flight(fd) > 0;
	while (!fd->failed && !fd->ended) {
		if (!feed_commit(fd))
			break;
		if (!in_flight(fd))
			return true;
		if (drain_over(fd))
			return false;
		fd->dirty = true;
		rest(fd, POLL_MS);
	}
	return fd->ended;
}

/* What a reader that has gone did not take. */
static void release(struct feed *fd)
{
	for (size_t i = 0; i < fd->nparts; i++) {
		struct ledger *led = &fd->parts[i].ledger;
		ledger_settle(led, &led->released, led->in_flight);
	}
}

void *feed_thread(void *arg)
{
	struct feed *fd = arg;
	struct error err = {0};
	fd->messages = xcalloc(BATCH, sizeof *fd->messages);
	fd->records = xcalloc(BATCH, sizeof *fd->records);
	fd->sink = fd->ops->open(fd->cfg, fd->sink_arg, &err);
	bool drained = false;
	if (fd->sink) {
		run(fd);
		drained = drain(fd);
		if (fd->ended)
			release(fd);
		report_end(fd, drained && !fd->failed);
		fd->ops->close(fd->sink);
	} else {
		feed_fail(fd, &err);
	}
	patrol_fini(&fd->patrol);
	consumer_fini(&fd->cs);
	free(fd->messages);
	free(fd->records);
	free(fd->gaps);
	places_fini(fd);
	report_done(fd);
	return NULL;
}
