#include "store/station_day.h"

#include "base/csv.h"
#include "base/zone.h"
#include "store/db.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct station_quarter *slot(struct station_day *sd, int64_t at)
{
	return at >= 0 && at < sd->quarters ? &sd->quarter[at] : NULL;
}

/* Whole closed quarters are rows of their own; the rest is summed from minutes. */
static int load_counts(struct sql *sql, int64_t before_ts, struct station_day *sd)
{
	int64_t closed = db_meta_int(sql->db, "closed", 0), last = before_ts / 900 * 900, cut = closed < last ? closed : last;
	sqlite3_stmt *stmt = sql_get(sql, "station_quarters");
	int rc = SQLITE_ERROR;
	sql_bind(stmt, 1, (const int64_t[]){sd->station, sd->day, cut, before_ts}, 4);
	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct station_quarter *sq = slot(sd, (sqlite3_column_int64(stmt, 0) - sd->start_ts) / 900);
		if (!sq)
			continue;
		sq->counted = true;
		sq->entries = sqlite3_column_int64(stmt, 1);
		sq->exits = sqlite3_column_int64(stmt, 2);
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int load_typical(struct sql *sql, struct station_day *sd)
{
	sqlite3_stmt *stmt = sql_get(sql, "station_typical");
	int rc = SQLITE_ERROR;
	sql_bind(stmt, 1, (const int64_t[]){sd->station, sd->day}, 2);
	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct station_quarter *sq = slot(sd, sqlite3_column_int64(stmt, 0));
		if (!sq)
			continue;
		sq->n = sqlite3_column_int(stmt, 1);
		sq->typical_entries = sqlite3_column_double(stmt, 2) / sq->n;
		sq->typical_exits = sqlite3_column_double(stmt, 3) / sq->n;
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

static struct station_neighbour *neighbour(struct station_day *sd, const char *id)
{
	for (size_t i = 0; i < sd->neighbours; i++)
		if (!strcmp(sd->neighbour[i].id, id))
			return &sd->neighbour[i];
	if (sd->neighbours == STATION_NEIGHBOURS)
		return NULL;
	struct station_neighbour *nb = &sd->neighbour[sd->neighbours++];
	*nb = (struct station_neighbour){0};
	snprintf(nb->id, sizeof nb->id, "%s", id);
	return nb;
}

/* Several lines to one neighbour: the fastest says how far it is. */
static void add_connection(struct station_day *sd, const struct csv *csv, const int column[5], const char *other)
{
	struct station_neighbour *nb = neighbour(sd, other);
	if (!nb)
		return;
	float minutes = strtof(csv_field(csv, column[3]), NULL);
	size_t len = strlen(nb->lines);
	nb->minutes = !len || minutes < nb->minutes ? minutes : nb->minutes;
	nb->estimated = strcmp(csv_field(csv, column[4]), "0") != 0;
	snprintf(nb->lines + len, sizeof nb->lines - len, "%s%s", len ? "|" : "", csv_field(csv, column[2]));
}

static int nearest_first(const void *a, const void *b)
{
	float x = ((const struct station_neighbour *)a)->minutes, y = ((const struct station_neighbour *)b)->minutes;
	return (x > y) - (x < y);
}

static int read_neighbours(struct station_day *sd, const char *id, struct csv *csv, struct error *err)
{
	static const char *const names[5] = {"from_id", "to_id", "line", "minutes", "estimated"};
	int column[5], more;
	if (csv_open_asset(csv, "connections.csv", err))
		return -1;
	for (int i = 0; i < 5; i++)
		if ((column[i] = csv_column(csv, names[i], err)) < 0)
			return -1;
	while ((more = csv_next(csv, err)) > 0)
		for (int end = 0; end < 2; end++)
			if (!strcmp(csv_field(csv, column[end]), id))
				add_connection(sd, csv, column, csv_field(csv, column[!end]));
	qsort(sd->neighbour, sd->neighbours, sizeof *sd->neighbour, nearest_first);
	return more;
}

static int load_neighbours(struct sql *sql, struct station_day *sd, struct error *err)
{
	struct csv csv = {0};
	char id[16] = "";
	sqlite3_stmt *stmt = sql_get(sql, "station_id");
	sql_bind(stmt, 1, &sd->station, 1);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		snprintf(id, sizeof id, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_reset(stmt);
	int rc = *id ? read_neighbours(sd, id, &csv, err) : 0;
	csv_fini(&csv);
	return rc;
}

int station_day_load(struct sql *sql, int64_t station, int64_t before_ts, struct station_day *out, struct error *err)
{
	int64_t newest_ts = db_meta_int(sql->db, "watermark_ms", 0) / 1000;
	*out = (struct station_day){.station = station};
	if (before_ts <= newest_ts)
		newest_ts = before_ts - 1;
	if (newest_ts > 0) {
		out->day = zone_service_day(newest_ts);
		out->start_ts = zone_service_day_start(out->day);
		int64_t quarters = (zone_service_day_start(out->day + 1) - out->start_ts) / 900;
		out->quarters = (int)(quarters < STATION_QUARTERS ? quarters : STATION_QUARTERS);
	}
	if (load_counts(sql, before_ts, out) || load_typical(sql, out))
		return db_error(sql->db, err);
	return load_neighbours(sql, out, err);
}
