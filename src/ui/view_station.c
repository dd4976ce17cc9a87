#include "ui/chart.h"
#include "ui/format.h"
#include "ui/lines.h"
#include "ui/marks.h"
#include "ui/theme.h"
#include "ui/view.h"

#include "base/zone.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AXIS 8          /* columns left of the chart: its greatest value */
#define NEIGHBOUR_ROWS 7 /* at most, below the chart, with their header */
#define SLOT_S 900
#define JUMP 10         /* stations further by a page */

/* The day over all the columns there are: a column holds a quarter or two, or a quarter takes a column or two. */
struct scale {
	int quarters, width;
};

static int first_quarter(const struct scale *sl, int column)
{
	return column * sl->quarters / sl->width;
}

static int end_quarter(const struct scale *sl, int column)
{
	int first = first_quarter(sl, column), next = first_quarter(sl, column + 1);
	return next > first ? next : first + 1;
}

struct bin { /* of a column; a mean per quarter, -1 unknown */
	int64_t counted[2], typical[2];
};

/* A quarter that lies in the past and has no row had no passengers, where the history goes so far back. */
static struct bin bin_of(const struct snapshot *snap, const struct scale *sl, int column)
{
	const struct station_day *sd = &snap->station;
	struct bin bin = {{-1, -1}, {-1, -1}};
	int known = 0, typical = 0;
	double sums[4] = {0};
	for (int q = first_quarter(sl, column), end = end_quarter(sl, column); q < end; q++) {
		const struct station_quarter *sq = &sd->quarter[q];
		int64_t from = sd->start_ts + q * SLOT_S;
		if (sq->counted || (from + SLOT_S <= snapshot_minute(snap) && snapshot_charts(snap, from, from + SLOT_S))) {
			known++;
			sums[0] += (double)sq->entries;
			sums[1] += (double)sq->exits;
		}
		if (sq->n) {
			typical++;
			sums[2] += sq->typical_entries;
			sums[3] += sq->typical_exits;
		}
	}
	for (int d = 0; d < 2; d++) {
		bin.counted[d] = known ? llround(sums[d] / known) : -1;
		bin.typical[d] = typical ? llround(sums[2 + d] / typical) : -1;
	}
	return bin;
}

static int64_t greatest(const struct station_day *sd)
{
	int64_t max = 0;
	for (int q = 0; q < sd->quarters; q++) {
		const struct station_quarter *sq = &sd->quarter[q];
		const double values[] = {(double)sq->entries, (double)sq->exits, sq->typical_entries, sq->typical_exits};
		for (int i = 0; i < 4; i++)
			max = (int64_t)values[i] > max ? (int64_t)values[i] : max;
	}
	return chart_round(max);
}

/* The typical level, drawn over the area. */
static void draw_typical(struct canvas *cv, struct rect half, int x, int64_t value, int64_t max, bool hanging)
{
	int64_t row = value > 0 && max > 0 ? value * half.h / max : 0;
	row = row >= half.h ? half.h - 1 : row;
	if (value >= 0 && half.h > 0)
		canvas_text(cv, half.x + x, hanging ? half.y + (int)row : half.y + half.h - 1 - (int)row, 1, ROLE_STRONG, "•");
}

static void draw_column(const struct snapshot *snap, struct canvas *cv, struct rect up, struct rect down, const struct scale *sl, int x,
			int64_t max)
{
	struct bin bin = bin_of(snap, sl, x);
	chart_area(cv, (struct rect){up.x + x, up.y, 1, up.h}, ROLE_IN_AREA, &bin.counted[0], max, false);
	chart_area(cv, (struct rect){down.x + x, down.y, 1, down.h}, ROLE_OUT_AREA, &bin.counted[1], max, true);
	draw_typical(cv, up, x, bin.typical[0], max, false);
	draw_typical(cv, down, x, bin.typical[1], max, true);
	canvas_text(cv, up.x + x, up.y + up.h, 1, ROLE_RULE, "─");
}

/* The time of a column in which an hour begins that is a multiple of `step`; 0 none. */
static int64_t hour_in(const struct station_day *sd, const struct scale *sl, int column, int step)
{
	int first = first_quarter(sl, column);
	bool repeated = column && first_quarter(sl, column - 1) == first;
	for (int q = first; q < end_quarter(sl, column) && !repeated; q++) {
		int64_t ts = sd->start_ts + q * SLOT_S;
		struct civil at;
		zone_civil(ts, &at);
		if (!at.minute && at.hour % step == 0)
			return ts;
	}
	return 0;
}

/* Every so many hours that a time has room. */
static void draw_times(struct canvas *cv, struct rect line, const struct station_day *sd, const struct scale *sl)
{
	static const int steps[] = {1, 2, 3, 4, 6, 12};
	int step = 0;
	while (step < 5 && steps[step] * 4 * sl->width / sl->quarters < 9)
		step++;
	for (int column = 0; column + 5 <= sl->width; column++) {
		int64_t ts = hour_in(sd, sl, column, steps[step]);
		if (ts && canvas_blank(cv, line.x + column - 1, line.y, 6))
			canvas_printf(cv, line.x + column, line.y, 5, ROLE_AXIS, "%.5s", format_clock(ts * 1000).s);
	}
}

static void draw_day(const struct snapshot *snap, struct canvas *cv, struct rect area, const char *name)
{
	const struct station_day *sd = &snap->station;
	struct scale sl = {sd->quarters, area.w - AXIS};
	int half = (area.h - 2) / 2;
	int64_t max = greatest(sd);
	struct rect up = {area.x + AXIS, area.y, sl.width, half}, down = {up.x, up.y + half + 1, sl.width, half};
	if (half < 1 || sl.width < 1 || sl.quarters < 1)
		return;
	for (int x = 0; x < sl.width; x++)
		draw_column(snap, cv, up, down, &sl, x, max);
	canvas_text_right(cv, area.x, up.y, AXIS - 1, ROLE_AXIS, format_count((uint64_t)max).s);
	canvas_text_right(cv, area.x, up.y + half, AXIS - 1, ROLE_AXIS, "0");
	canvas_text(cv, up.x + 1, up.y, area.w - AXIS - 1, ROLE_IN, half > 1 ? "▲ entries / 15 min   • typical" : "");
	canvas_text(cv, down.x + 1, down.y + half - 1, area.w - AXIS - 1, ROLE_OUT, half > 1 ? "▼ exits / 15 min" : "");
	marks_draw(cv, &snap->store, name, (struct rect){up.x, up.y + half, sl.width, 1}, down.y + half, sd->start_ts,
		   sd->start_ts + sl.quarters * SLOT_S);
	draw_times(cv, (struct rect){up.x, down.y + half, sl.width, 1}, sd, &sl);
}

/* The quarter of the service day that holds most of the last 15 minutes, as for busyness. */
static const struct station_quarter *now_quarter(const struct snapshot *snap)
{
	const struct station_day *sd = &snap->station;
	int64_t at = (snapshot_minute(snap) - SLOT_S / 2 - sd->start_ts) / SLOT_S;
	return at >= 0 && at < sd->quarters ? &sd->quarter[at] : NULL;
}

static void draw_flow(struct canvas *cv, struct rect line, uint8_t role, const char *label, bool known, uint32_t count, double typical, int n)
{
	int x = line.x + canvas_text(cv, line.x, line.y, line.w, ROLE_DIM, label) + 1, left = line.x + line.w;
	x += canvas_text(cv, x, line.y, left - x, role, known ? format_count(count).s : UNKNOWN) + 1;
	if (n)
		canvas_printf(cv, x, line.y, left - x, ROLE_DIM, "typical %s (n %d)", format_count((uint64_t)llround(typical)).s, n);
	else
		canvas_text(cv, x, line.y, left - x, ROLE_DIM, "typical – (no earlier day)");
}

static void draw_title(const struct snapshot *snap, struct canvas *cv, struct rect area, const struct station_row *row)
{
	uint8_t word = row->busy > 0.7 ? ROLE_VERY_BUSY : row->busy >= 0.4 ? ROLE_BUSY : ROLE_QUIET;
	char zone[8], net[64];
	int x = area.x + canvas_text(cv, area.x, area.y, area.w, ROLE_TITLE, row->st->name) + 2, end = area.x + area.w;
	zone_short(row->st->zone, zone);
	x += canvas_printf(cv, x, area.y, end - x, ROLE_DIM, "zone %s", *zone ? zone : UNKNOWN) + 2;
	x += lines_draw(cv, x, area.y, end - x > 0 ? end - x : 0, row->st->lines) + 2;
	x += canvas_text(cv, x, area.y, end - x, isnan(row->busy) ? ROLE_DIM : word, busyness_word(row->busy)) + 2;
	snprintf(net, sizeof net, "net %s / 15 min", row->quarter_known ? format_signed((int64_t)row->quarter.entries - row->quarter.exits).s : UNKNOWN);
	if (x < end)
		canvas_text_right(cv, x, area.y, end - x, ROLE_DIM, net);
	const struct station_quarter *sq = snap->station.station == row->index ? now_quarter(snap) : NULL;
	struct rect in = {area.x, area.y + 1, area.w / 2 - 1, 1}, out = {area.x + area.w / 2, area.y + 1, area.w / 2, 1};
	if (area.h < 2)
		return;
	draw_flow(cv, in, ROLE_IN_STRONG, "in", row->quarter_known, row->quarter.entries, sq ? sq->typical_entries : 0, sq ? sq->n : 0);
	draw_flow(cv, out, ROLE_OUT_STRONG, "out", row->quarter_known, row->quarter.exits, sq ? sq->typical_exits : 0, sq ? sq->n : 0);
}

/* -1: not among the stations in use. */
static int64_t index_of(const struct stations *st, const char *id)
{
	for (size_t i = 0; i < st->count; i++)
		if (!strcmp(st->rows[i].id, id))
			return (int64_t)i;
	return -1;
}

static void draw_neighbour(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect line, int name,
			   const struct station_neighbour *nb)
{
	int64_t index = index_of(&snap->stations, nb->id);
	struct station_row row;
	int x = line.x + name + 1, end = line.x + line.w;
	char bar[20 * 3 + 1];
	if (index < 0)
		return;
	station_row_make(snap, (uint32_t)index, &row);
	canvas_text(cv, line.x, line.y, name, ROLE_TEXT, row.st->name);
	canvas_printf(cv, x, line.y, 8, ROLE_DIM, "%s%.1f min", nb->estimated ? "~" : "", (double)nb->minutes);
	canvas_text_right(cv, x + 9, line.y, 7, ROLE_IN, row.quarter_known ? format_count(row.quarter.entries).s : UNKNOWN);
	canvas_text_right(cv, x + 17, line.y, 7, ROLE_OUT, row.quarter_known ? format_count(row.quarter.exits).s : UNKNOWN);
	uint8_t track = row.busy > 0.7 ? ROLE_TRACK_VERY_BUSY : row.busy >= 0.4 ? ROLE_TRACK_BUSY : ROLE_TRACK_QUIET;
	x += 26;
	if (x + 20 < end) {
		format_bar(isnan(row.busy) ? 0 : row.busy, 8, bar);
		canvas_text(cv, x, line.y, 8, isnan(row.busy) ? ROLE_DIM : track, isnan(row.busy) ? "" : bar);
		canvas_text(cv, x + 9, line.y, 9, ROLE_TEXT, busyness_word(row.busy));
		lines_draw(cv, x + 20, line.y, end - x - 20, nb->lines);
	}
	screen_hit(sc, (struct hit){.area = line, .column = -1, .station = index});
}

static void draw_neighbours(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	const struct station_day *sd = &snap->station;
	int name = area.w >= 90 ? 28 : area.w >= 60 ? 22 : 14;
	int used = canvas_text(cv, area.x, area.y, name, ROLE_TITLE, "Next to it");
	canvas_text(cv, area.x + used + 2, area.y, name - used - 2, ROLE_DIM, sd->neighbours ? "" : "no station");
	canvas_text_right(cv, area.x + name + 10, area.y, 7, ROLE_DIM, "IN/15m");
	canvas_text_right(cv, area.x + name + 18, area.y, 7, ROLE_DIM, "OUT/15m");
	for (int i = 0; i + 1 < area.h && i < (int)sd->neighbours; i++)
		draw_neighbour(sc, snap, cv, (struct rect){area.x, area.y + 1 + i, area.w, 1}, name, &sd->neighbour[i]);
}

void station_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	struct station_row row;
	int64_t station = screen_station(sc);
	struct rect inner = {area.x + 1, area.y, area.w - 2, area.h};
	sc->page = sc->length = JUMP;
	if (station < 0 || (size_t)station >= snap->stations.count) {
		canvas_text(cv, inner.x, inner.y, inner.w, ROLE_DIM, "no station to show: they appear with their first passenger");
		return;
	}
	station_row_make(snap, (uint32_t)station, &row);
	draw_title(snap, cv, inner, &row);
	if (snap->station.station != station) {
		canvas_text(cv, inner.x, inner.y + 3, inner.h > 3 ? inner.w : 0, ROLE_DIM, "its day is being read");
		return;
	}
	int rows = (int)snap->station.neighbours + 1, lists = inner.h < 14 ? 0 : rows < NEIGHBOUR_ROWS ? rows : NEIGHBOUR_ROWS;
	draw_day(snap, cv, (struct rect){inner.x, inner.y + 3, inner.w, inner.h - 3 - lists}, row.st->name);
	if (lists)
		draw_neighbours(sc, snap, cv, (struct rect){inner.x, inner.y + inner.h - lists, inner.w, lists});
}

/* To another station, in the order of the Stations view. */
unsigned station_move(struct screen *sc, enum move move)
{
	if (!sc->count)
		return 0;
	int at = move_target(move, (int)screen_position(sc), JUMP, (int)sc->count - 1);
	sc->selected = sc->rows[at].index;
	return REACT_REDRAW;
}
