/* report.h: reports are SQL files that say in their first lines what they are:
 *	-- title: Busiest stations
 *	-- param: limit count 20 how many
 * a parameter's name, type (count, text, time, day, station, or the words it may be: a|b), default (- when it must be given) and help. Those of data/reports/ travel inside the
 * program; those in the reports folder beside the configuration file are the user's and come first. Thread: main. */
#ifndef TFLTOP_STORE_REPORT_H
#define TFLTOP_STORE_REPORT_H

#include "base/error.h"
#include "base/strbuf.h"
#include "store/query.h"

#include <stddef.h>
#include <stdint.h>

#define REPORT_PARAMS_MAX 8

enum param_type { PARAM_COUNT, PARAM_TEXT, PARAM_TIME, PARAM_DAY, PARAM_STATION, PARAM_CHOICE };

struct report_param {
	char name[32], preset[64], help[120], choices[64]; /* choices: of PARAM_CHOICE */
	enum param_type type;
};

struct report {
	char name[64];
	char title[120];
	char *sql;
	struct report_param param[REPORT_PARAMS_MAX];
	size_t params;
};

struct reports {
	struct report *row;
	size_t count, cap;
};

/* All of them by name; a user's report that cannot be read is an error that names the file and the line. */
int reports_load(struct reports *rs, struct error *err);
void reports_fini(struct reports *rs);

/* NULL + err with the nearest name. */
const struct report *report_find(const struct reports *rs, const char *name, struct error *err);

/* Name, title and parameters, for people. */
void reports_list(const struct reports *rs, struct strbuf *out);

/* Sets the report's parameters: defaults (times seen from newest_ms, the newest event), then `word`s of the form name=value (times seen
 * from now_ms). */
int report_defaults(const struct report *rp, struct query *qr, int64_t newest_ms, struct error *err);
/* The parameter that a `word` sets; NULL + err when it is none, which can be told before there is a database. */
const struct report_param *report_find_param(const struct report *rp, const char *word, struct error *err);
int report_set(const struct report *rp, struct query *qr, const char *word, int64_t now_ms, struct error *err);

/* After all were set: one that must be given and was not is an error. */
int report_complete(const struct report *rp, const struct query *qr, struct error *err);

#endif
