/* The loop of a feed that assigns its partitions itself: poll, write, commit, until stopped or done; then drain. A sink that refuses for now
 * keeps the batch where it is and stops the polling: with assigned partitions that is all the backpressure there needs to be. */
#include "feed/feed_inside.h"

#include "base/clock.h"
#include "feed/mark.h"

#define POLL_MS 50

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
	if (!feed_insist(fd, commit_step))
		return false;
	for (size_t i = 0; i < fd->nparts; i++)
		fd->follow[i].committed = fd->parts[i].next_offset;
	fd->ngaps = 0;
	fd->dirty = false;
	return true;
}

/* Of a partition that may be another one by now nothing is taken: it is read again once that is known. */
static void take_record(struct feed *fd, const rd_kafka_message_t *msg)
{
	uint32_t part;
	if (!places_of(fd, msg, &part))
		return;
	if (fd->follow[part].unsure)
		fd->follow[part].refused = true;
	else
		feed_take_record(fd, part, msg);
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

static void take_batch(struct feed *fd)
{
	size_t most = BATCH;
	if (fd->goal.count && fd->goal.count - fd->taken < most)
		most = fd->goal.count - fd->taken;
	feed_wake_fetcher(fd);
	fd->nmessages = consumer_batch(&fd->cs, fd->messages, most, POLL_MS);
	consumer_positions(&fd->cs);
	take_messages(fd);
	if (!fd->nrecords || feed_insist(fd, feed_write))
		batch_taken(fd);
	else
		give_back(fd);
	feed_release_batch(fd);
}

void loop_run(struct feed *fd)
{
	while (!feed_over(fd, places_at_end(fd))) {
		feed_look_up(fd);
		take_batch(fd);
		check_again(fd);
		if (feed_now_ms() >= fd->commit_at_ms) {
			fd->dirty |= fd->ops->progress == PROGRESS_NONE; /* asked even when nothing came: the reader of a pipe may have gone */
			feed_commit(fd);
		}
		report_tick(fd);
	}
}

/* Commits until nothing is in flight, for at most DRAIN_MS. */
bool loop_drain(struct feed *fd)
{
	fd->drain_until_ms = fd->drain_until_ms ? fd->drain_until_ms : feed_now_ms() + DRAIN_MS;
	fd->dirty |= feed_in_flight(fd) > 0;
	while (!fd->failed && !fd->ended) {
		if (!feed_commit(fd))
			break;
		if (!feed_in_flight(fd))
			return true;
		if (feed_drain_over(fd))
			return false;
		fd->dirty = true;
		feed_rest(fd, POLL_MS);
	}
	return fd->ended;
}
