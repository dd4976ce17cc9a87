#include "feed/rate.h"

#include <math.h>

#define MEMORY_S 2.0 /* what is older weighs less than 1/e */

void rate_tell(struct rate *rate, uint64_t count, int64_t now_us)
{
	if (!rate->at_us || count < rate->count) {
		*rate = (struct rate){.count = count, .at_us = now_us};
		return;
	}
	double seconds = (double)(now_us - rate->at_us) / 1e6;
	if (seconds <= 0)
		return;
	double now = (double)(count - rate->count) / seconds;
	rate->per_second += (now - rate->per_second) * (1 - exp(-seconds / MEMORY_S));
	if (rate->per_second < 0.01)
		rate->per_second = 0;
	rate->count = count;
	rate->at_us = now_us;
}
