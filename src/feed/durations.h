/* durations.h: how long something took, counted since the start by fixed bounds, as a histogram of Prometheus wants it. Pure. */
#ifndef TFLTOP_FEED_DURATIONS_H
#define TFLTOP_FEED_DURATIONS_H

#include <stdint.h>

#define DURATION_BOUNDS 15

extern const double duration_bound_s[DURATION_BOUNDS]; /* ascending */

struct durations {
	uint64_t count[DURATION_BOUNDS + 1]; /* at most that bound and more than the one before; the last: beyond all */
	double sum_s;
};

void durations_add(struct durations *dur, double ms);

#endif
