/* tfl-top feed: runs feeds without a screen. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/signals.h"
#include "command/command.h"
#include "command/monitor.h"
#include "command/reload.h"
#include "feed/feed.h"
#include "feed/sink.h"
#include "feed/status_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOSE_WAIT_MS 12000 /* closing a consumer may hang; nothing is lost by leaving then */
#define STATUS_MS 5000

struct run {
	struct feed **feed;
	size_t feeds;
	struct monitor *monitor;
	struct wake news;
};

static int usage(const struct error *err)
{
	fprintf(stderr, "tfl-top feed: %s\n", err->text);
	return EXIT_USAGE;
}

static void unknown_sink(const char *word, struct error *err)
{
	const char *names[16];
	struct strbuf all = {0};
	for (size_t i = 0; i < nsinks; i++) {
		names[i] = sinks[i]->name;
		strbuf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	const char *near = nearest_name(word, names, nsinks);
	error_set(err, "no feed is called \"%.80s\"%s%s%s; there are: %s", word, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "",
		  strbuf_str(&all));
	strbuf_fini(&all);
}

static const struct sink_ops *sink_named(const char *word, struct error *err)
{
	for (size_t i = 0; i < nsinks; i++)
		if (!strcmp(sinks[i]->name, word))
			return sinks[i];
	unknown_sink(word, err);
	return NULL;
}

static int add(struct run *run, const char *word, const struct config *cfg, const struct feed_goal *goal, struct error *err)
{
	const struct sink_ops *ops = sink_named(word, err);
	if (!ops)
		return -1;
	for (size_t i = 0; i < run->feeds; i++)
		if (feed_ops(run->feed[i]) == ops)
			return 0;
	struct feed *fd = feed_new(ops, NULL, cfg, goal, &run->news, err);
	if (!fd)
		return -1;
	run->feed[run->feeds++] = fd;
	return 0;
}

/* word: the one feed to run; NULL: those of the command line. */
static int add_all(struct run *run, const struct config *cfg, const char *word, struct error *err)
{
	const struct feed_goal goal = {
		.from = config_text(cfg, "from"),
		.exit_at_end = config_bool(cfg, "exit-at-end"),
		.count = config_count(cfg, "count"),
		.duration_ms = config_is_set(cfg, "duration") ? config_ms(cfg, "duration") : 0,
		.dead_letters = config_bool(cfg, "from-dead-letters"),
	};
	if (word)
		return add(run, word, cfg, &goal, err);
	if (!config_words(cfg))
		return error_set(err, "say which: tfl-top feed SINK…; --help lists them");
	for (size_t i = 0; i < config_words(cfg); i++)
		if (add(run, config_word(cfg, i), cfg, &goal, err))
			return -1;
	return 0;
}

static bool all_done(const struct run *run)
{
	for (size_t i = 0; i < run->feeds; i++)
		if (!feed_done(run->feed[i]))
			return false;
	return true;
}

static void print_status(struct run *run)
{
	struct feed_status *st = xmalloc(sizeof *st);
	struct strbuf line = {0};
	for (size_t i = 0; i < run->feeds; i++) {
		feed_status(run->feed[i], st);
		strbuf_reset(&line);
		status_line(st, &line);
		fprintf(stderr, "%s\n", strbuf_str(&line));
	}
	strbuf_fini(&line);
	free(st);
}

/* Until every feed is done, or signals ask to leave: the first to drain, the second at once. Returns whether all are done. */
static bool watch(struct run *run, const struct config *cfg)
{
	bool stopping = false, talk = isatty(STDERR_FILENO);
	int64_t leave_ms = INT64_MAX, status_ms = clock_mono_us() / 1000 + STATUS_MS;
	while (!all_done(run)) {
		int64_t now_ms = clock_mono_us() / 1000;
		struct pollfd pfd = {.fd = run->news.fd, .events = POLLIN};
		if (signals_wait(&pfd, 1, 500) & SIGNALS_RELOAD)
			reload(cfg);
		wake_clear(&run->news);
		log_turn();
		monitor_turn(run->monitor);
		if (signals_stops() > 1 || now_ms > leave_ms)
			return false;
		if (signals_stops() && !stopping) {
			stopping = true;
			leave_ms = now_ms + CLOSE_WAIT_MS;
			monitor_stopping(run->monitor);
			for (size_t i = 0; i < run->feeds; i++)
				feed_stop(run->feed[i]);
		}
		if (talk && now_ms >= status_ms) {
			print_status(run);
			status_ms = now_ms + STATUS_MS;
		}
	}
	return true;
}

static int sum_up(struct run *run)
{
	int rc = 0;
	for (size_t i = 0; i < run->feeds; i++) {
		struct strbuf line = {0};
		feed_summary(run->feed[i], &line);
		fprintf(stderr, "%s\n", strbuf_str(&line));
		strbuf_fini(&line);
		rc |= !feed_ok(run->feed[i]);
	}
	return rc;
}

static int run_all(struct run *run, const struct config *cfg)
{
	struct error err = {0};
	if (!(run->monitor = monitor_new(cfg, &err))) {
		fprintf(stderr, "tfl-top feed: %s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < run->feeds; i++)
		monitor_add(run->monitor, run->feed[i]);
	if (!isatty(STDERR_FILENO)) /* a service: on a terminal a hang-up says that it has gone */
		signals_hangup_reloads();
	for (size_t i = 0; i < run->feeds; i++)
		feed_start(run->feed[i]);
	bool done = watch(run, cfg);
	int rc = sum_up(run);
	if (!done)
		_exit(rc); /* the threads that are left still use all this */
	for (size_t i = 0; i < run->feeds; i++)
		feed_join(run->feed[i], CLOSE_WAIT_MS);
	monitor_free(run->monitor);
	return rc;
}

void feed_words(struct strbuf *out)
{
	for (size_t i = 0; i < nsinks; i++)
		strbuf_printf(out, " %s", sinks[i]->name);
}

static int run_feeds(const struct config *cfg, const char *word)
{
	struct error err = {0};
	struct run run = {.feed = xcalloc(nsinks, sizeof *run.feed)};
	wake_init(&run.news);
	int rc = monitor_check(cfg, &err) || add_all(&run, cfg, word, &err) ? usage(&err) : run_all(&run, cfg);
	for (size_t i = 0; i < run.feeds; i++)
		feed_free(run.feed[i]);
	wake_fini(&run.news);
	free(run.feed);
	return rc;
}

int feed_run(struct config *cfg)
{
	return run_feeds(cfg, NULL);
}

int headless_run(struct config *cfg)
{
	return run_feeds(cfg, "elastic");
}
