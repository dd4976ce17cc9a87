#include "model/station.h"

#include "base/csv.h"
#include "base/mem.h"
#include "model/place.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NONE STATION_NONE
#define RECENT 16384 /* slots, a power of two: 509 stations seldom share one */

struct table { /* open addressing; a slot holds row + 1, 0 = free. Stale rows may stay in: what they lead to is compared anyway. */
	uint32_t *slots;
	size_t size, used;
};

struct recent { /* what a name and location, byte for byte, were resolved to */
	char *key; /* the name, then the location */
	uint32_t name_len, location_len;
	uint32_t row;
};

struct station_index {
	struct table ids;
	struct table names;     /* of known rows only: any number may share a name */
	struct recent *recent;  /* RECENT slots; a clash replaces the older entry */
};

static uint64_t hash(const char *data, size_t len, uint64_t seed)
{
	uint64_t h = seed ^ len;
	for (; len >= 8; data += 8, len -= 8) {
		uint64_t w;
		memcpy(&w, data, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	uint64_t w = 0;
	memcpy(&w, data, len);
	h = (h ^ w) * 0x9e3779b97f4a7c15;
	return h ^ h >> 29;
}

static void table_put(struct table *tb, uint64_t h, uint32_t row)
{
	size_t i = h & (tb->size - 1);
	while (tb->slots[i])
		i = (i + 1) & (tb->size - 1);
	tb->slots[i] = row + 1;
	tb->used++;
}

/* Walks the rows that may have hash h: *at starts as h; NONE after the last. */
static uint32_t table_next(const struct table *tb, uint64_t *at)
{
	uint32_t slot = tb->slots[(*at)++ & (tb->size - 1)];
	return slot ? slot - 1 : NONE;
}

static void table_init(struct table *tb, size_t rows)
{
	size_t size = 1024;
	while (size < rows * 2)
		size *= 2;
	free(tb->slots);
	*tb = (struct table){.slots = xcalloc(size, sizeof *tb->slots), .size = size};
}

static bool table_full(const struct table *tb)
{
	return (tb->used + 1) * 2 > tb->size;
}

static uint64_t hash_text(const char *text)
{
	return hash(text, strlen(text), 0);
}

static void index_ids(struct stations *st)
{
	struct table *ids = &st->index->ids;
	table_init(ids, st->count * 2);
	for (size_t i = 0; i < st->count; i++)
		table_put(ids, hash_text(st->rows[i].id), (uint32_t)i);
}

static void index_names(struct stations *st)
{
	struct table *names = &st->index->names;
	table_init(names, st->count * 2);
	for (size_t i = 0; i < st->count; i++)
		if (st->rows[i].known)
			table_put(names, hash_text(st->rows[i].name), (uint32_t)i);
}

static void add_id(struct stations *st, uint32_t row)
{
	if (table_full(&st->index->ids))
		index_ids(st);
	else
		table_put(&st->index->ids, hash_text(st->rows[row].id), row);
}

static void add_name(struct stations *st, uint32_t row)
{
	if (table_full(&st->index->names))
		index_names(st);
	else
		table_put(&st->index->names, hash_text(st->rows[row].name), row);
}

static void forget_recent(struct station_index *ix)
{
	for (size_t i = 0; ix->recent && i < RECENT; i++)
		free(ix->recent[i].key);
	free(ix->recent);
	ix->recent = NULL;
}

/* Built when first asked for: a copy that is only drawn from needs none. */
static struct station_index *index_of(struct stations *st)
{
	if (!st->index) {
		st->index = xcalloc(1, sizeof *st->index);
		index_ids(st);
		index_names(st);
	}
	return st->index;
}

static void index_free(struct stations *st)
{
	if (!st->index)
		return;
	forget_recent(st->index);
	free(st->index->ids.slots);
	free(st->index->names.slots);
	free(st->index);
	st->index = NULL;
}

static void row_fini(struct station *row)
{
	free(row->id);
	free(row->name);
	free(row->zone);
	free(row->lines);
}

static struct station row_copy(const struct station *row)
{
	struct station copy = *row;
	copy.id = xstrdup(row->id);
	copy.name = xstrdup(row->name);
	copy.zone = xstrdup(row->zone);
	copy.lines = xstrdup(row->lines);
	return copy;
}

void stations_init(struct stations *st)
{
	*st = (struct stations){0};
}

static void remove_rows(struct stations *st)
{
	index_free(st);
	for (size_t i = 0; i < st->count; i++)
		row_fini(&st->rows[i]);
	st->count = 0;
}

void stations_fini(struct stations *st)
{
	remove_rows(st);
	free(st->rows);
	*st = (struct stations){0};
}

void stations_copy(struct stations *to, const struct stations *from)
{
	remove_rows(to);
	for (; to->count < from->count; to->count++) {
		to->rows = xgrow(to->rows, to->count, &to->cap, sizeof *to->rows);
		to->rows[to->count] = row_copy(&from->rows[to->count]);
	}
}

static uint32_t find_id(const struct stations *st, const char *id)
{
	uint64_t at = hash_text(id);
	uint32_t row;
	while ((row = table_next(&st->index->ids, &at)) != NONE)
		if (!strcmp(st->rows[row].id, id))
			break;
	return row;
}

/* The next known row of that name, NONE after the last; one may come more than once. *at starts as the name's hash. */
static uint32_t next_named(const struct stations *st, struct text name, uint64_t *at)
{
	uint32_t row;
	while ((row = table_next(&st->index->names, at)) != NONE)
		if (st->rows[row].known && strlen(st->rows[row].name) == name.len && !memcmp(st->rows[row].name, name.data, name.len))
			break;
	return row;
}

static bool place_of(const struct station *row, struct place *at)
{
	if (isnan(row->lat) || isnan(row->lon))
		return false;
	*at = (struct place){(int32_t)lround(row->lat * 1e5), (int32_t)lround(row->lon * 1e5)};
	return true;
}

struct decimal { /* for "%s%d.%05d": the decimal point of "%f" depends on the locale */
	const char *sign;
	int whole, part;
};

static struct decimal decimal(int32_t v)
{
	return (struct decimal){v < 0 ? "-" : "", abs(v) / 100000, abs(v) % 100000};
}

/* name:<name>[@location] on the heap. A name that holds an @ itself ends in one when it has no location, so that it is not taken for
 * another name with a location. */
static char *unknown_id(struct text name, const struct place *at)
{
	if (!at)
		return xasprintf("name:%.*s%s", (int)name.len, name.data, memchr(name.data, '@', name.len) ? "@" : "");
	struct decimal lat = decimal(at->lat), lon = decimal(at->lon);
	return xasprintf("name:%.*s@%s%d.%05d,%s%d.%05d", (int)name.len, name.data, lat.sign, lat.whole, lat.part, lon.sign, lon.whole, lon.part);
}

static uint32_t append(struct stations *st, struct station take_row)
{
	uint32_t row = (uint32_t)st->count;
	st->rows = xgrow(st->rows, st->count, &st->cap, sizeof *st->rows);
	st->rows[st->count++] = take_row;
	add_id(st, row);
	return row;
}

/* The row a reference row that is new makes known: the unknown one of that name and place, or of that name without a place when no
 * other station bears it. NONE if the stream has not named it yet. */
static uint32_t find_unknown(const struct stations *st, const struct station *row)
{
	struct text name = {row->name, strlen(row->name)};
	struct place at;
	uint32_t found = NONE;
	if (place_of(row, &at)) {
		char *id = unknown_id(name, &at);
		found = find_id(st, id);
		free(id);
	}
	uint64_t h = hash(name.data, name.len, 0);
	if (found == NONE && next_named(st, name, &h) == NONE) {
		char *id = unknown_id(name, NULL);
		found = find_id(st, id);
		free(id);
	}
	return found;
}

uint32_t stations_add(struct stations *st, const struct station *row)
{
	struct station_index *ix = index_of(st);
	uint32_t at = append(st, row_copy(row));
	if (row->known)
		add_name(st, at);
	forget_recent(ix);
	return at;
}

uint32_t stations_put(struct stations *st, const struct station *row)
{
	struct station_index *ix = index_of(st);
	uint32_t at = find_id(st, row->id);
	bool relabelled = at == NONE && row->known && (at = find_unknown(st, row)) != NONE;
	if (at == NONE)
		return stations_add(st, row);
	struct station copy = row_copy(row);
	row_fini(&st->rows[at]);
	st->rows[at] = copy;
	if (relabelled)
		add_id(st, at);
	if (row->known)
		add_name(st, at);
	forget_recent(ix);
	return at;
}

int stations_load_reference(struct stations *st, struct error *err)
{
	static const char *const names[] = {"naptan_id", "name", "zone", "lat", "lon", "lines", "quarter_peak"};
	enum { ID, NAME, ZONE, LAT, LON, LINES, PEAK, COLUMNS };
	int col[COLUMNS], got = -1;
	struct csv csv = {0};
	if (csv_open_asset(&csv, "stations.csv", err))
		goto out;
	for (int i = 0; i < COLUMNS; i++)
		if ((col[i] = csv_column(&csv, names[i], err)) < 0)
			goto out;
	while ((got = csv_next(&csv, err)) > 0) {
		char location[64];
		struct place at;
		snprintf(location, sizeof location, "%s,%s", csv_field(&csv, col[LAT]), csv_field(&csv, col[LON]));
		bool located = place_parse((struct text){location, strlen(location)}, &at);
		stations_put(st, &(struct station){
			.id = (char *)csv_field(&csv, col[ID]),
			.name = (char *)csv_field(&csv, col[NAME]),
			.zone = (char *)csv_field(&csv, col[ZONE]),
			.lines = (char *)csv_field(&csv, col[LINES]),
			.lat = located ? at.lat / 1e5 : NAN,
			.lon = located ? at.lon / 1e5 : NAN,
			.known = true,
			.quarter_peak = (uint32_t)strtoul(csv_field(&csv, col[PEAK]), NULL, 10),
		});
	}
out:
	csv_fini(&csv);
	return got;
}

static uint32_t add_unknown(struct stations *st, char *take_id, struct text name, const struct place *at)
{
	return append(st, (struct station){
		.id = take_id,
		.name = xstrndup(name.data, name.len),
		.zone = xstrdup(""),
		.lines = xstrdup(""),
		.lat = at ? at->lat / 1e5 : NAN,
		.lon = at ? at->lon / 1e5 : NAN,
	});
}

static uint32_t resolve(struct stations *st, struct text name, struct text location)
{
	struct place at, known;
	bool located = place_parse(location, &at);
	uint64_t h = hash(name.data, name.len, 0);
	uint32_t row, any = NONE;
	bool unique = false;
	while ((row = next_named(st, name, &h)) != NONE) {
		if (located && place_of(&st->rows[row], &known) && known.lat == at.lat && known.lon == at.lon)
			return row;
		unique = any == NONE || (unique && any == row);
		any = row;
	}
	if (unique)
		return any;
	char *id = unknown_id(name, located ? &at : NULL);
	row = find_id(st, id);
	if (row == NONE && st->count < STATIONS_MAX)
		return add_unknown(st, id, name, located ? &at : NULL);
	free(id);
	return row;
}

/* Every event passes here: most find the very bytes that came before. */
uint32_t stations_resolve(struct stations *st, struct text name, struct text location)
{
	struct station_index *ix = index_of(st);
	if (!ix->recent)
		ix->recent = xcalloc(RECENT, sizeof *ix->recent);
	if (!location.data)
		location.data = "";
	uint64_t h = hash(location.data, location.len, hash(name.data, name.len, 0));
	struct recent *rc = &ix->recent[h & (RECENT - 1)];
	if (rc->key && rc->name_len == name.len && rc->location_len == location.len && !memcmp(rc->key, name.data, name.len) &&
	    !memcmp(rc->key + name.len, location.data, location.len))
		return rc->row;
	uint32_t row = resolve(st, name, location);
	if (row == NONE)
		return NONE;
	free(rc->key);
	*rc = (struct recent){xmalloc(name.len + location.len), (uint32_t)name.len, (uint32_t)location.len, row};
	memcpy(rc->key, name.data, name.len);
	memcpy(rc->key + name.len, location.data, location.len);
	return row;
}

static ptrdiff_t find_name(const struct stations *st, const char *name, int (*compare)(const char *, const char *))
{
	ptrdiff_t found = -1;
	for (size_t i = 0; i < st->count; i++) {
		if (compare(st->rows[i].name, name))
			continue;
		if (found >= 0)
			return -2;
		found = (ptrdiff_t)i;
	}
	return found;
}

ptrdiff_t stations_find(const struct stations *st, const char *id_or_name)
{
	for (size_t i = 0; i < st->count; i++)
		if (!strcmp(st->rows[i].id, id_or_name))
			return (ptrdiff_t)i;
	ptrdiff_t found = find_name(st, id_or_name, strcmp);
	if (found == -1)
		found = find_name(st, id_or_name, strcasecmp);
	return found < 0 ? -1 : found;
}
