#include "sim/latency.h"

#include <math.h>
#include <string.h>

#define STEP 1.1
#define TURN_US 60000000

void latency_sent(struct latency *lt, uint64_t upto, int64_t now_us)
{
	if (lt->tail - lt->head < LATENCY_MARKS)
		lt->marks[lt->tail++ % LATENCY_MARKS].us = now_us;
	lt->marks[(lt->tail - 1) % LATENCY_MARKS].upto = upto;
}

static int bin_of(int64_t us)
{
	double bin = us > 1000 ? ceil(log((double)us / 1000) / log(STEP)) : 0;
	return bin < LATENCY_BINS - 1 ? (int)bin : LATENCY_BINS - 1;
}

static void turn(struct latency *lt, int64_t now_us)
{
	if (now_us - lt->since_us < TURN_US)
		return;
	lt->now = !lt->now;
	lt->since_us = now_us;
	memset(lt->bins[lt->now], 0, sizeof lt->bins[lt->now]);
}

void latency_counted(struct latency *lt, uint64_t more, int64_t now_us)
{
	turn(lt, now_us);
	lt->counted += more;
	while (lt->head < lt->tail && lt->arrived < lt->counted) {
		uint64_t upto = lt->marks[lt->head % LATENCY_MARKS].upto, to = upto < lt->counted ? upto : lt->counted;
		lt->bins[lt->now][bin_of(now_us - lt->marks[lt->head % LATENCY_MARKS].us)] += to - lt->arrived;
		lt->arrived = to;
		if (to < upto)
			return;
		lt->head++;
	}
}

double latency_ms(const struct latency *lt, double share)
{
	uint64_t all = 0, seen = 0;
	for (int i = 0; i < LATENCY_BINS; i++)
		all += lt->bins[0][i] + lt->bins[1][i];
	for (int i = 0; i < LATENCY_BINS && all; i++) {
		seen += lt->bins[0][i] + lt->bins[1][i];
		if (seen && (double)seen >= share * (double)all)
			return pow(STEP, i);
	}
	return -1;
}
