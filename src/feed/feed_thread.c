/* The feed's thread from open to close, and the steps that both its loops take: feed_loop.c, where the partitions are assigned by ourselves,
 * and group_loop.c, where a consumer group gives them. */
#include "feed/feed_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "feed/group_inside.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_UP_MS 10000
#define LOOK_UP_AGAIN_MS 1000 /* while something is missing */
#define BACKOFF_MS 1000
#define BACKOFF_MAX_MS 30000
#define REGISTRY_MS 200        /* it is not the sink that is waited for */
#define WAKE_MS 10             /* at most so often */
#define WAKE_BELOW (8 * BATCH) /* records in the queue */
#define MUCH (10 * BATCH)      /* still to be read of a partition */

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
static bool feed_stop_asked(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	bool stop = fd->stop;
	pthread_mutex_unlock(&fd->lock);
	return stop;
}

/* Once a stop is asked for, or a goal reached, the draining clock runs. */
bool feed_drain_over(struct feed *fd)
{
	if (!fd->drain_until_ms && feed_stop_asked(fd))
		fd->drain_until_ms = feed_now_ms() + DRAIN_MS;
	return fd->drain_until_ms && feed_now_ms() >= fd->drain_until_ms;
}

/* Waits for so long, or until a stop is asked for that was not when it began. lock: feed */
void feed_rest(struct feed *fd, int64_t ms)
{
	int64_t until_ms = feed_now_ms() + ms;
	pthread_mutex_lock(&fd->lock);
	bool stop = fd->stop;
	fd->turned_ms = until_ms;
	while (fd->stop == stop && !thread_cond_wait(&fd->changed, &fd->lock, until_ms)) {
	}
	pthread_mutex_unlock(&fd->lock);
}

/* A step of the sink, again and again while it refuses for now. False: it failed, wants no more, or draining is over. */
bool feed_insist(struct feed *fd, step_fn *step)
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
		if (feed_drain_over(fd))
			return false;
		int64_t left = fd->drain_until_ms ? fd->drain_until_ms - feed_now_ms() : wait_ms, rest_ms = fd->framed ? REGISTRY_MS : wait_ms;
		feed_rest(fd, left < rest_ms ? left : rest_ms);
		fd->moved_at_ms = feed_now_ms();
	}
}

enum sink_result feed_write(struct feed *fd, struct error *err)
{
	if (fd->framed && feed_read_values(fd, err) != SINK_OK)
		return SINK_RETRY;
	const struct batch bat = {fd->records, fd->nrecords, fd->parts, fd->nparts, clock_wall_ms()};
	return fd->ops->write(fd->sink, &bat, err);
}

void feed_take_record(struct feed *fd, uint32_t part, const rd_kafka_message_t *msg)
{
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
	fd->framed |= rec->value && frame_begins(rec->value, rec->value_len);
	fd->follow[part].newest = rec;
	fd->parts[part].ledger.consumed++;
	fd->parts[part].ledger.in_flight++;
	if (rec->time_ms > fd->pace.watermark_ms)
		fd->pace.watermark_ms = rec->time_ms;
}

static uint32_t most_behind(const struct feed *fd)
{
	uint32_t most = 0;
	for (uint32_t i = 1; i < fd->nparts; i++)
		if (fd->parts[i].stable - fd->parts[i].next_offset > fd->parts[most].stable - fd->parts[most].next_offset)
			most = i;
	return most;
}

/* While the queue is low and much is still to be read, the broker of the partition that is most behind must not sleep. */
void feed_wake_fetcher(struct feed *fd)
{
	if (!fd->nparts || !fd->brokers_up || feed_now_ms() < fd->wake_at_ms || rd_kafka_queue_length(fd->cs.queue) >= WAKE_BELOW)
		return;
	const struct partition *part = &fd->parts[most_behind(fd)];
	if (part->stable - part->next_offset < MUCH)
		return;
	fd->wake_at_ms = feed_now_ms() + WAKE_MS;
	waker_wake(&fd->waker, part->topic, part->partition);
}

void feed_release_batch(struct feed *fd)
{
	for (size_t i = 0; i < fd->nparts; i++)
		fd->follow[i].newest = NULL;
	feed_forget_values(fd);
	for (size_t i = 0; i < fd->nmessages; i++)
		rd_kafka_message_destroy(fd->messages[i]);
}

/* A topic that is not there and a broker that does not answer say nothing by themselves: so they are asked for again and again. */
void feed_look_up(struct feed *fd)
{
	struct error err = {0};
	if (feed_now_ms() < fd->lookup_at_ms)
		return;
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

bool feed_over(struct feed *fd, bool end_reached)
{
	bool reached = (fd->goal.exit_at_end && end_reached) || (fd->goal.count && fd->taken >= fd->goal.count) ||
		       (fd->over_at_ms && feed_now_ms() >= fd->over_at_ms);
	return fd->failed || fd->ended || feed_stop_asked(fd) || reached || silent_too_long(fd);
}

uint64_t feed_in_flight(const struct feed *fd)
{
	uint64_t count = 0;
	for (size_t i = 0; i < fd->nparts; i++)
		count += fd->parts[i].ledger.in_flight;
	return count;
}

/* What a reader that has gone did not take. */
static void release(struct feed *fd)
{
	for (size_t i = 0; i < fd->nparts; i++) {
		struct ledger *led = &fd->parts[i].ledger;
		ledger_settle(led, &led->released, led->in_flight);
	}
}

/* lock: feed */
static void begin(struct feed *fd)
{
	pthread_mutex_lock(&fd->lock);
	fd->turned_ms = feed_now_ms();
	pthread_mutex_unlock(&fd->lock);
	fd->moved_at_ms = feed_now_ms();
	if (fd->goal.duration_ms)
		fd->over_at_ms = feed_now_ms() + fd->goal.duration_ms;
}

void *feed_thread(void *arg)
{
	struct feed *fd = arg;
	struct error err = {0};
	fd->messages = xcalloc(BATCH, sizeof *fd->messages);
	fd->records = xcalloc(BATCH, sizeof *fd->records);
	waker_init(&fd->waker, &fd->cs);
	fd->sink = fd->ops->open(fd->cfg, fd->sink_arg, &err);
	bool drained = false;
	if (fd->sink) {
		begin(fd);
		if (fd->group)
			group_run(fd);
		else
			loop_run(fd);
		drained = fd->group ? group_drain(fd) : loop_drain(fd);
		if (fd->ended)
			release(fd);
		report_end(fd, drained && !fd->failed);
		fd->ops->close(fd->sink);
	} else {
		feed_fail(fd, &err);
	}
	patrol_fini(&fd->patrol);
	waker_fini(&fd->waker);
	if (fd->group)
		group_leave(fd);
	consumer_fini(&fd->cs);
	free(fd->messages);
	free(fd->records);
	strbuf_fini(&fd->texts);
	strbuf_fini(&fd->one);
	free(fd->gaps);
	places_fini(fd);
	report_done(fd);
	return NULL;
}
