/* command.h: one row per command; src/main.c looks it up and goes. */
#ifndef TFLTOP_COMMAND_COMMAND_H
#define TFLTOP_COMMAND_COMMAND_H

#include "base/config.h"

#define EXIT_USAGE 2 /* beside 0 and 1: a bad option, key or value */

struct command {
	const char *name;     /* "query" */
	unsigned bit;         /* CMD_QUERY: the options it takes */
	size_t words;         /* most words beside options that it takes: more are a usage error */
	bool takes_signals;   /* its run waits with signals_wait; the others die of ^C as programs do */
	const char *synopsis; /* "query [REPORT | --sql SQL] [options]" */
	const char *help;     /* one line */
	const char *about;    /* a few sentences for --help; NULL none */
	void (*put_words)(struct strbuf *out); /* the words that it may take, each after a blank, for completion; NULL: none, or no few */
	int (*run)(struct config *cfg); /* exit status: 0 ok · 1 the answer is no, or it failed · 2 usage */
};

/* Each in the file of its name. */
int top_run(struct config *cfg);
int feed_run(struct config *cfg);
int headless_run(struct config *cfg); /* top --headless */
int simulate_run(struct config *cfg);
int enrich_run(struct config *cfg);
int query_run(struct config *cfg);
int frame_run(struct config *cfg);
int setup_run(struct config *cfg);
int doctor_run(struct config *cfg);
int verify_run(struct config *cfg);

void feed_words(struct strbuf *out);
void query_words(struct strbuf *out);
void setup_words(struct strbuf *out);
void verify_words(struct strbuf *out);
void help_words(struct strbuf *out);

extern const struct command commands[];
extern const size_t ncommands;

extern const struct sink_ops *const sinks[]; /* by name for `feed` and ui.feeds */
extern const size_t nsinks;

/* Whether there is a terminal to draw on: both ends a tty and TERM not dumb. Without it the dashboard runs line by line. */
bool command_has_screen(void);

/* The log as the configuration has it. */
int command_open_log(const struct config *cfg, bool screen, struct error *err);

int command_main(int argc, char *argv[]); /* all of main but its name */

#endif
