#include "ui/columns.h"

#include "base/config.h"
#include "ui/format.h"
#include "ui/lines.h"
#include "ui/theme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MINUTE 60
#define QUARTER (15 * MINUTE)
#define HOUR (60 * MINUTE)

static uint64_t both(struct counts n)
{
	return (uint64_t)n.entries + n.exits;
}

void station_row_make(const struct snapshot *snap, uint32_t index, struct station_row *row)
{
	const struct board *bd = &snap->board;
	const struct board_station *counted = index < bd->count ? &bd->stations[index] : NULL;
	int64_t end = snapshot_minute(snap);
	enum today today = snapshot_today(snap);
	*row = (struct station_row){.index = index, .st = &snap->stations.rows[index], .busy = NAN, .age_ms = -1};
	if (!counted || (!counted->last_event_ms && !counted->day_entries && !counted->day_exits))
		return;
	row->seen = true;
	row->minute_known = snapshot_knows(snap, end - MINUTE, end);
	row->quarter_known = snapshot_knows(snap, end - QUARTER, end);
	row->before_known = snapshot_knows(snap, end - 2 * QUARTER, end) && snapshot_charts(snap, end - 2 * QUARTER, end);
	row->minute = board_window(bd, index, end - MINUTE, end);
	row->quarter = board_window(bd, index, end - QUARTER, end);
	row->before = board_window(bd, index, end - 2 * QUARTER, end - QUARTER);
	row->hour = both(board_window(bd, index, end - HOUR, end));
	row->day_known = today != TODAY_UNKNOWN;
	row->day_entries = today == TODAY_COUNTED ? counted->day_entries : 0;
	row->day_exits = today == TODAY_COUNTED ? counted->day_exits : 0;
	if (index < snap->nbaselines && row->quarter_known) {
		const struct baseline *base = &snap->baselines[index];
		row->busy = busyness(both(row->quarter), base);
		row->typical = base->typical;
		row->n = base->n;
	}
	if (snap->mode != MODE_FRAME)
		row->age_ms = snap->now_ms > counted->last_event_ms ? snap->now_ms - counted->last_event_ms : 0;
}

static void put(const struct place *at, bool known, uint8_t role, struct words text)
{
	bool fits = text_width(text.s, false) <= at->w;
	canvas_text_right(at->cv, at->x, at->y, at->w, known ? role : ROLE_DIM, !known ? UNKNOWN : fits ? text.s : "…");
}

static uint8_t strong_if(bool yes, uint8_t strong, uint8_t plain)
{
	return yes ? strong : plain;
}

static const char *name_text(const struct station_row *row)
{
	return row->st->name;
}

static void name_draw(const struct place *at, const struct station_row *row)
{
	canvas_text(at->cv, at->x, at->y, at->w, row->seen ? ROLE_TEXT : ROLE_DIM, row->st->name);
}

static const char *zone_text(const struct station_row *row)
{
	return row->st->zone;
}

static void zone_draw(const struct place *at, const struct station_row *row)
{
	char zone[8];
	zone_short(row->st->zone, zone);
	canvas_text(at->cv, at->x, at->y, at->w, ROLE_DIM, *zone ? zone : UNKNOWN);
}

static const char *lines_text(const struct station_row *row)
{
	return row->st->lines;
}

static void lines_cell(const struct place *at, const struct station_row *row)
{
	if (*row->st->lines)
		lines_draw(at->cv, at->x, at->y, at->w, row->st->lines);
	else
		canvas_text(at->cv, at->x, at->y, at->w, ROLE_DIM, UNKNOWN);
}

static double in_minute(const struct station_row *row)
{
	return row->minute_known ? row->minute.entries : NAN;
}

static void in_minute_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->minute_known, ROLE_IN, format_count(row->minute.entries));
}

static double out_minute(const struct station_row *row)
{
	return row->minute_known ? row->minute.exits : NAN;
}

static void out_minute_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->minute_known, ROLE_OUT, format_count(row->minute.exits));
}

static double in_quarter(const struct station_row *row)
{
	return row->quarter_known ? row->quarter.entries : NAN;
}

static void in_quarter_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->quarter_known, strong_if(row->quarter.entries >= 1000, ROLE_IN_STRONG, ROLE_IN), format_count(row->quarter.entries));
}

static double out_quarter(const struct station_row *row)
{
	return row->quarter_known ? row->quarter.exits : NAN;
}

static void out_quarter_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->quarter_known, strong_if(row->quarter.exits >= 1000, ROLE_OUT_STRONG, ROLE_OUT), format_count(row->quarter.exits));
}

static double in_day(const struct station_row *row)
{
	return row->day_known ? (double)row->day_entries : NAN;
}

static void in_day_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->day_known, ROLE_TEXT, format_count(row->day_entries));
}

static double out_day(const struct station_row *row)
{
	return row->day_known ? (double)row->day_exits : NAN;
}

static void out_day_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->day_known, ROLE_TEXT, format_count(row->day_exits));
}

static int64_t net(const struct station_row *row)
{
	return (int64_t)row->quarter.entries - row->quarter.exits;
}

static double net_number(const struct station_row *row)
{
	return row->quarter_known ? (double)net(row) : NAN;
}

static void net_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->quarter_known, net(row) < 0 ? ROLE_MINUS : ROLE_PLUS, format_signed(net(row)));
}

static double busy_number(const struct station_row *row)
{
	return row->busy;
}

/* A bar, then the word: wide enough for "very busy". */
static void busy_draw(const struct place *at, const struct station_row *row)
{
	enum { WORD = 9 };
	char bar[64 * 3 + 1];
	int cells = at->w - WORD - 1 < 64 ? at->w - WORD - 1 : 64;
	const char *word = busyness_word(row->busy);
	bool very = row->busy > 0.7, busy = row->busy >= 0.4;
	if (isnan(row->busy)) {
		canvas_text(at->cv, at->x + cells + 1, at->y, WORD, ROLE_DIM, word);
		return;
	}
	format_bar(row->busy, cells, bar);
	canvas_text(at->cv, at->x, at->y, cells, very ? ROLE_TRACK_VERY_BUSY : busy ? ROLE_TRACK_BUSY : ROLE_TRACK_QUIET, bar);
	canvas_text(at->cv, at->x + cells + 1, at->y, WORD, very ? ROLE_VERY_BUSY : busy ? ROLE_BUSY : ROLE_QUIET, word);
}

static double hour_number(const struct station_row *row)
{
	return row->quarter_known ? (double)row->hour : NAN;
}

static void hour_draw(const struct place *at, const struct station_row *row)
{
	int64_t values[60], max = 0, step = HOUR / at->w, end = snapshot_minute(at->snap);
	char text[60 * 3 + 1];
	for (int i = 0; i < at->w; i++) {
		int64_t from = end - HOUR + i * step;
		bool known = row->seen && snapshot_knows(at->snap, from, from + step) && snapshot_charts(at->snap, from, from + step);
		values[i] = known ? (int64_t)both(board_window(&at->snap->board, row->index, from, from + step)) : -1;
		max = values[i] > max ? values[i] : max;
	}
	format_spark(values, at->w, max, text);
	canvas_text(at->cv, at->x, at->y, at->w, row->seen ? ROLE_SPARK : ROLE_RULE, text);
}

static double age_number(const struct station_row *row)
{
	return row->age_ms < 0 ? NAN : (double)row->age_ms;
}

static void age_draw(const struct place *at, const struct station_row *row)
{
	put(at, row->age_ms >= 0, row->age_ms > 15 * 60 * 1000 ? ROLE_WARN : ROLE_DIM, format_age(row->age_ms));
}

/* A sparkline's columns must share the hour evenly. */
static const int hour_widths[] = {60, 30, 20, 15, 12, 0};

const struct column columns[] = {
	{"station", "STATION", "name as the stream has it", {20, 24, 0, NULL}, false, name_draw, NULL, name_text},
	{"zone", "ZONE", "fare zone: 2/3 is both, T tram, O outside", {4, 4, 5, NULL}, false, zone_draw, NULL, zone_text},
	{"lines", "LINES", "lines that call there, by code", {12, 17, 8, NULL}, false, lines_cell, NULL, lines_text},
	{"in1", "IN/min", "entries of the last whole minute", {7, 7, 6, NULL}, true, in_minute_draw, in_minute, NULL},
	{"out1", "OUT/min", "exits of the last whole minute", {8, 8, 6, NULL}, true, out_minute_draw, out_minute, NULL},
	{"in15", "IN/15m", "entries of the last 15 whole minutes", {7, 7, 0, NULL}, true, in_quarter_draw, in_quarter, NULL},
	{"out15", "OUT/15m", "exits of the last 15 whole minutes", {8, 8, 1, NULL}, true, out_quarter_draw, out_quarter, NULL},
	{"inday", "IN-day", "entries of the service day so far (it begins at 04:30)", {8, 8, 9, NULL}, true, in_day_draw, in_day, NULL},
	{"outday", "OUT-day", "exits of the service day so far", {8, 8, 9, NULL}, true, out_day_draw, out_day, NULL},
	{"net", "NET", "net flow: entries − exits of the last 15 minutes; not how many are inside", {7, 7, 4, NULL}, true,
	 net_draw, net_number, NULL},
	{"busy", "BUSYNESS", "the last 15 minutes against the station's greatest quarter: quiet < 0.4 ≤ busy ≤ 0.7 < very busy",
	 {14, 24, 2, NULL}, false, busy_draw, busy_number, NULL},
	{"hour", "LAST 60 MIN", "entries + exits of the last hour, oldest left, scaled to the station's own peak; ░ unknown",
	 {12, 60, 3, hour_widths}, false, hour_draw, hour_number, NULL},
	{"age", "AGE", "time since its last event", {3, 3, 7, NULL}, true, age_draw, age_number, NULL},
};
const size_t ncolumns = sizeof columns / sizeof *columns;

ptrdiff_t column_find(const char *name)
{
	for (size_t i = 0; i < ncolumns; i++)
		if (!strcmp(columns[i].name, name))
			return (ptrdiff_t)i;
	return -1;
}

int column_unknown(const char *name, struct error *err)
{
	const char *names[COLUMNS_MAX];
	for (size_t i = 0; i < ncolumns; i++)
		names[i] = columns[i].name;
	return unknown_name(err, "column", name, names, ncolumns);
}

/* Unknown values compare behind all others in both directions, so the sign is applied before. */
static int compare_values(const struct column *col, const struct station_row *a, const struct station_row *b, int sign)
{
	if (col->text) {
		const char *ta = col->text(a), *tb = col->text(b);
		return !*ta || !*tb ? !*ta - !*tb : sign * strcasecmp(ta, tb);
	}
	double na = col->number(a), nb = col->number(b);
	return isnan(na) || isnan(nb) ? isnan(na) - isnan(nb) : sign * ((na > nb) - (na < nb));
}

int column_compare(const void *pa, const void *pb, void *arg)
{
	const struct column_order *order = arg;
	const struct station_row *a = pa, *b = pb;
	int by = compare_values(order->column, a, b, order->descending ? -1 : 1);
	uint64_t da = a->day_entries + a->day_exits, db = b->day_entries + b->day_exits;
	if (!by)
		by = (da < db) - (da > db);
	if (!by)
		by = strcasecmp(a->st->name, b->st->name);
	return by ? by : (a->index > b->index) - (a->index < b->index);
}

void columns_fit(const struct column_choice *choice, int width, int *fits)
{
	struct span spans[COLUMNS_MAX];
	for (size_t i = 0; i < choice->count; i++)
		spans[i] = columns[choice->at[i]].span;
	layout_fit(spans, choice->count, width, fits);
}

void columns_all(struct column_choice *choice)
{
	_Static_assert(sizeof columns / sizeof *columns <= COLUMNS_MAX, "room for every column");
	choice->count = ncolumns;
	for (size_t i = 0; i < ncolumns; i++)
		choice->at[i] = i;
}

int columns_parse(struct column_choice *choice, const char *names, struct error *err)
{
	char name[32];
	choice->count = 0;
	while (*(names += strspn(names, ", "))) {
		size_t len = strcspn(names, ", ");
		snprintf(name, sizeof name, "%.*s", (int)len, names);
		ptrdiff_t at = column_find(name);
		if (at < 0)
			return column_unknown(name, err);
		if (choice->count < COLUMNS_MAX)
			choice->at[choice->count++] = (size_t)at;
		names += len;
	}
	return choice->count ? 0 : error_set(err, "no column is named");
}
