#include "store/quarter_counts.h"

#include "store/db.h"
#include "store/sql.h"

static const char *text(sqlite3_stmt *stmt, int column)
{
	const unsigned char *bytes = sqlite3_column_text(stmt, column);
	return bytes ? (const char *)bytes : "";
}

static void take_counts(const struct quarter_calls *calls, sqlite3_stmt *stmt)
{
	calls->counts(calls->arg, text(stmt, 0), sqlite3_column_int64(stmt, 1), (uint64_t)sqlite3_column_int64(stmt, 2),
		      (uint64_t)sqlite3_column_int64(stmt, 3));
}

static void take_offset(const struct quarter_calls *calls, sqlite3_stmt *stmt)
{
	calls->offset(calls->arg, text(stmt, 0), sqlite3_column_int(stmt, 1), sqlite3_column_int64(stmt, 2));
}

static void take_gap(const struct quarter_calls *calls, sqlite3_stmt *stmt)
{
	calls->gap(calls->arg, text(stmt, 0));
}

static int each(struct sql *sql, const char *name, const int64_t *values, int count, void (*take)(const struct quarter_calls *, sqlite3_stmt *),
		const struct quarter_calls *calls, struct error *err)
{
	sqlite3_stmt *stmt = sql_get(sql, name);
	int rc = stmt ? SQLITE_ROW : SQLITE_ERROR;
	if (stmt)
		sql_bind(stmt, 1, values, count);
	while (rc == SQLITE_ROW && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		take(calls, stmt);
	if (rc != SQLITE_DONE)
		db_error(sql->db, err);
	if (stmt)
		sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

int quarter_counts(const char *path, int64_t since, int64_t until, const struct quarter_calls *calls, struct error *err)
{
	sqlite3 *db = db_open_reader(path, err);
	struct sql sql;
	if (!db)
		return -1;
	sql_init(&sql, db);
	const int64_t range[] = {since, until};
	int rc = db_exec(db, "BEGIN", err); /* one state of the file for all three */
	if (!rc)
		rc = each(&sql, "verify_offsets", NULL, 0, take_offset, calls, err);
	if (!rc)
		rc = each(&sql, "verify_counts", range, 2, take_counts, calls, err);
	if (!rc)
		rc = each(&sql, "verify_gaps", range, 1, take_gap, calls, err);
	sql_fini(&sql);
	sqlite3_close(db);
	return rc;
}
