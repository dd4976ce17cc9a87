/* stations_db.h: the stations' rows: a station's integer in the file is its index in struct stations. Thread: that of the connection. */
#ifndef TFLTOP_STORE_STATIONS_DB_H
#define TFLTOP_STORE_STATIONS_DB_H

#include "base/error.h"
#include "model/station.h"
#include "store/sql.h"

#include <sqlite3.h>

/* Brings the file up to the reference that the program carries: its rows are added or renewed, and a station that the stream had named
 * before the reference knew it gets its id, with all its history. In a transaction of its own. */
int stations_db_sync(struct sql *sql, struct error *err);

/* Fills an empty table in the order of the integers. */
int stations_db_load(struct sql *sql, struct stations *st, struct error *err);

/* Writes rows [from, count), in the transaction at hand. SQLite's code. */
int stations_db_store(struct sql *sql, const struct stations *st, size_t from);

#endif
