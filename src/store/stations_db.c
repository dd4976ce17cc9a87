#include "store/stations_db.h"

#include "store/db.h"

#include <math.h>
#include <string.h>

static void bind_degrees(sqlite3_stmt *stmt, int n, double degrees)
{
	if (isnan(degrees))
		sqlite3_bind_null(stmt, n);
	else
		sqlite3_bind_double(stmt, n, degrees);
}

static int store_row(struct sql *sql, const struct station *row, size_t n)
{
	sqlite3_stmt *stmt = sql_get(sql, "station_put");
	if (!stmt)
		return SQLITE_ERROR;
	const char *const text[] = {row->id, row->name, row->zone, row->lines};
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)n);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(stmt, i + 2, text[i] ? text[i] : "", -1, SQLITE_STATIC);
	bind_degrees(stmt, 6, row->lat);
	bind_degrees(stmt, 7, row->lon);
	sql_bind(stmt, 8, (const int64_t[]){row->known, row->quarter_peak}, 2);
	return sql_run(stmt);
}

int stations_db_store(struct sql *sql, const struct stations *st, size_t from)
{
	int rc = SQLITE_OK;
	for (size_t n = from; n < st->count && !rc; n++)
		rc = store_row(sql, &st->rows[n], n);
	return rc;
}

static double column_degrees(sqlite3_stmt *stmt, int n)
{
	return sqlite3_column_type(stmt, n) == SQLITE_NULL ? NAN : sqlite3_column_double(stmt, n);
}

static int load_row(sqlite3_stmt *stmt, struct stations *st, struct error *err)
{
	char *text[4];
	for (int i = 0; i < 4; i++)
		text[i] = (char *)sqlite3_column_text(stmt, i + 1);
	struct station row = {
		.id = text[0], .name = text[1], .zone = text[2], .lines = text[3],
		.lat = column_degrees(stmt, 5), .lon = column_degrees(stmt, 6),
		.known = sqlite3_column_int(stmt, 7), .quarter_peak = (uint32_t)sqlite3_column_int64(stmt, 8),
	};
	if ((sqlite3_int64)st->count != sqlite3_column_int64(stmt, 0))
		return error_set(err, "%s: the stations' numbers have a hole at %zu: it is damaged; restore a copy",
				 sqlite3_db_filename(sqlite3_db_handle(stmt), "main"), st->count);
	stations_add(st, &row);
	return 0;
}

int stations_db_load(struct sql *sql, struct stations *st, struct error *err)
{
	sqlite3_stmt *stmt = sql_get(sql, "stations_all");
	int rc = SQLITE_ERROR;
	while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (load_row(stmt, st, err)) {
			sqlite3_reset(stmt);
			return -1;
		}
	}
	if (rc != SQLITE_DONE)
		db_error(sql->db, err);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int relabel(struct sql *sql, const struct stations *reference)
{
	sqlite3_stmt *stmt = sql_get(sql, "station_relabel");
	int rc = stmt ? SQLITE_OK : SQLITE_ERROR;
	for (size_t i = 0; i < reference->count && !rc; i++) {
		const struct station *row = &reference->rows[i];
		sqlite3_bind_text(stmt, 1, row->id, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 2, row->name, -1, SQLITE_STATIC);
		bind_degrees(stmt, 3, row->lat);
		bind_degrees(stmt, 4, row->lon);
		rc = sql_run(stmt);
	}
	return rc;
}

/* relabel first: then a reference row finds its id where the stream's station was. */
static int sync_rows(struct sql *sql, const struct stations *reference, struct error *err)
{
	struct stations st;
	int rc = relabel(sql, reference);
	if (rc)
		return db_error(sql->db, err);
	stations_init(&st);
	rc = stations_db_load(sql, &st, err);
	for (size_t i = 0; i < reference->count && !rc; i++)
		stations_put(&st, &reference->rows[i]);
	if (!rc && stations_db_store(sql, &st, 0))
		rc = db_error(sql->db, err);
	stations_fini(&st);
	return rc;
}

int stations_db_sync(struct sql *sql, struct error *err)
{
	struct stations reference;
	stations_init(&reference);
	int rc = stations_load_reference(&reference, err);
	if (!rc)
		rc = db_exec(sql->db, "BEGIN IMMEDIATE", err);
	if (!rc) {
		rc = sync_rows(sql, &reference, err);
		if (!rc)
			rc = db_exec(sql->db, "COMMIT", err);
		if (rc)
			sqlite3_exec(sql->db, "ROLLBACK", NULL, NULL, NULL);
	}
	stations_fini(&reference);
	return rc;
}
