#include "base/clock.h"
#include "base/signals.h"
#include "base/wake.h"
#include "command/command.h"
#include "pipeline/enrich.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define CLOSE_WAIT_MS 12000 /* settling takes at most 10 s … */
#define LEAVE_MS 500        /* … and after that nothing is lost by leaving: closing a consumer may hang, a broker may not answer */

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

/* How long is left to an end that was asked for at stop_ms: it has to settle what it read, and to go when it had nothing to settle. */
static int64_t time_left(struct enrich *en, int64_t stop_ms, int64_t *settled_ms)
{
	int64_t now_ms = clock_mono_us() / 1000;
	if (!enrich_settled(en))
		*settled_ms = 0;
	else if (!*settled_ms)
		*settled_ms = now_ms;
	return (*settled_ms ? *settled_ms + LEAVE_MS : stop_ms + CLOSE_WAIT_MS) - now_ms;
}

/* Until the join has ended. The first signal asks it to settle; the second leaves at once, which a later run makes good. −1: left. */
static int follow(struct enrich *en, struct wake *news)
{
	int64_t stop_ms = 0, settled_ms = 0;
	while (!enrich_done(en)) {
		int64_t left_ms = stop_ms ? time_left(en, stop_ms, &settled_ms) : -1;
		if ((stop_ms && left_ms <= 0) || signals_stops() > 1)
			return -1;
		struct pollfd fd = {.fd = news->fd, .events = POLLIN};
		unsigned got = signals_wait(&fd, 1, (int)left_ms);
		wake_clear(news);
		if ((got & SIGNALS_STOP) && !stop_ms) {
			enrich_stop(en);
			stop_ms = clock_mono_us() / 1000;
		}
	}
	return enrich_join(en, CLOSE_WAIT_MS);
}

/* Its thread may be left in a call that the broker does not answer: then the process ends under it. */
static int outcome(struct enrich *en)
{
	struct enrich_status st;
	enrich_status(en, &st);
	return st.state == ENRICH_FAILED || !enrich_settled(en);
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
	int rc = outcome(en);
	if (left)
		_exit(rc);
	enrich_free(en);
	wake_fini(&news);
	return rc;
}
