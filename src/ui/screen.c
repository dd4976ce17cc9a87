#include "ui/screen.h"

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_SORT "in15"

/* Numbers begin with the greatest, names with A. */
static bool natural_order(size_t column)
{
	return columns[column].number != NULL;
}

int screen_init(struct screen *sc, const char *view, const char *sort, const char *chosen, struct error *err)
{
	*sc = (struct screen){.selected = -1};
	bool turned = sort && *sort == '-';
	int shown = view ? view_find(view) : VIEW_STATIONS;
	ptrdiff_t column = column_find(sort ? sort + turned : DEFAULT_SORT);
	if (shown < 0)
		return view_unknown(view, err);
	if (column < 0)
		return column_unknown(sort + turned, err);
	sc->view = (enum view_id)shown;
	sc->sort = (size_t)column;
	sc->descending = natural_order(sc->sort) != turned;
	columns_all(&sc->choice);
	return chosen ? columns_parse(&sc->choice, chosen, err) : 0;
}

void screen_fini(struct screen *sc)
{
	free(sc->rows);
	*sc = (struct screen){0};
}

static bool matches(const struct station *st, const char *text)
{
	return !*text || strcasestr(st->name, text) || strcasestr(st->lines, text);
}

void screen_refresh(struct screen *sc, const struct snapshot *snap)
{
	sc->steers = snap->has_sim;
	sc->wish = snap->sim.desired;
	struct column_order order = {.column = &columns[sc->sort], .descending = sc->descending};
	sc->count = 0;
	for (size_t i = 0; i < snap->stations.count; i++) {
		if (!matches(&snap->stations.rows[i], sc->filter))
			continue;
		sc->rows = xgrow(sc->rows, sc->count, &sc->cap, sizeof *sc->rows);
		station_row_make(snap, (uint32_t)i, &sc->rows[sc->count++]);
	}
	if (sc->count)
		qsort_r(sc->rows, sc->count, sizeof *sc->rows, column_compare, &order);
}

size_t screen_position(const struct screen *sc)
{
	for (size_t i = 0; sc->selected >= 0 && i < sc->count; i++)
		if (sc->rows[i].index == sc->selected)
			return i;
	return 0;
}

int64_t screen_station(const struct screen *sc)
{
	if (sc->selected >= 0)
		return sc->selected;
	return sc->count ? (int64_t)sc->rows[0].index : -1;
}

ptrdiff_t screen_find(const struct screen *sc, size_t from, const char *text)
{
	for (size_t i = 0; i < sc->count; i++) {
		size_t at = (from + i) % sc->count;
		if (strcasestr(sc->rows[at].st->name, text))
			return (ptrdiff_t)at;
	}
	return -1;
}

int move_target(enum move move, int at, int page, int last)
{
	const int to[] = {
		[MOVE_UP] = at - 1,
		[MOVE_DOWN] = at + 1,
		[MOVE_PAGE_UP] = at - page,
		[MOVE_PAGE_DOWN] = at + page,
		[MOVE_HOME] = 0,
		[MOVE_END] = last,
	};
	int target = to[move] > last ? last : to[move];
	return target < 0 ? 0 : target;
}

void screen_hit(struct screen *sc, struct hit hit)
{
	if (hit.area.w > 0 && hit.area.h > 0 && sc->nhits < SCREEN_HITS)
		sc->hits[sc->nhits++] = hit;
}

unsigned screen_show(struct screen *sc, enum view_id view)
{
	if (sc->view == view)
		return 0;
	sc->previous = sc->view;
	sc->view = view;
	if (view == VIEW_STATION) /* that very one, whatever is on top later */
		sc->selected = screen_station(sc);
	return REACT_REDRAW;
}

/* The column that is sorted by already is turned round. */
unsigned screen_sort(struct screen *sc, size_t column)
{
	sc->descending = sc->sort == column ? !sc->descending : natural_order(column);
	sc->sort = column;
	return REACT_RESORT;
}

unsigned screen_context(const struct screen *sc)
{
	static const unsigned prompts[] = {[PROMPT_FILTER] = IN_FILTER, [PROMPT_SEARCH] = IN_SEARCH, [PROMPT_SORT] = IN_MENU};
	return sc->prompt ? prompts[sc->prompt] : 1u << sc->view;
}

unsigned screen_input(struct screen *sc, const struct input *in)
{
	unsigned context = screen_context(sc);
	const struct binding *bind = binding_find(context, in->key);
	sc->notice[0] = '\0';
	if (bind)
		return bind->run(sc, in, bind->arg);
	if (context & IN_PROMPT)
		return in->key >= ' ' && in->key < K_UP ? prompt_insert(sc, in->key) : 0;
	for (int i = 0; i < VIEWS && context != IN_MENU; i++)
		if (views[i].key == in->key)
			return screen_show(sc, (enum view_id)i);
	return 0;
}

/* What a frame of that height has room for, the view itself first; keys only where there are keys to press. The tabs come last: they tell
 * how much of the view is seen. */
void screen_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv)
{
	int h = cv->height, lines = h >= 12 ? 2 : 1, tabs = h >= 6 ? lines : -1, y = lines + (h >= 6);
	int bottom = h >= 5 && snap->mode != MODE_FRAME ? h - 1 : h;
	sc->nhits = 0;
	canvas_clear(cv);
	header_draw(sc, snap, cv, 0, lines == 2);
	if (h >= 4)
		y += alert_draw(snap, cv, y);
	if (y < bottom)
		views[sc->view].draw(sc, snap, cv, (struct rect){0, y, cv->width, bottom - y});
	if (tabs >= 0)
		tabs_draw(sc, cv, tabs);
	if (bottom < h)
		bottom_draw(sc, snap, cv, bottom);
}
