/*
 * Partitions come and go. What the group wants is seen to between two batches.
 *
 * On the way in, of each partition: the group's committed offset and the log's bounds are asked for; from them follows where to begin, whether
 * anything was lost in between (a gap), and from where on records are fresh: at the log's end of this moment or behind it, where nobody can have
 * read before. The generation goes up by one. If the broker does not answer, the whole is tried again; the library waits meanwhile.
 *
 * On the way out: the sink forgets what it has no verdict on, which is released: its next owner consumes it again. What all verdicts are final
 * of is committed before the partition is given up, so that the next owner begins behind it; unless it is another's already, whose offsets
 * must not be moved. A verdict that comes later carries a generation that is no more, and is ignored.
 */
#include "feed/group_inside.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSETS_MS 3000
#define COMMIT_MS 5000
#define AGAIN_MS 500

void group_rebalance(void *arg, rd_kafka_resp_err_t what, const rd_kafka_topic_partition_list_t *list)
{
	struct feed *fd = arg;
	fd->group->change_at_ms = 0;
	member_rebalance(&fd->group->member, what, list);
}

static enum direction direction_of(const struct feed *fd, const char *topic)
{
	return strcmp(topic, fd->source[ENTRY].topic) ? EXIT : ENTRY;
}

static struct seat seat_of(struct feed *fd, const rd_kafka_topic_partition_t *at)
{
	struct seat seat = {.part = {places_part(fd, direction_of(fd, at->topic), at->partition)}, .parts = 1};
	if (fd->group->again)
		seat.part[seat.parts++] = places_part(fd, EXIT, at->partition);
	return seat;
}

static void set_seats(struct feed *fd)
{
	struct group *gr = fd->group;
	const rd_kafka_topic_partition_list_t *now = fd->cs.assigned;
	gr->nseats = (size_t)now->cnt;
	gr->seats = xreallocarray(gr->seats, gr->nseats + 1, sizeof *gr->seats);
	for (int k = 0; k < now->cnt; k++)
		gr->seats[k] = seat_of(fd, &now->elems[k]);
}

/* An epoch that ends takes its ledger with it; this run's share stays in the summary. */
void group_go_on(struct feed *fd, uint32_t i, int64_t offset, const struct sighting *seen)
{
	struct partition *part = &fd->parts[i];
	struct ledger ledger = part->ledger;
	int32_t epoch = part->epoch ? part->epoch : 1;
	part->epoch = epoch;
	part->next_offset = offset;
	part->low = seen->low;
	check_apply(fd, i, seen, false);
	if (part->epoch != epoch)
		ledger_add(&fd->earlier, &ledger);
	fd->ngaps = 0; /* said in the log and counted; there is nowhere else to keep them */
}

static void begin(struct feed *fd, uint32_t i, int64_t committed, const struct sighting *seen)
{
	struct partition *part = &fd->parts[i];
	struct follow *fo = &fd->follow[i];
	if (committed >= 0) {
		group_go_on(fd, i, committed, seen);
	} else {
		part->epoch = part->epoch ? part->epoch : 1;
		part->next_offset = fd->group->from_end ? seen->high : seen->low;
		part->stable = part->high = seen->high;
	}
	part->generation = ++fo->assignments;
	part->fresh_from = fd->group->again ? INT64_MAX : seen->high;
	fo->low = seen->low;
	fo->committed = committed >= 0 ? committed : -1;
	tracker_begin(&fo->tracker, part->next_offset);
	log_debug("%s: %s [%d] is ours from offset %" PRId64, fd->ops->name, part->topic, (int)part->partition, part->next_offset);
}

/* The ends that exit_at_end waits for: of all partitions, as others may become ours before it is over. */
static int take_ends(struct feed *fd, struct error *err)
{
	for (size_t i = 0; i < fd->nparts && fd->goal.exit_at_end && !fd->group->ends_known; i++) {
		int64_t low, stable;
		const struct partition *part = &fd->parts[i];
		if (consumer_ends(&fd->cs, part->topic, part->partition, OFFSETS_MS, &low, &stable, err))
			return -1;
		fd->follow[i].end = stable;
	}
	fd->group->ends_known = true;
	return 0;
}

/* Asks all there is to ask about what is wanted. */
static int see(struct feed *fd, struct sighting *seen, struct error *err)
{
	struct member *mb = &fd->group->member;
	if (mb->wanted->cnt && member_committed(mb, OFFSETS_MS, err))
		return -1;
	for (int k = 0; k < mb->wanted->cnt; k++) {
		const rd_kafka_topic_partition_t *at = &mb->wanted->elems[k];
		if (consumer_ends(&fd->cs, at->topic, at->partition, OFFSETS_MS, &seen[k].low, &seen[k].high, err))
			return -1;
		seat_of(fd, at);
	}
	return mb->wanted->cnt ? take_ends(fd, err) : 0;
}

static int assign(struct feed *fd, struct error *err)
{
	struct member *mb = &fd->group->member;
	struct sighting *seen = xcalloc((size_t)mb->wanted->cnt + 1, sizeof *seen);
	int rc = see(fd, seen, err);
	for (int k = 0; k < mb->wanted->cnt && !rc; k++) {
		rd_kafka_topic_partition_t *at = &mb->wanted->elems[k];
		struct seat seat = seat_of(fd, at);
		for (unsigned p = 0; p < seat.parts; p++)
			begin(fd, seat.part[p], at->offset, &seen[k]);
		at->offset = fd->parts[seat.part[0]].next_offset;
	}
	free(seen);
	if (rc)
		return -1;
	log_info("%s: the group %s gave us %d partitions", fd->ops->name, fd->group->id, mb->wanted->cnt);
	if (member_change(mb, err))
		feed_fail(fd, err);
	fd->restored = true;
	fd->commit_at_ms = feed_now_ms(); /* where it begins is told at once: what comes next must not be lost to a new beginning */
	return 0;
}

/* Nothing of it that is undecided will be decided here. */
static void release(struct feed *fd, uint32_t i)
{
	struct ledger *led = &fd->parts[i].ledger;
	fd->ops->later->forget(fd->sink, i);
	ledger_settle(led, &led->released, led->in_flight);
}

static void give_up(struct feed *fd, uint32_t i)
{
	fd->parts[i].generation = 0;
	fd->parts[i].stable = -1;
	tracker_begin(&fd->follow[i].tracker, 0);
}

static void each_wanted(struct feed *fd, void (*step)(struct feed *fd, uint32_t i))
{
	const rd_kafka_topic_partition_list_t *list = fd->group->member.wanted;
	for (int k = 0; k < list->cnt; k++) {
		struct seat seat = seat_of(fd, &list->elems[k]);
		for (unsigned p = 0; p < seat.parts; p++)
			step(fd, seat.part[p]);
	}
}

uint64_t group_wanted_in_flight(const struct feed *fd)
{
	const rd_kafka_topic_partition_list_t *list = fd->group->member.wanted;
	uint64_t count = 0;
	for (int k = 0; k < list->cnt; k++) {
		struct seat seat = seat_of((struct feed *)fd, &list->elems[k]);
		for (unsigned p = 0; p < seat.parts; p++)
			count += fd->parts[seat.part[p]].ledger.in_flight;
	}
	return count;
}

static void revoke(struct feed *fd)
{
	struct error err;
	struct member *mb = &fd->group->member;
	log_info("%s: the group %s takes %d partitions%s", fd->ops->name, fd->group->id, mb->wanted->cnt, mb->lost ? " that were lost to us" : "");
	if (!mb->lost)
		group_settle_wanted(fd); /* else a group that changes often would do the same work again and again */
	each_wanted(fd, release);
	if (!mb->lost && !group_commit_now(fd, COMMIT_MS))
		log_warn("%s: what was done is not committed: the next owner of the partitions will do it again", fd->ops->name);
	each_wanted(fd, give_up);
	if (member_change(mb, &err))
		feed_fail(fd, &err);
}

/* Paused partitions that change hands stay paused for ever in some releases of the library. */
static void go_on_reading(struct feed *fd)
{
	if (fd->group->paused)
		member_pause(&fd->group->member, false);
	fd->group->paused = false;
	fd->group->full_since_ms = 0;
}

void group_follow(struct feed *fd)
{
	struct error err;
	struct group *gr = fd->group;
	if (gr->member.change == CHANGE_NONE || feed_now_ms() < gr->change_at_ms)
		return;
	bool assigns = gr->member.change == CHANGE_ASSIGN;
	go_on_reading(fd);
	if (!assigns) {
		revoke(fd);
	} else if (assign(fd, &err)) {
		gr->change_at_ms = feed_now_ms() + AGAIN_MS;
		report_error(fd, RD_KAFKA_RESP_ERR_NO_ERROR, err.text);
		return;
	}
	set_seats(fd);
	gr->none_since_ms = assigns && !gr->nseats ? feed_now_ms() : 0;
	fd->moved_at_ms = feed_now_ms();
}

bool group_at_end(const struct feed *fd)
{
	if (!fd->group->ends_known || places_missing(fd))
		return false;
	for (size_t k = 0; k < fd->group->nseats; k++)
		for (unsigned p = 0; p < fd->group->seats[k].parts; p++) {
			uint32_t i = fd->group->seats[k].part[p];
			if (fd->follow[i].end >= 0 && fd->parts[i].next_offset < fd->follow[i].end)
				return false;
		}
	return fd->group->nseats > 0;
}
