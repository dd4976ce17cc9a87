#include "feed/durations.h"

const double duration_bound_s[DURATION_BOUNDS] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600};

void durations_add(struct durations *dur, double ms)
{
	int i = 0;
	double took_s = ms > 0 ? ms / 1000 : 0; /* an event of the future was stored at once */
	while (i < DURATION_BOUNDS && took_s > duration_bound_s[i])
		i++;
	dur->count[i]++;
	dur->sum_s += took_s;
}
