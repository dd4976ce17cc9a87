#include "ui/format.h"
#include "ui/pieces.h"
#include "ui/screen.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The one word on how things stand, and how it looks. */
struct standing {
	char word[48];
	uint8_t role;
	bool running;
};

static struct standing standing_of(const struct screen *sc, const struct snapshot *snap)
{
	const struct feed_status *fd = snapshot_history(snap);
	const char *mode = snap->demo ? "DEMO" : snap->mode == MODE_VIEWER ? "VIEWER" : "LIVE";
	struct standing now = {.role = ROLE_BAND_OK, .running = true};
	if (snap->mode == MODE_FRAME || sc->paused) {
		snprintf(now.word, sizeof now.word, "%s", sc->paused ? "PAUSED" : "HISTORY");
		now.role = sc->paused ? ROLE_BAND_WARN : ROLE_BAND_STRONG;
		return now;
	}
	bool behind = fd && fd->state == FEED_CATCHING_UP;
	snprintf(now.word, sizeof now.word, "%s", mode);
	if (!fd || fd->state == FEED_LIVE || (behind && snap->demo))
		return now;
	now.running = behind;
	now.role = fd->state == FEED_FAILED ? ROLE_BAND_ALERT : behind || fd->state == FEED_STARTING ? ROLE_BAND_STRONG : ROLE_BAND_WARN;
	snprintf(now.word, sizeof now.word, snap->demo ? "DEMO %s" : "%s", feed_state_name(fd->state));
	for (char *p = now.word; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return now;
}

static void add_broker(struct pieces *line, const struct snapshot *snap)
{
	const struct feed_status *fd = snapshot_history(snap);
	char text[200];
	if (!fd)
		return;
	if (!fd->brokers_up)
		snprintf(text, sizeof text, "no broker");
	else if (snap->demo || fd->brokers_up == 1)
		snprintf(text, sizeof text, "kafka %s", snap->brokers);
	else
		snprintf(text, sizeof text, "kafka %d brokers", fd->brokers_up);
	pieces_add(line, fd->brokers_up ? ROLE_BAND_DIM : ROLE_BAND_WARN, snap->demo ? 6 : 9, text);
}

/* narrow: without what can be known from elsewhere, so that the pieces behind it stay. */
static void add_clock(struct pieces *line, const struct snapshot *snap, bool narrow)
{
	char text[96];
	struct words clock = format_clock(snap->now_ms), date = format_date(snap->now_ms);
	int64_t behind = snap->wall_ms - snap->now_ms;
	if (!snap->event_clock) {
		pieces_add(line, ROLE_BAND_STRONG, 2, clock.s);
		pieces_join(line, ROLE_BAND_DIM, 8, snap->mode == MODE_FRAME ? format_full_date(snap->now_ms).s : date.s);
		return;
	}
	struct words apart = format_long(behind < 0 ? -behind : behind);
	if (narrow)
		snprintf(text, sizeof text, " EVENT TIME %.5s %s%.20s ", clock.s, behind < 0 ? "+" : "−", apart.s);
	else
		snprintf(text, sizeof text, " EVENT TIME %.20s %.3s (%s%.20s) ", clock.s, date.s, behind < 0 ? "+" : "−", apart.s);
	pieces_add(line, ROLE_BAND_WARN, 2, text);
}

static void add_fresh(struct pieces *line, const struct snapshot *snap)
{
	int64_t arrived = snapshot_arrival(snap), age = arrived <= 0 ? -1 : snap->wall_ms > arrived ? snap->wall_ms - arrived : 0;
	uint8_t role = age >= 30000 ? ROLE_BAND_ALERT : age >= 5000 ? ROLE_BAND_WARN : ROLE_BAND;
	int priority = age >= 5000 ? 1 : 4; /* what has stopped must say so before anything else is said */
	pieces_right(line, ROLE_BAND_DIM, priority, "fresh");
	pieces_join(line, role, priority, age < 0 ? UNKNOWN : format_long(age).s);
}

static void add_lag(struct pieces *line, const struct feed_status *fd)
{
	pieces_right(line, ROLE_BAND_DIM, 5, "lag");
	pieces_join(line, ROLE_BAND, 5, fd ? format_known(fd->lag).s : UNKNOWN);
}

static void add_catching_up(struct pieces *line, const struct feed_status *fd)
{
	char text[96];
	int n = snprintf(text, sizeof text, "catching up %d %%", (int)(fd->catch_up * 100));
	if (fd->catch_up_left_ms >= 0)
		snprintf(text + n, sizeof text - (size_t)n, " · %.40s left", format_long(fd->catch_up_left_ms).s);
	pieces_right(line, ROLE_BAND_STRONG, 2, text);
}

static void draw_state_line(const struct screen *sc, const struct snapshot *snap, struct canvas *cv, int y)
{
	const struct feed_status *fd = snap->mode == MODE_FRAME ? NULL : snapshot_history(snap);
	struct standing now = standing_of(sc, snap);
	struct pieces line = {.count = 0};
	pieces_add(&line, ROLE_BRAND, 7, " tfl-top ");
	pieces_join(&line, now.role, 0, now.running ? "●" : "○");
	pieces_join(&line, now.role, 0, now.word);
	add_broker(&line, snap);
	add_clock(&line, snap, cv->width < 100);
	int64_t inside = snapshot_inside(snap);
	pieces_right(&line, ROLE_BAND_STRONG, 1, snapshot_today(snap) ? format_signed(inside).s + (inside > 0) : UNKNOWN);
	pieces_join(&line, ROLE_BAND_DIM, 1, "in network");
	const struct feed_status *counting = snap->mode == MODE_VIEWER ? &snap->store.feed : fd;
	pieces_right(&line, ROLE_BAND_STRONG, 3, counting ? format_rate(counting->rate).s : UNKNOWN);
	pieces_join(&line, ROLE_BAND_DIM, 3, "ev/s");
	if (fd && fd->state == FEED_CATCHING_UP && fd->catch_up >= 0) {
		add_catching_up(&line, fd);
	} else {
		add_lag(&line, counting);
		add_fresh(&line, snap);
	}
	pieces_draw(&line, cv, cv->width > 4 ? 1 : 0, y, cv->width > 4 ? cv->width - 2 : cv->width);
}

#define SPARK 12

static void network_spark(const struct snapshot *snap, bool exits, char *out)
{
	int64_t values[SPARK], max = 0, end = snapshot_minute(snap), step = 3600 / SPARK;
	for (int i = 0; i < SPARK; i++) {
		int64_t from = end - 3600 + i * step;
		struct counts n = board_network_window(&snap->board, from, from + step);
		values[i] = snapshot_charts(snap, from, from + step) ? (int64_t)(exits ? n.exits : n.entries) : -1;
		max = values[i] > max ? values[i] : max;
	}
	format_spark(values, SPARK, max, out);
}

static double ratio(uint32_t now, uint32_t before)
{
	return before ? (double)now / before - 1 : 0;
}

static void add_direction(struct pieces *line, const struct snapshot *snap, bool exits)
{
	int64_t end = snapshot_minute(snap);
	bool known = snapshot_knows(snap, end - 900, end), compared = known && snapshot_charts(snap, end - 1800, end - 900);
	struct counts now = board_network_window(&snap->board, end - 900, end),
		      before = board_network_window(&snap->board, end - 1800, end - 900);
	uint32_t n = exits ? now.exits : now.entries, was = exits ? before.exits : before.entries;
	char spark[SPARK * 3 + 1], trend[64];
	network_spark(snap, exits, spark);
	pieces_add(line, exits ? ROLE_OUT : ROLE_IN, 0, exits ? "Out" : "In");
	pieces_join(line, exits ? ROLE_OUT : ROLE_IN, 2, spark);
	pieces_join(line, exits ? ROLE_OUT_STRONG : ROLE_IN_STRONG, 0, known ? format_count(n).s : UNKNOWN);
	pieces_join(line, ROLE_DIM, 1, "/ 15 min");
	if (compared && was) {
		snprintf(trend, sizeof trend, "%s %.40s", n >= was ? "▲" : "▼", format_percent(ratio(n, was)).s);
		pieces_join(line, n >= was ? ROLE_PLUS : ROLE_MINUS, 3, trend);
	}
}

/* All stations' typical quarter summed; on how many days the best-known station's rests. */
static void add_typical(struct pieces *line, const struct snapshot *snap)
{
	double typical = 0;
	int n = 0;
	char text[96];
	for (size_t i = 0; i < snap->nbaselines; i++) {
		typical += snap->baselines[i].n ? snap->baselines[i].typical : 0;
		n = snap->baselines[i].n > n ? snap->baselines[i].n : n;
	}
	if (!n)
		return;
	snprintf(text, sizeof text, "typical %.40s (%d %s)", format_count((uint64_t)typical).s, n, n == 1 ? "day" : "days");
	pieces_add(line, ROLE_DIM, 5, text);
}

static void draw_flow_line(const struct snapshot *snap, struct canvas *cv, int y)
{
	struct pieces line = {.count = 0};
	add_direction(&line, snap, false);
	add_direction(&line, snap, true);
	add_typical(&line, snap);
	enum today today = snapshot_today(snap);
	bool counted = today == TODAY_COUNTED;
	pieces_right(&line, ROLE_DIM, 4, "today");
	pieces_join(&line, ROLE_IN, 4, today ? format_count(counted ? snap->board.day_entries : 0).s : UNKNOWN);
	pieces_join(&line, ROLE_DIM, 4, "in");
	pieces_join(&line, ROLE_OUT, 4, today ? format_count(counted ? snap->board.day_exits : 0).s : UNKNOWN);
	pieces_join(&line, ROLE_DIM, 4, "out");
	pieces_draw(&line, cv, cv->width > 4 ? 1 : 0, y, cv->width > 4 ? cv->width - 2 : cv->width);
}

void header_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, int y, bool both_lines)
{
	canvas_fill(cv, (struct rect){0, y, cv->width, 1}, ROLE_BAND);
	draw_state_line(sc, snap, cv, y);
	if (both_lines)
		draw_flow_line(snap, cv, y + 1);
}

/* Of a page longer than its view: which lines are seen. */
static void draw_extent(const struct screen *sc, struct canvas *cv, int x, int y)
{
	int top = sc->top[sc->view], end = top + sc->page < sc->length ? top + sc->page : sc->length;
	char text[80];
	snprintf(text, sizeof text, "%s lines %d–%d of %d %s", top ? "▲" : " ", top + 1, end, sc->length, end < sc->length ? "▼" : " ");
	if (sc->length > sc->page && text_width(text, cv->ascii) < cv->width - x)
		canvas_text_right(cv, x, y, cv->width - 1 - x, ROLE_DIM, text);
}

/* What the table is of: filter, count, order. */
static void draw_choice(const struct screen *sc, struct canvas *cv, int x, int y)
{
	struct pieces line = {.count = 0};
	char text[200];
	snprintf(text, sizeof text, "sort: %s %s", columns[sc->sort].header, sc->descending ? "▼" : "▲");
	if (x + text_width(text, cv->ascii) >= cv->width)
		return;
	pieces_right(&line, ROLE_DIM, sc->filter[0] ? 2 : 0, text);
	pieces_add(&line, ROLE_STRONG, 1, format_count(sc->count).s);
	pieces_join(&line, ROLE_DIM, 1, "stations");
	if (sc->filter[0]) {
		snprintf(text, sizeof text, "filter “%s”", sc->filter);
		pieces_add(&line, ROLE_WARN, 0, text);
	}
	pieces_draw(&line, cv, x, y, cv->width - 1 - x);
}

/* Of all tabs, without what is between them; brief: only the view that is shown has its title. */
static int tabs_width(const struct screen *sc, const struct canvas *cv, bool brief)
{
	int width = 1;
	for (int i = 0; i < VIEWS; i++)
		width += 3 + (brief && i != (int)sc->view ? 0 : 1 + text_width(views[i].title, cv->ascii));
	return width;
}

void tabs_draw(struct screen *sc, struct canvas *cv, int y)
{
	bool brief = tabs_width(sc, cv, false) > cv->width;
	int x = 1, gap = tabs_width(sc, cv, brief) + VIEWS > cv->width ? 0 : 1;
	for (int i = 0; i < VIEWS; i++) {
		bool named = !brief || i == (int)sc->view;
		int used = canvas_printf(cv, x, y, cv->width - x, i == (int)sc->view ? ROLE_TAB_ACTIVE : ROLE_TAB, " %c%s%s ", views[i].key,
					 named ? " " : "", named ? views[i].title : "");
		screen_hit(sc, (struct hit){.area = {x, y, used, 1}, .key = views[i].key, .column = -1, .station = -1});
		x += used + gap;
	}
	(sc->view == VIEW_STATIONS ? draw_choice : draw_extent)(sc, cv, x + 1, y);
}

static const char *broken_ledger(const struct feed_status *fd)
{
	for (size_t i = 0; i < fd->partitions && i < FEED_PARTITIONS_MAX; i++)
		if (!ledger_holds(&fd->partition[i].ledger))
			return fd->partition[i].topic;
	return ledger_holds(&fd->total) ? NULL : "all partitions";
}

#define SILENT_MS 30000 /* a viewer's file */

struct alert {
	char text[600];
	uint8_t role;
};

static void alert_set(struct alert *alert, uint8_t role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void alert_set(struct alert *alert, uint8_t role, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(alert->text, sizeof alert->text, fmt, ap);
	va_end(ap);
	alert->role = role;
}

static void feed_alert(const struct snapshot *snap, const struct feed_status *fd, struct alert *alert)
{
	const char *broken = broken_ledger(fd), *why = fd->detail[0] ? fd->detail : fd->last_error;
	if (fd->state == FEED_FAILED || fd->state == FEED_STALLED)
		alert_set(alert, fd->state == FEED_FAILED ? ROLE_ALERT_BAR : ROLE_BAND_WARN, "%s %s: %s", fd->name,
			  feed_state_name(fd->state), why);
	else if (broken)
		alert_set(alert, ROLE_ALERT_BAR, "%s: the ledger of %s does not add up: see Pipeline (5), and please report it", fd->name,
			  broken);
	else if (!fd->brokers_up && fd->state != FEED_STARTING && fd->state != FEED_STOPPED)
		alert_set(alert, ROLE_BAND_WARN, "no broker at %s — -b HOST:PORT sets another; reading goes on by itself when it answers",
			  snap->brokers);
	else if (fd->state == FEED_WAITING)
		alert_set(alert, ROLE_BAND_WARN, "%s waits: %s", fd->name, fd->detail);
	else if (sink_fails(&fd->sink))
		alert_set(alert, ROLE_BAND_WARN, "%s: nothing gets through: %s — it is sent again until it does; see Pipeline (5)", fd->name,
			  fd->sink.last_error);
}

static void writer_alert(const struct snapshot *snap, struct alert *alert)
{
	int64_t left = READER_GRACE_MS - (snap->wall_ms - snap->store.writer_gone_ms);
	if (left > 0)
		alert_set(alert, ROLE_BAND_WARN, "the process that counted has ended: this one counts from here on, in %s, unless it comes back",
			  format_long(left + 999).s);
	else
		alert_set(alert, ROLE_BAND_WARN, "the process that counted has ended, and this one may not write the history: nobody counts now");
}

/* What needs a person, in words with the remedy: the first thing along the way of an event; empty while all is well. */
static void find_alert(const struct snapshot *snap, struct alert *alert)
{
	alert->text[0] = '\0';
	if (snap->mode == MODE_FRAME)
		return;
	if (snap->has_sim && snap->sim.state == SIM_FAILED)
		alert_set(alert, ROLE_ALERT_BAR, "simulator failed: %s", snap->sim.detail);
	else if (snap->has_enrich && snap->enrich.state == ENRICH_FAILED)
		alert_set(alert, ROLE_ALERT_BAR, "enrich failed: %s", snap->enrich.detail);
	else if (snap->mode == MODE_VIEWER && snap->store.writer_gone_ms)
		writer_alert(snap, alert);
	else if (snap->mode == MODE_VIEWER && snap->store.written_ms && snap->wall_ms - snap->store.written_ms > SILENT_MS)
		alert_set(alert, ROLE_BAND_WARN, "nothing was written to the history for %s: the stream is silent",
			  format_long(snap->wall_ms - snap->store.written_ms).s);
	for (size_t i = 0; i < snap->feeds && !alert->text[0]; i++)
		feed_alert(snap, &snap->feed[i], alert);
}

int alert_draw(const struct snapshot *snap, struct canvas *cv, int y)
{
	struct alert alert;
	struct rect words = {1, y, cv->width - 2, cv->height < 10 ? 1 : 3};
	find_alert(snap, &alert);
	if (!alert.text[0])
		return 0;
	int lines = canvas_wrap(cv, words, alert.role, alert.text); /* to learn how many */
	canvas_fill(cv, (struct rect){0, y, cv->width, lines}, alert.role);
	return canvas_wrap(cv, words, alert.role, alert.text);
}

static int draw_prompt(const struct screen *sc, struct canvas *cv, int y)
{
	bool filter = sc->prompt == PROMPT_FILTER;
	canvas_fill(cv, (struct rect){0, y, 1, 1}, ROLE_PROMPT);
	int x = 1 + canvas_printf(cv, 1, y, cv->width - 1, ROLE_PROMPT, " %s: %s", filter ? "Filter" : "Search",
				  filter ? sc->filter : sc->search);
	x += canvas_text(cv, x, y, cv->width - x, ROLE_PROMPT, "▏ ");
	return x + 1;
}

static int draw_keys(struct screen *sc, struct canvas *cv, int x, int y, unsigned context)
{
	for (size_t i = 0; i < nbindings; i++) {
		const struct binding *bind = &bindings[i];
		if (!bind->label || !(bind->contexts & context))
			continue;
		struct key_label name = key_label(bind->keys[0]);
		int need = text_width(name.s, cv->ascii) + text_width(bind->label, cv->ascii) + 3, start = x;
		if (x + need > cv->width)
			break;
		x += canvas_text(cv, x, y, cv->width - x, ROLE_KEY, name.s);
		x += canvas_printf(cv, x, y, cv->width - x, ROLE_KEY_LABEL, " %s ", bind->label);
		screen_hit(sc, (struct hit){.area = {start, y, x - start, 1}, .key = bind->keys[0], .column = -1, .station = -1});
		x++;
	}
	return x;
}

static void draw_feeds(const struct snapshot *snap, struct canvas *cv, int left, int y)
{
	char text[300] = "";
	size_t n = 0;
	bool well = true;
	for (size_t i = 0; i < snap->feeds && n < sizeof text - 64; i++) {
		const struct feed_status *fd = &snap->feed[i];
		bool runs = fd->state == FEED_LIVE || fd->state == FEED_CATCHING_UP, fails = sink_fails(&fd->sink);
		well &= fd->state == FEED_STARTING || (runs && !fails);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s", n ? " · " : "", fd->name,
				      runs && fails ? "retrying" : feed_state_name(fd->state));
	}
	if (snap->has_enrich && n < sizeof text - 64)
		n += (size_t)snprintf(text + n, sizeof text - n, "%senrich %s", n ? " · " : "", enrich_state_name(snap->enrich.state));
	if (snap->has_sim && n < sizeof text - 64)
		snprintf(text + n, sizeof text - n, "%ssimulator %s", n ? " · " : "", sim_state_name(snap->sim.state));
	if (text_width(text, cv->ascii) < cv->width - left - 1)
		canvas_text_right(cv, left, y, cv->width - left - 1, well ? ROLE_DIM : ROLE_WARN, text);
}

void bottom_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, int y)
{
	int x = 1;
	if (sc->prompt == PROMPT_FILTER || sc->prompt == PROMPT_SEARCH)
		x = draw_prompt(sc, cv, y);
	x = draw_keys(sc, cv, x, y, screen_context(sc));
	if (sc->notice[0])
		canvas_text_right(cv, x, y, cv->width - x - 1, ROLE_STRONG, sc->notice);
	else if (!sc->prompt)
		draw_feeds(snap, cv, x, y);
}
