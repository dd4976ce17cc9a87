/* tfl-top query: reports and SQL over the history, beside a running writer or after it. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/timeword.h"
#include "command/command.h"
#include "command/query_backup.h"
#include "store/db.h"
#include "store/history.h"
#include "store/query.h"
#include "store/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SQL_BYTES_MAX (1024 * 1024)

static int fail(int status, const struct error *err)
{
	fprintf(stderr, "tfl-top query: %s\n", err->text);
	return status;
}

static int list(struct error *err)
{
	struct reports rs;
	struct strbuf out = {0};
	int rc = reports_load(&rs, err);
	reports_list(&rs, &out);
	if (!rc && (fwrite(strbuf_str(&out), 1, out.len, stdout) != out.len || fflush(stdout)) && errno != EPIPE)
		rc = error_set(err, "cannot write the answer: %s", strerror(errno));
	strbuf_fini(&out);
	reports_fini(&rs);
	return rc ? fail(1, err) : 0;
}

static char *read_stdin(struct error *err)
{
	char *text = xmalloc(SQL_BYTES_MAX + 1);
	size_t len = fread(text, 1, SQL_BYTES_MAX + 1, stdin);
	if (len <= SQL_BYTES_MAX) {
		text[len] = '\0';
		return text;
	}
	error_set(err, "standard input holds more than %d bytes of SQL", SQL_BYTES_MAX);
	free(text);
	return NULL;
}

/* :since and :until as Unix seconds; without the options, all of time. */
static int set_bounds(const struct config *cfg, struct query *qr, bool always, struct error *err)
{
	static const struct {
		const char *name;
		int64_t preset;
	} bounds[] = {{"since", 0}, {"until", 253402300800}};
	for (size_t i = 0; i < 2; i++) {
		const char *word = config_text(cfg, bounds[i].name);
		int64_t ms;
		if (word && timeword_parse(word, clock_wall_ms(), &ms, err))
			return error_prefix(err, "--%s", bounds[i].name);
		if (word || always)
			query_set_number(qr, bounds[i].name, word ? ms / 1000 : bounds[i].preset);
	}
	return 0;
}

static int set_word(struct query *qr, const char *word, struct error *err)
{
	size_t len = strcspn(word, "=");
	if (!word[len] || len == 0 || len >= sizeof qr->params->name)
		return error_set(err, "\"%.80s\": a parameter is given as name=value", word);
	char *name = xstrndup(word, len), *end;
	errno = 0;
	long long number = strtoll(word + len + 1, &end, 10);
	if (!errno && word[len + 1] && !*end)
		query_set_number(qr, name, number);
	else
		query_set_text(qr, name, word + len + 1);
	free(name);
	return 0;
}

static int run(const struct config *cfg, struct query *qr, const char *sql)
{
	struct export ex;
	struct error err;
	export_init(&ex, export_format_find(config_text(cfg, "format")), stdout, isatty(STDOUT_FILENO));
	int rc = query_sql(qr, sql, &ex, &err);
	bool pipe_closed = ex.failed && ex.saved_errno == EPIPE;
	export_fini(&ex);
	return rc && !pipe_closed ? fail(1, &err) : 0;
}

static int run_sql(const struct config *cfg, struct query *qr, const char *sql, size_t first_word)
{
	struct error err;
	if (set_bounds(cfg, qr, true, &err))
		return fail(EXIT_USAGE, &err);
	for (size_t i = first_word; i < config_words(cfg); i++)
		if (set_word(qr, config_word(cfg, i), &err))
			return fail(EXIT_USAGE, &err);
	return run(cfg, qr, sql);
}

static int run_report(const struct config *cfg, struct query *qr, const struct report *rp)
{
	struct error err;
	int64_t newest_ms = db_meta_int(qr->db, "watermark_ms", 0);
	if (set_bounds(cfg, qr, true, &err) || report_defaults(rp, qr, newest_ms ? newest_ms : clock_wall_ms(), &err) ||
	    set_bounds(cfg, qr, false, &err))
		return fail(EXIT_USAGE, &err);
	for (size_t i = 1; i < config_words(cfg); i++)
		if (report_set(rp, qr, config_word(cfg, i), clock_wall_ms(), &err))
			return fail(EXIT_USAGE, &err);
	if (report_complete(rp, qr, &err))
		return fail(EXIT_USAGE, &err);
	return run(cfg, qr, rp->sql);
}

/* The report of the first word, once the other words are known to set parameters of it. */
static const struct report *find_report(const struct config *cfg, struct reports *rs, struct error *err)
{
	const struct report *rp = reports_load(rs, err) ? NULL : report_find(rs, config_word(cfg, 0), err);
	for (size_t i = 1; rp && i < config_words(cfg); i++)
		if (!report_find_param(rp, config_word(cfg, i), err))
			return NULL;
	return rp;
}

/* sql: to run; NULL: the report of the first word. */
static int run_on_history(const struct config *cfg, const char *sql, size_t first_word)
{
	struct error err;
	struct reports rs = {0};
	struct query qr = {0};
	const struct report *rp = NULL;
	int status = 0;
	if (!sql && !(rp = find_report(cfg, &rs, &err)))
		status = fail(EXIT_USAGE, &err);
	char *path = status ? NULL : history_path(cfg, false, &err);
	if (!status && (!path || query_open(&qr, path, config_ms(cfg, "timeout"), &err) || db_adopt_zone(qr.db, &err)))
		status = fail(1, &err);
	if (!status)
		status = sql ? run_sql(cfg, &qr, sql, first_word) : run_report(cfg, &qr, rp);
	query_close(&qr);
	free(path);
	reports_fini(&rs);
	return status;
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
}

/* Also the user's own: completion is asked for when a shell needs it. */
void query_words(struct strbuf *out)
{
	struct reports rs;
	struct error err;
	reports_load(&rs, &err); /* of one that cannot be read, query itself tells */
	for (size_t i = 0; i < rs.count; i++)
		strbuf_printf(out, " %s", rs.row[i].name);
	reports_fini(&rs);
}

int query_run(struct config *cfg)
{
	struct error err;
	const char *sql = config_text(cfg, "sql"), *word = config_word(cfg, 0);
	const char *backup = config_text(cfg, "backup");
	if (backup && (sql || word)) {
		error_set(&err, "--backup copies the whole history: it goes with neither a report nor SQL");
		return fail(EXIT_USAGE, &err);
	}
	if (backup)
		return query_backup(cfg, backup);
	bool from_stdin = sql ? !strcmp(sql, "-") : word ? !strcmp(word, "-") : !isatty(STDIN_FILENO);
	size_t first_word = !sql && word && from_stdin; /* the "-" itself */
	if (!sql && !from_stdin && word)
		return run_on_history(cfg, NULL, 0);
	if (sql && !from_stdin)
		return run_on_history(cfg, sql, 0);
	if (!from_stdin)
		return list(&err);
	char *text = read_stdin(&err);
	if (!text)
		return fail(1, &err);
	int status = is_blank(text) && !word && !sql ? list(&err) : run_on_history(cfg, text, first_word);
	free(text);
	return status;
}
