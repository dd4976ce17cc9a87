#include "ui/snapshot.h"

#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define CLOCK_APART_MS (2 * 60 * 1000)
#define SETTLED_MS (60 * 1000)

void snapshot_init(struct snapshot *snap)
{
	memset(snap, 0, sizeof *snap);
	board_init(&snap->board);
	stations_init(&snap->stations);
	snap->station.station = -1;
}

void snapshot_fini(struct snapshot *snap)
{
	board_fini(&snap->board);
	stations_fini(&snap->stations);
	free(snap->baselines);
}

const struct feed_status *snapshot_history(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->feeds; i++)
		if (snap->feed[i].name && !strcmp(snap->feed[i].name, "history"))
			return &snap->feed[i];
	return NULL;
}

static int64_t apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

int64_t snapshot_arrival(const struct snapshot *snap)
{
	const struct feed_status *fd = snapshot_history(snap);
	if (snap->mode == MODE_FRAME || (!fd && snap->mode == MODE_LIVE))
		return -1;
	return fd ? fd->last_arrival_ms : snap->store.written_ms;
}

/* Judged at the last arrival: a stream that has stopped does not jump to another clock, and one that runs in real time never leaves the
 * wall's. */
static int runs_on_event_time(const struct snapshot *snap)
{
	int64_t arrived = snapshot_arrival(snap);
	arrived = arrived < 0 ? snap->wall_ms : arrived;
	return snap->board.watermark_ms && arrived && apart(arrived, snap->board.watermark_ms) > CLOCK_APART_MS;
}

void snapshot_clock(struct snapshot *snap, const char *ui_clock)
{
	if (!strcmp(ui_clock, "auto"))
		snap->event_clock = runs_on_event_time(snap);
	else
		snap->event_clock = !strcmp(ui_clock, "event") && snap->board.watermark_ms;
	snap->now_ms = snap->event_clock ? snap->board.watermark_ms : snap->wall_ms;
}

int64_t snapshot_minute(const struct snapshot *snap)
{
	return snap->now_ms / 60000 * 60;
}

/* Nothing counted means nobody only if everything that happened by then has been read. */
static bool settled(const struct snapshot *snap, int64_t to_ts)
{
	const struct feed_status *fd = snapshot_history(snap);
	if (!snap->board.newest_ts)
		return false;
	return (fd && fd->state == FEED_LIVE) || to_ts * 1000 <= snap->board.watermark_ms + SETTLED_MS;
}

bool snapshot_knows(const struct snapshot *snap, int64_t from_ts, int64_t to_ts)
{
	return settled(snap, to_ts) && board_covers(&snap->board, from_ts) && to_ts > snap->store.first_ts / 60 * 60;
}

bool snapshot_charts(const struct snapshot *snap, int64_t from_ts, int64_t to_ts)
{
	int64_t oldest = snap->board.newest_ts - (BOARD_NET_MINUTES - 1) * 60;
	return settled(snap, to_ts) && from_ts >= oldest && from_ts >= snap->store.first_ts / 60 * 60;
}

/* Events may be a little ahead of the clock: then theirs is the day. */
int32_t snapshot_day(const struct snapshot *snap)
{
	int32_t day = zone_service_day(snap->now_ms / 1000);
	return snap->board.day > day ? snap->board.day : day;
}

enum today snapshot_today(const struct snapshot *snap)
{
	if (!snap->board.newest_ts)
		return TODAY_UNKNOWN;
	if (snapshot_day(snap) == snap->board.day)
		return TODAY_COUNTED;
	return settled(snap, snap->now_ms / 1000) ? TODAY_EMPTY : TODAY_UNKNOWN;
}

int64_t snapshot_inside(const struct snapshot *snap)
{
	if (snapshot_today(snap) != TODAY_COUNTED)
		return 0;
	return (int64_t)(snap->board.day_entries - snap->board.day_exits);
}
