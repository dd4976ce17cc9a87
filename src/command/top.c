#include "command/command.h"

#include "command/linear.h"
#include "command/session.h"
#include "ui/dashboard.h"

#include <stdio.h>

static void take_snapshot(void *arg, struct snapshot *snap)
{
	session_snapshot(arg, snap);
}

static int screen_run(struct config *cfg)
{
	struct session ses;
	struct error err = {0};
	if (session_start(&ses, cfg, &err)) {
		fprintf(stderr, "tfl-top: %s\n", err.text);
		return 1;
	}
	const struct dashboard_host host = {.cfg = cfg, .news = &ses.news, .snapshot = take_snapshot, .arg = &ses};
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

int top_run(struct config *cfg)
{
	return command_has_screen() ? screen_run(cfg) : linear_run(cfg);
}
