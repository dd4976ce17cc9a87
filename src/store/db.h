/* db.h: opening the database: schema and migrations for the one writer, read-only connections for everybody else. */
#ifndef TFLTOP_STORE_DB_H
#define TFLTOP_STORE_DB_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define SCHEMA_VERSION 3

/* The writer's connection: creates or migrates, WAL, PERSIST_WAL, mode. Errors: newer schema, corrupt, read-only; each with the remedy. */
sqlite3 *db_open_writer(const char *path, unsigned mode, struct error *err);

/* Read-only, with a busy timeout; the statement time limit is set per query (query.h). Errors: no such file (says what creates it), not ours. */
sqlite3 *db_open_reader(const char *path, struct error *err);

/* The error that db holds, with its file and what to do about it. Returns -1. */
int db_error(sqlite3 *db, struct error *err);

int db_exec(sqlite3 *db, const char *sql, struct error *err);

/* meta's value as text (heap) or NULL; as integer or `preset`. */
char *db_meta_text(sqlite3 *db, const char *key);
int64_t db_meta_int(sqlite3 *db, const char *key, int64_t preset);
int db_meta_put(sqlite3 *db, const char *key, const char *text, struct error *err);

/* Zone and day start are fixed when the file is made (service days are stored): another configuration than the file's is an error. */
int db_zone(sqlite3 *db, struct error *err);

/* For a process that only reads: takes the file's zone and day start over (zone_init). Thread: main, before any other. */
int db_adopt_zone(sqlite3 *db, struct error *err);

#endif
