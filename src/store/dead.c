#include "store/dead.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dead_init(struct dead_letters *dl, size_t max)
{
	*dl = (struct dead_letters){.max = max};
}

static void free_row(struct dead_letter *row)
{
	free(row->key);
	free(row->value);
}

void dead_clear(struct dead_letters *dl)
{
	for (size_t i = 0; i < dl->count; i++)
		free_row(&dl->row[i]);
	dl->first = dl->count = 0;
}

void dead_fini(struct dead_letters *dl)
{
	dead_clear(dl);
	free(dl->row);
	*dl = (struct dead_letters){0};
}

static void *copy_cut(const void *bytes, size_t len, size_t *kept)
{
	*kept = len < DEAD_VALUE_MAX ? len : DEAD_VALUE_MAX;
	if (!bytes)
		return NULL;
	void *copy = xmalloc(*kept + 1);
	memcpy(copy, bytes, *kept);
	return copy;
}

static struct dead_letter *next_row(struct dead_letters *dl)
{
	if (dl->count == dl->max) { /* full: the oldest gives way */
		struct dead_letter *row = &dl->row[dl->first];
		dl->first = (dl->first + 1) % dl->max;
		free_row(row);
		return row;
	}
	dl->row = xgrow(dl->row, dl->count, &dl->cap, sizeof *dl->row);
	return &dl->row[dl->count++];
}

void dead_add(struct dead_letters *dl, const struct partition *part, const struct record *rec, enum dead_reason reason, const char *detail,
	      int64_t now_ms)
{
	if (!dl->max)
		return;
	struct dead_letter *row = next_row(dl);
	*row = (struct dead_letter){
		.topic = part->topic, .partition = part->partition, .epoch = part->epoch, .offset = rec->offset, .record_ms = rec->time_ms,
		.received_ms = now_ms, .reason = reason, .value_size = rec->value_len,
	};
	snprintf(row->detail, sizeof row->detail, "%s", detail);
	row->key = copy_cut(rec->key, rec->key_len, &row->key_len);
	row->value = copy_cut(rec->value, rec->value_len, &row->value_len);
}

static int store_row(const struct dead_letter *row, struct sql *sql)
{
	sqlite3_stmt *stmt = sql_get(sql, "dead_add");
	if (!stmt)
		return SQLITE_ERROR;
	sqlite3_bind_text(stmt, 1, row->topic, -1, SQLITE_STATIC);
	sql_bind(stmt, 2, (const int64_t[]){row->partition, row->epoch, row->offset, row->record_ms, row->received_ms}, 5);
	if (row->record_ms < 0)
		sqlite3_bind_null(stmt, 5);
	sqlite3_bind_text(stmt, 7, dead_reason_name(row->reason), -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 8, row->detail, -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 9, row->key, (int)row->key_len, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 10, row->value, (int)row->value_len, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 11, (sqlite3_int64)row->value_size);
	return sql_run(stmt);
}

int dead_store(const struct dead_letters *dl, struct sql *sql)
{
	if (!dl->count)
		return SQLITE_OK;
	for (size_t i = 0; i < dl->count; i++) {
		int rc = store_row(&dl->row[(dl->first + i) % dl->count], sql);
		if (rc)
			return rc;
	}
	return SQL_RUN(sql, "dead_prune", (int64_t)dl->max);
}
