#include "model/board.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void board_init(struct board *bd)
{
	*bd = (struct board){0};
}

void board_fini(struct board *bd)
{
	free(bd->stations);
	*bd = (struct board){0};
}

void board_clear(struct board *bd)
{
	struct board_station *stations = bd->stations;
	size_t cap = bd->cap;
	*bd = (struct board){.stations = stations, .cap = cap};
}

static void make_room(struct board *bd, size_t count)
{
	if (count <= bd->count)
		return;
	if (count > bd->cap) {
		size_t cap = bd->cap ? bd->cap : 512;
		while (cap < count)
			cap *= 2;
		bd->stations = xreallocarray(bd->stations, cap, sizeof *bd->stations);
		bd->cap = cap;
	}
	memset(bd->stations + bd->count, 0, (count - bd->count) * sizeof *bd->stations);
	bd->count = count;
}

/* Slots before they come into use for the minutes (newest, to]. */
static void clear_slots(struct counts *ring, int64_t size, int64_t newest, int64_t to)
{
	if (to - newest >= size) {
		memset(ring, 0, (size_t)size * sizeof *ring);
		return;
	}
	for (int64_t minute = newest + 1; minute <= to; minute++)
		ring[minute % size] = (struct counts){0};
}

static void advance(struct board *bd, int64_t ts)
{
	int64_t newest = bd->newest_ts / 60, to = ts / 60;
	for (size_t i = 0; i < bd->count; i++)
		clear_slots(bd->stations[i].minute, BOARD_MINUTES, newest, to);
	clear_slots(bd->network, BOARD_NET_MINUTES, newest, to);
	bd->newest_ts = ts;
}

static void begin_day(struct board *bd, int32_t day)
{
	for (size_t i = 0; i < bd->count; i++)
		bd->stations[i].day_entries = bd->stations[i].day_exits = 0;
	bd->day_entries = bd->day_exits = 0;
	bd->day = day;
}

static bool in_ring(const struct board *bd, int64_t ts, int64_t size)
{
	return ts <= bd->newest_ts && ts > bd->newest_ts - size * 60;
}

static void add(struct counts *cell, const struct delta *dl)
{
	cell->entries += dl->entries;
	cell->exits += dl->exits;
}

static void apply(struct board *bd, const struct delta *dl)
{
	make_room(bd, (size_t)dl->station + 1);
	struct board_station *bs = &bd->stations[dl->station];
	if (dl->ts > bd->newest_ts)
		advance(bd, dl->ts);
	if (dl->day > bd->day)
		begin_day(bd, dl->day);
	if (in_ring(bd, dl->ts, BOARD_MINUTES))
		add(&bs->minute[dl->ts / 60 % BOARD_MINUTES], dl);
	if (in_ring(bd, dl->ts, BOARD_NET_MINUTES))
		add(&bd->network[dl->ts / 60 % BOARD_NET_MINUTES], dl);
	if (dl->day == bd->day) {
		bs->day_entries += dl->entries;
		bs->day_exits += dl->exits;
		bd->day_entries += dl->entries;
		bd->day_exits += dl->exits;
	}
	if (dl->last_event_ms > bs->last_event_ms)
		bs->last_event_ms = dl->last_event_ms;
	bd->applied += (uint64_t)dl->entries + dl->exits;
}

void board_apply(struct board *bd, const struct delta *deltas, size_t count, int64_t watermark_ms)
{
	for (size_t i = 0; i < count; i++)
		apply(bd, &deltas[i]);
	if (watermark_ms > bd->watermark_ms)
		bd->watermark_ms = watermark_ms;
}

void board_copy(struct board *to, const struct board *from)
{
	struct board_station *stations = to->stations;
	size_t cap = to->cap;
	if (cap < from->count) {
		cap = from->cap;
		stations = xreallocarray(stations, cap, sizeof *stations);
	}
	*to = *from;
	to->stations = stations;
	to->cap = cap;
	if (from->count)
		memcpy(stations, from->stations, from->count * sizeof *stations);
}

static struct counts window(const struct board *bd, const struct counts *ring, int64_t size, int64_t from_ts, int64_t to_ts)
{
	struct counts sum = {0};
	if (!bd->newest_ts)
		return sum;
	int64_t oldest = bd->newest_ts - (size - 1) * 60;
	if (from_ts < oldest)
		from_ts = oldest;
	if (to_ts > bd->newest_ts + 60)
		to_ts = bd->newest_ts + 60;
	for (int64_t ts = from_ts; ts < to_ts; ts += 60) {
		sum.entries += ring[ts / 60 % size].entries;
		sum.exits += ring[ts / 60 % size].exits;
	}
	return sum;
}

struct counts board_window(const struct board *bd, uint32_t station, int64_t from_ts, int64_t to_ts)
{
	if (station >= bd->count)
		return (struct counts){0};
	return window(bd, bd->stations[station].minute, BOARD_MINUTES, from_ts, to_ts);
}

struct counts board_network_window(const struct board *bd, int64_t from_ts, int64_t to_ts)
{
	return window(bd, bd->network, BOARD_NET_MINUTES, from_ts, to_ts);
}

bool board_covers(const struct board *bd, int64_t from_ts)
{
	return bd->newest_ts && from_ts > bd->newest_ts - BOARD_MINUTES * 60;
}
