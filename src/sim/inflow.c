/* Arrivals at a station are a renewal process in the station's own time, which runs as fast as its people are expected: the gaps are
 * Erlang-distributed with four stages and mean 1. So the count of n expected people scatters by half of √n: real enough to look at, and
 * close to TfL's figures. */
#include "sim/inflow.h"

#include "base/mem.h"
#include "base/rng.h"
#include "sim/demand.h"
#include "sim/destinations.h"
#include "sim/due.h"
#include "sim/incident.h"
#include "sim/network.h"
#include "sim/wave.h"

#include <math.h>
#include <stdlib.h>

#define STAGES 4
#define QUARTER_MS 900000
#define CLOCK_HOURS 32
#define NEVER_MS (10LL * 365 * 86400 * 1000) /* after the start: at a rate of next to nothing */

struct inflow {
	const struct scenario *scenario;
	ptrdiff_t incident_at;         /* the station of the scenario's incident; -1 none */
	struct demand demand[DAY_TYPES]; /* of the scenario's day alone, or of each: by day type */
	struct destinations *destinations[DAY_TYPES]; /* made when the first such day begins */
	struct network network;
	size_t count;                  /* stations */
	struct rng rng;
	double rate;
	int64_t from_ms;
	double *next;                  /* per station: when somebody enters next, ms with a fraction */
	struct due_queue entries;      /* one per station that has any */
	struct wave entering, leaving; /* of a scenario that is a wave; both the same, one ahead of the other */
	struct {
		int64_t hour;          /* since 1970 */
		int quarter;           /* its first, by the clocks of the zone */
		enum day_type day[4];  /* of its quarters: whose figures hold */
	} clock[CLOCK_HOURS];          /* the hours looked up last */
};

/* By the service day: the quarters from its beginning to 05:00 are the last ones of TfL's day, with that day's figures. */
static enum day_type day_type_of(const struct scenario *sc, int64_t time_ms)
{
	return sc->calendar ? zone_day_type(zone_service_day(time_ms / 1000)) : sc->figures;
}

/* Where the hour of a slot of 15 minutes since 1970 is. Quarters of an hour follow each other in any zone whose offset is whole
 * quarters, so one look-up an hour is enough. */
static size_t clock_at(struct inflow *fl, int64_t slot)
{
	int64_t hour = slot / 4;
	size_t at = (size_t)hour % CLOCK_HOURS;
	if (fl->clock[at].hour != hour) {
		fl->clock[at].hour = hour;
		fl->clock[at].quarter = demand_quarter(hour * 4 * QUARTER_MS);
		for (int i = 0; i < 4; i++)
			fl->clock[at].day[i] = day_type_of(fl->scenario, (hour * 4 + i) * QUARTER_MS);
	}
	return at;
}

static int quarter_of(struct inflow *fl, int64_t slot)
{
	return (fl->clock[clock_at(fl, slot)].quarter + (int)(slot % 4)) % QUARTERS;
}

static enum day_type day_of(struct inflow *fl, int64_t slot)
{
	return fl->clock[clock_at(fl, slot)].day[slot % 4];
}

/* By the clocks of the zone, after midnight. */
static int minute_of_day(struct inflow *fl, int64_t time_ms)
{
	return (DEMAND_START_HOUR * 60 + quarter_of(fl, time_ms / QUARTER_MS) * 15 + (int)(time_ms / 60000 % 15)) % (24 * 60);
}

static double people_per_ms(struct inflow *fl, size_t station, int64_t slot)
{
	double usual = (double)fl->demand[day_of(fl, slot)].entries[station * QUARTERS + (size_t)quarter_of(fl, slot)] / QUARTER_MS;
	if ((ptrdiff_t)station != fl->incident_at)
		return usual;
	return incident_flow(&fl->scenario->incident, minute_of_day(fl, slot * QUARTER_MS), usual);
}

/* When `want` people at rate 1 have entered, counted from `at`. */
static double when(struct inflow *fl, size_t station, double at, double want)
{
	int64_t slot = (int64_t)at / QUARTER_MS, last = (fl->from_ms + NEVER_MS) / QUARTER_MS;
	for (; slot < last; slot++) {
		double end = (double)((slot + 1) * QUARTER_MS), per_ms = people_per_ms(fl, station, slot);
		if (per_ms > 0 && per_ms * (end - at) >= want)
			return at + want / per_ms;
		want -= per_ms * (end - at);
		at = end;
	}
	return INFINITY;
}

/* How many people at rate 1 enter between two times. */
static double between(struct inflow *fl, size_t station, double from, double to)
{
	double sum = 0;
	for (int64_t slot = (int64_t)from / QUARTER_MS; from < to; slot++) {
		double end = fmin(to, (double)((slot + 1) * QUARTER_MS));
		sum += people_per_ms(fl, station, slot) * (end - from);
		from = end;
	}
	return sum;
}

static double gap(struct rng *rng, int stages)
{
	double product = 1;
	for (int i = 0; i < stages; i++)
		product *= 1 - rng_unit(rng);
	return -log(product) / STAGES;
}

/* Those who come while the barriers are silent do not enter. */
static void schedule(struct inflow *fl, size_t station, double at)
{
	const struct incident *in = &fl->scenario->incident;
	while (isfinite(at) && incident_silent(in, minute_of_day(fl, (int64_t)at)))
		at = when(fl, station, at, gap(&fl->rng, STAGES) / fl->rate);
	fl->next[station] = at;
	if (isfinite(at))
		due_push(&fl->entries, (int64_t)at, (uint32_t)station, 0);
}

/* Whether anybody ever enters there. */
static bool has_entries(const struct inflow *fl, size_t station)
{
	for (int type = 0; type < DAY_TYPES; type++)
		if (fl->demand[type].census.count && fl->demand[type].census.rows[station].entries > 0)
			return true;
	return false;
}

/* The process has been running before: of the gap in which it is met, any number of stages may be left. */
static void first_entries(struct inflow *fl)
{
	fl->next = xcalloc(fl->count, sizeof *fl->next);
	for (size_t i = 0; i < fl->count; i++)
		if (has_entries(fl, i)) {
			double want = gap(&fl->rng, 1 + (int)rng_below(&fl->rng, STAGES));
			schedule(fl, i, when(fl, i, (double)fl->from_ms, want / fl->rate));
		}
}

static size_t draw_central(struct inflow *fl)
{
	const struct census *cs = &fl->demand[fl->scenario->figures].census;
	size_t at;
	do
		at = rng_below(&fl->rng, (uint32_t)cs->count);
	while (!cs->rows[at].central);
	return at;
}

static void schedule_wave(struct inflow *fl)
{
	due_push(&fl->entries, wave_next(&fl->entering, ENTRY), (uint32_t)draw_central(fl), 0);
}

/* Always that of a scenario whose days are all of one type. */
static int place_incident(struct inflow *fl, struct error *err)
{
	const struct incident *in = &fl->scenario->incident;
	struct demand *dm = &fl->demand[fl->scenario->figures];
	fl->incident_at = in->station ? census_find(&dm->census, in->station) : -1;
	if (in->station && fl->incident_at < 0)
		return error_set(err, "scenario %s: station \"%s\" is not in stations.csv", fl->scenario->name, in->station);
	if (in->kind == INCIDENT_CLOSURE)
		incident_close(dm, &fl->network, (size_t)fl->incident_at);
	return 0;
}

static int load(struct inflow *fl, struct error *err)
{
	const struct scenario *sc = fl->scenario;
	for (int type = 0; type < DAY_TYPES; type++)
		if ((sc->calendar || sc->figures == (enum day_type)type) &&
		    demand_load(&fl->demand[type], (enum day_type)type, sc->per_second, err))
			return -1;
	fl->count = fl->demand[sc->figures].census.count;
	return network_load(&fl->network, &fl->demand[sc->figures].census, err) || place_incident(fl, err) ? -1 : 0;
}

struct inflow *inflow_new(const struct scenario *sc, uint64_t seed, double rate, int64_t from_ms, struct error *err)
{
	struct inflow *fl = xcalloc(1, sizeof *fl);
	*fl = (struct inflow){.scenario = sc, .rate = rate, .from_ms = from_ms};
	rng_init(&fl->rng, seed, 0);
	if (load(fl, err)) {
		inflow_free(fl);
		return NULL;
	}
	if (sc->ticks) {
		fl->entering = fl->leaving = wave_start(sc, from_ms, rate);
		schedule_wave(fl);
	} else {
		first_entries(fl);
	}
	return fl;
}

void inflow_free(struct inflow *fl)
{
	for (int type = 0; type < DAY_TYPES; type++) {
		if (fl->destinations[type])
			destinations_free(fl->destinations[type]);
		demand_fini(&fl->demand[type]);
	}
	due_fini(&fl->entries);
	network_fini(&fl->network);
	free(fl->next);
	free(fl);
}

int64_t inflow_next_ms(const struct inflow *fl)
{
	return fl->entries.count ? fl->entries.heap[0].time_ms : INT64_MAX;
}

int64_t inflow_let_out(struct inflow *fl, int64_t time_ms)
{
	return incident_let_out(&fl->scenario->incident, time_ms, minute_of_day(fl, time_ms));
}

static size_t draw_destination(struct inflow *fl, size_t from, int64_t slot)
{
	enum day_type day = day_of(fl, slot);
	if (!fl->destinations[day])
		fl->destinations[day] = destinations_new(&fl->demand[day], &fl->network);
	return destinations_draw(fl->destinations[day], from, quarter_of(fl, slot) / 4, &fl->rng);
}

struct trip inflow_next(struct inflow *fl)
{
	struct due due = due_pop(&fl->entries);
	struct trip trip = {.in_ms = due.time_ms, .from = due.station};
	if (fl->scenario->ticks) {
		trip.out_ms = wave_next(&fl->leaving, EXIT);
		trip.to = (uint32_t)draw_central(fl);
		schedule_wave(fl);
		return trip;
	}
	trip.to = (uint32_t)draw_destination(fl, trip.from, trip.in_ms / QUARTER_MS);
	trip.out_ms = inflow_let_out(fl, trip.in_ms + network_draw_ms(&fl->network, trip.from, trip.to, &fl->rng));
	schedule(fl, trip.from, when(fl, trip.from, fl->next[trip.from], gap(&fl->rng, STAGES) / fl->rate));
	return trip;
}

static void set_wave_rate(struct inflow *fl, double rate, int64_t now_ms)
{
	struct due *next = &fl->entries.heap[0];
	double ahead = (double)(next->time_ms - now_ms) * fl->rate / rate;
	next->time_ms = next->time_ms < now_ms ? next->time_ms : now_ms + (int64_t)ahead;
	wave_retime(&fl->leaving, fl->entering.tick, next->time_ms, rate);
	wave_retime(&fl->entering, fl->entering.tick, next->time_ms, rate);
	fl->rate = rate;
}

/* Those who are on their way to a barrier come sooner or later in proportion. */
void inflow_set_rate(struct inflow *fl, double rate, int64_t now_ms)
{
	double now = (double)now_ms, change = fl->rate / rate;
	if (fl->scenario->ticks) {
		set_wave_rate(fl, rate, now_ms);
		return;
	}
	fl->rate = rate;
	fl->entries.count = 0;
	for (size_t i = 0; i < fl->count; i++) {
		if (!has_entries(fl, i))
			continue;
		double ahead = isfinite(fl->next[i]) ? between(fl, i, now, fl->next[i]) * change : gap(&fl->rng, STAGES) / rate;
		schedule(fl, i, when(fl, i, fmin(fl->next[i], now), ahead));
	}
}
