#include "feed/patrol.h"

#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define MOVED_MS 2000  /* after a record was read */
#define IDLE_MS 10000
#define ANSWER_MS 8000 /* for one round of re-reading */
#define WATERMARKS_MS 3000

int patrol_init(struct patrol *pa, const struct config *cfg, struct error *err)
{
	*pa = (struct patrol){.probe = probe_new(cfg, err)};
	return pa->probe ? 0 : -1;
}

void patrol_fini(struct patrol *pa)
{
	probe_free(pa->probe);
	free(pa->questions);
	free(pa->which);
	*pa = (struct patrol){0};
}

bool patrol_due(const struct patrol *pa, int64_t now_ms)
{
	return !probe_busy(pa->probe) && now_ms >= pa->next_ms;
}

static void add(struct patrol *pa, uint32_t which, const struct question *qu)
{
	pa->questions = xgrow(pa->questions, pa->count, &pa->cap, sizeof *pa->questions);
	pa->which = xgrow(pa->which, pa->count, &pa->which_cap, sizeof *pa->which);
	pa->questions[pa->count] = *qu;
	pa->which[pa->count++] = which;
}

void patrol_ask(struct patrol *pa, uint32_t which, struct watch *wa, const struct partition *part, int64_t low, int64_t now_ms)
{
	const struct question qu = {part->topic, part->partition, wa->witness, false, REREAD_NONE};
	bool there = wa->witness.offset >= 0 && wa->witness.offset >= low; /* else none yet, or gone by retention */
	bool moved = part->last.offset != wa->witness.offset; /* else what was read last is the witness itself */
	if (there && (moved || now_ms - wa->asked_ms >= IDLE_MS)) {
		wa->asked_ms = now_ms;
		add(pa, which, &qu);
	}
	wa->witness = part->last;
}

void patrol_go(struct patrol *pa, int64_t now_ms)
{
	pa->next_ms = now_ms + MOVED_MS;
	pa->until_ms = now_ms + ANSWER_MS;
	if (pa->count)
		probe_begin(pa->probe, pa->questions, pa->count, NULL);
}

bool patrol_over(struct patrol *pa, int64_t now_ms)
{
	if (!probe_busy(pa->probe) || (!probe_poll(pa->probe, 0) && now_ms < pa->until_ms))
		return false;
	probe_end(pa->probe);
	return true;
}

bool patrol_doubts(const struct question *qu, struct watch *wa)
{
	if (!wa->asked_ms)
		return false; /* begun anew since it was asked */
	if (qu->answered && qu->answer == REREAD_SAME)
		wa->proven = qu->mark;
	if (!qu->answered || qu->answer == REREAD_SAME)
		return false;
	wa->witness = qu->mark; /* still the one to ask about */
	return true;
}

void patrol_cancel(struct patrol *pa)
{
	if (pa->probe && probe_busy(pa->probe))
		probe_end(pa->probe);
	pa->count = 0;
}

/* Waits for the probe's answers about these. */
static size_t unanswered(const struct question *questions, size_t count)
{
	size_t left = 0;
	for (size_t i = 0; i < count; i++)
		left += !questions[i].answered;
	return left;
}

static int ask_now(struct patrol *pa, struct question *questions, size_t count, struct error *err)
{
	if (!count)
		return 0;
	if (probe_begin(pa->probe, questions, count, err))
		return -1;
	int64_t until_us = clock_mono_us() + ANSWER_MS * 1000LL;
	for (size_t left = count, now; !probe_poll(pa->probe, 50) && clock_mono_us() < until_us; left = now)
		if ((now = unanswered(questions, count)) < left) /* many partitions may take longer than few */
			until_us = clock_mono_us() + ANSWER_MS * 1000LL;
	probe_end(pa->probe);
	for (size_t i = 0; i < count; i++)
		if (!questions[i].answered)
			return error_set(err, "%s [%d]: the broker does not deliver offset %" PRId64, questions[i].topic,
					 (int)questions[i].partition, questions[i].mark.offset);
	return 0;
}

typedef bool wants_fn(const struct partition *part, const struct sighting *seen);

/* Asks about one of the two marks of those that want it. */
static int see_marks(struct patrol *pa, const struct partition *const *parts, size_t count, struct sighting *seen, bool first,
		     struct error *err)
{
	wants_fn *wants = first ? progress_wants_first : progress_wants_last;
	struct question *questions = xcalloc(count, sizeof *questions);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		if (wants(parts[i], &seen[i]))
			questions[n++] = (struct question){parts[i]->topic, parts[i]->partition, first ? parts[i]->first : parts[i]->last, false,
							   REREAD_NONE};
	int rc = ask_now(pa, questions, n, err);
	n = 0;
	for (size_t i = 0; i < count && !rc; i++)
		if (wants(parts[i], &seen[i]))
			*(first ? &seen[i].first : &seen[i].last) = questions[n++].answer;
	free(questions);
	return rc;
}

int patrol_see(struct patrol *pa, rd_kafka_t *rk, const struct partition *const *parts, size_t count, struct sighting *seen,
	       struct error *err)
{
	patrol_cancel(pa);
	for (size_t i = 0; i < count; i++) {
		seen[i] = (struct sighting){0};
		rd_kafka_resp_err_t rc = rd_kafka_query_watermark_offsets(rk, parts[i]->topic, parts[i]->partition, &seen[i].low, &seen[i].high,
									  WATERMARKS_MS);
		if (rc)
			return error_set(err, "%s [%d]: no watermarks: %s", parts[i]->topic, (int)parts[i]->partition, rd_kafka_err2str(rc));
	}
	return see_marks(pa, parts, count, seen, false, err) || see_marks(pa, parts, count, seen, true, err) ? -1 : 0;
}
