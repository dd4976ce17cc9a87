/* zone.h: the railway's time: UTC instants shown in one zone (Europe/London), and the service day that begins at 04:30 there.
 * Uses the system's zone data; where that is missing, Europe/London falls back to its rule (BST from the last Sunday of March to the
 * last Sunday of October, 01:00 UTC). zone_init once in main before any thread; the rest: thread any. */
#ifndef TFLTOP_BASE_ZONE_H
#define TFLTOP_BASE_ZONE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct civil { /* a wall-clock reading in the zone */
	int year, month, day; /* 2026, 1-12, 1-31 */
	int hour, minute, second;
	int weekday;          /* 0 = Sunday */
	int offset_s;         /* east of UTC */
};

/* day_start "04:30". Errors: unknown zone, malformed day start. */
int zone_init(const char *zone, const char *day_start, struct error *err);
const char *zone_name(void);
int zone_day_start_minutes(void);

void zone_civil(int64_t ts, struct civil *out);     /* ts: Unix seconds */
int64_t zone_instant(const struct civil *civil);    /* naive → Unix seconds (offset_s, weekday ignored); in the doubled hour: the first */

/* Service days are numbered by their date: days since 1970-01-01. */
int32_t zone_service_day(int64_t ts);
int64_t zone_service_day_start(int32_t day);        /* Unix seconds of 04:30 local on that date */
int zone_day_weekday(int32_t day);                  /* 0 = Sunday */
enum day_type { DAY_WEEKDAY, DAY_SATURDAY, DAY_SUNDAY, DAY_TYPES };
enum day_type zone_day_type(int32_t day);
const char *day_type_name(enum day_type type);      /* "weekday" … */
void zone_day_text(int32_t day, char out[11]);      /* YYYY-MM-DD */
int zone_day_parse(const char *text, int32_t *day); /* -1 if it is no date */
void zone_utc_text(int64_t ts, char out[21]);       /* YYYY-MM-DDTHH:MM:SSZ */

#endif
