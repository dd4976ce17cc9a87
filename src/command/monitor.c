#include "command/monitor.h"

#include "base/clock.h"
#include "base/http_listen.h"
#include "base/mem.h"
#include "base/notify.h"
#include "feed/metrics.h"
#include "feed/sink.h"
#include "feed/status_line.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_MS 5000
#define STILL_MS 30000 /* a thread that has not turned for so long hangs: the longest wait for an answer of Kafka's is a third of it */

struct monitor {
	pthread_mutex_t lock; /* of the next three */
	struct feed **feed;
	size_t feeds, cap;
	struct http_listen *server; /* NULL: nothing listens */
	int64_t started_ms;
	bool ready;                 /* said so; thread: main, as the rest */
	int64_t watchdog_ms;        /* every how often; 0 nobody waits for it */
	int64_t watchdog_at_ms, status_at_ms; /* monotonic: due */
};

/* Feeds that are there now: they stay until monitor_free. lock: monitor, and not a feed's within it */
static struct feed **take_feeds(struct monitor *mon, size_t *count)
{
	pthread_mutex_lock(&mon->lock);
	*count = mon->feeds;
	struct feed **feed = xcalloc(*count + 1, sizeof *feed);
	for (size_t i = 0; i < *count; i++)
		feed[i] = mon->feed[i];
	pthread_mutex_unlock(&mon->lock);
	return feed;
}

/* A copy of every feed's status. */
static struct feed_status *take_statuses(struct monitor *mon, size_t *count)
{
	struct feed **feed = take_feeds(mon, count);
	struct feed_status *st = xcalloc(*count + 1, sizeof *st);
	for (size_t i = 0; i < *count; i++)
		feed_status(feed[i], &st[i]);
	free(feed);
	return st;
}

static unsigned answer_metrics(struct monitor *mon, struct strbuf *body)
{
	const struct metrics_process process = {TFLTOP_VERSION, mon->started_ms};
	size_t count;
	struct feed_status *st = take_statuses(mon, &count);
	metrics_text(st, count, &process, body);
	free(st);
	return 200;
}

/* The first feed whose thread hangs; nothing when all turn. */
static bool find_hanging(struct monitor *mon, struct strbuf *why)
{
	size_t count;
	bool found = false;
	struct feed **feed = take_feeds(mon, &count);
	for (size_t i = 0; i < count && !found; i++) {
		int64_t still_ms = feed_still_ms(feed[i]);
		found = still_ms > STILL_MS;
		if (found)
			strbuf_printf(why, "%s: its thread has not turned for %" PRId64 " s", feed_ops(feed[i])->name, still_ms / 1000);
	}
	free(feed);
	return found;
}

static unsigned answer_health(struct monitor *mon, struct strbuf *body)
{
	bool hangs = find_hanging(mon, body);
	strbuf_puts(body, hangs ? "\n" : "ok\n");
	return hangs ? 503 : 200;
}

static unsigned answer_ready(struct monitor *mon, struct strbuf *body)
{
	size_t count, ready = 0;
	struct feed_status *st = take_statuses(mon, &count);
	for (size_t i = 0; i < count; i++) {
		if (metrics_ready(&st[i], body))
			ready++;
		else
			strbuf_addc(body, '\n');
	}
	free(st);
	if (ready == count)
		strbuf_puts(body, "ok\n");
	return ready == count ? 200 : 503;
}

static const struct page {
	const char *path, *type;
	unsigned (*answer)(struct monitor *mon, struct strbuf *body);
} pages[] = {
	{"/metrics", "text/plain; version=0.0.4; charset=utf-8", answer_metrics},
	{"/healthz", NULL, answer_health},
	{"/readyz", NULL, answer_ready},
};

/* thread: the server's */
static unsigned answer(void *arg, const char *path, const char **type, struct strbuf *body)
{
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		if (strcmp(pages[i].path, path))
			continue;
		if (pages[i].type)
			*type = pages[i].type;
		return pages[i].answer(arg, body);
	}
	strbuf_puts(body, "there are /metrics, /healthz and /readyz\n");
	return 404;
}

int monitor_check(const struct config *cfg, struct error *err)
{
	const char *address = config_text(cfg, "metrics.listen");
	return address && http_listen_check(address, err) ? error_prefix(err, "metrics.listen") : 0;
}

struct monitor *monitor_new(const struct config *cfg, struct error *err)
{
	const char *address = config_text(cfg, "metrics.listen");
	struct monitor *mon = xcalloc(1, sizeof *mon);
	mon->started_ms = clock_wall_ms();
	mon->watchdog_ms = notify_watchdog_ms();
	pthread_mutex_init(&mon->lock, NULL);
	if (!address || (mon->server = http_listen_start(address, answer, mon, err)))
		return mon;
	error_prefix(err, "metrics.listen");
	monitor_free(mon);
	return NULL;
}

void monitor_add(struct monitor *mon, struct feed *fd)
{
	pthread_mutex_lock(&mon->lock);
	mon->feed = xgrow(mon->feed, mon->feeds, &mon->cap, sizeof *mon->feed);
	mon->feed[mon->feeds++] = fd;
	pthread_mutex_unlock(&mon->lock);
}

static bool all_begun(struct monitor *mon)
{
	size_t count;
	bool begun = true;
	struct feed **feed = take_feeds(mon, &count);
	for (size_t i = 0; i < count; i++)
		begun &= feed_still_ms(feed[i]) >= 0;
	free(feed);
	return begun;
}

static void notify_status(struct monitor *mon)
{
	size_t count;
	struct feed_status *st = take_statuses(mon, &count);
	struct strbuf line = {0};
	strbuf_puts(&line, "STATUS=");
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&line, i ? "; " : "");
		status_line(&st[i], &line);
	}
	notify_send(strbuf_str(&line));
	strbuf_fini(&line);
	free(st);
}

void monitor_turn(struct monitor *mon)
{
	int64_t now_ms = clock_mono_us() / 1000;
	struct strbuf why = {0};
	if (!mon->ready && all_begun(mon)) {
		mon->ready = true;
		notify_send("READY=1");
	}
	if (now_ms >= mon->status_at_ms) {
		mon->status_at_ms = now_ms + STATUS_MS;
		notify_status(mon);
	}
	if (mon->watchdog_ms && now_ms >= mon->watchdog_at_ms && !find_hanging(mon, &why)) {
		mon->watchdog_at_ms = now_ms + mon->watchdog_ms;
		notify_send("WATCHDOG=1");
	}
	strbuf_fini(&why);
}

void monitor_stopping(struct monitor *mon)
{
	notify_status(mon);
	notify_send("STOPPING=1");
}

void monitor_free(struct monitor *mon)
{
	if (mon->server)
		http_listen_stop(mon->server);
	pthread_mutex_destroy(&mon->lock);
	free(mon->feed);
	free(mon);
}
