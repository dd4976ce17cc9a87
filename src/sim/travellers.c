#include "sim/travellers.h"

#include "base/csv.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REST_MS (30 * 60 * 1000) /* at the least between two journeys of one traveller */
#define NAME_PART_MAX 40
#define STRIDE 2654435761u       /* a prime: neighbouring numbers get names that have nothing in common */

struct name_list {
	char **names;
	size_t count, cap;
};

struct resting {
	uint32_t who;
	int64_t since_ms;
};

struct travellers {
	struct name_list first, last;
	uint64_t pairs, shift;
	struct resting *ring;     /* who rests, longest first */
	size_t head, count, room; /* room: a power of two */
	uint32_t known;           /* numbers given out so far */
};

static bool plain(const char *name)
{
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == '"' || *p == '\\')
			return false;
	return *name && strlen(name) <= NAME_PART_MAX;
}

static void add_name(struct name_list *list, const char *name)
{
	list->names = xgrow(list->names, list->count, &list->cap, sizeof *list->names);
	list->names[list->count++] = xstrdup(name);
}

static int read_names(struct travellers *tr, struct csv *csv, struct error *err)
{
	int part, name, more;
	if (csv_open_asset(csv, "names.csv", err) || (part = csv_column(csv, "part", err)) < 0 ||
	    (name = csv_column(csv, "name", err)) < 0)
		return -1;
	while ((more = csv_next(csv, err)) > 0) {
		if (!plain(csv_field(csv, name)))
			return error_set(err, "%s line %zu: a name has 1 to %d bytes, no quote, no backslash", csv->name, csv->line,
					 NAME_PART_MAX);
		add_name(strcmp(csv_field(csv, part), "first") ? &tr->last : &tr->first, csv_field(csv, name));
	}
	return more;
}

struct travellers *travellers_new(uint64_t seed, struct error *err)
{
	struct travellers *tr = xcalloc(1, sizeof *tr);
	struct csv csv = {0};
	int rc = read_names(tr, &csv, err);
	csv_fini(&csv);
	if (rc) {
		travellers_free(tr);
		return NULL;
	}
	tr->pairs = (uint64_t)tr->first.count * tr->last.count;
	tr->shift = seed % tr->pairs;
	return tr;
}

static void free_names(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
}

void travellers_free(struct travellers *tr)
{
	free_names(&tr->first);
	free_names(&tr->last);
	free(tr->ring);
	free(tr);
}

uint32_t travellers_take(struct travellers *tr, int64_t now_ms)
{
	if (!tr->count || now_ms - tr->ring[tr->head].since_ms < REST_MS)
		return tr->known++;
	uint32_t who = tr->ring[tr->head].who;
	tr->head = (tr->head + 1) & (tr->room - 1);
	tr->count--;
	return who;
}

/* Twice the room: what was before the head moves behind what is after it. */
static void widen(struct travellers *tr)
{
	size_t room = tr->room ? tr->room * 2 : 1024;
	tr->ring = xreallocarray(tr->ring, room, sizeof *tr->ring);
	memcpy(tr->ring + tr->room, tr->ring, tr->head * sizeof *tr->ring);
	tr->room = room;
}

void travellers_give(struct travellers *tr, uint32_t who, int64_t now_ms)
{
	if (tr->count == tr->room)
		widen(tr);
	tr->ring[(tr->head + tr->count++) & (tr->room - 1)] = (struct resting){who, now_ms};
}

static size_t append_number(char *out, size_t len, uint64_t number)
{
	char digits[20];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		out[len++] = digits[--n];
	return len;
}

size_t travellers_name(const struct travellers *tr, uint32_t who, char out[TRAVELLER_NAME_MAX])
{
	uint64_t pair = (who % tr->pairs * STRIDE + tr->shift) % tr->pairs, again = who / tr->pairs;
	const char *first = tr->first.names[pair % tr->first.count], *last = tr->last.names[pair / tr->first.count];
	size_t a = strlen(first), b = strlen(last), len = a + 1 + b;
	memcpy(out, first, a);
	out[a] = ' ';
	memcpy(out + a + 1, last, b);
	if (again) {
		out[len++] = ' ';
		len = append_number(out, len, again + 1);
	}
	out[len] = '\0';
	return len;
}
