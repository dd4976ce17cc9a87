#include "sim/journey.h"

#include "base/mem.h"
#include "sim/due.h"
#include "sim/inflow.h"

#include <stdlib.h>

struct journeys {
	struct census census;     /* for the stations' names */
	struct inflow *inflow;
	struct travellers *travellers;
	double rate;
	struct journey_goal goal;
	struct due_queue exits;   /* one per traveller inside */
	uint64_t begun;
};

struct journeys *journeys_new(const struct scenario *sc, uint64_t seed, double rate, int64_t from_ms, const struct journey_goal *goal,
			      struct error *err)
{
	struct journeys *js = xcalloc(1, sizeof *js);
	*js = (struct journeys){.rate = rate, .goal = *goal};
	if (census_load(&js->census, sc->figures, err) || !(js->inflow = inflow_new(sc, seed, rate, from_ms, err)) ||
	    !(js->travellers = travellers_new(seed, err))) {
		journeys_free(js);
		return NULL;
	}
	return js;
}

void journeys_free(struct journeys *js)
{
	if (js->inflow)
		inflow_free(js->inflow);
	if (js->travellers)
		travellers_free(js->travellers);
	due_fini(&js->exits);
	census_fini(&js->census);
	free(js);
}

static bool may_begin(const struct journeys *js)
{
	int64_t next_ms = inflow_next_ms(js->inflow);
	return next_ms < js->goal.to_ms && (!js->goal.count || js->begun < js->goal.count);
}

static bool exit_is_next(const struct journeys *js)
{
	return js->exits.count && (!may_begin(js) || js->exits.heap[0].time_ms <= inflow_next_ms(js->inflow));
}

int64_t journeys_next_ms(const struct journeys *js)
{
	if (!may_begin(js) && (js->goal.cut || !js->exits.count))
		return INT64_MAX;
	return exit_is_next(js) ? js->exits.heap[0].time_ms : inflow_next_ms(js->inflow);
}

static void begin(struct journeys *js, struct passing *out)
{
	struct trip trip = inflow_next(js->inflow);
	*out = (struct passing){trip.in_ms, ENTRY, trip.from, travellers_take(js->travellers, trip.in_ms)};
	due_push(&js->exits, trip.out_ms, trip.to, out->who);
	js->begun++;
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

void journeys_set_rate(struct journeys *js, double rate, int64_t now_ms)
{
	js->rate = rate;
	inflow_set_rate(js->inflow, rate, now_ms);
}

/* Whoever is inside goes where they were going, also to a station that is closed now; but no barrier opens in a silence. */
int journeys_change(struct journeys *js, const struct scenario *sc, uint64_t seed, int64_t now_ms, struct error *err)
{
	struct inflow *fl = inflow_new(sc, seed, js->rate, now_ms, err);
	if (!fl)
		return -1;
	inflow_free(js->inflow);
	js->inflow = fl;
	struct due_queue inside = js->exits;
	js->exits = (struct due_queue){0};
	while (inside.count) {
		struct due due = due_pop(&inside);
		due_push(&js->exits, inflow_let_out(fl, due.time_ms), due.station, due.who);
	}
	due_fini(&inside);
	return 0;
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
	return &js->census;
}

const struct travellers *journeys_travellers(const struct journeys *js)
{
	return js->travellers;
}
