/* maria.h: a connection to MariaDB as mariadb.* has it: made when it is asked for, again after it was lost. Errors name the server and the
 * remedy. Thread: the owner's. */
#ifndef TFLTOP_MARIADB_MARIA_H
#define TFLTOP_MARIADB_MARIA_H

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maria;

/* Reads the settings and the password; connects to nothing. NULL + err: a setting is wrong, or this program was built without libmariadb. */
struct maria *maria_new(const struct config *cfg, struct error *err);
void maria_free(struct maria *db);

const char *maria_server(const struct maria *db);   /* "localhost:3306" */
const char *maria_database(const struct maria *db); /* "tfl" */

/* Makes sure that there is a connection: asks the one there is, or makes one, in the database, or (whole server) in none. */
int maria_connect(struct maria *db, bool whole_server, struct error *err);
void maria_close(struct maria *db);
bool maria_connected(const struct maria *db); /* false also after a call that failed because the server has gone */

int maria_exec(struct maria *db, const char *sql, struct error *err);
uint64_t maria_affected(const struct maria *db); /* rows that the last maria_exec changed */

/* Calls row for each, as it comes from the server; a column with data NULL is NULL, all are text. What it returns beside 0 ends the query and
 * is returned; -1 is taken to have set err itself. */
typedef int maria_row(void *arg, const struct text *column, size_t columns, struct error *err);
int maria_query(struct maria *db, const char *sql, maria_row *row, void *arg, struct error *err);

/* The first column of the one row as a whole number. */
int maria_number(struct maria *db, const char *sql, int64_t *number, struct error *err);

/* For SQL: 'text' and `name`, whatever is in them; NULL for data NULL. */
void maria_add_text(struct strbuf *sql, struct text text);
void maria_add_name(struct strbuf *sql, const char *name);

#endif
