#include "base/clock.h"
#include "base/signals.h"
#include "base/wake.h"
#include "command/command.h"
#include "pipeline/enrich.h"

#include <inttypes.h>
#include <stdio.h>

#define CLOSE_WAIT_MS 12000 /* settling takes at most 10 s; closing a consumer may hang, and by then nothing is lost by leaving */

/* The last line of every run, whatever its end. */
static void summarize(struct enrich *en)
{
	struct enrich_status st;
	enrich_status(en, &st);
	if (st.state == ENRICH_FAILED)
		fprintf(stderr, "tfl-top enrich: %s\n", st.detail);
	fprintf(stderr,
		"enrich: read %" PRIu64 " joined %" PRIu64 " unknown %" PRIu64 " bad %" PRIu64 " empty %" PRIu64 " commits %" PRIu64
		" aborts %" PRIu64 "\n",
		st.read, st.joined, st.unknown, st.bad, st.empty, st.commits, st.aborts);
}

/* Until the join has ended. The first signal asks it to settle; the second leaves at once, which a later run makes good. −1: left. */
static int follow(struct enrich *en, struct wake *news)
{
	int64_t deadline_ms = INT64_MAX;
	while (!enrich_done(en)) {
		int64_t now_ms = clock_mono_us() / 1000;
		if (now_ms >= deadline_ms || signals_stops() > 1)
			return -1;
		struct pollfd fd = {.fd = news->fd, .events = POLLIN};
		unsigned got = signals_wait(&fd, 1, deadline_ms == INT64_MAX ? -1 : (int)(deadline_ms - now_ms));
		wake_clear(news);
		if ((got & SIGNALS_STOP) && deadline_ms == INT64_MAX) {
			enrich_stop(en);
			deadline_ms = now_ms + CLOSE_WAIT_MS;
		}
	}
	return enrich_join(en, CLOSE_WAIT_MS);
}

int enrich_run(struct config *cfg)
{
	struct error err = {0};
	struct wake news;
	wake_init(&news);
	struct enrich *en = enrich_new(cfg, config_bool(cfg, "exit-at-end"), &news, &err);
	if (!en) {
		fprintf(stderr, "tfl-top enrich: %s\n", err.text);
		wake_fini(&news);
		return 1;
	}
	enrich_start(en);
	int left = follow(en, &news);
	summarize(en);
	if (left) /* its thread still uses all this */
		return 1;
	int rc = enrich_ok(en) ? 0 : 1;
	enrich_free(en);
	wake_fini(&news);
	return rc;
}
