/*
 * Are the partitions still the ones that were read? Asked at start, whenever the broker refuses an offset, and every ten seconds by
 * re-reading one record of each on a second handle, since a topic that is re-created while it is read may give no other sign.
 *
 * The record that is re-read is the witness: the last one read when the round before began, not the last one read now.
 *   1. Offsets 0…99 are read, 99 is the last. The topic is re-created and gets 150 records.
 *   2. The consumer goes on at 100: 50 records of the new life arrive, 149 is the last.
 *   3. Re-reading 149 would find the same record. The witness 99 is another one now: re-created, epoch 2 begins at the low watermark, and
 *      a gap says that what was read since the last proof (here 100…149) may have been counted in the wrong epoch.
 */
#include "feed/feed_inside.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define EVERY_MS 10000
#define ANSWER_MS 8000    /* for one round of re-reading */
#define DENIED_MS 15000   /* more than between two look-ups, each of which asks again */
#define WATERMARKS_MS 3000
#define AGAIN_MS 1000     /* after a broker did not answer */

/* Waits for the probe's answers about these. thread: feed */
static int ask_now(struct feed *fd, struct question *questions, size_t count, struct error *err)
{
	if (!count)
		return 0;
	if (probe_begin(fd->probe, questions, count, err))
		return -1;
	int64_t until = feed_now_ms() + ANSWER_MS;
	while (!probe_poll(fd->probe, 50) && feed_now_ms() < until) {
	}
	probe_end(fd->probe);
	for (size_t i = 0; i < count; i++)
		if (!questions[i].answered)
			return error_set(err, "%s [%d]: the broker does not deliver offset %" PRId64, questions[i].topic,
					 (int)questions[i].partition, questions[i].mark.offset);
	return 0;
}

typedef bool wants_fn(const struct partition *part, const struct sighting *seen);

/* Asks about one of the two marks of those that want it. */
static int see_marks(struct feed *fd, const uint32_t *which, size_t count, struct sighting *seen, bool first, struct error *err)
{
	wants_fn *wants = first ? progress_wants_first : progress_wants_last;
	struct question *questions = xcalloc(count, sizeof *questions);
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct partition *part = &fd->parts[which[i]];
		if (wants(part, &seen[i]))
			questions[n++] = (struct question){part->topic, part->partition, first ? part->first : part->last, false, REREAD_NONE};
	}
	int rc = ask_now(fd, questions, n, err);
	n = 0;
	for (size_t i = 0; i < count && !rc; i++)
		if (wants(&fd->parts[which[i]], &seen[i]))
			*(first ? &seen[i].first : &seen[i].last) = questions[n++].answer;
	free(questions);
	return rc;
}

int check_see(struct feed *fd, const uint32_t *which, size_t count, struct sighting *seen, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct partition *part = &fd->parts[which[i]];
		seen[i] = (struct sighting){0};
		if (consumer_ends(&fd->cs, part->topic, part->partition, WATERMARKS_MS, &seen[i].low, &seen[i].high, err))
			return -1;
	}
	return see_marks(fd, which, count, seen, false, err) || see_marks(fd, which, count, seen, true, err) ? -1 : 0;
}

/* The library's batch call hands errors to a callback that does not say which partition they are of: so all are doubted. */
static void doubt_all(struct feed *fd, bool refused)
{
	for (size_t i = 0; i < fd->nparts; i++) {
		fd->follow[i].unsure = true;
		fd->follow[i].refused |= refused;
	}
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
		return; /* assigned partitions need no group */
	default:
		break;
	}
	report_error(fd, code, text);
}

/* What was read since the last proof may be of either life. */
static void gap_found_live(const struct feed *fd, uint32_t i, struct gap *gap)
{
	const struct mark *proven = &fd->follow[i].proven;
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
	fd->follow[i].proven = fd->follow[i].witness = fd->parts[i].last;
}

/* Where partition i goes on, now that there is reason to doubt it. Commits first: what is counted belongs to the old epoch. */
static int decide_anew(struct feed *fd, uint32_t i, struct error *err)
{
	struct sighting seen;
	struct follow *fo = &fd->follow[i];
	struct partition *part = &fd->parts[i];
	struct mark last = part->last;
	part->last = fo->witness;
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
		if (fd->probe && probe_busy(fd->probe))
			probe_end(fd->probe);
		if (decide_anew(fd, i, &err)) {
			fd->recheck_at_ms = feed_now_ms() + AGAIN_MS;
			fd->recheck_from = i + 1;
			log_debug("%s: %s", fd->ops->name, err.text);
		}
	}
}

static void begin_round(struct feed *fd)
{
	fd->reread_at_ms = feed_now_ms() + EVERY_MS;
	fd->reread_until_ms = feed_now_ms() + ANSWER_MS;
	fd->questions = xreallocarray(fd->questions, fd->nparts, sizeof *fd->questions);
	fd->asked = xreallocarray(fd->asked, fd->nparts, sizeof *fd->asked);
	fd->nquestions = 0;
	for (uint32_t i = 0; i < fd->nparts; i++) {
		struct follow *fo = &fd->follow[i];
		if (fo->witness.offset >= 0 && fo->witness.offset >= fo->low && places_there(fd, i)) { /* else none, or gone by retention */
			fd->asked[fd->nquestions] = i;
			fd->questions[fd->nquestions++] = (struct question){fd->parts[i].topic, fd->parts[i].partition, fo->witness, false, REREAD_NONE};
		}
		fo->witness = fd->parts[i].last;
	}
	if (fd->nquestions)
		probe_begin(fd->probe, fd->questions, fd->nquestions, NULL);
}

/* Out of range or another record: to be looked at closely. No answer: the broker is away, which others report. */
static void end_round(struct feed *fd)
{
	probe_end(fd->probe);
	for (size_t i = 0; i < fd->nquestions; i++) {
		const struct question *qu = &fd->questions[i];
		struct follow *fo = &fd->follow[fd->asked[i]];
		if (qu->answered && qu->answer == REREAD_SAME)
			fo->proven = qu->mark;
		if (!qu->answered || qu->answer == REREAD_SAME)
			continue;
		fo->unsure = true;
		fo->witness = qu->mark; /* still the one to ask about */
	}
}

void check_again(struct feed *fd)
{
	if (fd->ops->progress == PROGRESS_SINK) {
		if (!probe_busy(fd->probe) && feed_now_ms() >= fd->reread_at_ms)
			begin_round(fd);
		if (probe_busy(fd->probe) && (probe_poll(fd->probe, 0) || feed_now_ms() >= fd->reread_until_ms))
			end_round(fd);
	}
	decide_unsure(fd);
}
