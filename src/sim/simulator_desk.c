/* Thread: simulator. The desk says how things are to be; here they become so, one after the other, and each change is told as it takes
 * place: at the time of the virtual clock, once, and not at all where the wish was changed back before it was seen. */
#include "sim/simulator_inside.h"

#include "base/log.h"

#include <math.h>

static void tell_change(struct simulator *sim, int64_t at_ms, const char *action, double factor)
{
	const struct sim_change change = {.at_ms = at_ms, .scenario = sim->applied.scenario->name, .action = action, .factor = factor,
					  .until_ms = INT64_MAX};
	if (sim->plan.changed)
		sim->plan.changed(sim->plan.arg, &change);
}

void desk_foresee(struct simulator *sim, int64_t from_ms)
{
	const struct incident *in = &sim->applied.scenario->incident;
	bool comes = incident_coming(in, from_ms, &sim->incident_ms, &sim->incident_until_ms);
	if (sim->incident_ms < from_ms)
		sim->incident_ms = from_ms; /* it lasts already; here it begins now */
	sim->incident = comes ? in : NULL;
}

void desk_tell_incidents(struct simulator *sim, int64_t virtual_ms)
{
	while (sim->incident && sim->incident_ms <= virtual_ms) {
		const struct incident *in = sim->incident;
		const struct sim_change change = {
			.at_ms = sim->incident_ms,
			.scenario = sim->applied.scenario->name,
			.action = incident_name(in->kind),
			.station_id = in->station,
			.factor = in->amount > 0 ? in->amount : NAN,
			.until_ms = sim->incident_until_ms,
		};
		if (sim->plan.changed)
			sim->plan.changed(sim->plan.arg, &change);
		if (sim->incident_until_ms == INT64_MAX)
			sim->incident = NULL;
		else
			desk_foresee(sim, sim->incident_until_ms);
	}
}

static bool differ(double a, double b)
{
	return a < b || a > b;
}

/* lock: simulator */
static void drop_wish(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	sim->desired.scenario = sim->applied.scenario;
	sim->desired.seed = sim->applied.seed;
	pthread_mutex_unlock(&sim->lock);
}

/* What is due has its turn first, or it would be forgotten. */
static void change_passengers(struct simulator *sim, const struct sim_desired *want, int64_t now_ms)
{
	struct error err;
	int64_t next_ms = journeys_next_ms(sim->journeys), from_ms = next_ms < now_ms ? next_ms : now_ms;
	bool other_scenario = want->scenario != sim->applied.scenario, other_seed = want->seed != sim->applied.seed;
	if ((!other_scenario && !other_seed) || journeys_finishing(sim->journeys))
		return;
	if (journeys_change(sim->journeys, want->scenario, want->seed, from_ms, &err)) {
		log_error("simulator: %s", err.text);
		drop_wish(sim);
		return;
	}
	sim->applied.scenario = want->scenario;
	sim->applied.seed = want->seed;
	if (other_scenario)
		tell_change(sim, from_ms, "scenario", NAN);
	if (other_seed)
		tell_change(sim, from_ms, "seed", (double)want->seed);
	desk_foresee(sim, from_ms);
}

static void change_rate(struct simulator *sim, const struct sim_desired *want, int64_t now_ms)
{
	if (!(want->rate > 0) || !differ(want->rate, sim->applied.rate))
		return;
	journeys_set_rate(sim->journeys, want->rate, now_ms);
	sim->applied.rate = want->rate;
	tell_change(sim, now_ms, "rate", want->rate);
}

static void change_pace(struct simulator *sim, const struct sim_desired *want, const struct instant *now)
{
	int64_t now_ms = simulator_shown_ms(sim, now);
	bool rush = journeys_finishing(sim->journeys) || now_ms < sim->plan.rush_to_ms;
	double speed = rush ? 0 : want->speed;
	if (differ(want->speed, sim->applied.speed))
		tell_change(sim, now_ms, "speed", want->speed);
	if (want->paused != sim->applied.paused)
		tell_change(sim, now_ms, want->paused ? "pause" : "resume", NAN);
	sim->applied.speed = want->speed;
	sim->applied.paused = want->paused;
	if (want->paused == sim->pace.paused && !differ(speed, sim->pace.speed))
		return;
	if (!(sim->pace.speed > 0) && !sim->pace.paused)
		pace_set(&sim->pace, now_ms, now);
	pace_change(&sim->pace, speed, want->paused, now);
	sim->at_now = false;
}

void desk_take(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	const struct sim_desired want = sim->desired;
	pthread_mutex_unlock(&sim->lock);
	const struct instant now = instant_now();
	change_passengers(sim, &want, simulator_shown_ms(sim, &now));
	change_rate(sim, &want, simulator_shown_ms(sim, &now));
	change_pace(sim, &want, &now);
}
