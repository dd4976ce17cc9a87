/* rate.h: events per second over the last few seconds, from a counter that only grows. Plain data. */
#ifndef TFLTOP_FEED_RATE_H
#define TFLTOP_FEED_RATE_H

#include <stdint.h>

#define RATE_POINTS 16

struct rate {
	double per_second;
	struct { /* the counter at points in time, of which the oldest begins the window */
		uint64_t count;
		int64_t at_us;
	} point[RATE_POINTS];
	unsigned next, points;
};

void rate_tell(struct rate *rate, uint64_t count, int64_t now_us);

#endif
