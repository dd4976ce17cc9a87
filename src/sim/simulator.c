#include "sim/simulator_inside.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char *sim_state_name(enum sim_state state)
{
	static const char *const names[] = {
		[SIM_STARTING] = "starting",
		[SIM_RUNNING] = "running",
		[SIM_PAUSED] = "paused",
		[SIM_FINISHING] = "finishing",
		[SIM_DONE] = "done",
		[SIM_FAILED] = "failed",
	};
	return names[state];
}

static void init_lock(struct simulator *sim)
{
	thread_cond_init(&sim->ended);
	pthread_mutex_init(&sim->lock, NULL);
}

struct simulator *simulator_new(const struct config *cfg, const struct sim_plan *plan, const struct sim_desired *desired, struct wake *news,
				struct error *err)
{
	struct simulator *sim = xcalloc(1, sizeof *sim);
	*sim = (struct simulator){.plan = *plan, .news = news, .desired = *desired, .applied = *desired};
	sim->pace = (struct pace){.speed = desired->speed, .paused = desired->paused};
	sim->status = (struct sim_status){.scenario = desired->scenario->name, .desired = *desired, .seed = desired->seed,
					  .virtual_ms = plan->from_ms, .latency_ms = {-1, -1}};
	sim->account_path = plan->account ? xstrdup(plan->account) : NULL;
	if (sim->account_path)
		unlink(sim->account_path); /* that of an earlier run would be taken for ours, should we be killed */
	sim->topic[ENTRY] = xstrdup(config_text(cfg, "topic.entries"));
	sim->topic[EXIT] = xstrdup(config_text(cfg, "topic.exits"));
	init_lock(sim);
	wake_init(&sim->wake);
	if (producer_init(&sim->producer, cfg, &sim->wake, err)) {
		simulator_free(sim);
		return NULL;
	}
	return sim;
}

void simulator_free(struct simulator *sim)
{
	producer_fini(&sim->producer);
	if (sim->journeys)
		journeys_free(sim->journeys);
	wake_fini(&sim->wake);
	pthread_cond_destroy(&sim->ended);
	pthread_mutex_destroy(&sim->lock);
	free(sim->account_path);
	free(sim->topic[ENTRY]);
	free(sim->topic[EXIT]);
	free(sim);
}

void simulator_start(struct simulator *sim)
{
	sim->started = true;
	thread_start(&sim->thread, "simulator", simulator_run, sim);
}

void simulator_set(struct simulator *sim, const struct sim_desired *desired)
{
	pthread_mutex_lock(&sim->lock);
	if (!sim->done)
		sim->desired = sim->status.desired = *desired;
	pthread_mutex_unlock(&sim->lock);
	wake_raise(&sim->wake);
}

void simulator_counted(struct simulator *sim, uint64_t events)
{
	pthread_mutex_lock(&sim->lock);
	latency_counted(&sim->latency, events, clock_mono_us());
	pthread_mutex_unlock(&sim->lock);
	wake_raise(&sim->wake); /* it may have waited for that */
}

void simulator_stop(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	sim->stops++;
	pthread_mutex_unlock(&sim->lock);
	wake_raise(&sim->wake);
}

bool simulator_done(struct simulator *sim)
{
	pthread_mutex_lock(&sim->lock);
	bool done = sim->done;
	pthread_mutex_unlock(&sim->lock);
	return done;
}

int simulator_join(struct simulator *sim, int64_t wait_ms)
{
	if (!sim->started)
		return 0;
	int64_t until_ms = clock_mono_us() / 1000 + wait_ms;
	pthread_mutex_lock(&sim->lock);
	while (!sim->done && !thread_cond_wait(&sim->ended, &sim->lock, until_ms)) {
	}
	bool done = sim->done;
	pthread_mutex_unlock(&sim->lock);
	if (!done)
		return -1;
	pthread_join(sim->thread, NULL);
	sim->started = false;
	return 0;
}

bool simulator_ok(struct simulator *sim)
{
	struct sim_status st;
	simulator_status(sim, &st);
	return st.state == SIM_DONE && !st.failed && st.acknowledged == st.produced;
}

void simulator_status(struct simulator *sim, struct sim_status *out)
{
	pthread_mutex_lock(&sim->lock);
	*out = sim->status;
	pthread_mutex_unlock(&sim->lock);
}

void simulator_totals(struct simulator *sim, void (*fn)(const char *station, uint64_t entries, uint64_t exits, void *arg), void *arg)
{
	const struct account *ac = &sim->producer.account;
	for (size_t i = 0; ac->census && i < ac->census->count; i++)
		if (ac->totals[i][ENTRY] || ac->totals[i][EXIT])
			fn(ac->census->rows[i].name, ac->totals[i][ENTRY], ac->totals[i][EXIT], arg);
}
