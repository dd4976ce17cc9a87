#include "sim/places.h"

#include "base/csv.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID, NAME, ENTRIES, EXITS, COLUMNS };

static int find_columns(const struct csv *csv, enum day_type figures, int column[COLUMNS], struct error *err)
{
	char entries[32], exits[32];
	snprintf(entries, sizeof entries, "%s_entries", day_type_name(figures));
	snprintf(exits, sizeof exits, "%s_exits", day_type_name(figures));
	const char *const names[COLUMNS] = {"naptan_id", "name", entries, exits};
	for (int i = 0; i < COLUMNS; i++)
		if ((column[i] = csv_column(csv, names[i], err)) < 0)
			return -1;
	return 0;
}

static void add_place(struct places *pl, const struct csv *csv, const int column[COLUMNS])
{
	pl->rows = xgrow(pl->rows, pl->count, &pl->cap, sizeof *pl->rows);
	struct place *place = &pl->rows[pl->count];
	*place = (struct place){
		.id = xstrdup(csv_field(csv, column[ID])),
		.name = xstrdup(csv_field(csv, column[NAME])),
		.entries = strtod(csv_field(csv, column[ENTRIES]), NULL),
		.exits = strtod(csv_field(csv, column[EXITS]), NULL),
	};
	while (strcmp(pl->rows[place->same_name].name, place->name))
		place->same_name++;
	pl->count++;
}

static int by_id(const void *a, const void *b, void *arg)
{
	const struct place *rows = arg;
	return strcmp(rows[*(const size_t *)a].id, rows[*(const size_t *)b].id);
}

int places_load(struct places *pl, enum day_type figures, struct error *err)
{
	*pl = (struct places){0};
	struct csv csv = {0};
	int column[COLUMNS], more = -1;
	if (!csv_open_asset(&csv, "stations.csv", err) && !find_columns(&csv, figures, column, err))
		while ((more = csv_next(&csv, err)) > 0)
			add_place(pl, &csv, column);
	csv_fini(&csv);
	if (more < 0) {
		places_fini(pl);
		return -1;
	}
	pl->by_id = xreallocarray(NULL, pl->count, sizeof *pl->by_id);
	for (size_t i = 0; i < pl->count; i++)
		pl->by_id[i] = i;
	qsort_r(pl->by_id, pl->count, sizeof *pl->by_id, by_id, pl->rows);
	return 0;
}

void places_fini(struct places *pl)
{
	for (size_t i = 0; i < pl->count; i++) {
		free(pl->rows[i].id);
		free(pl->rows[i].name);
	}
	free(pl->rows);
	free(pl->by_id);
	*pl = (struct places){0};
}

ptrdiff_t places_find(const struct places *pl, const char *id)
{
	size_t low = 0, high = pl->count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(id, pl->rows[pl->by_id[mid]].id);
		if (!order)
			return (ptrdiff_t)pl->by_id[mid];
		*(order < 0 ? &high : &low) = order < 0 ? mid : mid + 1;
	}
	return -1;
}
