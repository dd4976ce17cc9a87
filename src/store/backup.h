/* backup.h: a copy of the history while it is read and written. Thread: the caller's. */
#ifndef TFLTOP_STORE_BACKUP_H
#define TFLTOP_STORE_BACKUP_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Called between steps with the pages copied and the pages in all; true: stop. */
typedef bool (*backup_progress)(void *arg, int done, int all);

/* Copies the database that db (a reading connection) has open into the new file `path` with permissions `mode`. The file appears under its
 * name once it is whole and on the disk, or not at all: an existing file is never replaced. *bytes: its size. Returns 0, -1 + err, or 1 when
 * progress stopped it. */
int backup_write(sqlite3 *db, const char *path, unsigned mode, backup_progress progress, void *arg, int64_t *bytes, struct error *err);

#endif
