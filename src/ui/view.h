/* view.h: one row per view: its key, its title, how it is drawn and moved through. A view is a pure function from a snapshot and the
 * screen's state to cells; besides cells it only leaves behind how far it can be scrolled and what can be clicked. */
#ifndef TFLTOP_UI_VIEW_H
#define TFLTOP_UI_VIEW_H

#include "ui/canvas.h"
#include "ui/screen.h"
#include "ui/snapshot.h"

struct view {
	const char *name;  /* for ui.view and frame --view */
	int key;
	const char *title;
	const char *help;  /* one line, no full stop */
	void (*draw)(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
	unsigned (*move)(struct screen *sc, enum move move);
};

extern const struct view views[VIEWS];

int view_find(const char *name); /* -1 none */
int view_unknown(const char *name, struct error *err);

void stations_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
unsigned stations_move(struct screen *sc, enum move move);
void network_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
void pipeline_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
void station_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
unsigned station_move(struct screen *sc, enum move move);
void log_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
unsigned log_move(struct screen *sc, enum move move);
void simulator_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);
void help_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area);

#endif
