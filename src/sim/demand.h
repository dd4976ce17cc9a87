/* demand.h: how many people enter at each station in each quarter hour, and leave in each hour, of a typical day: TfL's totals
 * spread by TfL's profiles. Pure. Thread: any after demand_load. */
#ifndef TFLTOP_SIM_DEMAND_H
#define TFLTOP_SIM_DEMAND_H

#include "base/error.h"
#include "sim/census.h"

enum { QUARTERS = 96, HOURS = 24, DEMAND_START_HOUR = 5 }; /* counted from 05:00, as TfL does */

struct shares { /* of one day type: what a quarter of the network's day has of the day */
	float entry[QUARTERS], exit[QUARTERS];
};

struct demand {
	struct census census;
	float *entries; /* census.count × QUARTERS, people at rate 1 */
	float *exits;   /* census.count × HOURS, scaled so that as many leave as enter */
	double total;   /* entries of the whole day */
};

/* The network's own profile, from the counts of all stations together. */
int shares_load(struct shares *net, enum day_type figures, struct error *err);

/* per_second: journeys, the same round the clock; 0: as many as TfL counts, when TfL counts them. */
int demand_load(struct demand *dm, enum day_type figures, double per_second, struct error *err);
void demand_fini(struct demand *dm);

/* The quarter that holds this instant, by the clocks of the zone. */
int demand_quarter(int64_t time_ms);

#endif
