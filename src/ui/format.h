/* format.h: numbers, durations, bars and sparklines as text of a known width. Signs that ASCII lacks have fallbacks in the canvas. Pure. */
#ifndef TFLTOP_UI_FORMAT_H
#define TFLTOP_UI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define UNKNOWN "–" /* not zero: nobody knows */

struct words { /* a short text by value */
	char s[48];
};

struct words format_count(uint64_t n);            /* 148 212 */
struct words format_signed(int64_t n);            /* +2 214, −209, 0 */
struct words format_known(int64_t n);             /* – when negative */
struct words format_rate(double per_second);      /* 0.4, 12, 1 204 */
struct words format_age(int64_t ms);              /* 0s 59s 3m 2h 5d; – when negative */
struct words format_long(int64_t ms);             /* 45 s, 2 min, 3 h 10 min, 4 d */
struct words format_bytes(int64_t bytes);         /* 512 B, 12.3 MiB; – when negative */
struct words format_took(double ms);              /* 0.8 ms, 12 ms, 1.2 s; – when negative */
struct words format_clock(int64_t ms);            /* 08:17:42 in the railway's zone */
struct words format_date(int64_t ms);             /* Tue 24 Nov */
struct words format_full_date(int64_t ms);        /* Tue 24 Nov 2026 */
struct words format_when(int64_t ms);             /* Tue 24 Nov 08:17:42 */
struct words format_percent(double ratio);        /* +12 %, −3 %, 0 %: of a change */

/* A bar of `cells` columns, filled from the left in eighths; out needs cells * 3 + 1 bytes. */
void format_bar(double fraction, int cells, char *out);

/* One column per value, up to seven eighths for the greatest, so that lines of a table stay apart; a value < 0 is unknown: ░.
 * out needs count * 3 + 1 bytes. */
void format_spark(const int64_t *values, int count, int64_t max, char *out);

#endif
