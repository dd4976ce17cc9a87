#include "command/demo.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/zone.h"
#include "feed/kafka.h"
#include "pipeline/stations_topic.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEMO_AHEAD 40000          /* events: the embedded broker keeps 5 MiB a partition */
#define DEMO_SPEED 10
#define STOP_MS 10000
#define DEMO_RUSH_MS (60 * 60000) /* as fast as can be, so that the trains are full when the show begins */

static char *folder_new(struct error *err)
{
	const char *base = getenv("TMPDIR");
	char *folder = xasprintf("%s/tfl-top-demo-XXXXXX", base && *base ? base : "/tmp");
	if (mkdtemp(folder))
		return folder;
	error_set(err, "cannot make a temporary folder %s: %s (set TMPDIR to a writable folder)", folder, strerror(errno));
	free(folder);
	return NULL;
}

static void folder_free(char *folder)
{
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		char *path = xasprintf("%s/%s", folder, entry->d_name);
		unlink(path);
		free(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
	free(folder);
}

static struct embedded *broker_new(const struct config *cfg, struct error *err)
{
	static const char *const keys[] = {"topic.entries", "topic.exits", "topic.stations", "topic.station_entries", "topic.station_exits"};
	struct topic_want topics[sizeof keys / sizeof *keys];
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		topics[i] = (struct topic_want){.name = config_text(cfg, keys[i]), .partitions = (int)config_count(cfg, "topic.partitions")};
	return embedded_new(topics, sizeof keys / sizeof *keys, err);
}

struct demo *demo_new(struct config *cfg, struct error *err)
{
	struct demo *demo = xcalloc(1, sizeof *demo);
	demo->folder = folder_new(err);
	if (demo->folder)
		demo->broker = broker_new(cfg, err);
	if (!demo->broker) {
		demo_free(demo);
		return NULL;
	}
	char *db = xasprintf("%s/history.db", demo->folder);
	config_override(cfg, "history.db", db);
	config_override(cfg, "kafka.bootstrap.servers", embedded_brokers(demo->broker));
	free(db);
	return demo;
}

/* 07:45 of the last weekday whose service day is over: nobody is on the Tube at 03:00. */
static int64_t demo_show_ms(void)
{
	int32_t day = zone_service_day(clock_wall_ms() / 1000) - 1;
	while (zone_day_type(day) != DAY_WEEKDAY)
		day--;
	struct civil at;
	zone_civil(zone_service_day_start(day), &at);
	at.hour = 7;
	at.minute = 45;
	at.second = 0;
	return zone_instant(&at) * 1000;
}

/* thread: simulator, lock: live */
static uint64_t counted(void *arg)
{
	struct live *lv = arg;
	pthread_mutex_lock(&lv->lock);
	uint64_t events = lv->board.applied;
	pthread_mutex_unlock(&lv->lock);
	return events;
}

/* thread: feed */
static void tell_simulator(void *arg, uint64_t events)
{
	simulator_counted(arg, events);
}

/* thread: simulator, lock: live */
static void note(void *arg, const struct sim_change *change)
{
	struct scenario_note nt = {.ts = change->at_ms / 1000, .factor = change->factor};
	nt.until_ts = change->until_ms == INT64_MAX ? 0 : change->until_ms / 1000;
	snprintf(nt.scenario, sizeof nt.scenario, "%s", change->scenario);
	snprintf(nt.action, sizeof nt.action, "%s", change->action);
	snprintf(nt.station_id, sizeof nt.station_id, "%s", change->station_id ? change->station_id : "");
	live_note(arg, &nt);
}

int demo_start(struct demo *demo, const struct config *cfg, struct live *lv, struct wake *news, struct error *err)
{
	uint64_t published;
	const struct scenario *sc = scenario_find(config_text(cfg, "sim.scenario"), err);
	if (!sc || stations_publish(cfg, true, false, &published, err))
		return -1;
	demo->enrich = enrich_new(cfg, false, news, err);
	if (!demo->enrich)
		return -1;
	enrich_start(demo->enrich);
	const int64_t show_ms = demo_show_ms();
	const struct sim_plan plan = {
		.from_ms = show_ms - DEMO_RUSH_MS,
		.rush_to_ms = show_ms,
		.to_ms = INT64_MAX,
		.max_ahead = DEMO_AHEAD,
		.consumed = counted,
		.changed = note,
		.arg = lv,
	};
	const struct sim_desired desired = {
		.scenario = sc,
		.seed = config_count(cfg, "sim.seed"),
		.rate = config_real(cfg, "sim.rate"),
		.speed = config_is_set(cfg, "sim.speed") ? config_real(cfg, "sim.speed") : DEMO_SPEED,
	};
	demo->sim = simulator_new(cfg, &plan, &desired, news, err);
	if (!demo->sim)
		return -1;
	live_watch(lv, tell_simulator, demo->sim);
	simulator_start(demo->sim);
	return 0;
}

int demo_stop(struct demo *demo)
{
	int rc = 0;
	if (demo->sim) {
		simulator_stop(demo->sim);
		rc |= simulator_join(demo->sim, STOP_MS);
	}
	if (demo->enrich) {
		enrich_stop(demo->enrich);
		rc |= enrich_join(demo->enrich, STOP_MS);
	}
	return rc;
}

void demo_free(struct demo *demo)
{
	if (demo->sim)
		simulator_free(demo->sim);
	if (demo->enrich)
		enrich_free(demo->enrich);
	if (demo->broker)
		embedded_free(demo->broker);
	if (demo->folder)
		folder_free(demo->folder);
	free(demo);
}
