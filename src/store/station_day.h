/* station_day.h: one station's service day by quarter hours, what is typical of it, and the stations next to it. Plain data; read on the
 * reader's connection. */
#ifndef TFLTOP_STORE_STATION_DAY_H
#define TFLTOP_STORE_STATION_DAY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#define STATION_QUARTERS 100 /* the longest service day */
#define STATION_NEIGHBOURS 16

struct station_quarter {
	bool counted;
	int64_t entries, exits;
	double typical_entries, typical_exits; /* mean of earlier days of this type … */
	int n;                                 /* … on so many of which this quarter was counted at all; at most 8 */
};

struct station_neighbour {
	char id[16];       /* naptan */
	char lines[160];   /* "Central|Victoria" */
	float minutes;
	bool estimated;
};

struct station_day {
	int64_t station;    /* its number; -1 nothing is loaded */
	int32_t day;        /* service day; 0 none yet */
	int64_t start_ts;
	int quarters;       /* of the day */
	struct station_quarter quarter[STATION_QUARTERS];
	struct station_neighbour neighbour[STATION_NEIGHBOURS];
	size_t neighbours;
};

struct sql;

/* The newest service day that has begun before before_ts (INT64_MAX: the watermark's), counts of buckets before it. */
int station_day_load(struct sql *sql, int64_t station, int64_t before_ts, struct station_day *out, struct error *err);

#endif
