#include "command/linear.h"

#include "base/clock.h"
#include "command/demo.h"
#include "command/session.h"
#include "base/signals.h"
#include "ui/linear.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define DEMO_DURATION_MS 20000
#define SETTLE_MS 30000

/* Prints the line when it says something else than the last one. */
static void say(const struct snapshot *snap, struct strbuf *last)
{
	struct strbuf line = {0}, clock = {0};
	linear_line(snap, &line);
	if (strcmp(strbuf_str(&line), strbuf_str(last))) {
		linear_clock(snap, &clock);
		printf("%s%s\n", strbuf_str(&clock), strbuf_str(&line));
		fflush(stdout);
		strbuf_reset(last);
		strbuf_add(last, line.data, line.len);
	}
	strbuf_fini(&line);
	strbuf_fini(&clock);
}

/* A line each second in which something changed, until the time is up, a signal comes, nobody reads any more or nothing will come. */
static void follow(struct session *ses, int64_t duration_ms)
{
	struct snapshot snap;
	struct strbuf last = {0};
	snapshot_init(&snap);
	int64_t start = clock_mono_us() / 1000, next = start + 1000;
	for (;;) {
		int64_t now = clock_mono_us() / 1000;
		if (duration_ms && now - start >= duration_ms)
			break;
		if (signals_wait(NULL, 0, (int)(next > now ? next - now : 0)) & SIGNALS_STOP)
			break;
		if (clock_mono_us() / 1000 < next)
			continue;
		next += 1000;
		session_snapshot(ses, &snap);
		say(&snap, &last);
		const struct feed_status *fd = snapshot_history(&snap);
		if (ferror(stdout) || (fd && fd->state == FEED_FAILED))
			break;
	}
	strbuf_fini(&last);
	snapshot_fini(&snap);
}

typedef bool (*reached_fn)(struct session *ses);

static bool enriched_all(struct session *ses)
{
	struct sim_status sim;
	struct enrich_status join;
	simulator_status(ses->demo->sim, &sim);
	enrich_status(ses->demo->enrich, &join);
	return join.joined + join.unknown + join.bad + join.empty >= sim.acknowledged;
}

static bool counted_all(struct session *ses)
{
	struct enrich_status join;
	enrich_status(ses->demo->enrich, &join);
	pthread_mutex_lock(&ses->live.lock);
	uint64_t applied = ses->live.board.applied;
	pthread_mutex_unlock(&ses->live.lock);
	return applied >= join.joined;
}

/* Every thread raises news when it has moved on. False when time is up or a signal came first. */
static bool await(struct session *ses, reached_fn reached)
{
	int64_t deadline = clock_mono_us() / 1000 + SETTLE_MS;
	while (!reached(ses)) {
		int64_t left = deadline - clock_mono_us() / 1000;
		struct pollfd news = {.fd = ses->news.fd, .events = POLLIN};
		if (left <= 0 || (signals_wait(&news, 1, (int)left) & SIGNALS_STOP))
			return false;
		wake_clear(&ses->news);
	}
	return true;
}

static int prove(struct session *ses)
{
	struct strbuf out = {0};
	struct error err = {0};
	simulator_stop(ses->demo->sim);
	if (simulator_join(ses->demo->sim, SETTLE_MS) || !await(ses, enriched_all) || !await(ses, counted_all))
		fputs("tfl-top: not everything produced was counted in time\n", stderr);
	int rc = demo_proof(ses->demo, ses->db_path, &out, &err);
	fputs(strbuf_str(&out), stdout);
	fflush(stdout); /* before the others say goodbye on stderr */
	if (rc < 0)
		fprintf(stderr, "tfl-top: %s\n", err.text);
	strbuf_fini(&out);
	return rc ? 1 : 0;
}

int linear_run(struct config *cfg)
{
	struct session ses;
	struct error err = {0};
	struct strbuf out = {0};
	bool demo = config_bool(cfg, "demo");
	int64_t duration = config_is_set(cfg, "duration") ? config_ms(cfg, "duration") : demo ? DEMO_DURATION_MS : 0;
	if (session_start(&ses, cfg, &err)) {
		fprintf(stderr, "tfl-top: %s\n", err.text);
		return 1;
	}
	if (demo)
		printf("DEMO: embedded broker at %s, database %s (removed at exit)\n", config_text(cfg, "kafka.bootstrap.servers"), ses.db_path);
	fflush(stdout);
	follow(&ses, duration);
	int rc = demo ? prove(&ses) : 0;
	int left = session_stop(&ses);
	if (!demo) /* whose last word is the proof */
		session_summary(&ses, &out);
	fputs(strbuf_str(&out), stderr);
	strbuf_fini(&out);
	session_free(&ses);
	return left ? 1 : rc;
}
