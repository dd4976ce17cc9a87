#include "sim/scenario.h"

#include "base/config.h"

#include <string.h>

const struct scenario scenarios[] = {
	{.name = "calendar", .help = "weekdays, Saturdays and Sundays as the calendar has them, each by TfL's figures", .calendar = true},
	{.name = "weekday", .help = "every day a working day: 4.9 million journeys, two peaks", .figures = DAY_WEEKDAY},
	{.name = "saturday", .help = "every day a Saturday: 4.2 million journeys, most of them after noon", .figures = DAY_SATURDAY},
	{.name = "sunday", .help = "every day a Sunday: 2.9 million journeys, a late start", .figures = DAY_SUNDAY},
	{.name = "steady", .help = "100 journeys a second, day and night", .figures = DAY_WEEKDAY, .per_second = 100},
	{.name = "classic", .help = "10 events a second in zone 1: 1000 people fill the network and leave it again, every 50 seconds",
	 .figures = DAY_WEEKDAY, .per_second = 10, .ticks = 500, .people = 1000},
	{.name = "event", .help = "a Saturday after which 40 000 people leave Wembley Park from 22:00 to 22:45", .figures = DAY_SATURDAY,
	 .incident = {.kind = INCIDENT_CROWD, .station = "940GZZLUWYP", .from = 22 * 60, .minutes = 45, .every = 1440, .amount = 40000}},
	{.name = "surge", .help = "a weekday; in the first 15 minutes of each hour five times as many enter at Oxford Circus",
	 .figures = DAY_WEEKDAY,
	 .incident = {.kind = INCIDENT_SURGE, .station = "940GZZLUOXC", .minutes = 15, .every = 60, .amount = 5}},
	{.name = "closure", .help = "a weekday with King's Cross St Pancras closed: its passengers use the three stations nearest to it",
	 .figures = DAY_WEEKDAY, .incident = {.kind = INCIDENT_CLOSURE, .station = "HUBKGX"}},
	{.name = "gap", .help = "a weekday; from :20 to :25 of each hour all barriers are silent: nobody enters, who arrives leaves after it",
	 .figures = DAY_WEEKDAY, .incident = {.kind = INCIDENT_SILENCE, .from = 20, .minutes = 5, .every = 60}},
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
