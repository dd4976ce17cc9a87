/* Arrivals at a station are a renewal process in the station's own time, which runs as fast as its people are expected: the gaps are
 * Erlang-distributed with four stages and mean 1. So the count of n expected people scatters by half of √n: real enough to look at, and
 * close to TfL's figures. */
#include "sim/journey.h"

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

struct journeys {
	const struct scenario *scenario;
	ptrdiff_t incident_at;    /* the station of the scenario's incident; -1 none */
	struct demand demand;
	struct network network;
	struct destinations *destinations;
	struct travellers *travellers;
	struct rng rng;
	double rate;
	int64_t from_ms;
	struct journey_goal goal;
	double *next;             /* per station: when somebody enters next, ms with a fraction */
	struct due_queue entries; /* one per station that has any */
	struct due_queue exits;   /* one per traveller inside */
	struct wave entering, leaving; /* of a scenario that is a wave; both the same, one ahead of the other */
	uint64_t begun;
	struct {
		int64_t hour;     /* since 1970 */
		int quarter;      /* its first, by the clocks of the zone */
	} clock[CLOCK_HOURS];     /* the hours looked up last */
};

/* Of a slot of 15 minutes since 1970. Quarters of an hour follow each other in any zone whose offset is whole quarters, so one look-up
 * an hour is enough. */
static int quarter_of(struct journeys *js, int64_t slot)
{
	int64_t hour = slot / 4;
	size_t at = (size_t)hour % CLOCK_HOURS;
	if (js->clock[at].hour != hour) {
		js->clock[at].hour = hour;
		js->clock[at].quarter = demand_quarter(hour * 4 * QUARTER_MS);
	}
	return (js->clock[at].quarter + (int)(slot % 4)) % QUARTERS;
}

/* By the clocks of the zone, after midnight. */
static int minute_of_day(struct journeys *js, int64_t time_ms)
{
	return (DEMAND_START_HOUR * 60 + quarter_of(js, time_ms / QUARTER_MS) * 15 + (int)(time_ms / 60000 % 15)) % (24 * 60);
}

static double people_per_ms(struct journeys *js, size_t station, int64_t slot)
{
	double usual = (double)js->demand.entries[station * QUARTERS + (size_t)quarter_of(js, slot)] / QUARTER_MS;
	if ((ptrdiff_t)station != js->incident_at)
		return usual;
	return incident_flow(&js->scenario->incident, minute_of_day(js, slot * QUARTER_MS), usual);
}

/* When `want` people at rate 1 have entered, counted from `at`. */
static double when(struct journeys *js, size_t station, double at, double want)
{
	int64_t slot = (int64_t)at / QUARTER_MS, last = (js->from_ms + NEVER_MS) / QUARTER_MS;
	for (; slot < last; slot++) {
		double end = (double)((slot + 1) * QUARTER_MS), per_ms = people_per_ms(js, station, slot);
		if (per_ms > 0 && per_ms * (end - at) >= want)
			return at + want / per_ms;
		want -= per_ms * (end - at);
		at = end;
	}
	return INFINITY;
}

/* How many people at rate 1 enter between two times. */
static double between(struct journeys *js, size_t station, double from, double to)
{
	double sum = 0;
	for (int64_t slot = (int64_t)from / QUARTER_MS; from < to; slot++) {
		double end = fmin(to, (double)((slot + 1) * QUARTER_MS));
		sum += people_per_ms(js, station, slot) * (end - from);
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
static void schedule(struct journeys *js, size_t station, double at)
{
	const struct incident *in = &js->scenario->incident;
	while (isfinite(at) && incident_silent(in, minute_of_day(js, (int64_t)at)))
		at = when(js, station, at, gap(&js->rng, STAGES) / js->rate);
	js->next[station] = at;
	if (isfinite(at))
		due_push(&js->entries, (int64_t)at, (uint32_t)station, 0);
}

/* The process has been running before: of the gap in which it is met, any number of stages may be left. */
static void first_entries(struct journeys *js)
{
	js->next = xcalloc(js->demand.census.count, sizeof *js->next);
	for (size_t i = 0; i < js->demand.census.count; i++)
		if (js->demand.census.rows[i].entries > 0) {
			double want = gap(&js->rng, 1 + (int)rng_below(&js->rng, STAGES));
			schedule(js, i, when(js, i, (double)js->from_ms, want / js->rate));
		}
}

static size_t draw_central(struct journeys *js)
{
	const struct census *cs = &js->demand.census;
	size_t at;
	do
		at = rng_below(&js->rng, (uint32_t)cs->count);
	while (!cs->rows[at].central);
	return at;
}

static void schedule_wave(struct journeys *js)
{
	due_push(&js->entries, wave_next(&js->entering, ENTRY), (uint32_t)draw_central(js), 0);
}

static int place_incident(struct journeys *js, struct error *err)
{
	const struct incident *in = &js->scenario->incident;
	js->incident_at = in->station ? census_find(&js->demand.census, in->station) : -1;
	if (in->station && js->incident_at < 0)
		return error_set(err, "scenario %s: station \"%s\" is not in stations.csv", js->scenario->name, in->station);
	if (in->kind == INCIDENT_CLOSURE)
		incident_close(&js->demand, &js->network, (size_t)js->incident_at);
	return 0;
}

struct journeys *journeys_new(const struct scenario *sc, uint64_t seed, double rate, int64_t from_ms, const struct journey_goal *goal,
			      struct error *err)
{
	struct journeys *js = xcalloc(1, sizeof *js);
	*js = (struct journeys){.scenario = sc, .rate = rate, .from_ms = from_ms, .goal = *goal};
	rng_init(&js->rng, seed, 0);
	if (demand_load(&js->demand, sc, err) || network_load(&js->network, &js->demand.census, err) || place_incident(js, err) ||
	    !(js->travellers = travellers_new(seed, err))) {
		journeys_free(js);
		return NULL;
	}
	if (sc->ticks) {
		js->entering = js->leaving = wave_start(sc, from_ms, rate);
		schedule_wave(js);
	} else {
		js->destinations = destinations_new(&js->demand, &js->network);
		first_entries(js);
	}
	return js;
}

void journeys_free(struct journeys *js)
{
	if (js->destinations)
		destinations_free(js->destinations);
	if (js->travellers)
		travellers_free(js->travellers);
	due_fini(&js->entries);
	due_fini(&js->exits);
	network_fini(&js->network);
	demand_fini(&js->demand);
	free(js->next);
	free(js);
}

static bool may_begin(const struct journeys *js)
{
	return js->entries.count && js->entries.heap[0].time_ms < js->goal.to_ms && (!js->goal.count || js->begun < js->goal.count);
}

static bool exit_is_next(const struct journeys *js)
{
	return js->exits.count && (!may_begin(js) || js->exits.heap[0].time_ms <= js->entries.heap[0].time_ms);
}

int64_t journeys_next_ms(const struct journeys *js)
{
	if (!may_begin(js) && (js->goal.cut || !js->exits.count))
		return INT64_MAX;
	return exit_is_next(js) ? js->exits.heap[0].time_ms : js->entries.heap[0].time_ms;
}

/* Leaves the barrier at `from` for another one. */
static void travel(struct journeys *js, size_t from, int64_t time_ms, uint32_t who)
{
	int hour = quarter_of(js, time_ms / QUARTER_MS) / 4;
	size_t to = destinations_draw(js->destinations, from, hour, &js->rng);
	int64_t out_ms = time_ms + network_draw_ms(&js->network, from, to, &js->rng);
	out_ms = incident_let_out(&js->scenario->incident, out_ms, minute_of_day(js, out_ms));
	due_push(&js->exits, out_ms, (uint32_t)to, who);
	schedule(js, from, when(js, from, js->next[from], gap(&js->rng, STAGES) / js->rate));
}

static void begin(struct journeys *js, struct passing *out)
{
	struct due due = due_pop(&js->entries);
	*out = (struct passing){due.time_ms, ENTRY, due.station, travellers_take(js->travellers, due.time_ms)};
	js->begun++;
	if (!js->scenario->ticks) {
		travel(js, due.station, due.time_ms, out->who);
		return;
	}
	due_push(&js->exits, wave_next(&js->leaving, EXIT), (uint32_t)draw_central(js), out->who);
	schedule_wave(js);
}

bool journeys_next(struct journeys *js, struct passing *out)
{
	if (journeys_next_ms(js) == INT64_MAX)
		return false;
	if (!exit_is_next(js)) {
		begin(js, out);
		return true;
	}
	struct due due = due_pop(&js->exits);
	*out = (struct passing){due.time_ms, EXIT, due.station, due.who};
	travellers_give(js->travellers, due.who, due.time_ms);
	return true;
}

static void set_wave_rate(struct journeys *js, double rate, int64_t now_ms)
{
	struct due *next = &js->entries.heap[0];
	double ahead = (double)(next->time_ms - now_ms) * js->rate / rate;
	next->time_ms = next->time_ms < now_ms ? next->time_ms : now_ms + (int64_t)ahead;
	wave_retime(&js->leaving, js->entering.tick, next->time_ms, rate);
	wave_retime(&js->entering, js->entering.tick, next->time_ms, rate);
	js->rate = rate;
}

/* Those who are on their way to a barrier come sooner or later in proportion. */
void journeys_set_rate(struct journeys *js, double rate, int64_t now_ms)
{
	double now = (double)now_ms, change = js->rate / rate;
	if (js->scenario->ticks) {
		set_wave_rate(js, rate, now_ms);
		return;
	}
	js->rate = rate;
	js->entries.count = 0;
	for (size_t i = 0; i < js->demand.census.count; i++) {
		if (js->demand.census.rows[i].entries <= 0)
			continue;
		double ahead = isfinite(js->next[i]) ? between(js, i, now, js->next[i]) * change : gap(&js->rng, STAGES) / rate;
		schedule(js, i, when(js, i, fmin(js->next[i], now), ahead));
	}
}

bool journeys_finishing(const struct journeys *js)
{
	return !may_begin(js);
}

uint64_t journeys_begun(const struct journeys *js)
{
	return js->begun;
}

uint64_t journeys_inside(const struct journeys *js)
{
	return js->exits.count;
}

const struct census *journeys_census(const struct journeys *js)
{
	return &js->demand.census;
}

const struct travellers *journeys_travellers(const struct journeys *js)
{
	return js->travellers;
}
