/* Are the partitions still the ones that were read? Asked at start, whenever the broker refuses an offset, and by the patrol while they are
 * read. On a mismatch epoch 2 begins at the low watermark, and a gap says that what was read since the last proof may have been counted in the
 * wrong epoch. */
#include "feed/feed_inside.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DENIED_MS 15000   /* more than between two look-ups, each of which asks again */
#define AGAIN_MS 1000     /* after a broker did not answer */

int check_see(struct feed *fd, const uint32_t *which, size_t count, struct sighting *seen, struct error *err)
{
	const struct partition **parts = xcalloc(count, sizeof *parts);
	for (size_t i = 0; i < count; i++)
		parts[i] = &fd->parts[which[i]];
	int rc = patrol_see(&fd->patrol, fd->cs.rk, parts, count, seen, err);
	free(parts);
	return rc;
}

/* The library's batch call hands errors to a callback that does not say which partition they are of: so all are doubted. */
static void doubt_all(struct feed *fd, bool refused)
{
	for (size_t i = 0; i < fd->nparts; i++) {
		fd->follow[i].unsure = true;
		fd->follow[i].refused |= refused;
	}
}

/* The library says that it will not go on: a member that another one has taken the place of. */
static void fail_for_good(struct feed *fd)
{
	char why[256];
	struct error err;
	rd_kafka_fatal_error(fd->cs.rk, why, sizeof why);
	error_set(&err, "Kafka's client gives up: %s", why);
	feed_fail(fd, &err);
}

void check_error(void *arg, rd_kafka_resp_err_t code, const char *text)
{
	struct feed *fd = arg;
	switch (code) {
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		doubt_all(fd, true);
		break;
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: /* when it is there again, it is another one; that it is gone takes a moment to settle */
		doubt_all(fd, false);
		fd->lookup_at_ms = feed_now_ms();
		fd->recheck_at_ms = feed_now_ms() + AGAIN_MS;
		break;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		fd->denied_until_ms = feed_now_ms() + DENIED_MS;
		break;
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
		if (!fd->group)
			return; /* assigned partitions need no group */
		fd->denied_until_ms = feed_now_ms() + DENIED_MS;
		break;
	case RD_KAFKA_RESP_ERR__FATAL:
		fail_for_good(fd);
		break;
	default:
		break;
	}
	report_error(fd, code, text);
}

/* What was read since the last proof may be of either life. */
static void gap_found_live(const struct feed *fd, uint32_t i, struct gap *gap)
{
	const struct mark *proven = &fd->follow[i].watch.proven;
	gap->kind = GAP_RECREATED_LIVE;
	gap->last_offset = fd->parts[i].next_offset - 1;
	gap->first_offset = proven->offset >= 0 ? proven->offset + 1 : fd->parts[i].first.offset;
	snprintf(gap->note, sizeof gap->note, "topic re-created while it was read: these offsets are in doubt, epoch %" PRId32 " begins",
		 gap->epoch + 1);
}

static void add_gap(struct feed *fd, const struct gap *gap)
{
	fd->gaps = xgrow(fd->gaps, fd->ngaps, &fd->gaps_cap, sizeof *fd->gaps);
	fd->gaps[fd->ngaps++] = *gap;
	fd->pace.gaps++;
	fd->dirty = true;
	log_warn("%s: %s [%d]: gap (%s): offsets %" PRId64 "…%" PRId64 ": %s", fd->ops->name, gap->topic, (int)gap->partition,
		 gap_kind_name(gap->kind), gap->first_offset, gap->last_offset, gap->note);
}

/* An epoch's ledger ends with it; this run's share of it is kept for the summary. */
static void keep_ledger(struct feed *fd, uint32_t i)
{
	struct ledger share = fd->parts[i].ledger;
	ledger_subtract(&share, &fd->follow[i].before);
	ledger_add(&fd->earlier, &share);
	fd->follow[i].before = (struct ledger){0};
}

void check_apply(struct feed *fd, uint32_t i, const struct sighting *seen, bool live)
{
	struct decision dec;
	progress_decide(&fd->parts[i], seen, &dec);
	if (dec.has_gap && dec.gap.kind == GAP_RECREATED && live)
		gap_found_live(fd, i, &dec.gap);
	if (dec.has_gap)
		add_gap(fd, &dec.gap);
	if (dec.new_life && live)
		keep_ledger(fd, i);
	progress_apply(&fd->parts[i], seen, &dec);
	fd->follow[i].watch.proven = fd->follow[i].watch.witness = fd->parts[i].last;
}

/* Where partition i goes on, now that there is reason to doubt it. Commits first: what is counted belongs to the old epoch. */
static int decide_anew(struct feed *fd, uint32_t i, struct error *err)
{
	struct sighting seen;
	struct follow *fo = &fd->follow[i];
	struct partition *part = &fd->parts[i];
	struct mark last = part->last;
	part->last = fo->watch.witness;
	int rc = check_see(fd, &i, 1, &seen, err);
	part->last = last;
	if (rc)
		return -1;
	if (!feed_commit(fd))
		return 0;
	int64_t next = part->next_offset;
	int32_t epoch = part->epoch;
	check_apply(fd, i, &seen, true);
	bool move = fo->refused || part->next_offset != next || part->epoch != epoch;
	if (fo->end >= 0 && part->epoch != epoch)
		fo->end = seen.high;
	fo->unsure = fo->refused = false;
	return move ? consumer_move(&fd->cs, i, part->next_offset, err) : 0;
}

/* One that gets no answer ends the turn; the next one begins behind it, so that it does not keep the others from theirs. */
static void decide_unsure(struct feed *fd)
{
	struct error err;
	for (uint32_t k = 0, first = fd->recheck_from; k < fd->nparts && !fd->failed && feed_now_ms() >= fd->recheck_at_ms; k++) {
		uint32_t i = (first + k) % (uint32_t)fd->nparts;
		if (!fd->follow[i].unsure || !places_there(fd, i))
			continue;
		if (decide_anew(fd, i, &err)) {
			fd->recheck_at_ms = feed_now_ms() + AGAIN_MS;
			fd->recheck_from = i + 1;
			log_debug("%s: %s", fd->ops->name, err.text);
		}
	}
}

static void begin_round(struct feed *fd)
{
	int64_t now_ms = feed_now_ms();
	for (uint32_t i = 0; i < fd->nparts; i++)
		if (places_there(fd, i))
			patrol_ask(&fd->patrol, i, &fd->follow[i].watch, &fd->parts[i], fd->follow[i].low, now_ms);
	patrol_go(&fd->patrol, now_ms);
}

static void end_round(struct feed *fd)
{
	for (size_t i = 0; i < fd->patrol.count; i++) {
		struct follow *fo = &fd->follow[fd->patrol.which[i]];
		fo->unsure |= patrol_doubts(&fd->patrol.questions[i], &fo->watch);
	}
	fd->patrol.count = 0;
}

void check_again(struct feed *fd)
{
	if (fd->ops->progress == PROGRESS_SINK) {
		if (patrol_due(&fd->patrol, feed_now_ms()))
			begin_round(fd);
		if (patrol_over(&fd->patrol, feed_now_ms()))
			end_round(fd);
	}
	decide_unsure(fd);
}
