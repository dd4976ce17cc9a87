#include "ui/format.h"

#include "base/zone.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct words format_count(uint64_t n)
{
	struct words out = {""};
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
	for (int i = 0, o = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out.s[o++] = ' ';
		out.s[o++] = digits[i];
	}
	return out;
}

struct words format_signed(int64_t n)
{
	struct words out = {""}, digits = format_count(n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
	snprintf(out.s, sizeof out.s, "%s%.40s", n > 0 ? "+" : n < 0 ? "−" : "", digits.s);
	return out;
}

struct words format_known(int64_t n)
{
	return n < 0 ? (struct words){UNKNOWN} : format_count((uint64_t)n);
}

struct words format_rate(double per_second)
{
	struct words out = {"0"};
	if (per_second < 0)
		return (struct words){UNKNOWN};
	if (per_second >= 10)
		return format_count((uint64_t)(per_second + 0.5));
	if (per_second >= 0.05)
		snprintf(out.s, sizeof out.s, "%.1f", per_second);
	return out;
}

/* In the largest unit of which there is at least one. */
static struct words in_units(int64_t ms, const char *const units[4])
{
	static const int64_t seconds[] = {1, 60, 3600, 86400};
	struct words out = {UNKNOWN};
	int unit = 0;
	while (unit < 3 && ms / 1000 >= seconds[unit + 1])
		unit++;
	if (ms >= 0)
		snprintf(out.s, sizeof out.s, "%" PRId64 "%s", ms / 1000 / seconds[unit], units[unit]);
	return out;
}

struct words format_age(int64_t ms)
{
	static const char *const units[] = {"s", "m", "h", "d"};
	return in_units(ms, units);
}

struct words format_long(int64_t ms)
{
	static const char *const units[] = {" s", " min", " h", " d"};
	struct words out = in_units(ms, units);
	int64_t s = ms / 1000;
	if (s >= 3600 && s < 86400)
		snprintf(out.s, sizeof out.s, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
	return out;
}

struct words format_bytes(int64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	struct words out = {UNKNOWN};
	size_t unit = 0;
	double n = (double)bytes;
	if (bytes < 0)
		return out;
	for (; n >= 1024; unit++)
		n /= 1024;
	snprintf(out.s, sizeof out.s, unit && n < 100 ? "%.1f %s" : "%.0f %s", n, units[unit]);
	return out;
}

struct words format_took(double ms)
{
	struct words out = {UNKNOWN};
	if (!(ms >= 0))
		return out;
	if (ms < 1000)
		snprintf(out.s, sizeof out.s, ms < 10 ? "%.1f ms" : "%.0f ms", ms);
	else
		snprintf(out.s, sizeof out.s, "%.1f s", ms / 1000);
	return out;
}

struct words format_clock(int64_t ms)
{
	struct words out;
	struct civil at;
	zone_civil(ms / 1000, &at);
	snprintf(out.s, sizeof out.s, "%02d:%02d:%02d", at.hour, at.minute, at.second);
	return out;
}

struct words format_date(int64_t ms)
{
	struct words out;
	struct civil at;
	zone_civil(ms / 1000, &at);
	snprintf(out.s, sizeof out.s, "%s %d %s", weekdays[at.weekday % 7], at.day, months[(at.month + 11) % 12]);
	return out;
}

struct words format_full_date(int64_t ms)
{
	struct words out, date = format_date(ms);
	struct civil at;
	zone_civil(ms / 1000, &at);
	snprintf(out.s, sizeof out.s, "%.20s %d", date.s, at.year);
	return out;
}

struct words format_when(int64_t ms)
{
	struct words out, date = format_date(ms), clock = format_clock(ms);
	snprintf(out.s, sizeof out.s, "%.20s %.20s", date.s, clock.s);
	return out;
}

struct words format_percent(double ratio)
{
	struct words out = {UNKNOWN};
	if (isfinite(ratio))
		snprintf(out.s, sizeof out.s, "%.40s %%", format_signed((int64_t)lround(fmin(fmax(ratio, -99), 99) * 100)).s);
	return out;
}

void format_bar(double fraction, int cells, char *out)
{
	static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
	int filled = fraction > 0 ? (int)lround(fmin(fraction, 1) * cells * 8) : 0;
	*out = '\0';
	for (int i = 0; i < cells; i++) {
		int part = filled - i * 8;
		const char *cell = eighths[part < 0 ? 0 : part > 8 ? 8 : part];
		size_t len = strlen(cell);
		memcpy(out, cell, len + 1);
		out += len;
	}
}

void format_spark(const int64_t *values, int count, int64_t max, char *out)
{
	static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇"};
	*out = '\0';
	for (int i = 0; i < count; i++) {
		int64_t level = max > 0 && values[i] > 0 ? (values[i] * 6 + max / 2) / max : 0;
		if (values[i] > 0 && !level)
			level = 1; /* somebody */
		const char *cell = values[i] < 0 ? "░" : levels[level > 6 ? 6 : level];
		memcpy(out, cell, 4);
		out += 3;
	}
}
