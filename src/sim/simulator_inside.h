/* simulator_inside.h: what simulator.c (what others may ask), simulator_loop.c (the thread) and simulator_desk.c (its moving
 * to what the desk wants) share. */
#ifndef TFLTOP_SIM_SIMULATOR_INSIDE_H
#define TFLTOP_SIM_SIMULATOR_INSIDE_H

#include "feed/rate.h"
#include "sim/incident.h"
#include "sim/journey.h"
#include "sim/latency.h"
#include "sim/pace.h"
#include "sim/producer.h"
#include "sim/scenario.h"
#include "sim/simulator.h"

#include <pthread.h>

struct simulator {
	/* fixed by simulator_new */
	struct sim_plan plan;
	char *account_path, *topic[2];
	struct wake *news;
	bool started;
	pthread_t thread;

	/* the thread's, and after it everybody's; wake: raised by whoever has something for the thread */
	struct wake wake;
	struct journeys *journeys;
	struct producer producer;
	struct pace pace;
	struct sim_desired applied;
	const struct incident *incident; /* the next one to tell of; NULL none */
	int64_t incident_ms, incident_until_ms;
	struct passing next;     /* taken from the journeys … */
	bool has_next;           /* … and not yet handed over */
	bool at_now;             /* the clock has run into now */
	int64_t began_us, told_us;
	struct rate rate;

	/* lock: simulator */
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct sim_desired desired;
	struct latency latency;
	int stops;               /* how often it was asked to stop */
	bool done;
	struct sim_status status;
};

void *simulator_run(void *sim); /* thread: simulator */

/* simulator_desk.c; thread: simulator. What the desk wants becomes so. lock: simulator, for a moment. */
void desk_take(struct simulator *sim);
void desk_foresee(struct simulator *sim, int64_t from_ms);              /* the scenario's next incident */
void desk_tell_incidents(struct simulator *sim, int64_t virtual_ms);    /* those that have begun by then */

/* At max speed the clock is where the passengers are. */
int64_t simulator_shown_ms(const struct simulator *sim, const struct instant *now);
struct instant instant_now(void);

#endif
