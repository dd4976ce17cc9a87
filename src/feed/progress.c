/*
 * Gaps are facts, not silence.
 *
 * An offset alone does not say whether a topic is still the one that was read: topics are deleted and re-created (the demo pipeline's own
 * producer used to do so at every start), truncated, and trimmed by retention. A reader that goes on at its stored offset then skips
 * records silently, or counts them twice. So of each partition four things are kept with the counts: the next offset, the last record
 * processed and the epoch's first one (offset and hash of time, key, value), and the lowest low watermark seen. With these:
 *
 *   low < lowest low seen            low watermarks only grow                                     → re-created
 *   last in range, another record there                                                           → re-created
 *   last in range, no record there   and another first record                                     → re-created
 *   high < next                      the end moved back. First record still there, or gone by
 *                                    retention (low > first)?                                     → truncated: go on at high
 *                                    another first record, or none in range                       → re-created
 *   low > next                       retention was quicker than we                                → gap, go on at low
 *   otherwise                        the last record is the same, or can no longer be checked     → go on at next
 *
 * The record at next - 1 is never asked for: in a transactional topic that is a commit marker, which delivers nothing.
 *
 * That no record is delivered at a mark's offset is not evidence of another record: compaction deletes records and leaves the offsets of the
 * others as they were. Nor is it evidence of the same topic: in one made anew a transaction's marker may be there. The first record decides
 * then; where that is gone too, nothing can be checked, and going on counts nobody twice.
 *
 * Scenario: history has counted offsets 0…999 and stops. The topic is re-created and gets 5000 records.
 *   1. high (5000) ≥ next (1000) and low (0) is not below the lowest seen: by offsets alone all is well.
 *   2. The record at last.offset (999) is read again: its hash differs. Re-created: epoch 2 begins at 0, and 5000 records are counted.
 *   3. Had it got only 10 records: high < next, the first record differs. Re-created as well.
 *   4. Had the same records been produced again, bit for bit and with their times: no reader could tell.
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
	return (seen->high < part->next_offset || seen->last == REREAD_GONE) && in_range(&part->first, seen);
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
	snprintf(out->gap.note, sizeof out->gap.note, "topic re-created: epoch %" PRId32 " begins at offset %" PRId64, part->epoch + 1, seen->low);
	out->new_life = true;
	out->start = seen->low;
}

static void truncated(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	set_gap(part, out, GAP_TRUNCATED, seen->high, part->next_offset - 1);
	snprintf(out->gap.note, sizeof out->gap.note, "log cut back from %" PRId64 " to %" PRId64 " or further: what was read stays counted, what was written since below %" PRId64
		 " is not", part->next_offset, seen->high, seen->high);
	out->start = seen->high;
	out->forget_last = part->last.offset >= seen->high;
}

static void expired(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	set_gap(part, out, GAP_RETENTION, part->next_offset, seen->low - 1);
	snprintf(out->gap.note, sizeof out->gap.note, "%" PRId64 " offsets were deleted before they were read", seen->low - part->next_offset);
	out->start = seen->low;
}

static bool same_beginning(const struct partition *part, const struct sighting *seen)
{
	if (part->first.offset < 0)
		return false; /* nothing was counted: nothing is lost by beginning anew */
	return part->first.offset < seen->low || seen->first == REREAD_SAME || seen->first == REREAD_GONE;
}

static bool another_topic(const struct partition *part, const struct sighting *seen)
{
	return seen->low < part->low || seen->last == REREAD_OTHER || (seen->last == REREAD_GONE && seen->first == REREAD_OTHER);
}

void progress_decide(const struct partition *part, const struct sighting *seen, struct decision *out)
{
	*out = (struct decision){.start = part->next_offset};
	if (!part->epoch) {
		out->new_life = true;
		out->start = seen->low;
	} else if (another_topic(part, seen)) {
		recreated(part, seen, out);
	} else if (seen->high < part->next_offset) {
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
