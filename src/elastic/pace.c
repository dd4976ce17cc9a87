#include "elastic/pace.h"

#include <stdbool.h>

enum { STEPS = 16 }; /* of growth, from nothing to the most */

static size_t at_least_min(size_t bytes)
{
	return bytes > PACE_BYTES_MIN ? bytes : PACE_BYTES_MIN;
}

void pace_init(struct pace *pc, size_t bytes_max, unsigned slots_max, uint64_t seed)
{
	*pc = (struct pace){.bytes = at_least_min(bytes_max),
			    .bytes_max = at_least_min(bytes_max),
			    .slots = slots_max,
			    .slots_max = slots_max,
			    .cut_ms = INT64_MIN};
	rng_init(&pc->rng, seed, 0);
}

static void halve(struct pace *pc)
{
	pc->bytes = at_least_min(pc->bytes / 2);
	if (pc->bytes > pc->bytes_max)
		pc->bytes = pc->bytes_max;
	pc->well = 0;
}

void pace_well(struct pace *pc, size_t bytes, double took_ms, int64_t now_ms)
{
	pc->failures = 0;
	pc->hold_until_ms = 0;
	if (took_ms > PACE_SLOW_MS) {
		if (now_ms - (int64_t)took_ms >= pc->cut_ms) {
			halve(pc);
			pc->cut_ms = now_ms;
		}
		return;
	}
	if (bytes >= pc->bytes / 2) /* small ones prove nothing about large ones */
		pc->bytes += pc->bytes_max / STEPS + 1;
	if (pc->bytes > pc->bytes_max)
		pc->bytes = pc->bytes_max;
	if (pc->slots < pc->slots_max && ++pc->well >= 4 * pc->slots) {
		pc->slots++;
		pc->well = 0;
	}
}

void pace_congested(struct pace *pc, int64_t sent_ms, int64_t now_ms)
{
	if (sent_ms < pc->cut_ms)
		return;
	halve(pc);
	pc->slots = pc->slots > 1 ? pc->slots / 2 : 1;
	pc->cut_ms = now_ms;
}

void pace_too_large(struct pace *pc, size_t bytes)
{
	if (bytes / 2 < pc->bytes_max)
		pc->bytes_max = bytes / 2; /* may be below the least that congestion leads to */
	if (pc->bytes > pc->bytes_max)
		pc->bytes = pc->bytes_max;
}

int64_t pace_backoff(struct pace *pc, unsigned n, int64_t retry_after_ms)
{
	int64_t most = PACE_BACKOFF_MS;
	for (unsigned i = 1; i < n && most < PACE_BACKOFF_MAX_MS; i++)
		most *= 2;
	if (most > PACE_BACKOFF_MAX_MS)
		most = PACE_BACKOFF_MAX_MS;
	int64_t wait = 1 + (int64_t)rng_below(&pc->rng, (uint32_t)most);
	return wait > retry_after_ms ? wait : retry_after_ms;
}

void pace_failed(struct pace *pc, int64_t retry_after_ms, int64_t now_ms)
{
	pc->failures++;
	pc->well = 0;
	pc->hold_until_ms = now_ms + pace_backoff(pc, pc->failures, retry_after_ms);
}

unsigned pace_slots(const struct pace *pc, int64_t now_ms)
{
	if (now_ms < pc->hold_until_ms)
		return 0;
	return pc->failures ? 1 : pc->slots;
}
