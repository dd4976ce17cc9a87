/* history.h: the history sink (counts + offsets in one SQLite transaction) and the database file's life. */
#ifndef TFLTOP_STORE_HISTORY_H
#define TFLTOP_STORE_HISTORY_H

#include "feed/sink.h"
#include "store/live.h"

extern const struct sink_ops history_sink; /* arg: struct live *, or NULL without a screen */

/* Path of history.db as configured, else $XDG_DATA_HOME/tfl-top/history.db; its folder is made (0700) when `create`. Heap. */
char *history_path(const struct config *cfg, bool create, struct error *err);

/* Takes the writer's lock <db>.lock: 0 taken (descriptor in *fd; closing it gives it back), 1 another process has it (its pid in *pid), -1 error. */
int history_lock(const char *db_path, int *fd, int *pid, struct error *err);

#endif
