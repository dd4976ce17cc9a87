#include "base/mem.h"
#include "base/zone.h"
#include "ui/chart.h"
#include "ui/format.h"
#include "ui/marks.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHART_MINUTES 360 /* so much is shown at least, or all there is when that is less, … */
#define YOUNG_S (30 * 60) /* … but never less than this */
#define AXIS 8            /* columns left of a chart: its greatest value */
#define SIDE_BY_SIDE 72   /* columns from which the two lists lie beside each other */

/* The last hours, cut into one bin per column. Bins are aligned to whole steps, so that they do not wobble as the minutes go by; only a
 * history that is younger than that is stretched over all columns. */
struct hours {
	int bins;
	int64_t from, end;                 /* of them all; Unix s */
	int64_t *entries, *exits, *inside; /* per minute, per minute, people; -1 unknown */
};

static int64_t bin_start(const struct hours *hr, int bin)
{
	return hr->from + (hr->end - hr->from) / 60 * bin / hr->bins * 60;
}

/* At least a minute long: neighbours share it where there are more columns than minutes. */
static int64_t bin_end(const struct hours *hr, int bin)
{
	int64_t start = bin_start(hr, bin), next = bin_start(hr, bin + 1);
	return next > start ? next : start + 60;
}

static int column_of(const struct hours *hr, int64_t ts)
{
	return (int)((ts - hr->from) * hr->bins / (hr->end - hr->from));
}

static void fill_flow(const struct snapshot *snap, struct hours *hr, int bin, int64_t from, int64_t to)
{
	int64_t minutes = (to - from) / 60;
	struct counts n = board_network_window(&snap->board, from, to);
	bool known = minutes > 0 && snapshot_charts(snap, from, to);
	hr->entries[bin] = known ? (n.entries + minutes / 2) / minutes : -1;
	hr->exits[bin] = known ? (n.exits + minutes / 2) / minutes : -1;
}

/* From the newest bin back: people inside at its end = those inside now, less all who came since, plus all who left. */
static void fill_inside(const struct snapshot *snap, struct hours *hr)
{
	int64_t inside = snapshot_inside(snap), day = zone_service_day_start(snapshot_day(snap)), later = snap->board.newest_ts + 60;
	for (int i = hr->bins - 1; i >= 0; i--) {
		int64_t to = bin_end(hr, i);
		struct counts since = board_network_window(&snap->board, to, later);
		if (to < later) {
			inside -= (int64_t)since.entries - since.exits;
			later = to;
		}
		hr->inside[i] = hr->entries[i] < 0 || to <= day ? -1 : inside < 0 ? 0 : inside;
	}
}

static void set_span(struct hours *hr, const struct snapshot *snap)
{
	int64_t end = snapshot_minute(snap), first = snap->store.first_ts / 60 * 60, step = (CHART_MINUTES + hr->bins - 1) / hr->bins * 60;
	hr->end = (end + step - 1) / step * step;
	hr->from = hr->end - hr->bins * step;
	if (!first || first <= hr->from || first > end)
		return;
	hr->end = end;
	hr->from = end - first > YOUNG_S ? first : end - YOUNG_S;
}

static void hours_init(struct hours *hr, const struct snapshot *snap, int bins)
{
	int64_t end = snapshot_minute(snap);
	hr->bins = bins;
	set_span(hr, snap);
	hr->entries = xcalloc((size_t)bins * 3, sizeof *hr->entries);
	hr->exits = hr->entries + bins;
	hr->inside = hr->exits + bins;
	for (int i = 0; i < bins; i++)
		fill_flow(snap, hr, i, bin_start(hr, i), bin_end(hr, i) < end ? bin_end(hr, i) : end);
	fill_inside(snap, hr);
}

static int64_t greatest(const int64_t *values, int count)
{
	int64_t max = 0;
	for (int i = 0; i < count; i++)
		max = values[i] > max ? values[i] : max;
	return max;
}

static void draw_scale(struct canvas *cv, int x, int y, int64_t value)
{
	canvas_text_right(cv, x, y, AXIS - 1, ROLE_AXIS, format_count((uint64_t)value).s);
}

/* Whole hours below the charts, as many as have room. */
static void draw_times(struct canvas *cv, struct rect plot, const struct hours *hr)
{
	int64_t from = hr->from;
	int free_from = plot.x;
	for (int64_t ts = from - from % 1800 + 1800; ts <= hr->end; ts += 1800) {
		int x = plot.x + column_of(hr, ts);
		if (x < free_from || x + 5 > plot.x + plot.w || !canvas_blank(cv, x - 1, plot.y, 7))
			continue;
		canvas_printf(cv, x, plot.y, 5, ROLE_AXIS, "%.5s", format_clock(ts * 1000).s);
		free_from = x + 5 + 5;
	}
}

/* The zero line ends where nothing is known. */
static void draw_zero_line(struct canvas *cv, struct rect plot, const struct hours *hr)
{
	for (int x = 0; x < plot.w; x++)
		if (hr->entries[x] >= 0)
			canvas_text(cv, plot.x + x, plot.y, 1, ROLE_RULE, "─");
	canvas_text_right(cv, plot.x - AXIS, plot.y, AXIS - 1, ROLE_AXIS, "0");
}

/* Entries grow upward and exits downward from one line, on one scale. */
static void draw_flow(struct canvas *cv, struct rect area, const struct hours *hr)
{
	int half = (area.h - 1) / 2;
	int64_t in = greatest(hr->entries, hr->bins), out = greatest(hr->exits, hr->bins), max = chart_round(in > out ? in : out);
	struct rect up = {area.x + AXIS, area.y + area.h - 1 - 2 * half, area.w - AXIS, half}, down = {up.x, up.y + half + 1, up.w, half};
	draw_zero_line(cv, (struct rect){up.x, up.y + half, up.w, 1}, hr);
	if (!half)
		return;
	draw_scale(cv, area.x, up.y, max);
	chart_area(cv, up, ROLE_IN_AREA, hr->entries, max, false);
	chart_area(cv, down, ROLE_OUT_AREA, hr->exits, max, true);
	if (half > 1)
		draw_scale(cv, area.x, down.y + half - 1, max);
	canvas_text(cv, up.x + 1, up.y, up.w - 1, ROLE_IN, "▲ entries / min");
	canvas_text(cv, down.x + 1, down.y + half - 1, down.w - 1, ROLE_OUT, "▼ exits / min");
}

static void draw_inside(struct canvas *cv, struct rect area, const struct hours *hr)
{
	int64_t max = chart_round(greatest(hr->inside, hr->bins));
	struct rect plot = {area.x + AXIS, area.y, area.w - AXIS, area.h};
	draw_scale(cv, area.x, plot.y, max);
	chart_area(cv, plot, ROLE_INSIDE_AREA, hr->inside, max, false);
	canvas_text(cv, plot.x + 1, plot.y, plot.w - 1, ROLE_INSIDE, "in network");
}

static void draw_charts(const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	struct hours hr;
	struct rect plot = {area.x + 1, area.y, area.w - 2, area.h};
	if (plot.w <= AXIS + 4 || plot.h < 3)
		return;
	int inside = plot.h >= 8 ? plot.h / 3 : 0;
	hours_init(&hr, snap, plot.w - AXIS);
	struct rect flow = {plot.x, plot.y, plot.w, plot.h - 1 - inside - (inside > 3)};
	draw_flow(cv, flow, &hr);
	if (inside)
		draw_inside(cv, (struct rect){plot.x, plot.y + plot.h - 1 - inside, plot.w, inside}, &hr);
	struct rect zero = {plot.x + AXIS, flow.y + flow.h - 1 - (flow.h - 1) / 2, hr.bins, 1};
	marks_draw(cv, &snap->store, NULL, zero, plot.y + plot.h - 1, hr.from, hr.end);
	draw_times(cv, (struct rect){plot.x + AXIS, plot.y + plot.h - 1, plot.w - AXIS, 1}, &hr);
	free(hr.entries);
}

struct figure {
	const char *label;
	uint8_t role;
	struct words value;
};

static void draw_figures(const struct snapshot *snap, struct canvas *cv, struct rect area, bool big)
{
	int64_t end = snapshot_minute(snap);
	struct counts n = board_network_window(&snap->board, end - 60, end);
	bool known = snapshot_knows(snap, end - 60, end);
	enum today today = snapshot_today(snap);
	int64_t inside = snapshot_inside(snap);
	const struct words unknown = {UNKNOWN}, people = inside < 0 ? format_signed(inside) : format_count((uint64_t)inside);
	const struct figure figures[] = {
		{"entries / min", ROLE_IN_STRONG, known ? format_count(n.entries) : unknown},
		{"exits / min", ROLE_OUT_STRONG, known ? format_count(n.exits) : unknown},
		{"in network", ROLE_INSIDE_STRONG, today ? people : unknown},
		{"entries today", ROLE_STRONG, today ? format_count(today == TODAY_COUNTED ? snap->board.day_entries : 0) : unknown},
	};
	int count = area.w >= 110 ? 4 : 3, each = (area.w - 2) / count;
	for (int i = 0; i < count; i++) {
		int x = area.x + 2 + i * each;
		if (big) {
			canvas_text(cv, x, area.y, each - 1, ROLE_DIM, figures[i].label);
			chart_digits(cv, x, area.y + 1, each - 1, figures[i].role, figures[i].value.s);
		} else {
			int used = canvas_text(cv, x, area.y, each - 1, figures[i].role, figures[i].value.s);
			canvas_text(cv, x + used + 1, area.y, each - used - 2, ROLE_DIM, figures[i].label);
		}
	}
}

struct ranked {
	const struct station_row *row;
	int64_t value;
};

static int by_value(const void *a, const void *b)
{
	const struct ranked *ra = a, *rb = b;
	return ra->value != rb->value ? (ra->value < rb->value) - (ra->value > rb->value) : strcmp(ra->row->st->name, rb->row->st->name);
}

static int by_size(const void *a, const void *b)
{
	struct ranked ra = *(const struct ranked *)a, rb = *(const struct ranked *)b;
	ra.value = llabs(ra.value);
	rb.value = llabs(rb.value);
	return by_value(&ra, &rb);
}

static int64_t passengers(struct counts n)
{
	return (int64_t)n.entries + n.exits;
}

static void draw_title(struct canvas *cv, struct rect area, const char *title, const char *note)
{
	int used = canvas_text(cv, area.x, area.y, area.w, ROLE_TITLE, title);
	canvas_text(cv, area.x + used + 2, area.y, area.w - used - 2, ROLE_DIM, note);
}

static int name_width(int width)
{
	return width >= 60 ? 26 : width >= 50 ? 24 : width >= 40 ? 20 : 14;
}

static void draw_busiest(struct canvas *cv, struct rect area, struct ranked *list, size_t count)
{
	enum { NUMBER = 8, WORD = 9 };
	char bar[40 * 3 + 1];
	int name = name_width(area.w), cells = area.w - name - NUMBER - WORD - 4;
	cells = cells > 40 ? 40 : cells;
	qsort(list, count, sizeof *list, by_value);
	draw_title(cv, area, "Busiest", "in + out, last 15 min");
	for (int i = 0; i + 1 < area.h && i < (int)count && list[i].value > 0; i++) {
		int y = area.y + 1 + i, x = area.x + name + NUMBER + 1;
		double busy = list[i].row->busy;
		uint8_t track = busy > 0.7 ? ROLE_TRACK_VERY_BUSY : busy >= 0.4 ? ROLE_TRACK_BUSY : ROLE_TRACK_QUIET;
		uint8_t word = busy > 0.7 ? ROLE_VERY_BUSY : busy >= 0.4 ? ROLE_BUSY : ROLE_QUIET;
		canvas_text(cv, area.x, y, name, ROLE_TEXT, list[i].row->st->name);
		canvas_text_right(cv, area.x + name, y, NUMBER, ROLE_STRONG, format_count((uint64_t)list[i].value).s);
		if (cells >= 3) {
			format_bar((double)list[i].value / (double)list[0].value, cells, bar);
			canvas_text(cv, x + 1, y, cells, track, bar);
			x += cells + 2;
		}
		if (x + 4 <= area.x + area.w)
			canvas_text(cv, x, y, area.x + area.w - x, isnan(busy) ? ROLE_DIM : word, busyness_word(busy));
	}
}

static void draw_movers(struct canvas *cv, struct rect area, struct ranked *list, size_t count)
{
	int name = name_width(area.w);
	qsort(list, count, sizeof *list, by_size);
	draw_title(cv, area, "Top movers", area.w < 48 ? "15 min against the last" : "last 15 min against the 15 before");
	if (!count || !list[0].row->before_known)
		canvas_text(cv, area.x, area.y + 1, area.h > 1 ? area.w : 0, ROLE_DIM, UNKNOWN " until 30 min are counted");
	for (int i = 0; i + 1 < area.h && i < (int)count && list[i].value; i++) {
		int y = area.y + 1 + i, x = area.x + name;
		bool up = list[i].value > 0;
		uint8_t role = up ? ROLE_PLUS : ROLE_MINUS;
		canvas_text(cv, area.x, y, name, ROLE_TEXT, list[i].row->st->name);
		canvas_text(cv, x + 1, y, 1, role, up ? "▲" : "▼");
		canvas_text_right(cv, x + 2, y, 8, role, format_signed(list[i].value).s);
		int64_t was = passengers(list[i].row->before), now = passengers(list[i].row->quarter);
		if (was)
			canvas_text_right(cv, x + 11, y, 7, ROLE_DIM, format_percent((double)now / (double)was - 1).s);
		if (area.w - name >= 40)
			canvas_printf(cv, x + 21, y, area.w - name - 21, ROLE_DIM, "%s → %s", format_count((uint64_t)was).s,
				      format_count((uint64_t)now).s);
	}
}

/* Of all stations, whatever the Stations view filters. */
static void draw_lists(const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	size_t count = snap->stations.count, known = 0;
	struct station_row *rows = xcalloc(count + 1, sizeof *rows);
	struct ranked *list = xcalloc(count + 1, sizeof *list);
	bool beside = area.w >= SIDE_BY_SIDE;
	struct rect left = {area.x + 2, area.y, beside ? area.w / 2 - 3 : area.w - 3, area.h}, right = left;
	right.x += beside ? area.w / 2 : 0;
	for (size_t i = 0; i < count; i++) {
		station_row_make(snap, (uint32_t)i, &rows[known]);
		if (rows[known].quarter_known)
			known++;
	}
	for (size_t i = 0; i < known; i++)
		list[i] = (struct ranked){&rows[i], passengers(rows[i].quarter)};
	draw_busiest(cv, left, list, known);
	for (size_t i = 0; i < known; i++)
		list[i] = (struct ranked){&rows[i], rows[i].before_known ? passengers(rows[i].quarter) - passengers(rows[i].before) : 0};
	if (beside)
		draw_movers(cv, right, list, known);
	free(list);
	free(rows);
}

void network_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	bool big = area.h >= 24 && area.w >= 76;
	int figures = area.h < 3 ? area.h : big ? 5 : 2, lists = area.h < 12 ? 0 : area.h * 3 / 10 > 6 ? area.h * 3 / 10 : 6;
	sc->page = sc->length = area.h;
	draw_figures(snap, cv, (struct rect){area.x, area.y, area.w, figures}, big);
	draw_charts(snap, cv, (struct rect){area.x, area.y + figures, area.w, area.h - figures - lists});
	if (lists)
		draw_lists(snap, cv, (struct rect){area.x, area.y + area.h - lists, area.w, lists});
}
