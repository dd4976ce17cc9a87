/* Are the streams still the ones that were read? A topic that was made anew goes on at the same offsets as if nothing had happened, and what
 * it holds below them would never be joined. So a commit keeps, beside the next offset, the first and the last record that was marked; whoever
 * goes on there reads them again and decides as the feeds do (feed/progress.c). While a stream is read the patrol does the same. One record a
 * transaction is marked, which is enough: that it was read is what matters, not that it was the last one. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "feed/mark.h"
#include "pipeline/enrich_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_US 1000000LL
#define ANSWER_MS 5000
#define METADATA "tfl-top/1 %" PRId64 " %" PRIx64 " %" PRId64 " %" PRIx64
#define METADATA_IN "tfl-top/1 %" SCNd64 " %" SCNx64 " %" SCNd64 " %" SCNx64

static void forget(struct part *pt)
{
	pt->known.first = pt->known.last = (struct mark){.offset = -1};
	pt->watch = WATCH_NONE;
}

void check_mark(struct part *pt, const rd_kafka_message_t *msg)
{
	if (pt->moved && msg->offset <= pt->known.last.offset) {
		log_warn("%s [%" PRId32 "]: the next offset was gone: read again from offset %" PRId64, pt->known.topic, pt->number,
			 msg->offset);
		forget(pt);
	} else if (pt->marked) {
		return;
	}
	int64_t time_ms = rd_kafka_message_timestamp(msg, NULL);
	struct mark mark = {msg->offset, record_hash(time_ms, msg->key, msg->key_len, msg->payload, msg->len)};
	if (pt->known.first.offset < 0)
		pt->known.first = mark;
	if (pt->watch.witness.offset < 0)
		pt->watch.witness = mark;
	pt->known.last = mark;
	pt->marked = true;
}

char *check_metadata(const struct part *pt)
{
	const struct mark *first = &pt->known.first, *last = &pt->known.last;
	return last->offset >= 0 ? xasprintf(METADATA, first->offset, first->hash, last->offset, last->hash) : NULL;
}

void check_recall(struct part *pt, const rd_kafka_topic_partition_t *committed)
{
	char text[128];
	struct mark first, last;
	pt->known = (struct partition){.topic = pt->side->in, .partition = pt->number, .epoch = 1, .low = -1, .high = -1, .stable = -1};
	forget(pt);
	snprintf(text, sizeof text, "%.*s", (int)committed->metadata_size, committed->metadata ? (const char *)committed->metadata : "");
	if (sscanf(text, METADATA_IN, &first.offset, &first.hash, &last.offset, &last.hash) != 4)
		return;
	pt->known.first = first;
	pt->known.last = pt->watch.witness = last;
}

/* Brings a part to where it goes on. What is not joined, or may be joined twice, is said. live: it was being read until now. */
static void apply(struct part *pt, const struct partition *known, const struct decision *dec, bool live)
{
	if (dec->has_gap)
		log_warn("%s [%" PRId32 "]: gap (%s): offsets %" PRId64 "…%" PRId64 ": %s", known->topic, pt->number,
			 gap_kind_name(dec->gap.kind), dec->gap.first_offset, dec->gap.last_offset, dec->gap.note);
	if (dec->new_life && live)
		log_warn("%s [%" PRId32 "]: re-created while it was read: what it has at offsets %" PRId64 "…%" PRId64 " may be joined twice",
			 known->topic, pt->number, pt->watch.proven.offset >= 0 ? pt->watch.proven.offset + 1 : known->first.offset,
			 known->next_offset - 1);
	if (dec->new_life || dec->forget_last)
		forget(pt);
	pt->watch.witness = pt->watch.proven = pt->known.last;
	pt->unsure = false;
	pt->moved &= dec->start == known->next_offset;
	pt->committed = dec->start;
}

/* What is known of each: the witness is what was read last, as far as is to be proven. */
static struct partition to_prove(const struct part *pt)
{
	struct partition known = pt->known;
	known.last = pt->watch.witness;
	known.next_offset = pt->committed;
	return known;
}

static int see(struct enrich *en, struct part *const *parts, size_t count, struct partition *known, struct sighting *seen)
{
	struct error err;
	const struct partition **list = xcalloc(count, sizeof *list);
	for (size_t i = 0; i < count; i++) {
		known[i] = to_prove(parts[i]);
		list[i] = &known[i];
	}
	int rc = patrol_see(&en->patrol, en->events, list, count, seen, &err);
	if (rc)
		snprintf(en->status.last_error, sizeof en->status.last_error, "%.199s", err.text);
	free(list);
	return rc;
}

int check_assigned(struct enrich *en, rd_kafka_topic_partition_list_t *list)
{
	size_t count = 0;
	if (en->embedded || !en->nparts)
		return 0;
	struct part **parts = xcalloc(en->nparts, sizeof *parts);
	struct partition *known = xcalloc(en->nparts, sizeof *known);
	struct sighting *seen = xcalloc(en->nparts, sizeof *seen);
	for (size_t i = 0; i < en->nparts; i++)
		if (en->parts[i].committed >= 0 && en->parts[i].known.last.offset >= 0)
			parts[count++] = &en->parts[i];
	int rc = 0;
	while (count && !rc && see(en, parts, count, known, seen))
		rc = enrich_pause(en, 500) ? 0 : -1;
	for (size_t i = 0; i < count && !rc; i++) {
		struct decision dec;
		progress_decide(&known[i], &seen[i], &dec);
		apply(parts[i], &known[i], &dec, false);
		rd_kafka_topic_partition_list_find(list, parts[i]->side->in, parts[i]->number)->offset = parts[i]->committed;
	}
	free(parts);
	free(known);
	free(seen);
	return rc;
}

static void begin_round(struct enrich *en, int64_t now_ms)
{
	for (size_t i = 0; i < en->nparts; i++)
		patrol_ask(&en->patrol, (uint32_t)i, &en->parts[i].watch, &en->parts[i].known, 0, now_ms);
	patrol_go(&en->patrol, now_ms);
}

static void end_round(struct enrich *en)
{
	for (size_t i = 0; i < en->patrol.count; i++) {
		struct part *pt = &en->parts[en->patrol.which[i]];
		pt->unsure |= patrol_doubts(&en->patrol.questions[i], &pt->watch);
	}
	en->patrol.count = 0;
}

/* Goes on elsewhere in a part. What is in the library's queue from where it was is dropped by it. */
static int move(struct enrich *en, struct part *pt, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, pt->side->in, pt->number)->offset = offset;
	rd_kafka_error_t *error = rd_kafka_seek_partitions(en->events, list, ANSWER_MS);
	int rc = error || list->elems[0].err ? -1 : 0;
	if (error)
		rd_kafka_error_destroy(error);
	rd_kafka_topic_partition_list_destroy(list);
	return rc;
}

/* Settles first: what is joined belongs to the old topic. */
static void look_closely(struct enrich *en, struct part *pt)
{
	struct partition known;
	struct sighting seen;
	loop_settle(en);
	if (en->trouble || pt->committed < 0)
		return;
	if (see(en, &pt, 1, &known, &seen)) {
		en->look_us = clock_mono_us() + AGAIN_US;
		return;
	}
	struct decision dec;
	progress_decide(&known, &seen, &dec);
	if (dec.start != known.next_offset && move(en, pt, dec.start)) {
		en->look_us = clock_mono_us() + AGAIN_US;
		return;
	}
	apply(pt, &known, &dec, true);
}

void check_parts(struct enrich *en)
{
	int64_t now_us = clock_mono_us();
	if (en->embedded || en->exit_at_end)
		return;
	if (patrol_due(&en->patrol, now_us / 1000))
		begin_round(en, now_us / 1000);
	if (patrol_over(&en->patrol, now_us / 1000))
		end_round(en);
	for (size_t i = 0; i < en->nparts && now_us >= en->look_us && !enrich_stopping(en); i++)
		if (en->parts[i].unsure)
			look_closely(en, &en->parts[i]);
}
