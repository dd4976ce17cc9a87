/*
 * Gaps are facts, not silence.
 *
 * An offset alone does not say whether a topic is still the one that was read: topics are deleted and re-created (the demo pipeline's own
 * producer used to do so at every start), truncated, and trimmed by retention. A reader that goes on at its stored offset then skips
 * records silently, or counts them twice. So of each partition four things are kept with the counts: the next offset, the last record
 * processed and the epoch's first one (offset and hash of time, key, value), and the lowest low watermark seen. With these:
 *
 *   another first record, at its offset                                                         → re-created
 *   low < lowest low seen            low watermarks only grow, except from one replica to
 *                                    another, which has the same first record                    → re-created
 *   another last record, at its offset, and the same first one                                  → truncated and written on: go on at next
 *                                    and another first one, or none                              → re-created
 *   high < next                      the end moved back. First record still there, or gone by
 *                                    retention (low > first)?                                    → truncated: go on at high
 *                                    none in range                                               → re-created
 *   low > next                       retention was quicker than we                               → gap, go on at low
 *   otherwise                        the last record is the same, or can no longer be checked    → go on at next
 *
 * The record at next - 1 is never asked for: in a transactional topic that is a commit marker, which delivers nothing.
 *
 * That no record is delivered at a mark's offset is not evidence of another record: compaction deletes records and leaves the offsets of the
 * others as they were. Nor is it evidence of the same topic: in one made anew a transaction's marker may be there. The first record decides
 * then; where that is gone too, nothing can be checked, and going on counts nobody twice.
 *
 * Scenario: history has counted offsets 0…999 and stops. The topic is re-created and gets 5000 records.
 *   1. high (5000) ≥ next (1000) and low (0) is not below the lowest seen: by offsets alone all is well.
 *   2. The records at last.offset (999) and first.offset (0) are read again: their hashes differ. Re-created: epoch 2 begins at 0, and 5000
 *      records are counted.
 *   3. Had it got only 10 records: high < next, the first record differs. Re-created as well.
 *   4. Had the feed been reading on at 1000 and been killed before it noticed: the last record is the new topic's, the first one tells.
 *   5. Had the broker lost its newest records (restored from an older copy) and got others: the first record is the same. The offset from which
 *      on records are others is unknown: those that were read stay counted, and a gap says which offsets are in doubt.
 *   6. Had the same records been produced again, bit for bit and with their times: no reader could tell.
 */
#include "feed/progress.h"

#include <inttypes.h>
#include <stdio.h>

static bool in_range(const struct mark *mark, const struct sighting *seen)
{
	return mark->offset >= seen->low && mark->offset < seen->high;
}

bool progress_wants_last(const struct partition *part, const struct sighting *seen)
{
	return in_range(&part->last, seen);
}

bool progress_wants_first(const struct partition *part, const struct sighting *seen)
{
	return part->first.offset != part->last.offset && in_range(&part->first, seen);
}

static void set_gap(const struct partition *part, struct decision *out, enum gap_kind kind, int64_t first, int64_t last)
{
	out->has_gap = true;
	out->gap = (struct gap){
		.topic = part->topic,
		.partition = part->partition,
		.epoch = part->epoch,
		.kind = kind,
		.first_offset = first,
		.last_offset = last,
	};
}

/* The unread rest of the old life, as far as it is known; empty when all of it had been read. */
static void recreated(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	int64_t end = part->high > part->next_offset ? part->high : part->next_offset;
	set_gap(part, out, GAP_RECREATED, part->next_offset, end - 1);
	snprintf(out->gap.note, sizeof out->gap.note, "topic re-created: epoch %" PRId32 " begins at offset %" PRId64 "%s", part->epoch + 1, seen->low,
		 seen->last == REREAD_SAME ? "; what was read last was of it already, and is counted again" : "");
	out->new_life = true;
	out->start = seen->low;
}

static void truncated(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	bool written_on = seen->last == REREAD_OTHER;
	out->start = seen->high < part->next_offset ? seen->high : part->next_offset;
	set_gap(part, out, GAP_TRUNCATED, written_on ? part->first.offset + 1 : seen->high, part->next_offset - 1);
	if (written_on)
		snprintf(out->gap.note, sizeof out->gap.note, "log cut back somewhere behind %" PRId64 " and written on: what was read stays counted, "
			 "what was written since below %" PRId64 " is not", part->first.offset, out->start);
	else
		snprintf(out->gap.note, sizeof out->gap.note, "log cut back from %" PRId64 " to %" PRId64 " or further: what was read stays counted, "
			 "what was written since below %" PRId64 " is not", part->next_offset, seen->high, seen->high);
	out->forget_last = written_on || part->last.offset >= seen->high;
}

static void expired(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	set_gap(part, out, GAP_RETENTION, part->next_offset, seen->low - 1);
	snprintf(out->gap.note, sizeof out->gap.note, "%" PRId64 " offsets were deleted before they were read", seen->low - part->next_offset);
	out->start = seen->low;
}

/* What was asked of the first record; of the last one, if they are one record. */
static enum reread first_again(const struct partition *part, const struct sighting *seen)
{
	return part->first.offset == part->last.offset ? seen->last : seen->first;
}

static bool same_beginning(const struct partition *part, const struct sighting *seen)
{
	if (part->first.offset < 0)
		return false; /* nothing was counted: nothing is lost by beginning anew */
	return part->first.offset < seen->low || first_again(part, seen) == REREAD_SAME || first_again(part, seen) == REREAD_GONE;
}

static bool another_topic(const struct partition *part, const struct sighting *seen)
{
	enum reread first = first_again(part, seen);
	return first == REREAD_OTHER || (first != REREAD_SAME && (seen->low < part->low || seen->last == REREAD_OTHER));
}

void progress_decide(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	*out = (struct decision){.start = part->next_offset};
	if (!part->epoch) {
		out->new_life = true;
		out->start = seen->low;
	} else if (another_topic(part, seen)) {
		recreated(part, seen, out);
	} else if (seen->high < part->next_offset || seen->last == REREAD_OTHER) {
		if (same_beginning(part, seen))
			truncated(part, seen, out);
		else
			recreated(part, seen, out);
	} else if (seen->low > part->next_offset) {
		expired(part, seen, out);
	}
}

void progress_apply(struct partition *part, const struct sighting *seen, const struct decision *dec)
{
	if (dec->new_life) {
		part->epoch++;
		part->first = part->last = (struct mark){.offset = -1};
		part->low = seen->low;
		part->ledger = (struct ledger){0};
	}
	if (dec->forget_last)
		part->last = (struct mark){.offset = -1};
	if (seen->low < part->low)
		part->low = seen->low;
	part->next_offset = dec->start;
	part->high = part->stable = seen->high;
}

const char *gap_kind_name(enum gap_kind kind)
{
	static const char *const names[] = {
		[GAP_RETENTION] = "retention",
		[GAP_RECREATED] = "recreated",
		[GAP_RECREATED_LIVE] = "recreated_live",
		[GAP_TRUNCATED] = "truncated",
	};
	return names[kind];
}
