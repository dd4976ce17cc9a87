#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "ui_fixture.h"

#include "ui/screen.h"
#include "ui/theme.h"

#include <stdio.h>
#include <string.h>

static struct snapshot snap;

static int start(void **state)
{
	(void)state;
	fixture_init(&snap);
	snap.has_enrich = 0;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	snapshot_fini(&snap);
	return 0;
}

static void draw(const char *view, int width, int height, bool ascii, struct canvas *cv)
{
	struct screen sc;
	assert_int_equal(screen_init(&sc, view, NULL, NULL, NULL), 0);
	canvas_init(cv, width, height, ascii);
	screen_refresh(&sc, &snap);
	screen_draw(&sc, &snap, cv);
	screen_fini(&sc);
}

static void compare(const char *what, int width, int height, bool ascii)
{
	struct canvas cv;
	struct strbuf drawn = {0};
	char name[64];
	draw("pipeline", width, height, ascii, &cv);
	canvas_to_text(&cv, &drawn);
	snprintf(name, sizeof name, "elastic-%s-%dx%d%s", what, width, height, ascii ? "-ascii" : "");
	golden_compare(name, &drawn);
	strbuf_fini(&drawn);
	canvas_fini(&cv);
}

static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}};

static void make_unknown(struct feed_status *fd)
{
	*fd = (struct feed_status){.name = "elastic", .state = FEED_STARTING, .lag = -1, .catch_up = -1, .catch_up_left_ms = -1, .commit_ms = -1,
				   .commit_ms_max = -1};
	fd->sink = (struct sink_figures){.requests_max = 4, .bytes_max = 20971520, .bulk_bytes = 5242880, .request_ms_p50 = -1, .request_ms_p99 = -1,
					 .end_to_end_ms_p50 = -1, .end_to_end_ms_p99 = -1};
}

static void its_states_are_as_their_goldens(void **state)
{
	(void)state;
	snap.feeds = 1;
	for (size_t i = 0; i < 3; i++) {
		fixture_elastic(&snap.feed[0], false);
		compare("well", sizes[i][0], sizes[i][1], false);
		fixture_elastic(&snap.feed[0], true);
		compare("down", sizes[i][0], sizes[i][1], false);
		make_unknown(&snap.feed[0]);
		compare("unknown", sizes[i][0], sizes[i][1], false);
	}
	fixture_elastic(&snap.feed[0], true);
	compare("down", 80, 24, true);
}

/* The history feed and that of Elasticsearch on one page. */
static void both_feeds_are_shown(void **state)
{
	(void)state;
	snap.feeds = 2;
	fixture_elastic(&snap.feed[1], false);
	compare("beside-history", 200, 60, false);
}

/* The roles of all cells whose text is part of `words` in a row of the canvas; -1 it is not there, -2 they differ. */
static int role_of(const struct canvas *cv, const char *words)
{
	for (int y = 0; y < cv->height; y++) {
		char line[1200] = "";
		for (int x = 0; x < cv->width; x++)
			strncat(line, canvas_cell(cv, x, y)->text, sizeof line - strlen(line) - 1);
		char *at = strstr(line, words);
		if (!at)
			continue;
		*at = '\0';
		return canvas_cell(cv, (int)strlen(line) ? text_width(line, false) : 0, y)->role;
	}
	return -1;
}

/* An outage is said on every view, in words and not in the roles of what is well; the clock, the counts and the stations stay as they are. */
static void an_outage_is_seen_and_disturbs_nothing(void **state)
{
	(void)state;
	static const char *const names[] = {"stations", "network", "station"};
	snap.feeds = 2;
	for (size_t v = 0; v < 3; v++)
		for (size_t i = 0; i < 3; i++) {
			struct canvas well, down;
			fixture_elastic(&snap.feed[1], false);
			draw(names[v], sizes[i][0], sizes[i][1], false, &well);
			fixture_elastic(&snap.feed[1], true);
			draw(names[v], sizes[i][0], sizes[i][1], false, &down);
			assert_int_equal(role_of(&well, "nothing gets through"), -1);
			assert_int_equal(role_of(&down, "elastic: nothing gets through: localhost:9200: connection refused"), ROLE_BAND_WARN);
			int role = role_of(&down, "elastic retrying"); /* where there is room for it */
			assert_true(role == ROLE_WARN || (role == -1 && sizes[i][0] < 200));
			for (int y = 0; y < 2; y++)
				for (int x = 0; x < sizes[i][0]; x++)
					assert_memory_equal(canvas_cell(&well, x, y), canvas_cell(&down, x, y), sizeof *canvas_cell(&well, x, y));
			assert_true(role_of(&down, "Waterloo") >= 0);
			canvas_fini(&well);
			canvas_fini(&down);
		}
	struct canvas page;
	snap.feeds = 1;
	snap.feed[0] = snap.feed[1];
	draw("pipeline", 120, 40, false, &page);
	assert_int_equal(role_of(&page, "7 requests in a row have failed"), ROLE_ALERT);
	assert_int_equal(role_of(&page, "1 s ago: localhost:9200: connection refused"), ROLE_ALERT);
	canvas_fini(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(its_states_are_as_their_goldens, start, finish),
		cmocka_unit_test_setup_teardown(both_feeds_are_shown, start, finish),
		cmocka_unit_test_setup_teardown(an_outage_is_seen_and_disturbs_nothing, start, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
