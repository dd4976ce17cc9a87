/* sql.h: the named statements of data/sql/statements.sql, prepared once per connection. Thread: that of the connection. */
#ifndef TFLTOP_STORE_SQL_H
#define TFLTOP_STORE_SQL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#define SQL_STATEMENTS_MAX 64

struct sql {
	sqlite3 *db;
	struct sql_entry {
		const char *name;
		sqlite3_stmt *stmt;
	} entry[SQL_STATEMENTS_MAX];
	int count;
};

void sql_init(struct sql *sql, sqlite3 *db);
void sql_fini(struct sql *sql); /* before the connection is closed */

/* The text after `-- name: NAME` in an asset, up to the next mark or the end; *len bytes of it. A name that is not there aborts. */
const char *sql_text(const char *asset, const char *name, size_t *len);

/* The statement of that name, reset. name: a literal (compared by address first). NULL when it cannot be prepared: the file is not ours or is
 * damaged, sqlite3_errmsg says how. A name that is not in the file aborts. */
sqlite3_stmt *sql_get(struct sql *sql, const char *name);

/* Binds ?first… to integers. */
void sql_bind(sqlite3_stmt *stmt, int first, const int64_t *values, int count);

/* Steps a statement to its end and resets it. SQLITE_OK, or the error; stmt NULL: SQLITE_ERROR. */
int sql_run(sqlite3_stmt *stmt);

/* sql_get + sql_bind + sql_run. */
int sql_run_ints(struct sql *sql, const char *name, const int64_t *values, int count);
#define SQL_RUN(sql, name, ...) \
	sql_run_ints(sql, name, (const int64_t[]){__VA_ARGS__}, (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

/* The first column of a statement's first row; preset when there is no row, it is NULL or the statement failed. */
int64_t sql_int(sqlite3_stmt *stmt, int64_t preset);

#endif
