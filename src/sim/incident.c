#include "sim/incident.h"

#include "base/zone.h"

#include <math.h>

#define MINUTE_MS 60000
#define HURRY 5   /* after a silence those who wait leave so many times faster than they came */
#define NEAREST 3 /* stations that take over from a closed one */

/* Minutes since it began; -1 while it does not last. */
static int lasted(const struct incident *in, int minute)
{
	if (!in->every)
		return -1;
	int since = (minute - in->from % in->every + in->every) % in->every;
	return since < in->minutes ? since : -1;
}

double incident_flow(const struct incident *in, int minute, double usual)
{
	if (lasted(in, minute) < 0)
		return usual;
	return in->kind == INCIDENT_CROWD ? usual + in->amount / (in->minutes * MINUTE_MS) : usual * in->amount;
}

bool incident_silent(const struct incident *in, int minute)
{
	return in->kind == INCIDENT_SILENCE && lasted(in, minute) >= 0;
}

int64_t incident_let_out(const struct incident *in, int64_t time_ms, int minute)
{
	if (!incident_silent(in, minute))
		return time_ms;
	int64_t waited_for = lasted(in, minute) * MINUTE_MS + time_ms % MINUTE_MS, start_ms = time_ms - waited_for;
	return start_ms + in->minutes * MINUTE_MS + waited_for / HURRY;
}

static int minute_of_day(int64_t time_ms)
{
	struct civil at;
	zone_civil(time_ms / 1000, &at);
	return at.hour * 60 + at.minute;
}

/* By looking at each minute, for the day may have 23 or 25 hours. */
bool incident_coming(const struct incident *in, int64_t from_ms, int64_t *begins_ms, int64_t *until_ms)
{
	*begins_ms = from_ms;
	*until_ms = INT64_MAX;
	if (!in->every)
		return in->kind != INCIDENT_NONE;
	int64_t minute_ms = from_ms - from_ms % MINUTE_MS;
	while (lasted(in, minute_of_day(minute_ms)) < 0)
		minute_ms += MINUTE_MS;
	*begins_ms = minute_ms - lasted(in, minute_of_day(minute_ms)) * MINUTE_MS;
	*until_ms = *begins_ms + in->minutes * MINUTE_MS;
	return true;
}

const char *incident_name(enum incident_kind kind)
{
	static const char *const names[] = {
		[INCIDENT_NONE] = "none",
		[INCIDENT_CROWD] = "crowd",
		[INCIDENT_SURGE] = "surge",
		[INCIDENT_CLOSURE] = "closure",
		[INCIDENT_SILENCE] = "silence",
	};
	return names[kind];
}

/* The open station nearest to `closed` that has passengers and is not among those found. */
static size_t next_nearest(const struct demand *dm, const struct network *nw, size_t closed, const size_t *found, size_t count)
{
	size_t best = closed;
	float least = INFINITY;
	for (size_t i = 0; i < nw->count; i++) {
		bool taken = i == closed || !(dm->census.rows[i].entries > 0);
		for (size_t k = 0; k < count; k++)
			taken |= found[k] == i;
		float ride = nw->ride[closed * nw->count + i];
		if (!taken && ride < least) {
			least = ride;
			best = i;
		}
	}
	return best;
}

static void move_shares(float *from, float *to[NEAREST], size_t cells)
{
	for (size_t i = 0; i < cells; i++) {
		for (int k = 0; k < NEAREST; k++)
			to[k][i] += from[i] / NEAREST;
		from[i] = 0;
	}
}

void incident_close(struct demand *dm, const struct network *nw, size_t station)
{
	size_t near[NEAREST];
	float *entries[NEAREST], *exits[NEAREST];
	struct census_row *closed = &dm->census.rows[station];
	for (size_t k = 0; k < NEAREST; k++) {
		near[k] = next_nearest(dm, nw, station, near, k);
		entries[k] = dm->entries + near[k] * QUARTERS;
		exits[k] = dm->exits + near[k] * HOURS;
		dm->census.rows[near[k]].entries += closed->entries / NEAREST;
		dm->census.rows[near[k]].exits += closed->exits / NEAREST;
	}
	closed->entries = closed->exits = 0;
	move_shares(dm->entries + station * QUARTERS, entries, QUARTERS);
	move_shares(dm->exits + station * HOURS, exits, HOURS);
}
