/* db.h: opening the database: schema and migrations for the one writer, read-only connections for everybody else. */
#ifndef TFLTOP_STORE_DB_H
#define TFLTOP_STORE_DB_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define SCHEMA_VERSION 1

/* The writer's connection: creates or migrates, WAL, PERSIST_WAL, mode. Errors: newer schema, corrupt, read-only; each with the remedy. */
sqlite3 *db_open_writer(const char *path, unsigned mode, struct error *err);

/* Read-only, with a busy timeout; the statement time limit is set per query (query.h). Errors: no such file (says what creates it), not ours. */
sqlite3 *db_open_reader(const char *path, struct error *err);

int db_exec(sqlite3 *db, const char *sql, struct error *err);

/* meta's value as text (heap) or NULL; as integer or `preset`. */
char *db_meta_text(sqlite3 *db, const char *key);
int64_t db_meta_int(sqlite3 *db, const char *key, int64_t preset);

/* Sets zone_init from the file's meta (both fixed when the database is made); a configuration that differs is an error. */
int db_zone(sqlite3 *db, struct error *err);

#endif
