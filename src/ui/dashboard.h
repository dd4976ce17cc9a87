/* dashboard.h: the screen's loop: waits for keys, signals and news, takes a snapshot, draws the view, sends what changed to the terminal.
 * At most ui.fps frames a second, none without a change; never waits for a backend. Thread: main. */
#ifndef TFLTOP_UI_DASHBOARD_H
#define TFLTOP_UI_DASHBOARD_H

#include "base/config.h"
#include "base/error.h"
#include "base/wake.h"
#include "ui/snapshot.h"

struct dashboard_host { /* who runs it, and what the screen may ask of them */
	const struct config *cfg;
	struct wake *news;                                   /* raised when a snapshot would differ */
	void (*snapshot)(void *arg, struct snapshot *snap);  /* copies everything; takes leaf locks only */
	void (*inspect)(void *arg, int64_t station);         /* whose day snapshots are to have; -1 none; returns at once */
	void (*steer)(void *arg, const struct sim_desired *wish); /* the simulator, where a snapshot has one; returns at once */
	void *arg;
};

/* Until the user quits or a stop signal comes. 0, or -1 + err when the terminal cannot be used. */
int dashboard_run(const struct dashboard_host *host, struct error *err);

#endif
