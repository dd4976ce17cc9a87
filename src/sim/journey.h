/* journey.h: everybody's journeys in the order of virtual time: who passes which barrier when. What follows depends on nothing but the
 * data, scenario, seed, rate and start; to, count and cut only end it. Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_JOURNEY_H
#define TFLTOP_SIM_JOURNEY_H

#include "base/error.h"
#include "model/event.h"
#include "sim/census.h"
#include "sim/scenario.h"
#include "sim/travellers.h"

#include <stdbool.h>
#include <stdint.h>

struct journey_goal {
	int64_t to_ms;   /* no journey begins at or after; INT64_MAX = none */
	uint64_t count;  /* journeys; 0 = no limit */
	bool cut;        /* leave begun journeys unfinished */
};

struct passing { /* one traveller through one barrier */
	int64_t time_ms;
	enum direction direction;
	uint32_t station;  /* row of census */
	uint32_t who;
};

struct journeys;

struct journeys *journeys_new(const struct scenario *sc, uint64_t seed, double rate, int64_t from_ms, const struct journey_goal *goal,
			      struct error *err);
void journeys_free(struct journeys *js);

int64_t journeys_next_ms(const struct journeys *js);                    /* when the next passing is; INT64_MAX: there is none */
bool journeys_next(struct journeys *js, struct passing *out);           /* false: there is none */
void journeys_set_rate(struct journeys *js, double rate, int64_t now_ms);

/* From now on people enter by another scenario, or drawn from another seed; those inside finish. now_ms: not after the next passing.
 * On an error everything is as before. */
int journeys_change(struct journeys *js, const struct scenario *sc, uint64_t seed, int64_t now_ms, struct error *err);

bool journeys_finishing(const struct journeys *js);                     /* nobody begins any more */
uint64_t journeys_begun(const struct journeys *js);
uint64_t journeys_inside(const struct journeys *js);
const struct census *journeys_census(const struct journeys *js);
const struct travellers *journeys_travellers(const struct journeys *js);

#endif
