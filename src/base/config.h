/* config.h: every setting of the program: one table of rows (flag, key, type, default, help), and the values that a run has,
 * each with the place it came from. Precedence: flag > environment (TFL_TOP_ + key in capitals, '.' as '_') > file > default.
 * Read-only once the command runs. Thread: any after config_load. */
#ifndef TFLTOP_BASE_CONFIG_H
#define TFLTOP_BASE_CONFIG_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

enum option_type {
	OPT_FLAG,     /* present or not; in a file: true or false */
	OPT_BOOL,     /* true or false */
	OPT_TEXT,
	OPT_SECRET,   /* text that is masked wherever it is shown: passwords and keys among kafka.* */
	OPT_PATH,     /* "~/" at its head is the home folder */
	OPT_COUNT,    /* whole number, 0 or more */
	OPT_REAL,     /* number > 0 */
	OPT_SPEED,    /* number > 0, or "max", which config_real gives as 0 */
	OPT_DURATION, /* 90s 15m 2h 1d 200ms, or "forever": milliseconds, forever = INT64_MAX */
	OPT_MODE,     /* permission bits of a file, octal: 0640 */
	OPT_TIME,     /* a time word, see timeword.h; kept as text, checked by the command that knows now */
	OPT_CHOICE,   /* one of `choices` */
};

/* Bits of the commands that accept a row's flag; CMD_ANY rows are common. The order is that of commands[] in src/command/. */
enum {
	CMD_TOP = 1 << 0,
	CMD_FEED = 1 << 1,
	CMD_SIMULATE = 1 << 2,
	CMD_ENRICH = 1 << 3,
	CMD_QUERY = 1 << 4,
	CMD_FRAME = 1 << 5,
	CMD_SETUP = 1 << 6,
	CMD_DOCTOR = 1 << 7,
	CMD_VERIFY = 1 << 8,
	CMD_HELP = 1 << 9,
	CMD_ANY = 0xffff,
};

struct option {
	const char *key;      /* "history.commit_ms"; for a pure flag the flag's own name ("exit-at-end"): not allowed in a file */
	const char *flag;     /* "--db", "-b,--brokers" or NULL: settable with -X key=value and in the file only */
	enum option_type type;
	const char *preset;   /* default as text; NULL = unset */
	const char *choices;  /* OPT_CHOICE: "table|csv|json" */
	const char *value;    /* name of the value in help: "HOST:PORT" */
	const char *help;     /* one line, no full stop */
	unsigned commands;    /* which commands take the flag */
	bool pure_flag;       /* not a configuration key */
};

/* Two rows may share a key when no command takes both (`--format` of query and of frame). */
extern const struct option options[];
extern const size_t noptions;

enum config_source { FROM_DEFAULT, FROM_FILE, FROM_ENV, FROM_FLAG };

struct config;

struct config *config_new(void);
void config_free(struct config *cfg);

/* Parses argv after the command word for a command of bit `command`; words that are no options are kept in order
 * (config_word). Then reads the environment and the file (-c, else tfl-top.conf of the user, which may be missing). Any unknown flag
 * or key, or a value of the wrong form, is an error that names the place ("tfl-top.conf line 3", "--spede") and the nearest valid
 * name. A refused kafka.* key names our own key. An empty value unsets a key that has no default.
 * Stops with 0 at --help or --version, reading nothing further: help must not depend on a sound configuration. */
int config_load(struct config *cfg, unsigned command, int argc, char *const argv[], struct error *err);

/* The same once more, as command line, environment and file are now; NULL and an error when they cannot be read. */
struct config *config_again(const struct config *cfg, struct error *err);

/* Calls fn for each key of the configuration whose value is another one. */
void config_changes(const struct config *before, const struct config *now, void (*fn)(const char *key, void *arg), void *arg);

size_t config_words(const struct config *cfg);
const char *config_word(const struct config *cfg, size_t i);

/* The getters abort on a key that is not in the table or not of that type: a programming error. */
const char *config_text(const struct config *cfg, const char *key); /* NULL when unset */
bool config_bool(const struct config *cfg, const char *key);        /* OPT_BOOL, OPT_FLAG; false when unset */
uint64_t config_count(const struct config *cfg, const char *key);   /* 0 when unset */
double config_real(const struct config *cfg, const char *key);      /* OPT_REAL, OPT_SPEED; 0 when unset */
int64_t config_ms(const struct config *cfg, const char *key);       /* OPT_DURATION; 0 when unset */
unsigned config_mode(const struct config *cfg, const char *key);
bool config_is_set(const struct config *cfg, const char *key);      /* given anywhere, not the default */

/* The configuration file that is read if it is there (heap); NULL without a home. And the keys that were set in it. */
char *config_file_name(const struct config *cfg);
size_t config_file_keys(const struct config *cfg);
bool config_file_secret(const struct config *cfg); /* one of them is a secret */

/* For code that knows better than the user (--demo): overrides like a flag. */
void config_override(struct config *cfg, const char *key, const char *value);

/* Calls fn for each kafka.* setting, the prefix taken off. */
void config_each_kafka(const struct config *cfg, void (*fn)(const char *name, const char *value, void *arg), void *arg);

/* --print-config: one line per key: key=value, and the place it came from; secrets masked. */
void config_print(const struct config *cfg, struct strbuf *out);

/* The rows a command takes, as the text of its --help. */
void config_help(unsigned command, struct strbuf *out);

/* The name among `count` that is nearest to `word` (Damerau-Levenshtein, at most a third of it wrong), or NULL. */
const char *nearest_name(const char *word, const char *const *names, size_t count);

/* The error that says so: no `kind` is called that, and which one may be meant. Returns -1. */
int unknown_name(struct error *err, const char *kind, const char *word, const char *const *names, size_t count);

#endif
