/* Verdicts on items, given to the feed. */
#include "elastic/elastic_inside.h"

#include <stdlib.h>

enum {
	GIVE_UP_FAILURES = 20, /* an item that has failed so often, while others passed or it was one of the last few, … */
	GIVE_UP_S = 600,       /* … over so long, is given up: it must not hold up its partition's progress for ever */
};

static struct ticket ticket_of(const struct item *it)
{
	return (struct ticket){.part = it->part, .generation = it->generation, .offset = it->offset};
}

void elastic_settle(struct elastic *el, struct item *it, enum verdict verdict)
{
	const struct ticket tick = ticket_of(it);
	it->flags |= ITEM_GONE;
	el->passed++;
	el->fig.items_in_flight--;
	el->judge.settle(el->judge.feed, &tick, verdict);
}

void elastic_refuse(struct elastic *el, struct lane *ln, struct item *it, enum verdict verdict, const char *reason, const char *detail)
{
	const struct ticket tick = ticket_of(it);
	struct header *headers;
	struct record rec = lane_record(ln, it, &headers);
	it->flags |= ITEM_GONE;
	el->fig.items_in_flight--;
	el->judge.refuse(el->judge.feed, &tick, verdict, &rec, reason, detail);
	free(headers);
}

void elastic_failing(struct elastic *el, struct lane *ln, struct item *it, bool own, const char *detail)
{
	uint32_t now_s = (uint32_t)(el->now_ms() / 1000), passed = (uint32_t)el->passed;
	if (!it->failures)
		it->failing_since_s = now_s;
	else if (it->passed == passed && !own)
		return; /* nothing else has passed since: the trouble may be everybody's */
	it->passed = passed;
	if (it->failures < UINT16_MAX)
		it->failures++;
	if (it->failures >= GIVE_UP_FAILURES && now_s - it->failing_since_s >= GIVE_UP_S)
		elastic_refuse(el, ln, it, VERDICT_DEAD, "gave_up", detail);
}
