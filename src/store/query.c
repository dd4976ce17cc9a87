#include "store/query.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/db.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_BETWEEN_LOOKS 5000 /* of SQLite's machine: far less than a millisecond */

static int look_at_clock(void *arg)
{
	struct query *qr = arg;
	qr->late = clock_mono_us() > qr->deadline_us;
	return qr->late;
}

static bool pragma_reads(const char *name, const char *value)
{
	static const char *const with_value[] = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
						 "integrity_check", "quick_check", "foreign_key_list"};
	for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
		if (!sqlite3_stricmp(name, with_value[i]))
			return true;
	return !value && sqlite3_stricmp(name, "wal_checkpoint") && sqlite3_stricmp(name, "optimize") &&
	       sqlite3_stricmp(name, "incremental_vacuum") && sqlite3_stricmp(name, "shrink_memory");
}

/* What reads is allowed; everything else is refused here already, although the connection could not write anyway: so that the answer is
 * the same for a temporary table, an attached file and our own. */
static int authorize(void *arg, int action, const char *a, const char *b, const char *schema, const char *trigger)
{
	struct query *qr = arg;
	(void)schema;
	(void)trigger;
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE || action == SQLITE_TRANSACTION)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && sqlite3_stricmp(b, "load_extension"))
		return SQLITE_OK;
	if (action == SQLITE_PRAGMA && pragma_reads(a, b))
		return SQLITE_OK;
	qr->refused = true;
	return SQLITE_DENY;
}

int query_open(struct query *qr, const char *path, int64_t timeout_ms, struct error *err)
{
	*qr = (struct query){.timeout_ms = timeout_ms};
	qr->db = db_open_reader(path, err);
	if (!qr->db)
		return -1;
	sqlite3_exec(qr->db, "PRAGMA query_only = 1; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
	sqlite3_progress_handler(qr->db, STEPS_BETWEEN_LOOKS, look_at_clock, qr);
	sqlite3_set_authorizer(qr->db, authorize, qr); /* for good: VACUUM compiles its ATTACH only when it runs */
	qr->deadline_us = INT64_MAX;
	return 0;
}

void query_close(struct query *qr)
{
	for (size_t i = 0; i < qr->nparams; i++)
		free(qr->params[i].text);
	free(qr->params);
	sqlite3_close(qr->db);
	*qr = (struct query){0};
}

static struct query_param *find_param(struct query *qr, const char *name)
{
	for (size_t i = 0; i < qr->nparams; i++)
		if (!strcmp(qr->params[i].name, name))
			return &qr->params[i];
	return NULL;
}

static struct query_param *put_param(struct query *qr, const char *name)
{
	struct query_param *pm = find_param(qr, name);
	if (pm) {
		free(pm->text);
		pm->text = NULL;
		return pm;
	}
	qr->params = xgrow(qr->params, qr->nparams, &qr->params_cap, sizeof *qr->params);
	pm = &qr->params[qr->nparams++];
	*pm = (struct query_param){0};
	snprintf(pm->name, sizeof pm->name, "%s", name);
	return pm;
}

void query_set_number(struct query *qr, const char *name, int64_t number)
{
	put_param(qr, name)->number = number;
}

void query_set_text(struct query *qr, const char *name, const char *text)
{
	put_param(qr, name)->text = xstrdup(text);
}

static int bind_all(struct query *qr, sqlite3_stmt *stmt, struct error *err)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
		const char *name = sqlite3_bind_parameter_name(stmt, i);
		const struct query_param *pm = name ? find_param(qr, name + 1) : NULL;
		if (!pm)
			return error_set(err, "the SQL uses %s, which has no value: give it as %s=VALUE", name ? name : "?", name ? name + 1 : "NAME");
		if (pm->text)
			sqlite3_bind_text(stmt, i, pm->text, -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, i, pm->number);
	}
	return 0;
}

static int run_error(struct query *qr, const struct export *ex, struct error *err)
{
	if (ex->failed)
		return error_set(err, "cannot write the answer: %s", strerror(ex->saved_errno));
	if (qr->late)
		return error_set(err, "given up after %" PRId64 ".%" PRId64 " s: narrow it with --since and --until, or allow more with --timeout",
				 qr->timeout_ms / 1000, qr->timeout_ms % 1000 / 100);
	if (qr->refused)
		return error_set(err, "only reading is allowed here (%s)", sqlite3_errmsg(qr->db));
	return db_error(qr->db, err);
}

static int run_statement(struct query *qr, sqlite3_stmt *stmt, struct export *ex, struct error *err)
{
	int rc;
	bool shown = sqlite3_column_count(stmt) > 0;
	if (bind_all(qr, stmt, err))
		return -1;
	if (shown)
		export_begin(ex, stmt);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && !ex->failed)
		export_row(ex, stmt);
	int done = rc == SQLITE_DONE ? 0 : run_error(qr, ex, err);
	if (shown)
		export_end(ex);
	return done || ex->failed ? run_error(qr, ex, err) : 0;
}

int query_sql(struct query *qr, const char *sql, struct export *ex, struct error *err)
{
	int rc = 0;
	qr->late = qr->refused = false;
	qr->deadline_us = qr->timeout_ms == INT64_MAX ? INT64_MAX : clock_mono_us() + qr->timeout_ms * 1000;
	while (!rc && *sql) {
		sqlite3_stmt *stmt = NULL;
		rc = sqlite3_prepare_v2(qr->db, sql, -1, &stmt, &sql) ? run_error(qr, ex, err) : 0;
		if (!rc && stmt)
			rc = run_statement(qr, stmt, ex, err);
		sqlite3_finalize(stmt);
	}
	return rc;
}
