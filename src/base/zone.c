#include "base/zone.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400
#define LONDON "Europe/London"
#define LONDON_RULE "GMT0BST,M3.5.0/1,M10.5.0/2"

/* Years 0000 to 9999: what four digits can show, and far inside what localtime_r can do. */
#define TS_MIN (-62167219200LL)
#define TS_MAX 253402300799LL

static struct {
	char name[64];
	int day_start_s;
	unsigned generation; /* of the caches below */
} zn = {.name = LONDON, .day_start_s = (4 * 60 + 30) * 60};

/* The two conversions between a date of the Gregorian calendar and its number (days since 1970-01-01) count years from March, so that
 * the leap day comes last; after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t day_number(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of_day(int64_t number, struct civil *out)
{
	number += 719468;
	int64_t era = (number >= 0 ? number : number - 146096) / 146097;
	int64_t of_era = number - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	out->day = (int)(of_year - (153 * month + 2) / 5 + 1);
	out->month = (int)(month < 10 ? month + 3 : month - 9);
	out->year = (int)(year + era * 400 + (out->month <= 2));
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t clamp_ts(int64_t ts)
{
	return ts < TS_MIN ? TS_MIN : ts > TS_MAX ? TS_MAX : ts;
}

static bool has_zone_data(const char *zone)
{
	const char *dir = getenv("TZDIR");
	char magic[4] = "";
	if (*zone == '/' || *zone == '.' || *zone == ':' || strstr(zone, "/."))
		return false;
	char *path = xasprintf("%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo", zone);
	FILE *file = fopen(path, "re");
	bool found = file && fread(magic, 1, sizeof magic, file) == sizeof magic && !memcmp(magic, "TZif", 4);
	if (file)
		fclose(file);
	free(path);
	return found;
}

static int parse_day_start(const char *text)
{
	int hour, minute;
	if (strlen(text) != 5 || text[2] != ':' || !isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]) ||
	    !isdigit((unsigned char)text[3]) || !isdigit((unsigned char)text[4]))
		return -1;
	hour = (text[0] - '0') * 10 + text[1] - '0';
	minute = (text[3] - '0') * 10 + text[4] - '0';
	return hour < 24 && minute < 60 ? (hour * 60 + minute) * 60 : -1;
}

int zone_init(const char *zone, const char *day_start, struct error *err)
{
	int start = parse_day_start(day_start);
	if (start < 0)
		return error_set(err, "time.day_start \"%.40s\" is no time of day: say 04:30", day_start);
	bool known = strlen(zone) < sizeof zn.name && has_zone_data(zone);
	if (!known && strcmp(zone, LONDON) && strcmp(zone, "UTC"))
		return error_set(err, "time.zone \"%.80s\" is not in the system's zone data: say a name such as %s, or install tzdata", zone, LONDON);
	setenv("TZ", known ? zone : !strcmp(zone, LONDON) ? LONDON_RULE : "UTC0", 1);
	tzset();
	snprintf(zn.name, sizeof zn.name, "%s", zone);
	zn.day_start_s = start;
	zn.generation++;
	return 0;
}

const char *zone_name(void)
{
	return zn.name;
}

int zone_day_start_minutes(void)
{
	return zn.day_start_s / 60;
}

void zone_civil(int64_t ts, struct civil *out)
{
	struct tm tm;
	time_t when = (time_t)clamp_ts(ts);
	localtime_r(&when, &tm);
	*out = (struct civil){
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec,
		.weekday = tm.tm_wday,
		.offset_s = (int)tm.tm_gmtoff,
	};
}

static int offset_at(int64_t ts)
{
	struct civil at;
	zone_civil(ts, &at);
	return at.offset_s;
}

/* `naive`: the reading taken as if it were UTC. The greater offset gives the earlier instant, hence the first of a doubled hour; a
 * reading that the clocks skip is taken by the offset before the change. */
static int64_t instant_of(int64_t naive)
{
	int before = offset_at(naive - DAY_S), after = offset_at(naive + DAY_S);
	int greater = before > after ? before : after, smaller = before > after ? after : before;
	if (offset_at(naive - greater) == greater)
		return naive - greater;
	if (offset_at(naive - smaller) == smaller)
		return naive - smaller;
	return naive - before;
}

int64_t zone_instant(const struct civil *civil)
{
	int64_t day = day_number(civil->year, civil->month, civil->day);
	return instant_of(day * DAY_S + civil->hour * 3600 + civil->minute * 60 + civil->second);
}

int64_t zone_service_day_start(int32_t day)
{
	return instant_of((int64_t)day * DAY_S + zn.day_start_s);
}

/* thread: any. Most questions are about the day of the last one: each thread remembers it. */
int32_t zone_service_day(int64_t ts)
{
	static _Thread_local struct {
		int64_t from, to;
		int32_t day;
		unsigned generation;
	} last;
	if (last.generation == zn.generation && ts >= last.from && ts < last.to)
		return last.day;
	struct civil at;
	ts = clamp_ts(ts);
	zone_civil(ts, &at);
	int32_t day = (int32_t)floor_div(ts + at.offset_s, DAY_S);
	while (ts < zone_service_day_start(day))
		day--;
	last.from = zone_service_day_start(day);
	last.to = zone_service_day_start(day + 1);
	last.day = day;
	last.generation = zn.generation;
	return day;
}

int zone_day_weekday(int32_t day)
{
	return (int)(((int64_t)day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
}

enum day_type zone_day_type(int32_t day)
{
	int weekday = zone_day_weekday(day);
	return weekday == 0 ? DAY_SUNDAY : weekday == 6 ? DAY_SATURDAY : DAY_WEEKDAY;
}

const char *day_type_name(enum day_type type)
{
	static const char *const names[] = {[DAY_WEEKDAY] = "weekday", [DAY_SATURDAY] = "saturday", [DAY_SUNDAY] = "sunday"};
	return names[type];
}

void zone_day_text(int32_t day, char out[11])
{
	struct civil date;
	date_of_day(clamp_ts((int64_t)day * DAY_S) / DAY_S, &date);
	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)date.year % 10000, (unsigned)date.month % 100, (unsigned)date.day % 100);
}

int zone_day_parse(const char *text, int32_t *day)
{
	static const char form[] = "dddd-dd-dd";
	if (strlen(text) != sizeof form - 1)
		return -1;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return -1;
	int year = atoi(text), month = atoi(text + 5), date = atoi(text + 8);
	if (month < 1 || month > 12)
		return -1;
	struct civil back;
	int64_t number = day_number(year, month, date);
	date_of_day(number, &back);
	if (back.month != month || back.day != date) /* the 31st of April is the 1st of May */
		return -1;
	*day = (int32_t)number;
	return 0;
}

void zone_utc_text(int64_t ts, char out[21])
{
	struct civil date;
	ts = clamp_ts(ts);
	int64_t day = floor_div(ts, DAY_S);
	unsigned second = (unsigned)(ts - day * DAY_S);
	date_of_day(day, &date);
	snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)date.year % 10000, (unsigned)date.month % 100, (unsigned)date.day % 100,
		 second / 3600 % 24, second / 60 % 60, second % 60);
}
