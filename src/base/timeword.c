#include "base/timeword.h"

#include "base/zone.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

static int64_t unit_ms(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strlen(units[i].name) == len && !strncmp(units[i].name, name, len))
			return units[i].ms;
	return 0;
}

int duration_parse(const char *word, int64_t *ms, struct error *err)
{
	int64_t sum = 0;
	const char *p = word;
	*ms = INT64_MAX;
	if (!strcmp(word, "forever"))
		return 0;
	do {
		size_t digits = strspn(p, "0123456789"), letters = strspn(p + digits, "dhms");
		int64_t number = 0, unit = unit_ms(p + digits, letters), part;
		for (size_t i = 0; i < digits; i++)
			if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, p[i] - '0', &number))
				return error_set(err, "the duration \"%.40s\" is too long: try forever", word);
		if (!digits || !unit)
			return error_set(err, "\"%.40s\" is no duration: say 200ms, 90s, 15m, 2h, 1d, 1h30m or forever", word);
		if (__builtin_mul_overflow(number, unit, &part) || __builtin_add_overflow(sum, part, &sum))
			return error_set(err, "the duration \"%.40s\" is too long: try forever", word);
		p += digits + letters;
	} while (*p);
	*ms = sum;
	return 0;
}

int timeword_day(const char *word, int64_t now_ms, int32_t *day)
{
	int32_t today = zone_service_day(now_ms / 1000);
	if (!strcmp(word, "today"))
		*day = today;
	else if (!strcmp(word, "yesterday"))
		*day = today - 1;
	else
		return zone_day_parse(word, day);
	return 0;
}

/* Reads exactly `digits` digits, at most `most`; moves *p. */
static bool number(const char **p, int digits, int most, int *out)
{
	int value = 0;
	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*p)[i]))
			return false;
		value = value * 10 + ((*p)[i] - '0');
	}
	*p += digits;
	*out = value;
	return value <= most;
}

/* HH:MM[:SS[.fraction]]; moves *p. */
static bool clock_time(const char **p, struct civil *at, int *ms)
{
	*ms = at->second = 0;
	if (!number(p, 2, 23, &at->hour) || *(*p)++ != ':' || !number(p, 2, 59, &at->minute))
		return false;
	if (**p != ':')
		return true;
	++*p;
	if (!number(p, 2, 59, &at->second))
		return false;
	if (**p != '.')
		return true;
	++*p;
	int digits = 0;
	for (int scale = 100; isdigit((unsigned char)**p); ++*p, digits++, scale /= 10)
		*ms += (**p - '0') * scale;
	return digits > 0;
}

/* Z or ±HH:MM at the end; false with *naive set when there is nothing. */
static bool utc_offset(const char *p, int *offset_s, bool *naive)
{
	int hours, minutes, sign = *p == '-' ? -1 : 1;
	*naive = !*p;
	*offset_s = 0;
	if (*naive)
		return true;
	if ((*p == 'Z' || *p == 'z') && !p[1])
		return true;
	if (*p != '+' && *p != '-')
		return false;
	p++;
	if (!number(&p, 2, 23, &hours) || *p++ != ':' || !number(&p, 2, 59, &minutes) || *p)
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* 2026-11-24T08:15[:30[.5]][Z|+01:00], with a space for the T if need be. */
static bool date_time(const char *word, int64_t *ms)
{
	char date[11];
	int32_t day;
	struct civil at = {0};
	int fraction, offset;
	bool naive;
	if (strlen(word) < 16 || !strchr("Tt ", word[10]))
		return false;
	snprintf(date, sizeof date, "%.10s", word);
	const char *p = word + 11;
	if (zone_day_parse(date, &day) || !clock_time(&p, &at, &fraction) || !utc_offset(p, &offset, &naive))
		return false;
	int64_t seconds = (int64_t)day * 86400 + at.hour * 3600 + at.minute * 60 + at.second;
	at.year = 1970;
	at.month = 1;
	at.day = 1 + day;
	*ms = (naive ? zone_instant(&at) : seconds - offset) * 1000 + fraction;
	return true;
}

/* HH:MM of the service day that now is in: 01:15 is after its midnight. */
static bool time_today(const char *word, int64_t now_ms, int64_t *ms)
{
	struct civil at = {.year = 1970, .month = 1};
	int fraction;
	if (!clock_time(&word, &at, &fraction) || *word)
		return false;
	bool past_midnight = at.hour * 60 + at.minute < zone_day_start_minutes();
	at.day = 1 + zone_service_day(now_ms / 1000) + past_midnight;
	*ms = zone_instant(&at) * 1000 + fraction;
	return true;
}

int timeword_parse(const char *word, int64_t now_ms, int64_t *ms, struct error *err)
{
	int32_t day;
	int64_t ago;
	if (!strcmp(word, "now"))
		*ms = now_ms;
	else if (!timeword_day(word, now_ms, &day))
		*ms = zone_service_day_start(day) * 1000;
	else if (*word == '-' && !duration_parse(word + 1, &ago, NULL) && ago <= now_ms)
		*ms = now_ms - ago;
	else if (!date_time(word, ms) && !time_today(word, now_ms, ms))
		return error_set(err, "\"%.40s\" is no time: say now, today, yesterday, 2026-11-24, 08:15, 2026-11-24T08:15 (%s), "
				      "2026-11-24T08:15:00Z or -2h", word, zone_name());
	return 0;
}
