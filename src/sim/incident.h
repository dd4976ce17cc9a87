/* incident.h: what a scenario's incident does to the journeys. Minutes are those of the day, after midnight. Pure. Thread: any. */
#ifndef TFLTOP_SIM_INCIDENT_H
#define TFLTOP_SIM_INCIDENT_H

#include "sim/demand.h"
#include "sim/network.h"
#include "sim/scenario.h"

#include <stdbool.h>

/* People per ms who enter at its station, where it is usually so many. */
double incident_flow(const struct incident *in, int minute, double usual);

/* No barrier works in this minute. */
bool incident_silent(const struct incident *in, int minute);

/* When somebody who reaches the barrier at that time is let out: at once, or after the silence, in the order of their coming. */
int64_t incident_let_out(const struct incident *in, int64_t time_ms, int minute);

/* The occurrence that lasts at from_ms, or else the next one; *until_ms INT64_MAX: for ever. false: there is none. */
bool incident_coming(const struct incident *in, int64_t from_ms, int64_t *begins_ms, int64_t *until_ms);

/* What it is called: "surge" … */
const char *incident_name(enum incident_kind kind);

/* The station's passengers, both ways, use the nearest stations instead. */
void incident_close(struct demand *dm, const struct network *nw, size_t station);

#endif
