/* query_backup.h: tfl-top query --backup FILE. Thread: main. */
#ifndef TFLTOP_COMMAND_QUERY_BACKUP_H
#define TFLTOP_COMMAND_QUERY_BACKUP_H

#include "base/config.h"

/* The exit status. */
int query_backup(const struct config *cfg, const char *file);

#endif
