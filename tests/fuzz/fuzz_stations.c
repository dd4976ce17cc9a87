/* fuzz_stations.c: the table of stations, with its indexes and its memory of what was asked lately, against the rules written down plainly
 * over the rows. An input is lines: "?name<TAB>location" names a station as a stream does, "+id<TAB>name<TAB>location" is a reference row, and
 * "c" copies the table. */
#include "base/mem.h"
#include "fuzz.h"
#include "model/place.h"
#include "model/station.h"

#include <math.h>

static struct text text_of(const char *s)
{
	return (struct text){s, strlen(s)};
}

static bool is_at(const struct station *row, const struct place *at)
{
	return !isnan(row->lat) && lround(row->lat * 1e5) == at->lat && lround(row->lon * 1e5) == at->lon;
}

static bool is_named(const struct station *row, const char *name)
{
	return row->known && !strcmp(row->name, name);
}

static char *unknown_id(const char *name, bool located, const struct place *at)
{
	if (!located)
		return xasprintf("name:%s%s", name, strchr(name, '@') ? "@" : "");
	return xasprintf("name:%s@%.5f,%.5f", name, at->lat / 1e5, at->lon / 1e5);
}

/* The known row of that name and place; else of that name, if it is the only one; else the one that the stream named; -1 none of them. */
static ptrdiff_t expected(const struct stations *st, const char *name, const char *location)
{
	struct place at = {0};
	bool located = place_parse(text_of(location), &at);
	ptrdiff_t named = -1, bearers = 0;
	for (size_t i = 0; i < st->count; i++)
		if (is_named(&st->rows[i], name)) {
			if (located && is_at(&st->rows[i], &at))
				return (ptrdiff_t)i;
			named = (ptrdiff_t)i;
			bearers++;
		}
	if (bearers == 1)
		return named;
	char *id = unknown_id(name, located, &at);
	named = -1;
	for (size_t i = 0; i < st->count && named < 0; i++)
		if (!strcmp(st->rows[i].id, id))
			named = (ptrdiff_t)i;
	free(id);
	return named;
}

static void resolve(struct stations *st, const char *name, const char *location)
{
	size_t count = st->count;
	ptrdiff_t want = expected(st, name, location);
	uint32_t got = stations_resolve(st, text_of(name), text_of(location));
	MUST(want < 0 ? got == count && st->count == count + 1 : got == (uint32_t)want && st->count == count);
	MUST(!strcmp(st->rows[got].name, name));
	MUST(stations_resolve(st, text_of(name), text_of(location)) == got && st->count == count + (want < 0));
}

static bool has_id(const struct stations *st, const char *id)
{
	bool found = false;
	for (size_t i = 0; i < st->count; i++)
		found = found || !strcmp(st->rows[i].id, id);
	return found;
}

static void put(struct stations *st, const char *id, const char *name, const char *location)
{
	static char zone[] = "1", lines[] = "";
	struct place at;
	bool located = place_parse(text_of(location), &at);
	size_t count = st->count;
	bool there = has_id(st, id);
	struct station row = {.id = (char *)(uintptr_t)id, .name = (char *)(uintptr_t)name, .zone = zone, .lines = lines, .known = true,
			      .lat = located ? at.lat / 1e5 : NAN, .lon = located ? at.lon / 1e5 : NAN};
	uint32_t got = stations_put(st, &row);
	MUST(got < st->count && st->count <= count + !there);
	MUST(!strcmp(st->rows[got].id, id) && is_named(&st->rows[got], name));
}

static void copy(struct stations *st)
{
	struct stations other;
	stations_init(&other);
	stations_copy(&other, st);
	MUST(other.count == st->count);
	for (size_t i = 0; i < st->count; i++)
		MUST(!strcmp(other.rows[i].id, st->rows[i].id) && other.rows[i].known == st->rows[i].known);
	stations_fini(st);
	*st = other;
}

static void run_line(struct stations *st, char *line)
{
	static char none[] = "";
	char *rest, *first = strtok_r(line + 1, "\t", &rest), *second = strtok_r(NULL, "\t", &rest), *third = strtok_r(NULL, "\t", &rest);
	if (*line == 'c')
		copy(st);
	else if (*line == '+' && first && second && strncmp(first, "name:", 5))
		put(st, first, second, third ? third : none);
	else if (*line == '?' && first)
		resolve(st, first, second ? second : none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *rest, *line = strtok_r(text, "\n", &rest);
	struct stations st;
	stations_init(&st);
	for (; line; line = strtok_r(NULL, "\n", &rest))
		run_line(&st, line);
	stations_fini(&st);
	free(text);
	return 0;
}
