/* fuzz_words.c: time words, dates and durations: what is taken means one instant, which written out in full means the same. */
#include "base/mem.h"
#include "base/timeword.h"
#include "base/zone.h"
#include "fuzz.h"

#include <stdbool.h>

#define NOW_MS 1795508262123 /* 2026-11-24T08:17:42.123Z */

static void check_day(const char *word)
{
	int32_t day;
	char text[11];
	if (zone_day_parse(word, &day))
		return;
	zone_day_text(day, text);
	MUST(!strcmp(text, word));
	MUST(zone_service_day(zone_service_day_start(day)) == day);
}

static void check_time(const char *word)
{
	int64_t ms, again;
	char utc[21];
	if (timeword_parse(word, NOW_MS, &ms, NULL))
		return;
	int64_t seconds = ms / 1000 - (ms % 1000 < 0);
	zone_utc_text(seconds, utc);
	if (strncmp(utc, "0000-01-01", 10) && strncmp(utc, "9999-12-31", 10)) /* the ends, beyond which an offset may lead */
		MUST(!timeword_parse(utc, NOW_MS, &again, NULL) && again == seconds * 1000);
}

static void check_duration(const char *word)
{
	int64_t ms, again;
	char text[32];
	if (duration_parse(word, &ms, NULL) || ms == INT64_MAX)
		return;
	MUST(ms >= 0);
	snprintf(text, sizeof text, "%lldms", (long long)ms);
	MUST(!duration_parse(text, &again, NULL) && again == ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	if (!ready)
		MUST(!zone_init("Europe/London", "04:30", NULL));
	ready = true;
	char *word = xstrndup((const char *)data, size);
	check_day(word);
	check_time(word);
	check_duration(word);
	free(word);
	return 0;
}
