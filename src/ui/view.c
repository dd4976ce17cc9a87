#include "ui/view.h"

#include "base/config.h"

#include <string.h>

/* For views that are one long page. */
static unsigned scroll(struct screen *sc, enum move move)
{
	int last = sc->length > sc->page ? sc->length - sc->page : 0, old = sc->top[sc->view];
	const int to[] = {
		[MOVE_UP] = old - 1,
		[MOVE_DOWN] = old + 1,
		[MOVE_PAGE_UP] = old - sc->page,
		[MOVE_PAGE_DOWN] = old + sc->page,
		[MOVE_HOME] = 0,
		[MOVE_END] = last,
	};
	int top = to[move] > last ? last : to[move];
	sc->top[sc->view] = top < 0 ? 0 : top;
	return sc->top[sc->view] == old ? 0 : REACT_REDRAW;
}

const struct view views[VIEWS] = {
	[VIEW_STATIONS] = {"stations", '1', "Stations", "every station: in, out, net flow, busyness, the last hour", stations_draw, stations_move},
	[VIEW_NETWORK] = {"network", '2', "Network", "entries and exits by minute, people in the network, busiest stations, top movers",
			  network_draw, scroll},
	[VIEW_PIPELINE] = {"pipeline", '5', "Pipeline", "broker, partitions, ledger, history file, dead letters, gaps, log", pipeline_draw, scroll},
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
	const char *near = nearest_name(name, names, VIEWS);
	return error_set(err, "no view is called \"%s\"%s%s%s", name, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}
