#include "store/sql.h"

#include "base/asset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MARK "\n-- name: "

const char *sql_text(const char *asset, const char *name, size_t *len)
{
	const struct asset *as = asset_find(asset);
	size_t name_len = strlen(name);
	for (const char *p = as ? as->data : NULL; p && (p = strstr(p, NAME_MARK));) {
		p += sizeof NAME_MARK - 1;
		if (strncmp(p, name, name_len) || p[name_len] != '\n')
			continue;
		const char *text = p + name_len + 1, *end = strstr(text, NAME_MARK);
		*len = end ? (size_t)(end - text) : strlen(text);
		return text;
	}
	fprintf(stderr, "tfl-top: %s has no part called %s\n", asset, name);
	abort();
}

void sql_init(struct sql *sql, sqlite3 *db)
{
	*sql = (struct sql){.db = db};
}

void sql_fini(struct sql *sql)
{
	for (int i = 0; i < sql->count; i++)
		sqlite3_finalize(sql->entry[i].stmt);
	sql_init(sql, NULL);
}

static struct sql_entry *find_entry(struct sql *sql, const char *name)
{
	for (int i = 0; i < sql->count; i++)
		if (sql->entry[i].name == name)
			return &sql->entry[i];
	for (int i = 0; i < sql->count; i++)
		if (!strcmp(sql->entry[i].name, name))
			return &sql->entry[i];
	return NULL;
}

sqlite3_stmt *sql_get(struct sql *sql, const char *name)
{
	struct sql_entry *se = find_entry(sql, name);
	if (se)
		return se->stmt;
	if (sql->count == SQL_STATEMENTS_MAX)
		abort();
	sqlite3_stmt *stmt;
	size_t len;
	const char *text = sql_text("sql/statements.sql", name, &len);
	if (sqlite3_prepare_v3(sql->db, text, (int)len, SQLITE_PREPARE_PERSISTENT, &stmt, NULL))
		return NULL;
	sql->entry[sql->count++] = (struct sql_entry){name, stmt};
	return stmt;
}

void sql_bind(sqlite3_stmt *stmt, int first, const int64_t *values, int count)
{
	for (int i = 0; stmt && i < count; i++)
		sqlite3_bind_int64(stmt, first + i, values[i]);
}

int sql_run(sqlite3_stmt *stmt)
{
	if (!stmt)
		return SQLITE_ERROR;
	int rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		;
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int sql_run_ints(struct sql *sql, const char *name, const int64_t *values, int count)
{
	sqlite3_stmt *stmt = sql_get(sql, name);
	sql_bind(stmt, 1, values, count);
	return sql_run(stmt);
}

int64_t sql_int(sqlite3_stmt *stmt, int64_t preset)
{
	if (!stmt)
		return preset;
	if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		preset = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return preset;
}
