/* config_internal.h: what the files of config share: values checked by the type of their row, and setting one. Thread: main. */
#ifndef TFLTOP_BASE_CONFIG_INTERNAL_H
#define TFLTOP_BASE_CONFIG_INTERNAL_H

#include "base/config.h"

#include <stddef.h>

struct config_number { /* a value as its type reads it */
	uint64_t whole;    /* OPT_COUNT, OPT_MODE; OPT_BOOL and OPT_FLAG: 0 or 1 */
	double real;
	int64_t ms;
};

/* Checks text by the row's type. The error says which form is wanted and names neither place nor key. */
int config_check(const struct option *row, const char *text, struct config_number *number, struct error *err);

/* One value, from `place` ("--rate", "TFL_TOP_SIM_RATE", "/home/u/tfl-top.conf line 3"). Checked always; kept unless a stronger source
 * has set the key before. */
int config_set_row(struct config *cfg, const struct option *row, const char *text, enum config_source source, const char *place,
		   struct error *err);

/* The same by name: a key of the table or kafka.*; unknown and refused ones are errors. */
int config_set_key(struct config *cfg, const char *key, const char *text, enum config_source source, const char *place, struct error *err);

void config_add_word(struct config *cfg, const char *word);

int config_args(struct config *cfg, int argc, char *const argv[], struct error *err);
int config_environment(struct config *cfg, char *const env[], struct error *err);
int config_file(struct config *cfg, struct error *err);

/* The lines of a file, as read into memory; `name` is used in places. */
int config_lines(struct config *cfg, char *text, const char *name, struct error *err);

/* TFL_TOP_HISTORY_DB for history.db. */
void config_env_name(const char *key, struct strbuf *out);

/* " (did you mean x?)" or nothing. */
void config_suggest(struct error *err, const char *word, const char *const *names, size_t count);

unsigned config_command(const struct config *cfg);

#endif
