#include "ui/format.h"
#include "ui/lines.h"
#include "ui/page.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

#define ENTRY 22 /* columns of what is explained */

static void entry(struct page *pg, uint8_t role, const char *what, const char *help)
{
	canvas_text(&pg->cv, 2, pg->y, ENTRY, role, what);
	page_text(pg, 2 + ENTRY + 1, ROLE_TEXT, help);
}

static void draw_keys(struct page *pg, const char *title, unsigned context, unsigned except)
{
	page_title(pg, title, ROLE_DIM, "");
	for (size_t i = 0; i < nbindings; i++) {
		if (!(bindings[i].contexts & context) || (bindings[i].contexts & except))
			continue;
		entry(pg, ROLE_STRONG, binding_keys(&bindings[i]).s, bindings[i].help);
	}
	page_gap(pg);
}

static void draw_views(struct page *pg)
{
	page_title(pg, "Views", ROLE_DIM, "");
	for (int i = 0; i < VIEWS; i++) {
		char what[64];
		snprintf(what, sizeof what, "%c  %s", views[i].key, views[i].title);
		entry(pg, ROLE_STRONG, what, views[i].help);
	}
	page_gap(pg);
}

static void draw_columns(struct page *pg)
{
	page_title(pg, "Columns of Stations", ROLE_DIM, UNKNOWN " means not known, which is not 0");
	for (size_t i = 0; i < ncolumns; i++)
		entry(pg, ROLE_STRONG, columns[i].header, columns[i].help);
	page_gap(pg);
}

static void draw_lines(struct page *pg)
{
	page_title(pg, "Lines", ROLE_DIM, "");
	int each = 26, per_row = (pg->cv.width - 4) / each > 0 ? (pg->cv.width - 4) / each : 1;
	for (size_t i = 0; i < nline_codes; i++) {
		int x = 2 + (int)(i % (size_t)per_row) * each;
		canvas_text(&pg->cv, x, pg->y, 2, line_codes[i].role, line_codes[i].code);
		canvas_text(&pg->cv, x + 3, pg->y, each - 4, ROLE_TEXT, line_codes[i].name);
		if ((i + 1) % (size_t)per_row == 0 || i + 1 == nline_codes)
			pg->y++;
	}
	page_gap(pg);
}

static const struct {
	const char *word, *help;
} words[] = {
	{"in network", "people between an entry and an exit: entries − exits of the service day, which begins at 04:30"},
	{"net flow", "of a station: entries − exits of 15 minutes. Who enters leaves by train, so it says nothing on who is inside"},
	{"ev/s", "events read from Kafka in a second"},
	{"lag", "events that are in Kafka and not counted yet"},
	{"fresh", "time since an event last arrived: amber from 5 s, red from 30 s"},
	{"EVENT TIME", "the stream's own clock is more than 2 min off the wall's: every “last N min” ends there"},
	{"watermark", "newest event time counted"},
	{"ledger", "a feed's account: consumed = stored + duplicate + late + dead + skipped + released + in flight, at every moment"},
	{"dead letter", "a record that could not be counted, kept with the reason"},
	{"gap", "offsets that nobody will ever deliver: retention, or a topic made anew"},
	{"epoch", "one life of a topic: grows when it was deleted and made anew"},
};

static void draw_words(struct page *pg)
{
	page_title(pg, "Words", ROLE_DIM, "");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		entry(pg, ROLE_STRONG, words[i].word, words[i].help);
}

void help_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	struct page pg;
	(void)snap;
	page_init(&pg, area.w, 60 + PAGE_WRAP * (int)(nbindings + ncolumns + nline_codes + VIEWS), cv->ascii);
	draw_views(&pg);
	draw_keys(&pg, "Keys everywhere", IN_HELP, 0);
	draw_keys(&pg, "Keys in Stations", IN_STATIONS, IN_HELP);
	draw_keys(&pg, "Keys in Simulator", IN_SIMULATOR, IN_HELP);
	draw_keys(&pg, "Keys in Log", IN_LOG, IN_HELP);
	draw_keys(&pg, "While typing", IN_PROMPT, IN_HELP);
	draw_keys(&pg, "In the list of columns", IN_MENU, IN_HELP);
	draw_columns(&pg);
	draw_lines(&pg);
	draw_words(&pg);
	page_show(&pg, sc, cv, area);
}
