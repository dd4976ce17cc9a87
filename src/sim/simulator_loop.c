/* One loop: take what the desk wants, hand over all that is due by the virtual clock, serve delivery reports, wait for the next thing.
 * What it waits for raises `wake`: a delivery report, another desired state, the wish to stop. */
#include "sim/simulator_inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <stdio.h>

#define BATCH 500            /* events between two looks at the desk */
#define GROUP_MS 10          /* what is due within it goes together */
#define NEWS_MS 100          /* between two updates of the status */
#define LONGEST_WAIT_MS 1000 /* the wall clock may be set */
#define FLUSH_MS 8000        /* for acknowledgements, once asked to stop */

enum handed { ALL_DUE, MORE_DUE, QUEUE_FULL, HELD };

struct instant instant_now(void)
{
	return (struct instant){.mono_us = clock_mono_us(), .wall_ms = clock_wall_ms()};
}

/* lock: simulator */
static int stops(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	int count = sim->stops;
	pthread_mutex_unlock(&sim->lock);
	return count;
}

int64_t simulator_shown_ms(const struct simulator *sim, const struct instant *now)
{
	return !sim->at_now && !(sim->pace.speed > 0) && !sim->pace.paused ? sim->next.time_ms : pace_ms(&sim->pace, now);
}

/* The passing that has been taken from the journeys and not been handed over counts as not yet taken. */
static uint64_t inside(const struct simulator *sim)
{
	if (!sim->journeys)
		return 0;
	uint64_t people = journeys_inside(sim->journeys);
	return !sim->has_next ? people : sim->next.direction == EXIT ? people + 1 : people - 1;
}

/* lock: simulator */
static void tell(struct simulator *sim, enum sim_state state, const char *detail)
{
	const struct instant now = instant_now();
	const struct producer *pr = &sim->producer;
	rate_tell(&sim->rate, pr->acknowledged, now.mono_us);
	sim->told_us = now.mono_us;
	pthread_mutex_lock(&sim->lock);
	struct sim_status *st = &sim->status;
	st->state = state;
	snprintf(st->detail, sizeof st->detail, "%s", detail);
	snprintf(st->last_error, sizeof st->last_error, "%s", pr->last_error);
	st->desired = sim->desired;
	st->virtual_ms = simulator_shown_ms(sim, &now);
	st->speed_now = pace_speed(&sim->pace, st->virtual_ms, &now);
	st->scenario = sim->applied.scenario->name;
	st->seed = sim->applied.seed;
	st->journeys = sim->journeys ? journeys_begun(sim->journeys) : 0;
	st->entries = pr->sent[ENTRY];
	st->exits = pr->sent[EXIT];
	st->inside = inside(sim);
	st->produced = st->offered = st->entries + st->exits;
	st->acknowledged = pr->acknowledged;
	st->failed = pr->failed;
	st->rate = sim->rate.per_second;
	st->latency_ms[0] = latency_ms(&sim->latency, 0.5);
	st->latency_ms[1] = latency_ms(&sim->latency, 0.99);
	pthread_mutex_unlock(&sim->lock);
	wake_raise(sim->news);
}

static void tell_running(struct simulator *sim)
{
	if (sim->applied.paused)
		tell(sim, SIM_PAUSED, "");
	else if (journeys_finishing(sim->journeys))
		tell(sim, SIM_FINISHING, "those inside leave");
	else
		tell(sim, SIM_RUNNING, sim->at_now ? "the clock has reached now: speed 1"
				       : sim->next.time_ms < sim->plan.rush_to_ms ? "as fast as can be, to begin with" : "");
}

static uint64_t sent(const struct simulator *sim)
{
	return sim->producer.sent[ENTRY] + sim->producer.sent[EXIT];
}

/* How many events may be handed over now. */
static uint64_t room(const struct simulator *sim)
{
	if (!sim->plan.consumed)
		return BATCH;
	uint64_t limit = sim->plan.consumed(sim->plan.arg) + sim->plan.max_ahead;
	return sent(sim) < limit ? limit - sent(sim) : 0;
}

/* lock: simulator. Before a batch, for the other end may be quicker than our next word. */
static void mark_offered(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	sim->status.offered = sent(sim) + BATCH;
	pthread_mutex_unlock(&sim->lock);
}

/* lock: simulator */
static void mark_sent(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	latency_sent(&sim->latency, sent(sim), clock_mono_us());
	pthread_mutex_unlock(&sim->lock);
}

/* Hands over what is due by the clock, a batch at most. */
static enum handed hand_over(struct simulator *sim, const struct instant *now)
{
	int64_t due_ms = pace_ms(&sim->pace, now);
	uint64_t most = room(sim);
	if (!most) {
		pace_set(&sim->pace, simulator_shown_ms(sim, now), now); /* else the clock would run away from the passengers */
		return HELD;
	}
	for (uint64_t i = 0; i < BATCH && i < most; i++) {
		if (!sim->has_next && (journeys_next_ms(sim->journeys) > due_ms || !journeys_next(sim->journeys, &sim->next)))
			return ALL_DUE;
		sim->has_next = producer_send(&sim->producer, &sim->next, journeys_travellers(sim->journeys)) > 0;
		if (sim->has_next)
			return QUEUE_FULL;
	}
	return MORE_DUE;
}

static void say_now_reached(struct simulator *sim)
{
	if (!sim->at_now && (sim->pace.speed > 1 || !(sim->pace.speed > 0)))
		log_info("simulator: the virtual clock has reached now: speed is 1 from here on");
	sim->at_now = true;
}

static int64_t at_most(int64_t value, int64_t limit)
{
	return value < limit ? value : limit;
}

static int64_t left_ms(const struct simulator *sim)
{
	if (!sim->plan.duration_ms)
		return INT64_MAX;
	return sim->plan.duration_ms - (clock_mono_us() - sim->began_us) / 1000;
}

static int64_t wait_ms(struct simulator *sim, enum handed handed)
{
	if (handed == MORE_DUE)
		return 0;
	if (handed == HELD)
		return LONGEST_WAIT_MS; /* whoever counts raises our wake */
	const struct instant now = instant_now();
	int64_t next_ms = journeys_next_ms(sim->journeys);
	if (handed == QUEUE_FULL || next_ms == INT64_MAX)
		return handed == QUEUE_FULL ? LONGEST_WAIT_MS : 0;
	if (next_ms > now.wall_ms)
		say_now_reached(sim);
	int64_t wait = pace_wait_ms(&sim->pace, next_ms, &now);
	return wait < 0 ? LONGEST_WAIT_MS : at_most(wait < GROUP_MS ? GROUP_MS : wait, LONGEST_WAIT_MS);
}

static void wait_for_wake(struct simulator *sim, int64_t ms)
{
	struct pollfd fd = {.fd = sim->wake.fd, .events = POLLIN};
	if (ms > 0 && poll(&fd, 1, (int)ms) > 0)
		wake_clear(&sim->wake);
}

static bool over(struct simulator *sim)
{
	bool nothing_left = !sim->has_next && journeys_next_ms(sim->journeys) == INT64_MAX;
	return nothing_left || sim->producer.dead || left_ms(sim) <= 0 || stops(sim);
}

static void step(struct simulator *sim)
{
	desk_take(sim);
	const struct instant now = instant_now();
	uint64_t before = sent(sim);
	mark_offered(sim);
	enum handed handed = hand_over(sim, &now);
	if (sent(sim) != before)
		mark_sent(sim);
	desk_tell_incidents(sim, simulator_shown_ms(sim, &now));
	producer_serve(&sim->producer);
	if (now.mono_us - sim->told_us >= NEWS_MS * 1000)
		tell_running(sim);
	wait_for_wake(sim, at_most(wait_ms(sim, handed), left_ms(sim)));
}

/* Waits for the broker's answers: for ever, but once asked to stop a while only, and when asked again no longer. */
static void flush(struct simulator *sim)
{
	int64_t asked_us = 0;
	for (int asked; !producer_idle(&sim->producer) && !sim->producer.dead; wait_for_wake(sim, NEWS_MS)) {
		if ((asked = stops(sim)) && !asked_us)
			asked_us = clock_mono_us();
		if (asked > 1 || (asked && clock_mono_us() - asked_us > FLUSH_MS * 1000))
			break;
		producer_serve(&sim->producer);
		tell(sim, SIM_FINISHING, "waiting for acknowledgements");
	}
	if (!producer_idle(&sim->producer))
		producer_give_up(&sim->producer);
}

static int prepare(struct simulator *sim, struct error *err)
{
	const struct sim_plan *plan = &sim->plan;
	const struct journey_goal goal = {.to_ms = plan->to_ms, .count = plan->count, .cut = plan->cut};
	sim->journeys = journeys_new(sim->applied.scenario, sim->applied.seed, sim->applied.rate, plan->from_ms, &goal, err);
	if (!sim->journeys)
		return -1;
	account_init(&sim->producer.account, journeys_census(sim->journeys), plan->from_ms / 60000, plan->account != NULL);
	const struct instant now = instant_now();
	pace_set(&sim->pace, plan->from_ms, &now);
	sim->began_us = now.mono_us;
	sim->next.time_ms = plan->from_ms;
	desk_foresee(sim, plan->from_ms);
	return 0;
}

static int settle_account(struct simulator *sim, struct error *err)
{
	if (sim->producer.dead)
		error_set(err, "%s", sim->producer.last_error);
	if (sim->account_path && account_write(&sim->producer.account, sim->account_path, sim->topic[ENTRY], sim->topic[EXIT], err))
		return -1;
	return sim->producer.dead ? -1 : 0;
}

/* thread: simulator */
void *simulator_run(void *arg)
{
	struct simulator *sim = arg;
	struct error err = {0};
	int rc = prepare(sim, &err);
	if (!rc) {
		while (!over(sim))
			step(sim);
		flush(sim);
		rc = settle_account(sim, &err);
	}
	if (rc)
		log_error("simulator: %s", err.text);
	tell(sim, rc ? SIM_FAILED : SIM_DONE, err.text);
	pthread_mutex_lock(&sim->lock);
	sim->done = true;
	pthread_cond_signal(&sim->ended);
	pthread_mutex_unlock(&sim->lock);
	wake_raise(sim->news);
	return NULL;
}
