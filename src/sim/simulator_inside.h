/* simulator_inside.h: what simulator.c (what others may ask) and simulator_loop.c (the thread) share. */
#ifndef TFLTOP_SIM_SIMULATOR_INSIDE_H
#define TFLTOP_SIM_SIMULATOR_INSIDE_H

#include "feed/rate.h"
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
	const struct scenario *scenario;
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

#endif
