#include "command/verify_tally.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash(const char *station, size_t len, int64_t ts, enum direction direction)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)ts * 0x9e3779b97f4a7c15u ^ (uint64_t)direction;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)station[i]) * 0x100000001b3u;
	return h ^ h >> 32;
}

static bool is(const struct cell *ce, const char *station, size_t len, int64_t ts, enum direction direction)
{
	return ce->ts == ts && ce->direction == direction && !strncmp(ce->station, station, len) && !ce->station[len];
}

static size_t slot_of(const struct tally *ta, const char *station, size_t len, int64_t ts, enum direction direction)
{
	size_t at = hash(station, len, ts, direction) & (ta->nslots - 1);
	while (ta->slots[at] && !is(&ta->cell[ta->slots[at] - 1], station, len, ts, direction))
		at = (at + 1) & (ta->nslots - 1);
	return at;
}

static void grow(struct tally *ta)
{
	if (ta->count * 2 < ta->nslots)
		return;
	free(ta->slots);
	ta->nslots = ta->nslots ? ta->nslots * 2 : 1024;
	ta->slots = xcalloc(ta->nslots, sizeof *ta->slots);
	for (size_t i = 0; i < ta->count; i++) {
		const struct cell *ce = &ta->cell[i];
		ta->slots[slot_of(ta, ce->station, strlen(ce->station), ce->ts, ce->direction)] = (uint32_t)i + 1;
	}
}

struct cell *tally_at(struct tally *ta, const char *station, size_t len, int64_t ts, enum direction direction)
{
	grow(ta);
	size_t at = slot_of(ta, station, len, ts, direction);
	if (!ta->slots[at]) {
		ta->cell = xgrow(ta->cell, ta->count, &ta->cap, sizeof *ta->cell);
		ta->cell[ta->count++] = (struct cell){.station = xstrndup(station, len), .ts = ts, .direction = direction};
		ta->slots[at] = (uint32_t)ta->count;
	}
	return &ta->cell[ta->slots[at] - 1];
}

static int by_time(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	int order = strcmp(x->station, y->station);
	return order ? order : (int)x->direction - (int)y->direction;
}

void tally_sort(struct tally *ta)
{
	if (ta->count)
		qsort(ta->cell, ta->count, sizeof *ta->cell, by_time);
}

void tally_fini(struct tally *ta)
{
	for (size_t i = 0; i < ta->count; i++)
		free(ta->cell[i].station);
	free(ta->cell);
	free(ta->slots);
	*ta = (struct tally){0};
}

bool cell_history_agrees(const struct cell *ce)
{
	return ce->history == ce->read;
}

bool cell_elastic_agrees(const struct cell *ce)
{
	return ce->elastic <= ce->kafka && ce->elastic + ce->dead + ce->twins >= ce->settled;
}
