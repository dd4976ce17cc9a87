#include "store/cells.h"

#include "base/mem.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 4096

void cells_init(struct cells *cl)
{
	*cl = (struct cells){.slots = SLOTS_FIRST, .slot = xcalloc(SLOTS_FIRST, sizeof *cl->slot), .quarter_ts = INT64_MIN};
}

void cells_fini(struct cells *cl)
{
	free(cl->cell);
	free(cl->slot);
	free(cl->first_ms);
	*cl = (struct cells){0};
}

void cells_clear(struct cells *cl)
{
	if (cl->count)
		memset(cl->slot, 0, cl->slots * sizeof *cl->slot);
	cl->count = 0;
}

/* The slot of (station, ts), or the free one where it belongs. */
static uint32_t *find_slot(const struct cells *cl, uint32_t station, int64_t ts)
{
	uint64_t hash = ((uint64_t)ts / 60 * 4099 + station) * 0x9E3779B97F4A7C15u;
	for (size_t i = (size_t)(hash >> 32);; i++) {
		uint32_t *slot = &cl->slot[i & (cl->slots - 1)];
		if (!*slot || (cl->cell[*slot - 1].station == station && cl->cell[*slot - 1].ts == ts))
			return slot;
	}
}

static void fill_slots(struct cells *cl)
{
	memset(cl->slot, 0, cl->slots * sizeof *cl->slot);
	for (size_t i = 0; i < cl->count; i++)
		*find_slot(cl, cl->cell[i].station, cl->cell[i].ts) = (uint32_t)i + 1;
}

static int32_t service_day(struct cells *cl, int64_t ts)
{
	if (ts / 900 != cl->quarter_ts / 900) {
		cl->quarter_ts = ts;
		cl->day = zone_service_day(ts);
	}
	return cl->day;
}

static struct delta *add_cell(struct cells *cl, uint32_t *slot, uint32_t station, int64_t ts)
{
	if ((cl->count + 1) * 2 > cl->slots) {
		cl->slots *= 2;
		cl->slot = xreallocarray(cl->slot, cl->slots, sizeof *cl->slot);
		fill_slots(cl);
		slot = find_slot(cl, station, ts);
	}
	cl->cell = xgrow(cl->cell, cl->count, &cl->cap, sizeof *cl->cell);
	struct delta *dl = &cl->cell[cl->count++];
	*dl = (struct delta){.station = station, .day = service_day(cl, ts), .ts = ts};
	*slot = (uint32_t)cl->count;
	return dl;
}

static void note_first(struct cells *cl, uint32_t station, int64_t time_ms)
{
	if (station >= cl->stations) {
		size_t stations = (size_t)station * 2 + 512;
		cl->first_ms = xreallocarray(cl->first_ms, stations, sizeof *cl->first_ms);
		for (size_t i = cl->stations; i < stations; i++)
			cl->first_ms[i] = INT64_MAX;
		cl->stations = stations;
	}
	if (time_ms < cl->first_ms[station])
		cl->first_ms[station] = time_ms;
}

void cells_add(struct cells *cl, uint32_t station, int64_t time_ms, enum direction direction)
{
	int64_t ts = time_ms / 60000 * 60;
	uint32_t *slot = find_slot(cl, station, ts);
	struct delta *dl = *slot ? &cl->cell[*slot - 1] : add_cell(cl, slot, station, ts);
	if (direction == ENTRY)
		dl->entries++;
	else
		dl->exits++;
	if (time_ms > dl->last_event_ms)
		dl->last_event_ms = time_ms;
	note_first(cl, station, time_ms);
}

void cells_sort(struct cells *cl, int (*compare)(const void *, const void *))
{
	if (cl->count)
		qsort(cl->cell, cl->count, sizeof *cl->cell, compare);
	fill_slots(cl);
}
