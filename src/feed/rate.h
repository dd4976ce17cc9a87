/* rate.h: events per second over the last few seconds, from a counter that only grows. Plain data. */
#ifndef TFLTOP_FEED_RATE_H
#define TFLTOP_FEED_RATE_H

#include <stdint.h>

struct rate {
	double per_second;
	uint64_t count;
	int64_t at_us; /* 0: never told */
};

void rate_tell(struct rate *rate, uint64_t count, int64_t now_us);

#endif
