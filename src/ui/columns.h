/* columns.h: the Stations table: what is computed of a station, and one row per column: how it is drawn, sorted and explained. Pure. */
#ifndef TFLTOP_UI_COLUMNS_H
#define TFLTOP_UI_COLUMNS_H

#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct station_row {
	uint32_t index;                         /* of the station */
	const struct station *st;
	bool seen;                              /* has ever had an event: else nothing of it is known */
	bool minute_known, quarter_known, before_known, day_known;
	struct counts minute, quarter, before;  /* last whole minute, last 15, the 15 before those */
	uint64_t day_entries, day_exits;
	double busy;                            /* NAN unknown */
	double typical;                         /* of this quarter on earlier days; n of them */
	int n;
	uint64_t hour;                          /* entries + exits of the last 60 minutes */
	int64_t age_ms;                         /* since its last event; -1 unknown */
};

void station_row_make(const struct snapshot *snap, uint32_t index, struct station_row *row);

struct place { /* where a column's cell of one row is drawn */
	struct canvas *cv;
	int x, y, w;
	const struct snapshot *snap;
};

struct column {
	const char *name;     /* for ui.sort and ui.columns: "in15" */
	const char *header;   /* "IN/15m" */
	const char *help;     /* one line, no full stop */
	struct span span;
	bool right;           /* aligned */
	void (*draw)(const struct place *at, const struct station_row *row);
	double (*number)(const struct station_row *row);    /* sort key, NAN unknown; or … */
	const char *(*text)(const struct station_row *row); /* … text, "" unknown */
};

extern const struct column columns[];
extern const size_t ncolumns;

ptrdiff_t column_find(const char *name); /* -1 none */

/* Order of two rows by a column: unknown ones last either way, ties by the day's passengers, then by name. For qsort_r with struct
 * column_order. */
struct column_order {
	const struct column *column;
	bool descending;
};
int column_compare(const void *a, const void *b, void *order);

#define COLUMNS_MAX 16

struct column_choice { /* which columns are shown, in their order */
	size_t at[COLUMNS_MAX]; /* indexes into columns[] */
	size_t count;
};

void columns_all(struct column_choice *choice);
int columns_parse(struct column_choice *choice, const char *names, struct error *err); /* "station,in15,net" */
int column_unknown(const char *name, struct error *err);                               /* the error that says so */

/* How wide each chosen column is in so much room (0 = dropped); one space lies between them. fits: COLUMNS_MAX ints. */
void columns_fit(const struct column_choice *choice, int width, int *fits);

#endif
