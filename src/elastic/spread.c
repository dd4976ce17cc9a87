#include "elastic/spread.h"

#include <math.h>
#include <string.h>

enum { TURN_MS = 60 * 1000 };

void spread_add(struct spread *spr, double ms, int64_t now_ms)
{
	if (now_ms - spr->since_ms >= TURN_MS) {
		spr->now = !spr->now;
		memset(spr->bins[spr->now], 0, sizeof spr->bins[0]);
		spr->since_ms = now_ms;
	}
	double bin = ms <= 1 ? 0 : log(ms) / log(1.1);
	spr->bins[spr->now][bin < SPREAD_BINS - 1 ? (int)bin : SPREAD_BINS - 1]++;
}

double spread_ms(const struct spread *spr, double share)
{
	uint64_t total = 0, below = 0;
	for (int i = 0; i < SPREAD_BINS; i++)
		total += (uint64_t)spr->bins[0][i] + spr->bins[1][i];
	if (!total)
		return -1;
	for (int i = 0; i < SPREAD_BINS; i++) {
		below += (uint64_t)spr->bins[0][i] + spr->bins[1][i];
		if ((double)below >= share * (double)total)
			return pow(1.1, i + 0.5);
	}
	return pow(1.1, SPREAD_BINS);
}
