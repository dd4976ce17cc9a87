/* destinations.h: where people who enter at a station in an hour of the day go. Pure: a gravity model, balanced so that in the mean every
 * station is left by as many as TfL counts there, in the hours in which TfL counts them. Thread: the owner's. */
#ifndef TFLTOP_SIM_DESTINATIONS_H
#define TFLTOP_SIM_DESTINATIONS_H

#include "base/rng.h"
#include "sim/demand.h"
#include "sim/network.h"

struct destinations;

/* Borrows both. */
struct destinations *destinations_new(const struct demand *dm, const struct network *nw);
void destinations_free(struct destinations *ds);

/* The station for one more traveller who enters at `origin` in `hour` (0 = from 05:00); never the origin itself. */
size_t destinations_draw(struct destinations *ds, size_t origin, int hour, struct rng *rng);

#endif
