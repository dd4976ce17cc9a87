/* Arrivals at a station are a renewal process in the station's own time, which runs as fast as its people are expected: the gaps are
 * Erlang-distributed with four stages and mean 1. So the count of n expected people scatters by half of √n: real enough to look at, and
 * close to TfL's figures. */
#include "sim/journey.h"

#include "base/mem.h"
#include "base/rng.h"
#include "sim/demand.h"
#include "sim/destinations.h"
#include "sim/due.h"
#include "sim/network.h"

#include <math.h>
#include <stdlib.h>

#define STAGES 4
#define QUARTER_MS 900000
#define CLOCK_HOURS 32
#define NEVER_MS (10LL * 365 * 86400 * 1000) /* after the start: at a rate of next to nothing */

struct journeys {
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

static double people_per_ms(struct journeys *js, size_t station, int64_t slot)
{
	return (double)js->demand.entries[station * QUARTERS + (size_t)quarter_of(js, slot)] / QUARTER_MS;
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

static void schedule(struct journeys *js, size_t station, double at)
{
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

struct journeys *journeys_new(const struct scenario *sc, uint64_t seed, double rate, int64_t from_ms, const struct journey_goal *goal,
			      struct error *err)
{
	struct journeys *js = xcalloc(1, sizeof *js);
	*js = (struct journeys){.rate = rate, .from_ms = from_ms, .goal = *goal};
	rng_init(&js->rng, seed, 0);
	if (demand_load(&js->demand, sc, err) || network_load(&js->network, &js->demand.census, err) ||
	    !(js->travellers = travellers_new(seed, err))) {
		journeys_free(js);
		return NULL;
	}
	js->destinations = destinations_new(&js->demand, &js->network);
	first_entries(js);
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

static void begin(struct journeys *js, struct passing *out)
{
	struct due due = due_pop(&js->entries);
	int hour = quarter_of(js, due.time_ms / QUARTER_MS) / 4;
	size_t to = destinations_draw(js->destinations, due.station, hour, &js->rng);
	*out = (struct passing){due.time_ms, ENTRY, due.station, travellers_take(js->travellers, due.time_ms)};
	due_push(&js->exits, due.time_ms + network_draw_ms(&js->network, due.station, to, &js->rng), (uint32_t)to, out->who);
	js->begun++;
	schedule(js, due.station, when(js, due.station, js->next[due.station], gap(&js->rng, STAGES) / js->rate));
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

/* Those who are on their way to a barrier come sooner or later in proportion. */
void journeys_set_rate(struct journeys *js, double rate, int64_t now_ms)
{
	double now = (double)now_ms, change = js->rate / rate;
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
