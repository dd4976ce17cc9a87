#include "ui/view.h"

#include "base/config.h"

#include <string.h>

/* For views that are one long page. */
static unsigned scroll(struct screen *sc, enum move move)
{
	int *top = &sc->top[sc->view], old = *top;
	*top = move_target(move, old, sc->page, sc->length > sc->page ? sc->length - sc->page : 0);
	return *top == old ? 0 : REACT_REDRAW;
}

const struct view views[VIEWS] = {
	[VIEW_STATIONS] = {"stations", '1', "Stations", "every station: in, out, net flow, busyness, the last hour",
			   stations_draw, stations_move},
	[VIEW_NETWORK] = {"network", '2', "Network", "entries and exits by minute, people in the network, busiest stations, top movers",
			  network_draw, scroll},
	[VIEW_STATION] = {"station", '4', "Station", "one station's day by quarter hours against typical, and the stations next to it",
			  station_draw, station_move},
	[VIEW_PIPELINE] = {"pipeline", '5', "Pipeline", "broker, partitions, ledger, history file, dead letters, gaps",
			   pipeline_draw, scroll},
	[VIEW_SIMULATOR] = {"simulator", '6', "Simulator", "scenario, rate, speed and pause of the simulator; events on their way, latency",
			    simulator_draw, scroll},
	[VIEW_LOG] = {"log", '9', "Log", "the last 500 lines of this process's log, wrapped; follows the newest until it is scrolled",
		      log_draw, log_move},
	[VIEW_HELP] = {"help", '?', "Help", "keys, columns and words explained", help_draw, scroll},
};

int view_find(const char *name)
{
	for (int i = 0; i < VIEWS; i++)
		if (!strcmp(views[i].name, name))
			return i;
	return -1;
}

int view_unknown(const char *name, struct error *err)
{
	const char *names[VIEWS];
	for (int i = 0; i < VIEWS; i++)
		names[i] = views[i].name;
	return unknown_name(err, "view", name, names, VIEWS);
}
