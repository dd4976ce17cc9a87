#include "sim/census.h"

#include "base/csv.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID, NAME, ZONE, ENTRIES, EXITS, COLUMNS };

static int find_columns(const struct csv *csv, enum day_type figures, int column[COLUMNS], struct error *err)
{
	char entries[32], exits[32];
	snprintf(entries, sizeof entries, "%s_entries", day_type_name(figures));
	snprintf(exits, sizeof exits, "%s_exits", day_type_name(figures));
	const char *const names[COLUMNS] = {"naptan_id", "name", "zone", entries, exits};
	for (int i = 0; i < COLUMNS; i++)
		if ((column[i] = csv_column(csv, names[i], err)) < 0)
			return -1;
	return 0;
}

static void add_row(struct census *cs, const struct csv *csv, const int column[COLUMNS])
{
	cs->rows = xgrow(cs->rows, cs->count, &cs->cap, sizeof *cs->rows);
	struct census_row *row = &cs->rows[cs->count];
	*row = (struct census_row){
		.id = xstrdup(csv_field(csv, column[ID])),
		.name = xstrdup(csv_field(csv, column[NAME])),
		.central = !strcmp(csv_field(csv, column[ZONE]), "1"),
		.entries = strtod(csv_field(csv, column[ENTRIES]), NULL),
		.exits = strtod(csv_field(csv, column[EXITS]), NULL),
	};
	while (strcmp(cs->rows[row->same_name].name, row->name))
		row->same_name++;
	cs->count++;
}

static int by_id(const void *a, const void *b, void *arg)
{
	const struct census_row *rows = arg;
	return strcmp(rows[*(const size_t *)a].id, rows[*(const size_t *)b].id);
}

int census_load(struct census *cs, enum day_type figures, struct error *err)
{
	*cs = (struct census){0};
	struct csv csv = {0};
	int column[COLUMNS], more = -1;
	if (!csv_open_asset(&csv, "stations.csv", err) && !find_columns(&csv, figures, column, err))
		while ((more = csv_next(&csv, err)) > 0)
			add_row(cs, &csv, column);
	csv_fini(&csv);
	if (more < 0) {
		census_fini(cs);
		return -1;
	}
	cs->by_id = xreallocarray(NULL, cs->count, sizeof *cs->by_id);
	for (size_t i = 0; i < cs->count; i++)
		cs->by_id[i] = i;
	qsort_r(cs->by_id, cs->count, sizeof *cs->by_id, by_id, cs->rows);
	return 0;
}

void census_fini(struct census *cs)
{
	for (size_t i = 0; i < cs->count; i++) {
		free(cs->rows[i].id);
		free(cs->rows[i].name);
	}
	free(cs->rows);
	free(cs->by_id);
	*cs = (struct census){0};
}

ptrdiff_t census_find(const struct census *cs, const char *id)
{
	size_t low = 0, high = cs->count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(id, cs->rows[cs->by_id[mid]].id);
		if (!order)
			return (ptrdiff_t)cs->by_id[mid];
		*(order < 0 ? &high : &low) = order < 0 ? mid : mid + 1;
	}
	return -1;
}
