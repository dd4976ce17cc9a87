/* scenario.h: the kinds of day the simulator knows: one row each. Pure. Thread: any. */
#ifndef TFLTOP_SIM_SCENARIO_H
#define TFLTOP_SIM_SCENARIO_H

#include "base/error.h"
#include "base/zone.h"

#include <stdbool.h>

enum incident_kind { INCIDENT_NONE, INCIDENT_CROWD, INCIDENT_SURGE, INCIDENT_CLOSURE, INCIDENT_SILENCE };

/* What goes otherwise than on other days, by the clocks of the zone. Times are whole quarters of an hour, but for a silence's. */
struct incident {
	enum incident_kind kind;
	const char *station; /* naptan id; NULL: everywhere */
	int from, minutes;   /* when it begins, in minutes after midnight, and how long it lasts; a closure: always */
	int every;           /* minutes until it comes again, a divisor of a day's 1440 */
	double amount;       /* crowd: people more than usual; surge: so many times the usual; both at rate 1 */
};

struct scenario {
	const char *name;
	const char *help;      /* one line, no full stop */
	enum day_type figures; /* which of TfL's typical days */
	bool calendar;         /* each service day by its own figures: Monday to Friday, Saturday, Sunday */
	double per_second;     /* journeys, the same round the clock; 0: as many as TfL counts, when TfL counts them */
	struct incident incident;
	int ticks, people;     /* of a wave of journeys (see wave.h) at per_second ticks; 0: no wave */
};

extern const struct scenario scenarios[];
extern const size_t nscenarios;

/* NULL + err, which suggests the nearest name. */
const struct scenario *scenario_find(const char *name, struct error *err);

#endif
