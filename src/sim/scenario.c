#include "sim/scenario.h"

#include "base/config.h"

#include <string.h>

const struct scenario scenarios[] = {
	{.name = "weekday", .help = "every day a working day: 4.9 million journeys, two peaks", .figures = DAY_WEEKDAY},
	{.name = "steady", .help = "100 journeys a second, day and night", .figures = DAY_WEEKDAY, .per_second = 100},
};
const size_t nscenarios = sizeof scenarios / sizeof *scenarios;

const struct scenario *scenario_find(const char *name, struct error *err)
{
	const char *names[sizeof scenarios / sizeof *scenarios];
	for (size_t i = 0; i < nscenarios; i++) {
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
		names[i] = scenarios[i].name;
	}
	const char *near = nearest_name(name, names, nscenarios);
	error_set(err, "no scenario is called \"%s\"%s%s%s", name, near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return NULL;
}
