#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "ui_fixture.h"

#include "base/mem.h"
#include "base/rng.h"
#include "sim/scenario.h"
#include "ui/format.h"
#include "ui/linear.h"
#include "ui/screen.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct snapshot snap;

static int start(void **state)
{
	(void)state;
	fixture_init(&snap);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	snapshot_fini(&snap);
	return 0;
}

static void draw(struct screen *sc, int width, int height, bool ascii, struct strbuf *out)
{
	struct canvas cv;
	canvas_init(&cv, width, height, ascii);
	screen_refresh(sc, &snap);
	screen_draw(sc, &snap, &cv);
	canvas_to_text(&cv, out);
	canvas_fini(&cv);
}

static void views_are_as_their_goldens(void **state)
{
	(void)state;
	static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}, {1, 1}};
	for (size_t i = 0; i < VIEWS * 4 * 2; i++) {
		const int *size = sizes[i / 2 % 4];
		struct screen sc;
		struct strbuf drawn = {0};
		char name[64];
		bool ascii = i % 2;
		assert_int_equal(screen_init(&sc, views[i / 8].name, NULL, NULL, NULL), 0);
		snap.has_sim = i / 8 == VIEW_SIMULATOR;
		draw(&sc, size[0], size[1], ascii, &drawn);
		snprintf(name, sizeof name, "%s-%dx%d%s", views[i / 8].name, size[0], size[1], ascii ? "-ascii" : "");
		golden_compare(name, &drawn);
		strbuf_fini(&drawn);
		screen_fini(&sc);
	}
}

/* What a click is for lies on the screen, however little of it there is. */
static void clicks_are_on_the_screen(void **state)
{
	(void)state;
	for (int width = 1; width < 40; width++)
		for (int view = 0; view < VIEWS; view++) {
			struct screen sc;
			struct strbuf drawn = {0};
			assert_int_equal(screen_init(&sc, views[view].name, NULL, NULL, NULL), 0);
			draw(&sc, width, 53, false, &drawn);
			for (size_t i = 0; i < sc.nhits; i++) {
				const struct rect area = sc.hits[i].area;
				if (area.x < 0 || area.y < 0 || area.w < 1 || area.h < 1 || area.x + area.w > width || area.y + area.h > 53)
					fail_msg("%s, %d columns: %d × %d at %d, %d", views[view].name, width, area.w, area.h, area.x, area.y);
			}
			strbuf_fini(&drawn);
			screen_fini(&sc);
		}
}

/* Each theme as it leaves for a terminal of few and of many colours. */
static void themes_are_as_their_goldens(void **state)
{
	(void)state;
	static const char *const depths[] = {[DEPTH_8] = "8", [DEPTH_16] = "16", [DEPTH_256] = "256"};
	for (int i = 0; i < THEME_MONO * 3; i++) {
		enum depth depth = (enum depth)(DEPTH_8 + i % 3);
		struct screen sc;
		struct canvas cv;
		struct strbuf drawn = {0};
		char name[64];
		screen_init(&sc, "stations", NULL, NULL, NULL);
		screen_refresh(&sc, &snap);
		canvas_init(&cv, 80, 12, false);
		screen_draw(&sc, &snap, &cv);
		canvas_to_ansi(&cv, (enum theme)(i / 3), depth, &drawn);
		snprintf(name, sizeof name, "theme-%s-%s", theme_name((enum theme)(i / 3)), depths[depth]);
		golden_compare(name, &drawn);
		strbuf_fini(&drawn);
		canvas_fini(&cv);
		screen_fini(&sc);
	}
}

/* How things stand: each state's own words, and its remedy. */
static void states_are_as_their_goldens(void **state)
{
	(void)state;
	struct snapshot well = snap;
	struct feed_status *fd = &snap.feed[0];
	static const char *const names[] = {"down",   "failed", "catching-up", "demo",   "broken-ledger",
					    "viewer", "paused", "frame",       "next-day", "heir",   "nothing"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct screen sc;
		struct strbuf drawn = {0};
		char name[64];
		screen_init(&sc, "stations", NULL, NULL, NULL);
		switch (i) {
		case 0:
			fd->state = FEED_WAITING;
			fd->brokers_up = 0;
			fd->last_arrival_ms = snap.wall_ms - 31000;
			break;
		case 1:
			fd->state = FEED_FAILED;
			snprintf(fd->detail, sizeof fd->detail,
				 "this history belongs to cluster X, the broker to cluster Y: give another file with --db");
			break;
		case 2:
			fd->state = FEED_CATCHING_UP;
			fd->catch_up = 0.43;
			fd->catch_up_left_ms = 121000;
			fd->lag = 812345;
			break;
		case 3:
			snap.demo = 1;
			snap.wall_ms += 90000000;
			fd->last_arrival_ms = snap.wall_ms - 6000;
			snap.has_sim = 1;
			snap.sim.state = SIM_RUNNING;
			break;
		case 4:
			fd->partition[2].ledger.stored--;
			break;
		case 5:
			snap.mode = MODE_VIEWER;
			snap.feeds = 0;
			snap.store.written_ms = snap.wall_ms - 31000;
			snap.store.feed = *fd;
			snap.store.feed.lag = 17;
			snap.store.feed.rate = 41.4;
			break;
		case 6:
			sc.paused = true;
			snprintf(sc.filter, sizeof sc.filter, "vic");
			break;
		case 7:
			snap.mode = MODE_FRAME;
			snap.feeds = 0;
			break;
		case 8:
			snap.wall_ms += 86400000;
			break;
		case 9:
			snap.mode = MODE_VIEWER;
			snap.feeds = 0;
			snap.store.feed = *fd;
			snap.store.feed.rate = -1;
			snap.store.written_ms = snap.wall_ms - 6000;
			snap.store.writer_gone_ms = snap.wall_ms - 5000;
			break;
		default:
			snap.board.newest_ts = snap.board.watermark_ms = 0;
			snap.stations.count = 0;
			fd->state = FEED_STARTING;
			break;
		}
		snapshot_clock(&snap, "auto");
		draw(&sc, 80, 14, false, &drawn);
		snprintf(name, sizeof name, "state-%s", names[i]);
		golden_compare(name, &drawn);
		strbuf_fini(&drawn);
		screen_fini(&sc);
		snap = well;
	}
}

/* The role in which the header has a text; -1 it is not there. */
static int role_of(const struct canvas *cv, const char *text)
{
	char line[400] = "";
	for (int x = 0; x < cv->width && strlen(line) + sizeof cv->cells->text < sizeof line; x++)
		strcat(line, canvas_cell(cv, x, 0)->text);
	char *at = strstr(line, text);
	if (!at)
		return -1;
	*at = '\0';
	return canvas_cell(cv, text_width(line, false), 0)->role;
}

/* A stream that has stopped is amber after 5 s and red after 30 s, on any width, whatever else must go. */
static void what_has_stopped_says_so(void **state)
{
	(void)state;
	static const struct {
		int64_t age_ms;
		const char *text;
		int role;
	} ages[] = {{900, "fresh 0 s", ROLE_BAND}, {5000, "fresh 5 s", ROLE_BAND_WARN}, {29999, "fresh 29 s", ROLE_BAND_WARN},
		    {30000, "fresh 30 s", ROLE_BAND_ALERT}, {7200000, "fresh 2 h 0 min", ROLE_BAND_ALERT}};
	struct snapshot before = snap;
	snap.demo = 1;
	snap.wall_ms += 90000000;
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
		for (int width = 80; width <= 200; width += 15) {
			struct screen sc;
			struct canvas cv;
			snap.feed[0].last_arrival_ms = snap.wall_ms - ages[i].age_ms;
			snapshot_clock(&snap, "event");
			screen_init(&sc, NULL, NULL, NULL, NULL);
			canvas_init(&cv, width, 24, false);
			screen_draw(&sc, &snap, &cv);
			assert_true(role_of(&cv, ages[i].text) >= 0);
			assert_int_equal(role_of(&cv, ages[i].text + strlen("fresh ")), ages[i].role);
			canvas_fini(&cv);
			screen_fini(&sc);
		}
	snap = before;
}

static void a_line_of_words_is_plain_ascii(void **state)
{
	(void)state;
	struct strbuf out = {0};
	struct feed_status before = snap.feed[0];
	linear_line(&snap, &out);
	assert_string_equal(strbuf_str(&out), "live, entries 22029 and exits 15431 in 15 min, today 157440 and 70277, in network 87163, "
					      "history live, lag 0, 41 events/s");
	strbuf_reset(&out);
	snap.feed[0].state = FEED_WAITING;
	snprintf(snap.feed[0].detail, sizeof snap.feed[0].detail, "\033[2J – \n");
	snap.now_ms += 3600000;
	linear_line(&snap, &out);
	assert_non_null(strstr(strbuf_str(&out), "in 15 min unknown"));
	for (size_t i = 0; i < out.len; i++)
		assert_in_range(out.data[i], ' ', '~');
	snap.now_ms -= 3600000;
	snap.feed[0] = before;
	strbuf_fini(&out);
}

static unsigned type(struct screen *sc, const char *keys)
{
	unsigned react = 0;
	for (; *keys; keys++) {
		react = screen_input(sc, &(struct input){.key = (unsigned char)*keys});
		if (react & REACT_RESORT)
			screen_refresh(sc, &snap);
	}
	return react;
}

/* Enter looks at the selected station, and stays with it when the order changes; Esc leads back. */
static void a_station_is_looked_at(void **state)
{
	(void)state;
	struct screen sc;
	screen_init(&sc, NULL, "station", NULL, NULL);
	screen_refresh(&sc, &snap);
	int64_t first = screen_station(&sc);
	screen_input(&sc, &(struct input){.key = K_RETURN});
	assert_int_equal(sc.view, VIEW_STATION);
	assert_int_equal(screen_station(&sc), first);
	sc.descending = !sc.descending;
	screen_refresh(&sc, &snap);
	assert_int_equal(screen_station(&sc), first);
	screen_input(&sc, &(struct input){.key = K_HOME});
	assert_int_equal(screen_station(&sc), sc.rows[0].index);
	assert_true(screen_station(&sc) != first);
	screen_input(&sc, &(struct input){.key = K_DOWN});
	assert_int_equal(screen_station(&sc), sc.rows[1].index);
	screen_input(&sc, &(struct input){.key = K_ESCAPE});
	assert_int_equal(sc.view, VIEW_STATIONS);
	screen_fini(&sc);
}

static bool simulator_says(const char *words)
{
	struct screen sc;
	struct strbuf drawn = {0};
	assert_int_equal(screen_init(&sc, "simulator", NULL, NULL, NULL), 0);
	draw(&sc, 120, 40, false, &drawn);
	bool says = strstr(strbuf_str(&drawn), words) != NULL;
	strbuf_fini(&drawn);
	screen_fini(&sc);
	return says;
}

/* What cannot be is said, and what nobody knows is not 0. */
static void a_broken_balance_is_said(void **state)
{
	(void)state;
	struct sim_status good = snap.sim;
	snap.has_sim = 1;
	assert_true(simulator_says("balance      holds"));
	snap.sim.inside--;
	assert_true(simulator_says("BROKEN: 157 440 entries"));
	snap.sim = good;
	snap.sim.acknowledged = snap.sim.produced + 1;
	assert_true(simulator_says("BROKEN: 250 160 produced"));
	snap.sim = good;
	snap.sim.offered = snap.enrich.joined - 1;
	assert_true(simulator_says("enriched, but only"));
	snap.has_enrich = 0;
	snap.sim.offered = snap.board.applied - 1;
	assert_true(simulator_says("counted, but only"));
	assert_true(simulator_says("–  not joined here"));
	snap.has_enrich = 1;
	snap.sim = good;
	size_t feeds = snap.feeds;
	snap.feeds = 0;
	assert_true(simulator_says("–  not counted here"));
	snap.feeds = feeds;
	snap.has_sim = 0;
}

/* Keys of the Simulator view change what is wished for, one step at a time; without a simulator they do nothing. */
static void the_simulator_is_steered(void **state)
{
	(void)state;
	struct screen sc;
	screen_init(&sc, "simulator", NULL, NULL, NULL);
	screen_refresh(&sc, &snap);
	assert_int_equal(type(&sc, "+"), 0);
	snap.has_sim = 1;
	screen_refresh(&sc, &snap);
	assert_true(type(&sc, "+") & REACT_STEER);
	assert_true(sc.wish.rate > 4.99 && sc.wish.rate < 5.01);
	type(&sc, "------------------");
	assert_true(sc.wish.rate > 0.009 && sc.wish.rate < 0.011);
	type(&sc, "......");
	assert_true(sc.wish.speed <= 0); /* max */
	type(&sc, ",");
	assert_true(sc.wish.speed > 599 && sc.wish.speed < 601);
	assert_true(type(&sc, " ") & REACT_STEER);
	assert_true(sc.wish.paused && !sc.paused);
	screen_refresh(&sc, &snap);
	assert_ptr_equal(sc.wish.scenario, scenario_find("surge", NULL));
	assert_true(type(&sc, "s") & REACT_STEER);
	assert_ptr_equal(sc.wish.scenario, scenario_find("closure", NULL));
	type(&sc, "ss");
	assert_ptr_equal(sc.wish.scenario, &scenarios[0]); /* round the table */
	type(&sc, "SSS");
	assert_ptr_equal(sc.wish.scenario, scenario_find("surge", NULL));
	type(&sc, "nnN");
	assert_int_equal(sc.wish.seed, 8);
	screen_refresh(&sc, &snap);
	assert_false(sc.wish.paused); /* it is the simulator that says what it does */
	type(&sc, "1+");
	assert_true(sc.wish.rate > 1.99 && sc.wish.rate < 2.01);
	snap.has_sim = 0;
	screen_fini(&sc);
}

static void log_more(size_t lines)
{
	for (size_t i = 0; i < lines; i++) {
		if (snap.log_lines == LOG_RING)
			memmove(snap.log, snap.log + 1, sizeof snap.log - sizeof *snap.log);
		else
			snap.log_lines++;
		struct log_line *line = &snap.log[snap.log_lines - 1];
		*line = (struct log_line){.time_ms = snap.wall_ms, .level = i % 4 ? LOG_INFO : LOG_WARN};
		snprintf(line->text, sizeof line->text, "line %u", (unsigned)++snap.log_serial);
	}
}

static void log_shows(struct screen *sc, const char *first, const char *last)
{
	struct strbuf drawn = {0};
	draw(sc, 80, 16, false, &drawn);
	const char *a = strstr(strbuf_str(&drawn), first), *b = strstr(strbuf_str(&drawn), last);
	if (!a || !b || a > b)
		fail_msg("wanted %s to %s:\n%s", first, last, strbuf_str(&drawn));
	strbuf_fini(&drawn);
}

/* It follows the newest line; scrolled away it stays with the lines it shows, though more are written and the oldest go. */
static void the_log_follows_or_is_held(void **state)
{
	(void)state;
	struct screen sc;
	struct snapshot before = snap;
	screen_init(&sc, "log", NULL, NULL, NULL);
	snap.log_lines = snap.log_serial = 0;
	log_shows(&sc, "Log", "Nothing was logged yet");
	log_more(499);
	log_shows(&sc, "line 489\n", "line 499\n");
	log_more(1);
	log_shows(&sc, "line 490\n", "line 500\n");
	screen_input(&sc, &(struct input){.key = K_PAGE_UP});
	log_shows(&sc, "line 479\n", "line 489\n");
	log_more(100);
	log_shows(&sc, "line 479\n", "line 489\n");
	log_more(450);
	log_shows(&sc, "line 551\n", "line 561\n"); /* those it stayed with are gone */
	assert_int_equal(type(&sc, "G"), REACT_REDRAW);
	log_shows(&sc, "line 1040\n", "line 1050\n");
	log_more(1);
	log_shows(&sc, "line 1041\n", "line 1051\n");
	type(&sc, "ll");
	log_shows(&sc, "warnings and errors", "line 1051\n");
	log_shows(&sc, "line 1013\n", "line 1049\n");
	type(&sc, "l");
	log_shows(&sc, "errors", "No line of this level");
	type(&sc, "l");
	log_shows(&sc, "all levels", "line 1050\n");
	snap = before;
	screen_fini(&sc);
}

/* Roles that stand for different things. */
static const int families[][4] = {{ROLE_OK, ROLE_WARN, ROLE_ALERT, ROLE_TEXT},
				  {ROLE_QUIET, ROLE_BUSY, ROLE_VERY_BUSY, ROLE_TEXT},
				  {ROLE_BAND_OK, ROLE_BAND_WARN, ROLE_BAND_ALERT, ROLE_BAND},
				  {ROLE_PLUS, ROLE_MINUS, -1, -1}};
#define STATES (FEED_FAILED + 1)
#define FAMILIES (sizeof families / sizeof *families)

static bool belongs(size_t family, int role)
{
	for (int i = 0; i < 4; i++)
		if (families[family][i] == role)
			return true;
	return false;
}

struct run { /* neighbouring cells of one role */
	int role;
	char text[200];
};

struct runs {
	struct run *run;
	size_t count, cap;
};

static void add_run(struct runs *runs, const struct run *run)
{
	if (strlen(run->text) - strspn(run->text, " ") <= 1) /* a sign: the word is beside it */
		return;
	for (size_t i = 0; i < runs->count; i++) {
		const struct run *other = &runs->run[i];
		if (strcmp(other->text, run->text))
			continue;
		if (other->role == run->role)
			return;
		for (size_t family = 0; family < FAMILIES; family++)
			if (belongs(family, other->role) && belongs(family, run->role))
				fail_msg("\"%s\" is drawn as role %d and as role %d", run->text, run->role, other->role);
	}
	runs->run = xgrow(runs->run, runs->count, &runs->cap, sizeof *runs->run);
	runs->run[runs->count++] = *run;
}

static void add_runs(struct runs *runs, const struct canvas *cv, int y)
{
	struct run run = {.role = -1};
	for (int x = 0; x <= cv->width; x++) {
		const struct cell *cell = canvas_cell(cv, x, y);
		if (!cell || cell->role != run.role) {
			add_run(runs, &run);
			run = (struct run){.role = cell ? cell->role : -1};
		}
		if (cell && strlen(run.text) + sizeof cell->text < sizeof run.text)
			strcat(run.text, cell->text);
	}
}

/* The same letters never come in two roles that mean different things: who sees no colour sees the difference too. */
static void no_two_meanings_differ_by_colour_alone(void **state)
{
	(void)state;
	struct runs runs = {0};
	struct feed_status well = snap.feed[0];
	for (int i = 0; i < (VIEWS - 1) * STATES; i++) { /* Help explains colours, and uses none */
		struct screen sc;
		struct canvas cv;
		snap.feed[0].state = (enum feed_state)(i % STATES);
		snap.feed[0].last_arrival_ms = snap.wall_ms - i % STATES * 7000;
		screen_init(&sc, views[i / STATES].name, NULL, NULL, NULL);
		screen_refresh(&sc, &snap);
		canvas_init(&cv, 120, 40, true);
		screen_draw(&sc, &snap, &cv);
		for (int y = 0; y < cv.height; y++)
			add_runs(&runs, &cv, y);
		canvas_fini(&cv);
		screen_fini(&sc);
	}
	snap.feed[0] = well;
	assert_true(runs.count > 200);
	free(runs.run);
}

static void a_key_changes_the_theme(void **state)
{
	(void)state;
	struct screen sc;
	struct strbuf drawn = {0};
	screen_init(&sc, NULL, NULL, NULL, NULL);
	assert_int_equal(type(&sc, "T"), REACT_REPAINT);
	draw(&sc, 80, 24, false, &drawn);
	assert_non_null(strstr(strbuf_str(&drawn), "theme light"));
	for (int i = 1; i < THEMES; i++)
		type(&sc, "T");
	assert_int_equal(sc.theme, THEME_DARK);
	type(&sc, "j");
	strbuf_reset(&drawn);
	draw(&sc, 80, 24, false, &drawn);
	assert_null(strstr(strbuf_str(&drawn), "theme"));
	strbuf_fini(&drawn);
	screen_fini(&sc);
}

static void a_filter_narrows_as_it_is_typed(void **state)
{
	(void)state;
	struct screen sc;
	screen_init(&sc, NULL, NULL, NULL, NULL);
	screen_refresh(&sc, &snap);
	assert_int_equal(sc.count, FIXTURE_STATIONS);
	type(&sc, "/EDGWARE");
	assert_int_equal(sc.count, 2);
	assert_int_equal(screen_context(&sc), IN_FILTER);
	type(&sc, "\r");
	assert_int_equal(sc.count, 2);
	type(&sc, "/x");
	assert_int_equal(sc.count, 0);
	type(&sc, "\033");
	assert_string_equal(sc.filter, "EDGWARE");
	assert_int_equal(sc.count, 2);
	type(&sc, "\033");
	assert_int_equal(sc.count, FIXTURE_STATIONS);
	type(&sc, "/tram\b\b\b\b\rq");
	assert_int_equal(sc.count, FIXTURE_STATIONS);
	assert_int_equal(type(&sc, "q"), REACT_QUIT);
	screen_fini(&sc);
}

static void the_selection_follows_its_station(void **state)
{
	(void)state;
	struct screen sc;
	screen_init(&sc, NULL, "station", NULL, NULL);
	screen_refresh(&sc, &snap);
	type(&sc, "jjj");
	int64_t chosen = sc.selected;
	assert_int_equal(screen_position(&sc), 3);
	type(&sc, "I");
	assert_int_equal(sc.selected, chosen);
	assert_int_equal(screen_position(&sc), FIXTURE_STATIONS - 4);
	type(&sc, "g");
	assert_int_equal(sc.selected, -1);
	screen_input(&sc, &(struct input){.key = K_F(3)});
	type(&sc, "brix\r");
	assert_string_equal(sc.rows[screen_position(&sc)].st->name, "Brixton");
	assert_int_equal(type(&sc, "G"), REACT_REDRAW);
	assert_int_equal(screen_position(&sc), FIXTURE_STATIONS - 1);
	assert_int_equal(type(&sc, "j"), 0);
	screen_fini(&sc);
}

static bool selection_is_seen(const struct canvas *cv)
{
	for (int y = 0; y < cv->height; y++)
		if (canvas_cell(cv, 1, y)->selected)
			return true;
	return false;
}

static void the_selection_stays_in_sight(void **state)
{
	(void)state;
	struct screen sc;
	struct canvas cv;
	screen_init(&sc, NULL, NULL, NULL, NULL);
	screen_refresh(&sc, &snap);
	canvas_init(&cv, 80, 12, false);
	for (int i = 0; i < 2 * FIXTURE_STATIONS; i++) {
		type(&sc, i < FIXTURE_STATIONS ? "j" : "k");
		screen_draw(&sc, &snap, &cv);
		assert_true(selection_is_seen(&cv));
	}
	canvas_fini(&cv);
	screen_fini(&sc);
}

static void a_click_sorts_selects_and_switches(void **state)
{
	(void)state;
	struct screen sc;
	struct strbuf drawn = {0};
	screen_init(&sc, NULL, NULL, NULL, NULL);
	draw(&sc, 120, 40, false, &drawn);
	assert_true(screen_input(&sc, &(struct input){.key = K_CLICK, .x = 3, .y = 3}) & REACT_RESORT);
	assert_string_equal(columns[sc.sort].name, "station");
	draw(&sc, 120, 40, false, &drawn);
	screen_input(&sc, &(struct input){.key = K_CLICK, .x = 10, .y = 7});
	assert_int_equal(screen_position(&sc), 3);
	screen_input(&sc, &(struct input){.key = K_CLICK, .x = 17, .y = 2});
	assert_int_equal(sc.view, VIEW_NETWORK);
	assert_int_equal(screen_input(&sc, &(struct input){.key = K_CLICK, .x = 119, .y = 20}), 0);
	strbuf_fini(&drawn);
	screen_fini(&sc);
}

static int random_key(struct rng *rng)
{
	static const int rare[] = {K_ESCAPE, K_RETURN, 'G', K_END, K_HOME, K_CTRL_U, K_BACKSPACE, 0xe9, 0x6c5f, 0x202e};
	uint32_t dice = rng_below(rng, 4);
	return dice == 0 ? (int)rng_below(rng, 128) : dice == 1 ? rare[rng_below(rng, 10)] : K_UP + (int)rng_below(rng, K_F(12) + 2 - K_UP);
}

/* Random keys at random sizes: nothing is read or written astray, nothing but text comes out. */
static void no_key_and_no_size_breaks_it(void **state)
{
	(void)state;
	struct rng rng;
	struct screen sc;
	struct canvas cv;
	struct strbuf out = {0};
	rng_init(&rng, 3, 0);
	screen_init(&sc, NULL, NULL, NULL, NULL);
	screen_refresh(&sc, &snap);
	canvas_init(&cv, 80, 24, false);
	for (int step = 0; step < 20000; step++) {
		struct input in = {.key = random_key(&rng), .x = (int)rng_below(&rng, 80), .y = (int)rng_below(&rng, 40)};
		unsigned react = screen_input(&sc, &in);
		if (react & REACT_RESORT)
			screen_refresh(&sc, &snap);
		if (rng_below(&rng, 16) == 0) {
			bool large = rng_below(&rng, 40) == 0;
			cv.ascii = rng_below(&rng, 2);
			canvas_resize(&cv, 1 + (int)rng_below(&rng, large ? 500 : 90), 1 + (int)rng_below(&rng, large ? 200 : 30));
		}
		if (rng_below(&rng, 10) == 0)
			screen_draw(&sc, &snap, &cv);
	}
	screen_draw(&sc, &snap, &cv);
	canvas_to_text(&cv, &out);
	for (size_t i = 0; i < out.len; i++)
		assert_true((unsigned char)out.data[i] >= ' ' || out.data[i] == '\n');
	strbuf_fini(&out);
	canvas_fini(&cv);
	screen_fini(&sc);
}

static void every_size_can_be_drawn(void **state)
{
	(void)state;
	struct screen sc;
	struct canvas cv;
	screen_init(&sc, NULL, NULL, NULL, NULL);
	screen_refresh(&sc, &snap);
	canvas_init(&cv, 1, 1, false);
	for (int height = 1; height <= 26; height++)
		for (int width = 1; width <= 130; width += height < 8 ? 1 : 7) {
			canvas_resize(&cv, width, height);
			sc.view = (enum view_id)((width + height) % VIEWS);
			screen_draw(&sc, &snap, &cv);
		}
	canvas_fini(&cv);
	screen_fini(&sc);
}

static void wrong_names_are_refused(void **state)
{
	(void)state;
	struct screen sc;
	struct error err;
	assert_int_equal(screen_init(&sc, "netwrk", NULL, NULL, &err), -1);
	assert_non_null(strstr(err.text, "did you mean network?"));
	assert_int_equal(screen_init(&sc, NULL, "-inn15", NULL, &err), -1);
	assert_int_equal(screen_init(&sc, NULL, "-in15", "station,in15", &err), 0);
	assert_false(sc.descending);
	screen_fini(&sc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_are_as_their_goldens),
		cmocka_unit_test(clicks_are_on_the_screen),
		cmocka_unit_test(themes_are_as_their_goldens),
		cmocka_unit_test(states_are_as_their_goldens),
		cmocka_unit_test(what_has_stopped_says_so),
		cmocka_unit_test(a_line_of_words_is_plain_ascii),
		cmocka_unit_test(a_station_is_looked_at),
		cmocka_unit_test(a_broken_balance_is_said),
		cmocka_unit_test(the_simulator_is_steered),
		cmocka_unit_test(the_log_follows_or_is_held),
		cmocka_unit_test(no_two_meanings_differ_by_colour_alone),
		cmocka_unit_test(a_key_changes_the_theme),
		cmocka_unit_test(a_filter_narrows_as_it_is_typed),
		cmocka_unit_test(the_selection_follows_its_station),
		cmocka_unit_test(the_selection_stays_in_sight),
		cmocka_unit_test(a_click_sorts_selects_and_switches),
		cmocka_unit_test(no_key_and_no_size_breaks_it),
		cmocka_unit_test(every_size_can_be_drawn),
		cmocka_unit_test(wrong_names_are_refused),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
