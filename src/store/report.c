#include "store/report.h"

#include "base/asset.h"
#include "base/config.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/timeword.h"
#include "base/zone.h"
#include "store/sql.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REPORT_BYTES_MAX (1024 * 1024)
#define FOLDER "reports/"
#define SUFFIX ".sql"

static const char *const type_names[] = {[PARAM_COUNT] = "count", [PARAM_TEXT] = "text", [PARAM_TIME] = "time",
					 [PARAM_DAY] = "day", [PARAM_STATION] = "station"};
#define TYPES (sizeof type_names / sizeof *type_names)

static int parse_param(struct report *rp, const char *line, struct error *err)
{
	struct report_param *pm = &rp->param[rp->params];
	char type[64] = "";
	int used = 0;
	if (rp->params == REPORT_PARAMS_MAX)
		return error_set(err, "more than %d parameters", REPORT_PARAMS_MAX);
	if (sscanf(line, " %31s %63s %63s %n", pm->name, type, pm->preset, &used) < 3)
		return error_set(err, "a parameter is written \"-- param: NAME TYPE DEFAULT HELP\"");
	snprintf(pm->help, sizeof pm->help, "%s", line + used);
	if (strchr(type, '|')) {
		pm->type = PARAM_CHOICE;
		snprintf(pm->choices, sizeof pm->choices, "%s", type);
		rp->params++;
		return 0;
	}
	for (size_t i = 0; i < TYPES; i++) {
		if (!strcmp(type_names[i], type)) {
			pm->type = (enum param_type)i;
			rp->params++;
			return 0;
		}
	}
	return error_set(err, "parameter %s: the types are count, text, time, day, station and choices such as a|b, not %.60s", pm->name, type);
}

/* "-- title: text" → "text" */
static const char *after_mark(const char *line, const char *mark)
{
	size_t len = strlen(mark);
	return strncmp(line, mark, len) ? NULL : line + len + strspn(line + len, " ");
}

static int parse_line(struct report *rp, const char *line, struct error *err)
{
	const char *text;
	if ((text = after_mark(line, "-- title:")))
		snprintf(rp->title, sizeof rp->title, "%s", text);
	else if ((text = after_mark(line, "-- param:")))
		return parse_param(rp, text, err);
	return 0;
}

/* The header ends at the first line that is no comment. */
static int parse_header(struct report *rp, struct error *err)
{
	int number = 1;
	for (const char *p = rp->sql; !strncmp(p, "--", 2); number++) {
		char line[256];
		size_t len = strcspn(p, "\n");
		snprintf(line, sizeof line, "%.*s", (int)len, p);
		line[strcspn(line, "\r")] = '\0';
		if (parse_line(rp, line, err))
			return error_prefix(err, "report %s line %d", rp->name, number);
		p += len + (p[len] == '\n');
	}
	if (!rp->title[0])
		snprintf(rp->title, sizeof rp->title, "(no title)");
	return 0;
}

static bool has_report(const struct reports *rs, const char *name, size_t len)
{
	for (size_t i = 0; i < rs->count; i++)
		if (strlen(rs->row[i].name) == len && !memcmp(rs->row[i].name, name, len))
			return true;
	return false;
}

/* name: of the file; others than *.sql are left alone, and names that are there already. */
static int add(struct reports *rs, const char *name, char *take_sql, struct error *err)
{
	size_t len = strlen(name), suffix = strlen(SUFFIX);
	if (len <= suffix || len - suffix >= sizeof rs->row->name || strcmp(name + len - suffix, SUFFIX) || has_report(rs, name, len - suffix)) {
		free(take_sql);
		return 0;
	}
	rs->row = xgrow(rs->row, rs->count, &rs->cap, sizeof *rs->row);
	struct report *rp = &rs->row[rs->count++];
	*rp = (struct report){.sql = take_sql};
	snprintf(rp->name, sizeof rp->name, "%.*s", (int)(len - suffix), name);
	return parse_header(rp, err);
}

static char *read_file(const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	if (!file) {
		error_set(err, "cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	char *text = xmalloc(REPORT_BYTES_MAX + 1);
	size_t len = fread(text, 1, REPORT_BYTES_MAX, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static int load_folder(struct reports *rs, const char *folder, struct error *err)
{
	DIR *dir = opendir(folder);
	int rc = 0;
	struct dirent *entry;
	while (dir && !rc && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		if (len <= strlen(SUFFIX) || strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		char *path = xasprintf("%s/%s", folder, entry->d_name), *sql = read_file(path, err);
		rc = sql ? add(rs, entry->d_name, sql, err) : -1;
		free(path);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct report *)a)->name, ((const struct report *)b)->name);
}

int reports_load(struct reports *rs, struct error *err)
{
	*rs = (struct reports){0};
	char *folder = path_of(PATH_CONFIG, "reports", NULL);
	int rc = folder ? load_folder(rs, folder, err) : 0;
	free(folder);
	for (size_t i = 0; i < nassets && !rc; i++)
		if (!strncmp(assets[i].name, FOLDER, strlen(FOLDER)))
			rc = add(rs, assets[i].name + strlen(FOLDER), xstrdup(assets[i].data), err);
	if (rs->count)
		qsort(rs->row, rs->count, sizeof *rs->row, by_name);
	return rc;
}

void reports_fini(struct reports *rs)
{
	for (size_t i = 0; i < rs->count; i++)
		free(rs->row[i].sql);
	free(rs->row);
	*rs = (struct reports){0};
}

const struct report *report_find(const struct reports *rs, const char *name, struct error *err)
{
	const char **names = xcalloc(rs->count + 1, sizeof *names);
	for (size_t i = 0; i < rs->count; i++) {
		names[i] = rs->row[i].name;
		if (!strcmp(name, names[i])) {
			free(names);
			return &rs->row[i];
		}
	}
	const char *near = nearest_name(name, names, rs->count);
	error_set(err, "no report is called \"%.80s\"%s%s%s: `tfl-top query` lists them", name, near ? " (did you mean " : "", near ? near : "",
		  near ? "?)" : "");
	free(names);
	return NULL;
}

/* A user's report may hold anything: what a terminal would act upon is made visible. */
static void add_line(struct strbuf *out, struct strbuf *line)
{
	export_add_safe(out, strbuf_str(line), line->len);
	strbuf_addc(out, '\n');
	strbuf_reset(line);
}

void reports_list(const struct reports *rs, struct strbuf *out)
{
	struct strbuf line = {0};
	for (size_t i = 0; i < rs->count; i++) {
		const struct report *rp = &rs->row[i];
		strbuf_printf(&line, "%-14s %s", rp->name, rp->title);
		add_line(out, &line);
		for (size_t j = 0; j < rp->params; j++) {
			const struct report_param *pm = &rp->param[j];
			bool needed = !strcmp(pm->preset, "-");
			strbuf_printf(&line, "%-14s   %s=%s  %s%s", "", pm->name, needed ? "…" : pm->preset, pm->help,
				      needed ? " (must be given)" : "");
			add_line(out, &line);
		}
	}
	strbuf_fini(&line);
}

static int set_day(struct query *qr, const char *name, const char *value, int64_t now_ms, struct error *err)
{
	int32_t day;
	char text[11];
	if (timeword_day(value, now_ms, &day))
		return error_set(err, "%s=%.60s is no service day: say today, yesterday or 2026-11-24", name, value);
	zone_day_text(day, text);
	query_set_text(qr, name, text);
	return 0;
}

static int set_count(struct query *qr, const char *name, const char *value, struct error *err)
{
	char *end;
	errno = 0;
	long long number = strtoll(value, &end, 10);
	if (errno || end == value || *end || number < 0)
		return error_set(err, "%s=%.60s is no whole number", name, value);
	query_set_number(qr, name, number);
	return 0;
}

static int set_time(struct query *qr, const char *name, const char *value, int64_t now_ms, struct error *err)
{
	int64_t ms;
	if (timeword_parse(value, now_ms, &ms, err))
		return error_prefix(err, "%s", name);
	query_set_number(qr, name, ms / 1000);
	return 0;
}

struct names {
	char **name;
	size_t count, cap;
};

static void names_add(struct names *list, const unsigned char *name)
{
	list->name = xgrow(list->name, list->count, &list->cap, sizeof *list->name);
	list->name[list->count++] = xstrdup((const char *)name);
}

/* As its station is called: by id, by exact name, or else whatever the case. Fills `list` with the names there are; NULL: none of them. */
static const char *find_station(struct sql *sql, const char *value, struct names *list)
{
	sqlite3_stmt *stmt = sql_get(sql, "station_names");
	const char *near = NULL;
	while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		names_add(list, sqlite3_column_text(stmt, 1));
		const char *name = list->name[list->count - 1];
		if (!strcmp(name, value) || !strcmp((const char *)sqlite3_column_text(stmt, 0), value))
			return value;
		if (!strcasecmp(name, value))
			near = name;
	}
	return near;
}

static int set_station(struct query *qr, const char *param, const char *value, struct error *err)
{
	struct sql sql;
	struct names list = {0};
	sql_init(&sql, qr->db);
	const char *name = find_station(&sql, value, &list);
	if (name)
		query_set_text(qr, param, name);
	else
		unknown_name(err, "station", value, (const char *const *)list.name, list.count);
	for (size_t i = 0; i < list.count; i++)
		free(list.name[i]);
	free(list.name);
	sql_fini(&sql);
	return name ? 0 : -1;
}

static int set_choice(const struct report_param *pm, struct query *qr, const char *value, struct error *err)
{
	size_t len = strlen(value);
	for (const char *p = pm->choices; len && !strchr(value, '|') && (p = strstr(p, value)); p += len) {
		if ((p == pm->choices || p[-1] == '|') && (!p[len] || p[len] == '|')) {
			query_set_text(qr, pm->name, value);
			return 0;
		}
	}
	return error_set(err, "%s=%.60s: it is one of %s", pm->name, value, pm->choices);
}

static int set_value(const struct report_param *pm, struct query *qr, const char *value, int64_t now_ms, struct error *err)
{
	switch (pm->type) {
	case PARAM_COUNT:
		return set_count(qr, pm->name, value, err);
	case PARAM_TIME:
		return set_time(qr, pm->name, value, now_ms, err);
	case PARAM_DAY:
		return set_day(qr, pm->name, value, now_ms, err);
	case PARAM_STATION:
		return set_station(qr, pm->name, value, err);
	case PARAM_CHOICE:
		return set_choice(pm, qr, value, err);
	case PARAM_TEXT:
		break;
	}
	query_set_text(qr, pm->name, value);
	return 0;
}

int report_defaults(const struct report *rp, struct query *qr, int64_t newest_ms, struct error *err)
{
	for (size_t i = 0; i < rp->params; i++)
		if (strcmp(rp->param[i].preset, "-") && set_value(&rp->param[i], qr, rp->param[i].preset, newest_ms, err))
			return error_prefix(err, "report %s", rp->name);
	return 0;
}

static int unknown_param(const struct report *rp, const char *word, size_t len, struct error *err)
{
	struct strbuf all = {0};
	for (size_t i = 0; i < rp->params; i++)
		strbuf_printf(&all, "%s%s", i ? ", " : "", rp->param[i].name);
	error_set(err, "report %s has no parameter \"%.*s\"; it has: %s", rp->name, (int)len, word, rp->params ? strbuf_str(&all) : "none");
	strbuf_fini(&all);
	return -1;
}

const struct report_param *report_find_param(const struct report *rp, const char *word, struct error *err)
{
	size_t len = strcspn(word, "=");
	if (!word[len]) {
		error_set(err, "\"%.80s\": a parameter is given as name=value%s%s%s%.80s", word, rp->params ? ", such as " : "",
			  rp->params ? rp->param[0].name : "", rp->params ? "=" : "", rp->params ? word : "");
		return NULL;
	}
	for (size_t i = 0; i < rp->params; i++)
		if (strlen(rp->param[i].name) == len && !memcmp(rp->param[i].name, word, len))
			return &rp->param[i];
	unknown_param(rp, word, len, err);
	return NULL;
}

int report_set(const struct report *rp, struct query *qr, const char *word, int64_t now_ms, struct error *err)
{
	const struct report_param *param = report_find_param(rp, word, err);
	return param ? set_value(param, qr, strchr(word, '=') + 1, now_ms, err) : -1;
}

int report_complete(const struct report *rp, const struct query *qr, struct error *err)
{
	for (size_t i = 0; i < rp->params; i++) {
		size_t j = 0;
		while (j < qr->nparams && strcmp(qr->params[j].name, rp->param[i].name))
			j++;
		if (j == qr->nparams)
			return error_set(err, "report %s needs %s=…: %s", rp->name, rp->param[i].name, rp->param[i].help);
	}
	return 0;
}
