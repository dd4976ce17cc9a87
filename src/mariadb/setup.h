/* setup.h: the schema that the pipeline begins with, and who lives in it: London's stations and a city of users. Idempotent. Thread: main. */
#ifndef TFLTOP_MARIADB_SETUP_H
#define TFLTOP_MARIADB_SETUP_H

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARIADB_USERS 100000

/* The name of user `who`, the same at every run; its length. */
typedef size_t user_name(const void *arg, uint32_t who, char *out);
#define USER_NAME_MAX 96

/* Database and tables are made where they are missing, and filled where they are empty: a row that is there is never touched. lines: what was
 * done, a line each; dry_run: the SQL that would do it, and nothing is done or asked. */
int setup_mariadb(const struct config *cfg, bool dry_run, user_name *name, const void *arg, struct strbuf *lines, struct error *err);

#endif
