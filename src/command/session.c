#include "command/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/demo.h"
#include "command/monitor.h"
#include "feed/sink.h"
#include "store/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE_WAIT_MS 12000 /* closing a consumer may hang; nothing is lost by leaving then */

static const struct sink_ops *sink_find(const char *name, size_t len)
{
	for (size_t i = 0; i < nsinks; i++)
		if (strlen(sinks[i]->name) == len && !strncmp(sinks[i]->name, name, len))
			return sinks[i];
	return NULL;
}

/* ses NULL: only looks whether there is one of that name. */
static int feed_add(struct session *ses, const char *name, size_t len, struct error *err)
{
	const struct sink_ops *ops = sink_find(name, len);
	if (!ops)
		return error_set(err, "no feed is called \"%.*s\": `tfl-top feed --help` lists them", (int)len, name);
	if (!ses)
		return 0;
	for (size_t i = 0; i < ses->feeds; i++)
		if (feed_ops(ses->feed[i]) == ops)
			return 0;
	if (ses->feeds == SNAPSHOT_FEEDS)
		return error_set(err, "a dashboard runs at most %d feeds", SNAPSHOT_FEEDS);
	struct feed *fd = feed_new(ops, ops == &history_sink ? &ses->live : NULL, ses->cfg, &(struct feed_goal){0}, &ses->news, err);
	if (!fd)
		return -1;
	ses->feed[ses->feeds++] = fd;
	if (ses->monitor)
		monitor_add(ses->monitor, fd);
	return 0;
}

/* names: "history,elastic" or "history elastic" */
static int feeds_add(struct session *ses, const char *names, struct error *err)
{
	while (names && *(names += strspn(names, ", "))) {
		size_t len = strcspn(names, ", ");
		if (feed_add(ses, names, len, err))
			return -1;
		names += len;
	}
	return 0;
}

int session_check_feeds(const struct config *cfg, struct error *err)
{
	return feeds_add(NULL, config_text(cfg, "ui.feeds"), err) || feeds_add(NULL, config_text(cfg, "with"), err) ? -1 : 0;
}

/* A second instance on one file only looks on. */
static int find_role(struct session *ses, struct error *err)
{
	ses->db_path = history_path(ses->cfg, true, err);
	if (!ses->db_path)
		return -1;
	int fd, taken = history_lock(ses->db_path, &fd, &ses->writer, err);
	if (!taken)
		live_keep_lock(&ses->live, fd);
	ses->viewer = taken == 1;
	return taken < 0 ? -1 : 0;
}

/* The feeds from that one on. Without a feed that counts, another process may. */
static void start_added(struct session *ses, size_t first)
{
	bool counts = false;
	for (size_t i = 0; i < ses->feeds; i++)
		counts |= feed_ops(ses->feed[i]) == &history_sink;
	if (!counts)
		live_keep_lock(&ses->live, -1);
	for (size_t i = first; i < ses->feeds; i++)
		feed_start(ses->feed[i]);
}

static int start_feeds(struct session *ses, struct error *err)
{
	if (!ses->viewer && feeds_add(ses, config_text(ses->cfg, "ui.feeds"), err))
		return -1;
	if (feeds_add(ses, config_text(ses->cfg, "with"), err))
		return -1;
	start_added(ses, 0);
	return 0;
}

static void start_reader(struct session *ses)
{
	ses->reader = reader_start(ses->db_path, &ses->live, !ses->viewer ? 0 : ses->writer > 0 ? ses->writer : -1, &ses->news);
	reader_inspect(ses->reader, ses->inspected);
}

/* The reader holds the lock for us: from here on the history is counted here. It first stops reading the board, which is the feed's now. */
static void take_over(struct session *ses)
{
	struct error err;
	size_t running = ses->feeds;
	reader_stop(ses->reader);
	ses->viewer = false;
	if (feeds_add(ses, config_text(ses->cfg, "ui.feeds"), &err))
		log_error("%s", err.text);
	log_warn("process %d, which wrote the history, has ended: this one goes on", ses->writer);
	start_added(ses, running);
	start_reader(ses);
}

int session_start(struct session *ses, struct config *cfg, struct error *err)
{
	*ses = (struct session){.cfg = cfg, .inspected = -1};
	wake_init(&ses->news);
	live_init(&ses->live, &ses->news);
	if (!(ses->monitor = monitor_new(cfg, err)))
		log_warn("%s: going on without", err->text); /* a second dashboard on one machine, with the same configuration */
	if (config_bool(cfg, "demo") && !(ses->demo = demo_new(cfg, err)))
		goto fail;
	if (find_role(ses, err) || start_feeds(ses, err))
		goto fail;
	start_reader(ses);
	if (ses->demo && demo_start(ses->demo, cfg, &ses->live, &ses->news, err))
		goto fail;
	return 0;
fail:
	session_stop(ses);
	session_free(ses);
	return -1;
}

int session_stop(struct session *ses)
{
	int rc = 0;
	if (ses->demo && demo_stop(ses->demo))
		ses->hanging = true;
	for (size_t i = 0; i < ses->feeds; i++)
		feed_stop(ses->feed[i]);
	int64_t deadline = clock_mono_us() / 1000 + CLOSE_WAIT_MS;
	for (size_t i = 0; i < ses->feeds; i++) {
		int64_t left = deadline - clock_mono_us() / 1000;
		if (feed_join(ses->feed[i], left > 0 ? left : 0))
			ses->hanging = true;
		else
			rc |= feed_ok(ses->feed[i]) ? 0 : -1;
	}
	if (ses->reader)
		reader_stop(ses->reader);
	return ses->hanging ? -1 : rc;
}

void session_summary(struct session *ses, struct strbuf *out)
{
	for (size_t i = 0; i < ses->feeds; i++) {
		feed_summary(ses->feed[i], out);
		strbuf_addc(out, '\n');
	}
}

void session_free(struct session *ses)
{
	if (ses->hanging)
		return;
	if (ses->monitor)
		monitor_free(ses->monitor);
	for (size_t i = 0; i < ses->feeds; i++)
		feed_free(ses->feed[i]);
	if (ses->demo)
		demo_free(ses->demo);
	free(ses->db_path);
	live_fini(&ses->live);
	wake_fini(&ses->news);
}

void session_inspect(struct session *ses, int64_t station)
{
	ses->inspected = station;
	reader_inspect(ses->reader, station);
}

void session_steer(struct session *ses, const struct sim_desired *wish)
{
	if (ses->demo && ses->demo->sim)
		simulator_set(ses->demo->sim, wish);
}

static void copy_live(struct live *lv, struct snapshot *snap)
{
	pthread_mutex_lock(&lv->lock);
	board_copy(&snap->board, &lv->board);
	if (snap->stations.count != lv->stations.count || snap->stations_generation != lv->stations_generation) {
		stations_copy(&snap->stations, &lv->stations);
		snap->stations_generation = lv->stations_generation;
	}
	snap->baselines = xreallocarray(snap->baselines, lv->nbaselines, sizeof *snap->baselines);
	if (lv->nbaselines)
		memcpy(snap->baselines, lv->baselines, lv->nbaselines * sizeof *snap->baselines);
	snap->nbaselines = lv->nbaselines;
	pthread_mutex_unlock(&lv->lock);
}

void session_snapshot(struct session *ses, struct snapshot *snap)
{
	reader_status(ses->reader, &snap->store);
	if (ses->viewer && snap->store.heir) {
		take_over(ses);
		reader_status(ses->reader, &snap->store);
	}
	snap->mode = ses->viewer ? MODE_VIEWER : MODE_LIVE;
	snap->demo = ses->demo != NULL;
	snprintf(snap->brokers, sizeof snap->brokers, "%s", config_text(ses->cfg, "kafka.bootstrap.servers"));
	snap->wall_ms = clock_wall_ms();
	copy_live(&ses->live, snap);
	snap->feeds = ses->feeds;
	for (size_t i = 0; i < ses->feeds; i++)
		feed_status(ses->feed[i], &snap->feed[i]);
	reader_station(ses->reader, &snap->station);
	snap->has_sim = ses->demo && ses->demo->sim;
	snap->has_enrich = ses->demo && ses->demo->enrich;
	if (snap->has_sim)
		simulator_status(ses->demo->sim, &snap->sim);
	if (snap->has_enrich)
		enrich_status(ses->demo->enrich, &snap->enrich);
	snap->log_lines = log_tail(snap->log, LOG_RING, &snap->log_serial);
	snapshot_clock(snap, config_text(ses->cfg, "ui.clock"));
}
