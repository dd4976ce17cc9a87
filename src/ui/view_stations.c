#include "ui/format.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <string.h>

static void draw_header(struct screen *sc, struct canvas *cv, struct rect cell, size_t column)
{
	const struct column *col = &columns[column];
	bool sorted = column == sc->sort;
	uint8_t role = sorted ? ROLE_HEAD_SORT : ROLE_HEAD;
	int room = cell.w - text_width(col->header, true);
	if (sorted)
		canvas_fill(cv, cell, role);
	if (col->right)
		canvas_text_right(cv, cell.x, cell.y, cell.w, role, col->header);
	else
		canvas_text(cv, cell.x, cell.y, cell.w, role, col->header);
	if (sorted) /* before a number's header, behind a word's; in the gap when there is no room */
		canvas_text(cv, col->right ? cell.x + room - 1 : cell.x + cell.w - room, cell.y, 1, role, sc->descending ? "▼" : "▲");
	screen_hit(sc, (struct hit){.area = cell, .column = (int)column, .station = -1});
}

/* Beside the word STATION, whatever else has room: rows that are missing must not look as if there were none. */
static void draw_filter(const struct screen *sc, struct canvas *cv, struct rect cell)
{
	enum { WORD = 9 };
	if (cell.w > WORD)
		canvas_printf(cv, cell.x + WORD, cell.y, cell.w - WORD, ROLE_BAND_WARN, "“%s”", sc->filter);
}

static void draw_headers(struct screen *sc, struct canvas *cv, struct rect area, const int *fits)
{
	struct rect cell = {area.x + 1, area.y, 0, 1};
	canvas_fill(cv, (struct rect){area.x, area.y, area.w, 1}, ROLE_HEAD);
	for (size_t i = 0; i < sc->choice.count; i++) {
		cell.w = fits[i];
		if (fits[i])
			draw_header(sc, cv, cell, sc->choice.at[i]);
		if (fits[i] && sc->filter[0] && (ptrdiff_t)sc->choice.at[i] == column_find("station"))
			draw_filter(sc, cv, cell);
		cell.x += fits[i] ? fits[i] + 1 : 0;
	}
}

static void draw_row(const struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect line, const int *fits,
		     const struct station_row *row)
{
	struct place at = {.cv = cv, .x = line.x, .y = line.y, .snap = snap};
	for (size_t i = 0; i < sc->choice.count; i++) {
		if (!fits[i])
			continue;
		at.w = fits[i];
		columns[sc->choice.at[i]].draw(&at, row);
		at.x += fits[i] + 1;
	}
}

static void draw_empty(const struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	int y = area.y + area.h / 3, x = area.x + 2;
	if (sc->filter[0])
		canvas_printf(cv, x, y, area.w - 4, ROLE_DIM, "no station's name or line holds “%s” — Esc shows all", sc->filter);
	else if (!snap->store.open && snap->store.detail[0])
		canvas_text(cv, x, y, area.w - 4, ROLE_DIM, snap->store.detail);
	else
		canvas_text(cv, x, y, area.w - 4, ROLE_DIM, "no station is known yet: they appear with their first passenger");
}

/* Scrolls just as far as it takes to keep the selection in sight. */
static int keep_in_sight(struct screen *sc, int page)
{
	int position = (int)screen_position(sc), *top = &sc->top[VIEW_STATIONS], last = (int)sc->count - page;
	if (*top > position)
		*top = position;
	if (*top < position - page + 1)
		*top = position - page + 1;
	if (*top > last)
		*top = last;
	if (*top < 0)
		*top = 0;
	return position;
}

static void draw_scrollbar(const struct screen *sc, struct canvas *cv, struct rect list)
{
	if (!list.h || (int)sc->count <= list.h)
		return;
	int size = list.h * list.h / (int)sc->count, at = sc->top[VIEW_STATIONS] * (list.h - size) / ((int)sc->count - list.h);
	for (int i = 0; i < list.h; i++)
		canvas_text(cv, list.x + list.w - 1, list.y + i, 1, ROLE_RULE, i >= at && i <= at + size ? "┃" : "│");
}

/* The list of columns, over the left of the table. */
static void draw_menu(struct screen *sc, struct canvas *cv, struct rect area)
{
	struct rect box = {area.x, area.y, area.w < 76 ? area.w : 76, area.h < (int)ncolumns + 1 ? area.h : (int)ncolumns + 1};
	int first = (int)sc->menu - (box.h - 2) > 0 ? (int)sc->menu - (box.h - 2) : 0;
	canvas_fill(cv, box, ROLE_KEY_LABEL);
	canvas_fill(cv, (struct rect){box.x, box.y, box.w, 1}, ROLE_BRAND);
	canvas_text(cv, box.x + 1, box.y, box.w - 2, ROLE_BRAND, "Sort by");
	for (int i = 0; i < box.h - 1 && first + i < (int)ncolumns; i++) {
		const struct column *col = &columns[first + i];
		int y = box.y + 1 + i;
		bool here = first + i == (int)sc->menu;
		canvas_text(cv, box.x, y, 2, ROLE_KEY_LABEL, here ? "▸" : " ");
		canvas_text(cv, box.x + 2, y, 12, ROLE_KEY_LABEL, col->header);
		canvas_text(cv, box.x + 14, y, box.w - 15, ROLE_KEY_LABEL, col->help);
		if (here)
			canvas_select(cv, box.x, y, box.w);
		screen_hit(sc, (struct hit){.area = {box.x, y, box.w, 1}, .column = first + i, .station = -1});
	}
}

void stations_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	int fits[COLUMNS_MAX];
	struct rect list = {area.x, area.y + 1, area.w, area.h - 1};
	columns_fit(&sc->choice, area.w - 3, fits);
	draw_headers(sc, cv, area, fits);
	sc->page = list.h > 0 ? list.h : 1;
	sc->length = (int)sc->count;
	int position = keep_in_sight(sc, sc->page);
	for (int i = 0; i < list.h && sc->top[VIEW_STATIONS] + i < (int)sc->count; i++) {
		int at = sc->top[VIEW_STATIONS] + i;
		struct rect line = {list.x, list.y + i, list.w - 1, 1};
		draw_row(sc, snap, cv, (struct rect){line.x + 1, line.y, line.w - 1, 1}, fits, &sc->rows[at]);
		if (at == position) {
			canvas_text(cv, line.x, line.y, 1, ROLE_TITLE, "▸");
			canvas_select(cv, line.x, line.y, line.w);
		}
		screen_hit(sc, (struct hit){.area = line, .column = -1, .station = sc->rows[at].index});
	}
	if (!sc->count && list.h > 0)
		draw_empty(sc, snap, cv, list);
	draw_scrollbar(sc, cv, list);
	if (sc->prompt == PROMPT_SORT)
		draw_menu(sc, cv, area);
}

unsigned stations_move(struct screen *sc, enum move move)
{
	int at = move_target(move, (int)screen_position(sc), sc->page, (int)sc->count - 1);
	int64_t selected = at ? (int64_t)sc->rows[at].index : -1;
	if (selected == sc->selected)
		return 0;
	sc->selected = selected;
	return REACT_REDRAW;
}
