/* network.h: how long it takes from barrier to barrier: the shortest ride over the real connections, and what people add to it by
 * walking and waiting. Pure. Thread: any after network_load. */
#ifndef TFLTOP_SIM_NETWORK_H
#define TFLTOP_SIM_NETWORK_H

#include "base/error.h"
#include "base/rng.h"
#include "sim/census.h"

struct network {
	size_t count;
	float *ride; /* minutes from station i to station j at [i * count + j]; INFINITY where no way leads */
};

int network_load(struct network *nw, const struct census *cs, struct error *err);
void network_fini(struct network *nw);

float network_minutes(const struct network *nw, size_t from, size_t to);               /* from barrier to barrier, in the mean */
int64_t network_draw_ms(const struct network *nw, size_t from, size_t to, struct rng *rng); /* of one traveller; at least a minute */

#endif
