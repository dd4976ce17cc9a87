#include "ui/format.h"
#include "ui/theme.h"
#include "ui/view.h"

#include "base/zone.h"

#include <string.h>

#define LEAD 11 /* columns of the time and the level: "08:17:42 W " */

/* Where each line that is shown lies, in rows; a line of another day has the date above it. */
struct layout {
	int first[LOG_RING + 1]; /* row of a line, the date's included; one more than there are lines: the end */
	bool dated[LOG_RING];
	int width;
};

static bool is_shown(const struct screen *sc, const struct log_line *line)
{
	return line->level >= sc->log.least;
}

static int32_t date_of(int64_t ms)
{
	struct civil at;
	zone_civil(ms / 1000, &at);
	return at.year * 400 + at.month * 32 + at.day;
}

/* Most lines are short and plain: their height needs no look at each character. */
static int height_of(const struct canvas *cv, int width, const char *text)
{
	size_t len = strlen(text);
	bool plain = (int)len <= width;
	for (size_t i = 0; plain && i < len; i++)
		plain = text[i] >= ' ' && text[i] <= '~';
	int height = plain ? 1 : canvas_wrap_height(cv, width, text);
	return height > 0 ? height : 1;
}

static int lay_out(struct layout *lay, const struct screen *sc, const struct snapshot *snap, const struct canvas *cv)
{
	int row = 0;
	int32_t date = 0;
	for (size_t i = 0; i < snap->log_lines; i++) {
		const struct log_line *line = &snap->log[i];
		int32_t its = date_of(line->time_ms);
		lay->first[i] = row;
		lay->dated[i] = is_shown(sc, line) && date && its != date;
		if (!is_shown(sc, line))
			continue;
		row += height_of(cv, lay->width, line->text) + lay->dated[i];
		date = its;
	}
	lay->first[snap->log_lines] = row;
	return row;
}

/* The first row seen: at the end while it follows; else with the line it is held at, though lines may come and go. */
static int place(struct screen *sc, const struct snapshot *snap, const struct layout *lay, int last)
{
	struct log_scroll *log = &sc->log;
	uint64_t oldest = snap->log_serial - snap->log_lines;
	int top = last;
	if (log->held && log->moved)
		top = sc->top[VIEW_LOG];
	else if (log->held)
		top = log->serial < oldest ? 0 : lay->first[log->serial - oldest] + log->row;
	top = top > last ? last : top;
	size_t at = 0;
	while (at + 1 < snap->log_lines && lay->first[at + 1] <= top)
		at++;
	log->serial = oldest + at;
	log->row = top - lay->first[at];
	log->moved = false;
	return top;
}

static void draw_line(struct canvas *cv, const struct layout *lay, const struct log_line *line, bool dated, int height)
{
	static const uint8_t roles[] = {[LOG_DEBUG] = ROLE_DIM, [LOG_INFO] = ROLE_TEXT, [LOG_WARN] = ROLE_WARN, [LOG_ERROR] = ROLE_ALERT};
	static const char *const letters[] = {[LOG_DEBUG] = "D", [LOG_INFO] = "I", [LOG_WARN] = "W", [LOG_ERROR] = "E"};
	if (dated)
		canvas_printf(cv, 0, 0, cv->width, ROLE_TITLE, "── %s ──", format_date(line->time_ms).s);
	canvas_text(cv, 0, dated, 8, ROLE_DIM, format_clock(line->time_ms).s);
	canvas_text(cv, 9, dated, 1, roles[line->level], letters[line->level]);
	canvas_wrap(cv, (struct rect){LEAD, dated, lay->width, height - dated}, roles[line->level], line->text);
}

static void draw_lines(const struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area, const struct layout *lay)
{
	int top = sc->top[VIEW_LOG];
	struct canvas whole;
	for (size_t i = 0; i < snap->log_lines; i++) {
		int height = lay->first[i + 1] - lay->first[i], y = lay->first[i] - top, skip = y < 0 ? -y : 0;
		if (y >= area.h || y + height <= 0 || !is_shown(sc, &snap->log[i]))
			continue;
		canvas_init(&whole, area.w, height, cv->ascii);
		draw_line(&whole, lay, &snap->log[i], lay->dated[i], height);
		y += area.y + skip;
		height = height - skip < area.y + area.h - y ? height - skip : area.y + area.h - y;
		canvas_blit(cv, (struct rect){area.x, y, area.w, height}, &whole, skip);
		canvas_fini(&whole);
	}
}

static void draw_title(const struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect line)
{
	static const char *const levels[] = {[LOG_DEBUG] = "all levels", [LOG_INFO] = "info, warnings and errors",
					     [LOG_WARN] = "warnings and errors", [LOG_ERROR] = "errors"};
	int x = line.x + canvas_text(cv, line.x, line.y, line.w, ROLE_TITLE, "Log") + 2, end = line.x + line.w;
	x += canvas_text(cv, x, line.y, end - x, sc->log.least > LOG_INFO ? ROLE_WARN : ROLE_DIM, levels[sc->log.least]) + 2;
	canvas_text(cv, x, line.y, end - x, sc->log.held ? ROLE_WARN : ROLE_DIM,
		    snap->mode == MODE_FRAME ? "" : sc->log.held ? "held: End goes on with the newest" : "newest at the end");
}

static const char *why_empty(const struct snapshot *snap)
{
	if (snap->mode == MODE_FRAME)
		return "A picture is drawn from the history alone; the log is the running program's.";
	return snap->log_lines ? "No line of this level: l shows the others." : "Nothing was logged yet.";
}

void log_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	struct layout lay = {.width = area.w - 2 - LEAD > 8 ? area.w - 2 - LEAD : 8};
	struct rect list = {area.x + 1, area.y + 1, area.w - 2, area.h - 1};
	draw_title(sc, snap, cv, (struct rect){area.x + 1, area.y, area.w - 2, 1});
	sc->page = list.h > 0 ? list.h : 1;
	sc->length = lay_out(&lay, sc, snap, cv);
	sc->top[VIEW_LOG] = place(sc, snap, &lay, sc->length > sc->page ? sc->length - sc->page : 0);
	if (!sc->length)
		canvas_text(cv, list.x, list.y, list.h > 0 ? list.w : 0, ROLE_DIM, why_empty(snap));
	else if (list.w > 0)
		draw_lines(sc, snap, cv, list, &lay);
}

unsigned log_move(struct screen *sc, enum move move)
{
	int last = sc->length > sc->page ? sc->length - sc->page : 0, top = move_target(move, sc->top[VIEW_LOG], sc->page, last);
	bool held = top < last;
	if (top == sc->top[VIEW_LOG] && held == sc->log.held)
		return 0;
	sc->top[VIEW_LOG] = top;
	sc->log.held = held;
	sc->log.moved = true;
	return REACT_REDRAW;
}
