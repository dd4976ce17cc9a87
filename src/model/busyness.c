#include "model/busyness.h"

#include <math.h>

double busyness(uint64_t now, const struct baseline *base)
{
	return base->max ? (double)now / base->max : NAN;
}

const char *busyness_word(double busy)
{
	if (isnan(busy))
		return "unknown";
	return busy < 0.4 ? "quiet" : busy <= 0.7 ? "busy" : "very busy";
}
