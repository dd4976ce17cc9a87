/* simulator.h: London's passengers, produced to `entries` and `exits` on a virtual clock, by a thread of its own.
 * The screen sets the desired state; the thread moves to it. */
#ifndef TFLTOP_SIM_SIMULATOR_H
#define TFLTOP_SIM_SIMULATOR_H

#include "base/config.h"
#include "base/error.h"
#include "base/wake.h"
#include "sim/scenario.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_desired { /* what the desk sets, live */
	const struct scenario *scenario;
	uint64_t seed;
	double rate;    /* × demand */
	double speed;   /* virtual seconds per real second; 0 = max */
	bool paused;
};

struct sim_change { /* what was done to the passengers */
	int64_t at_ms;          /* by the virtual clock */
	const char *scenario;   /* in force from then on */
	const char *action;     /* "scenario", "seed", "rate", "speed", "pause", "resume", or an incident_name */
	const char *station_id; /* NULL: all stations */
	double factor;          /* the new seed, rate or speed (0: max); of a surge so many times the usual, of a crowd its people; NAN none */
	int64_t until_ms;       /* INT64_MAX: not known */
};

struct sim_plan { /* fixed for one run */
	int64_t from_ms;       /* virtual start */
	int64_t to_ms;         /* no journey begins at or after; INT64_MAX = none */
	uint64_t count;        /* journeys; 0 = no limit */
	int64_t duration_ms;   /* real time; 0 = no limit */
	int64_t rush_to_ms;     /* at max speed until then, whatever is desired; 0: not at all */
	bool cut;              /* leave begun journeys unfinished at to/count */
	const char *account;   /* path of the CSV; NULL none */
	uint64_t max_ahead;    /* demo: stay at most so many events ahead of *consumed(arg) */
	uint64_t (*consumed)(void *arg);
	void (*changed)(void *arg, const struct sim_change *change); /* thread: simulator, once for each change that took place; NULL nobody */
	void *arg;
};

enum sim_state { SIM_STARTING, SIM_RUNNING, SIM_PAUSED, SIM_FINISHING, SIM_DONE, SIM_FAILED };
const char *sim_state_name(enum sim_state state);

struct sim_status {
	enum sim_state state;
	char detail[200];
	const char *scenario;       /* in force */
	struct sim_desired desired;
	double speed_now;           /* 1 when the clock has reached now */
	uint64_t seed;              /* in force */
	int64_t virtual_ms;         /* the clock */
	uint64_t journeys;          /* begun */
	uint64_t entries, exits;    /* handed to the producer */
	uint64_t inside;            /* travelling now: by their journeys, not by counting */
	uint64_t produced;          /* events handed over */
	uint64_t offered;           /* the same, and those that may just be on their way to the client: nobody can have counted more */
	uint64_t acknowledged, failed;
	double rate;                /* events acknowledged per real second */
	double latency_ms[2];       /* from hand-over to counted, the last minute or two: median, 99 of 100; -1 unknown (see latency.h) */
	char last_error[200];
};

struct simulator;

struct simulator *simulator_new(const struct config *cfg, const struct sim_plan *plan, const struct sim_desired *desired, struct wake *news,
				struct error *err);
void simulator_start(struct simulator *sim);
/* thread: any. Taken when the thread has time for it; of several wishes in a row the last one. In vain once it has ended. */
void simulator_set(struct simulator *sim, const struct sim_desired *desired);
void simulator_counted(struct simulator *sim, uint64_t events);               /* thread: any. So many more have reached the far end */
void simulator_stop(struct simulator *sim);                                   /* thread: any. Asks; flushes what was produced */
bool simulator_done(struct simulator *sim);                                   /* thread: any */
int simulator_join(struct simulator *sim, int64_t wait_ms);
bool simulator_ok(struct simulator *sim);                                     /* every event acknowledged */
void simulator_status(struct simulator *sim, struct sim_status *out);         /* thread: any, lock: simulator */
void simulator_free(struct simulator *sim);

/* Acknowledged events per station for the demo's proof: calls fn for each station name with entries and exits. After it ended. */
void simulator_totals(struct simulator *sim, void (*fn)(const char *station, uint64_t entries, uint64_t exits, void *arg), void *arg);

#endif
