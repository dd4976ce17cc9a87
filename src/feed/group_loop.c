/* The loop of a feed that reads in a consumer group: take what the library has, hand it to the sink, follow the group, commit; then wait, in one
 * place, for whichever of Kafka, the sink and the clock has news. The library is always asked: a member that does not poll is thrown out.
 * Batches are taken from its queue, as everything that changes the assignment, or pauses, is done between two of them, on this thread: then the
 * library skips nothing and hands over nothing that is not ours, and one message at a time would be no cheaper. */
#include "feed/group_inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>

#define NONE_MS 10000      /* exit_at_end: a member that has no partition for so long is not needed */
#define FULL_MS 300        /* so long the library's queue is left alone when the sink is behind, before partitions are paused: a pause throws away
			    * what was fetched, and a sink that is the slowest part is behind again and again */
#define GATHER_MS 50       /* a trickle is collected for so long before the sink is told to send it */
#define TICK_MS 200        /* the longest wait */
#define SETTLE_MS 5000     /* before partitions go: most of what is under way is decided by then */
#define COMMIT_MS 1500     /* for the last commit, however late it is */

static bool has_room(struct feed *fd)
{
	struct group *gr = fd->group;
	if (dead_topic_full(gr->dead))
		return false;
	return gr->full_since_ms ? fd->ops->later->roomy(fd->sink) : !fd->ops->later->full(fd->sink);
}

/* Whether the library is asked at all. Behind for a while: its partitions are paused, and asking brings the group's news only. */
static bool listens(struct feed *fd)
{
	struct group *gr = fd->group;
	bool room = has_room(fd) && !gr->enough;
	if (room) {
		if (gr->paused)
			member_pause(&gr->member, false);
		gr->paused = false;
		gr->full_since_ms = 0;
		return true;
	}
	if (!gr->full_since_ms)
		gr->full_since_ms = feed_now_ms();
	if (gr->paused)
		return true;
	if (!gr->enough && feed_now_ms() - gr->full_since_ms < FULL_MS)
		return false;
	member_pause(&gr->member, true);
	gr->paused = true;
	return true;
}

static int wait_ms(const struct feed *fd, int64_t now_ms)
{
	const struct group *gr = fd->group;
	int64_t wait = TICK_MS;
	if (gr->more && !gr->full_since_ms)
		return 0;
	if (gr->flush_at_ms && gr->flush_at_ms - now_ms < wait)
		wait = gr->flush_at_ms - now_ms;
	if (gr->full_since_ms && !gr->paused && gr->full_since_ms + FULL_MS - now_ms < wait)
		wait = gr->full_since_ms + FULL_MS - now_ms;
	return wait > 0 ? (int)wait : 0;
}

static void take_result(struct feed *fd, enum sink_result result, const struct error *err)
{
	char *stalled = fd->group->stalled;
	if (result == SINK_RETRY) /* which the sink logs itself, as often as it helps */
		snprintf(stalled, sizeof fd->group->stalled, "%.250s", err->text);
	else
		*stalled = '\0';
	if (result == SINK_FAILED)
		feed_fail(fd, err);
	fd->ended |= result == SINK_END;
}

static void wait_for_news(struct feed *fd, int most_ms, bool flush)
{
	struct error err = {0};
	take_result(fd, fd->ops->later->wait(fd->sink, fd->group->wake.fd, most_ms, flush, &err), &err);
	if (flush)
		fd->group->flush_at_ms = 0;
}

/* A sink that cannot take what it has room for is driven until it can. */
static bool hand_over(struct feed *fd)
{
	for (;;) {
		struct error err = {0};
		enum sink_result result = feed_write(fd, &err);
		take_result(fd, result, &err);
		if (result != SINK_RETRY || fd->failed || feed_drain_over(fd))
			return result == SINK_OK;
		wait_for_news(fd, TICK_MS, true);
		wake_clear(&fd->group->wake);
	}
}

static void take_batch(struct feed *fd)
{
	struct group *gr = fd->group;
	size_t most = BATCH;
	if (fd->goal.count && fd->goal.count - fd->taken < most)
		most = fd->goal.count - fd->taken;
	feed_wake_fetcher(fd);
	fd->nmessages = consumer_batch(&fd->cs, fd->messages, most, 0);
	gr->more = fd->nmessages == most;
	group_take_messages(fd);
	if (!fd->nrecords || hand_over(fd))
		group_set_progress(fd);
	if (fd->nrecords) {
		fd->taken += fd->nrecords;
		fd->pace.last_arrival_ms = clock_wall_ms();
		gr->flush_at_ms = gr->flush_at_ms ? gr->flush_at_ms : feed_now_ms() + GATHER_MS;
	}
	feed_release_batch(fd);
}

static void take_turn(struct feed *fd)
{
	struct group *gr = fd->group;
	wake_clear(&gr->wake);
	if (listens(fd))
		take_batch(fd);
	group_follow(fd);
	group_look_again(fd);
	dead_topic_turn(gr->dead);
	group_commit_turn(fd);
	if (feed_in_flight(fd))
		fd->moved_at_ms = feed_now_ms(); /* it is the sink that is waited for, not Kafka */
	gr->enough = fd->goal.exit_at_end && group_at_end(fd);
	report_tick(fd);
	int64_t now_ms = feed_now_ms();
	wait_for_news(fd, wait_ms(fd, now_ms), gr->enough || (gr->flush_at_ms && now_ms >= gr->flush_at_ms));
}

static bool nothing_to_do(const struct feed *fd)
{
	const struct group *gr = fd->group;
	return gr->none_since_ms && feed_now_ms() - gr->none_since_ms >= NONE_MS;
}

/* The topic of dead letters is made beforehand: when the first one comes, it may be needed in a hurry. */
static void look_up(struct feed *fd)
{
	struct error err;
	bool due = feed_now_ms() >= fd->lookup_at_ms;
	feed_look_up(fd);
	if (due && !fd->broker_silent && dead_topic_prepare(fd->group->dead, &err))
		report_error(fd, RD_KAFKA_RESP_ERR_NO_ERROR, err.text);
}

void group_run(struct feed *fd)
{
	struct error err;
	if (group_begin(fd, &err))
		feed_fail(fd, &err);
	while (!feed_over(fd, (fd->group->enough && !feed_in_flight(fd)) || nothing_to_do(fd))) {
		look_up(fd);
		take_turn(fd);
	}
}

/* What is under way goes on; nothing new is taken. */
static void drive(struct feed *fd)
{
	wake_clear(&fd->group->wake);
	dead_topic_turn(fd->group->dead);
	group_commit_turn(fd);
	report_tick(fd);
	wait_for_news(fd, TICK_MS, true);
}

void group_settle_wanted(struct feed *fd)
{
	int64_t until_ms = feed_now_ms() + SETTLE_MS;
	while (group_wanted_in_flight(fd) && !*fd->group->stalled && !fd->failed && !fd->ended && feed_now_ms() < until_ms) {
		feed_drain_over(fd); /* notices a stop, which has less time than this */
		if (fd->drain_until_ms)
			return;
		drive(fd);
	}
}

bool group_drain(struct feed *fd)
{
	struct group *gr = fd->group;
	fd->drain_until_ms = fd->drain_until_ms ? fd->drain_until_ms : feed_now_ms() + DRAIN_MS;
	gr->more = false;
	gr->full_since_ms = 0;
	while (!fd->failed && !fd->ended && feed_in_flight(fd) && !feed_drain_over(fd))
		drive(fd);
	int64_t left_ms = fd->drain_until_ms - feed_now_ms();
	bool committed = group_commit_now(fd, left_ms > COMMIT_MS ? left_ms : COMMIT_MS);
	return committed && (!feed_in_flight(fd) || fd->ended);
}
