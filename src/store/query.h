/* query.h: SQL from outside against the history: read-only, within a time limit, with named parameters. Thread: the caller's. */
#ifndef TFLTOP_STORE_QUERY_H
#define TFLTOP_STORE_QUERY_H

#include "base/error.h"
#include "store/export.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct query_param { /* bound wherever :name is used */
	char name[32];   /* without the colon */
	char *text;      /* heap; NULL: number */
	int64_t number;
};

struct query {
	sqlite3 *db;
	int64_t timeout_ms;
	int64_t deadline_us;     /* of the run at hand */
	bool late;               /* it was given up */
	bool refused;            /* a statement wanted more than to read */
	struct query_param *params;
	size_t nparams, params_cap;
};

/* Opens the file for reading only; nothing that runs here can change it or open another. */
int query_open(struct query *qr, const char *path, int64_t timeout_ms, struct error *err);
void query_close(struct query *qr);

/* Sets or replaces a parameter. */
void query_set_number(struct query *qr, const char *name, int64_t number);
void query_set_text(struct query *qr, const char *name, const char *text);

/* All statements of `sql` in order, their rows into ex. A parameter that was not set is an error that names it. */
int query_sql(struct query *qr, const char *sql, struct export *ex, struct error *err);

#endif
