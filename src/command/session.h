/* session.h: everything a dashboard runs beside its screen: feeds, the reader, and in --demo the embedded broker, the simulator and
 * the join. Started in order, stopped in reverse; the screen only ever sees a snapshot of it. */
#ifndef TFLTOP_COMMAND_SESSION_H
#define TFLTOP_COMMAND_SESSION_H

#include "base/config.h"
#include "base/error.h"
#include "base/wake.h"
#include "feed/feed.h"
#include "pipeline/enrich.h"
#include "sim/simulator.h"
#include "store/live.h"
#include "store/reader.h"
#include "ui/snapshot.h"

struct session {
	struct config *cfg;
	struct wake news;          /* raised by every thread that has something new to show */
	struct live live;
	struct reader *reader;
	struct monitor *monitor;   /* NULL: metrics.listen could not be had */
	struct feed *feed[SNAPSHOT_FEEDS];
	size_t feeds;
	bool viewer;               /* another process writes the database */
	bool hanging;              /* a thread did not end in time */
	int writer;                /* that process */
	int64_t inspected;         /* station; -1 none */
	char *db_path;
	struct demo *demo;         /* NULL unless --demo */
};

/* Whether ui.feeds and --with name feeds that there are; nothing is started. */
int session_check_feeds(const struct config *cfg, struct error *err);

/* Starts all threads. On an error everything already started is stopped. */
int session_start(struct session *ses, struct config *cfg, struct error *err);

/* Simulator, feeds, reader; waits at most 12 s for a feed. Returns 0, or -1 when something was left undone. */
int session_stop(struct session *ses);

/* What the feeds did, a line each; between stop and free. */
void session_summary(struct session *ses, struct strbuf *out);

/* Broker, temporary folder, memory: nothing when a thread still hangs, for it uses all that. */
void session_free(struct session *ses);

/* Whose day snapshots are to have; -1 none. */
void session_inspect(struct session *ses, int64_t station);

/* Steers the simulator of --demo; the history writes each change down as it takes place. */
void session_steer(struct session *ses, const struct sim_desired *wish);

/* A viewer whose writer has ended becomes the writer here. */
void session_snapshot(struct session *ses, struct snapshot *snap);

#endif
