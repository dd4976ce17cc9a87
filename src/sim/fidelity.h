/* fidelity.h: one simulated day laid beside TfL's figures. A station's entries, and the network's of a quarter hour, may be off by
 * 4 √n; a station's exits by 3 % if that is more, since where people go is a model; exits by quarter hour are judged by correlation.
 * Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_FIDELITY_H
#define TFLTOP_SIM_FIDELITY_H

#include "model/event.h"
#include "sim/demand.h"
#include "sim/journey.h"
#include "sim/scenario.h"

#define FIDELITY_CORRELATION 0.95 /* the least that will do */

struct fidelity_cell {
	double want;    /* by TfL, at the rate */
	double got;
	bool outside;
};

struct fidelity {
	int64_t from_ms, to_ms;              /* the service day */
	double rate;
	enum day_type figures;               /* what it is laid beside */
	struct census census;                /* as TfL counts, whatever the scenario does */
	struct shares shares;
	struct journeys *journeys;
	struct fidelity_cell (*station)[2];  /* by row of census and direction */
	struct fidelity_cell quarter[QUARTERS][2];
	struct fidelity_cell total[2];
	uint64_t inside_most;
	int64_t inside_most_ms;
	double correlation[2];               /* by quarter hour */
	size_t stations_outside, quarters_outside;
};

/* On the last service day before now_ms that has 24 hours, and by the calendar has those figures if the scenario follows it. figures: the
 * scenario's, or those of one of its days. Error: the scenario has no figures of TfL's to be compared with. */
int fidelity_init(struct fidelity *fi, const struct scenario *sc, enum day_type figures, uint64_t seed, double rate, int64_t now_ms,
		  struct error *err);
void fidelity_fini(struct fidelity *fi);

/* Some more of the day; false: it is over. */
bool fidelity_step(struct fidelity *fi);

/* After the day: compares; true when all is within. */
bool fidelity_judge(struct fidelity *fi);

#endif
