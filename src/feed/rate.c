#include "feed/rate.h"

#define WINDOW_US 3000000
#define APART_US 250000 /* so that the points reach over the window */

/* A mean that forgets slowly would show the flood of a catch-up for many seconds after its end: so a plain window. */
void rate_tell(struct rate *rate, uint64_t count, int64_t now_us)
{
	unsigned last = (rate->next + RATE_POINTS - 1) % RATE_POINTS;
	if (rate->points && count < rate->point[last].count)
		*rate = (struct rate){0};
	while (rate->points > 1 && rate->point[(rate->next + RATE_POINTS - rate->points + 1) % RATE_POINTS].at_us <= now_us - WINDOW_US)
		rate->points--;
	if (rate->points) {
		unsigned oldest = (rate->next + RATE_POINTS - rate->points) % RATE_POINTS;
		int64_t span_us = now_us - rate->point[oldest].at_us;
		if (span_us > 0)
			rate->per_second = (double)(count - rate->point[oldest].count) * 1e6 / (double)span_us;
		if (now_us - rate->point[last].at_us < APART_US)
			return;
	}
	rate->point[rate->next].count = count;
	rate->point[rate->next].at_us = now_us;
	rate->next = (rate->next + 1) % RATE_POINTS;
	if (rate->points < RATE_POINTS)
		rate->points++;
}
