/* scenario.h: the kinds of day the simulator knows: one row each. Pure. Thread: any. */
#ifndef TFLTOP_SIM_SCENARIO_H
#define TFLTOP_SIM_SCENARIO_H

#include "base/error.h"
#include "base/zone.h"

struct scenario {
	const char *name;
	const char *help;      /* one line */
	enum day_type figures; /* which of TfL's typical days */
	double per_second;     /* journeys, the same round the clock; 0: as many as TfL counts, when TfL counts them */
};

extern const struct scenario scenarios[];
extern const size_t nscenarios;

/* NULL + err, which suggests the nearest name. */
const struct scenario *scenario_find(const char *name, struct error *err);

#endif
