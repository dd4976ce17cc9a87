/* timeword.h: times and durations as people type them. */
#ifndef TFLTOP_BASE_TIMEWORD_H
#define TFLTOP_BASE_TIMEWORD_H

#include "base/error.h"

#include <stdint.h>

/* `now`, `today`, `yesterday`, `2026-11-24` (start of that service day), `HH:MM[:SS]` (of today's service day), `2026-11-24T08:15[:30]`
 * and `2026-11-24 08:15` (naive = the zone), RFC 3339 (with Z or offset, fractions), `-2h` (before now). → Unix ms. */
int timeword_parse(const char *word, int64_t now_ms, int64_t *ms, struct error *err);

/* The service day that a word names as a whole (`today`, `yesterday`, a date), or -1: it names an instant, or nothing. */
int timeword_day(const char *word, int64_t now_ms, int32_t *day);

/* 200ms 90s 15m 2h 1d, `forever` (INT64_MAX), also sums `1h30m`. A number without its unit is refused. */
int duration_parse(const char *word, int64_t *ms, struct error *err);

#endif
