#include "command/command.h"

#include "command/linear.h"
#include "command/monitor.h"
#include "command/session.h"
#include "sim/scenario.h"
#include "ui/dashboard.h"
#include "ui/screen.h"
#include "ui/theme.h"

#include <stdio.h>

static void take_snapshot(void *arg, struct snapshot *snap)
{
	session_snapshot(arg, snap);
}

static void steer(void *arg, const struct sim_desired *wish)
{
	session_steer(arg, wish);
}

static void inspect(void *arg, int64_t station)
{
	session_inspect(arg, station);
}

static int screen_run(struct config *cfg)
{
	struct session ses;
	struct error err = {0};
	if (session_start(&ses, cfg, &err)) {
		fprintf(stderr, "tfl-top: %s\n", err.text);
		return 1;
	}
	const struct dashboard_host host = {.cfg = cfg, .news = &ses.news, .snapshot = take_snapshot, .inspect = inspect,
					    .steer = steer, .arg = &ses};
	int rc = dashboard_run(&host, &err);
	if (rc)
		fprintf(stderr, "tfl-top: %s\n", err.text);
	int left = session_stop(&ses);
	struct strbuf out = {0};
	session_summary(&ses, &out);
	fputs(strbuf_str(&out), stderr);
	strbuf_fini(&out);
	session_free(&ses);
	return rc || left ? 1 : 0;
}

/* Names that only a table knows, before anything is started for nothing. */
static int check_names(const struct config *cfg, struct error *err)
{
	struct screen sc;
	enum theme theme;
	if (screen_init(&sc, config_text(cfg, "ui.view"), config_text(cfg, "ui.sort"), config_text(cfg, "ui.columns"), err))
		return -1;
	screen_fini(&sc);
	if (theme_find(config_text(cfg, "ui.theme"), &theme, err))
		return -1;
	if (session_check_feeds(cfg, err) || monitor_check(cfg, err))
		return -1;
	return config_bool(cfg, "demo") && !scenario_find(config_text(cfg, "sim.scenario"), err) ? -1 : 0;
}

int top_run(struct config *cfg)
{
	struct error err = {0};
	if (config_bool(cfg, "headless"))
		return headless_run(cfg);
	if (check_names(cfg, &err)) {
		fprintf(stderr, "tfl-top: %s\n", err.text);
		return EXIT_USAGE;
	}
	return command_has_screen() ? screen_run(cfg) : linear_run(cfg);
}
