/* log.h: one log for the whole program: to stderr, to a file, and always into a ring of the last LOG_RING lines for the screen.
 * Secrets never reach it; of lines that are alike but for their digits, ten a minute do, and how many more there were. Thread: any, lock: log (leaf). */
#ifndef TFLTOP_BASE_LOG_H
#define TFLTOP_BASE_LOG_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON }; /* time=… level=… msg="…" · {"time":…,"level":…,"msg":…} */

#define LOG_RING 500
#define LOG_LINE 240

struct log_line {
	int64_t time_ms;
	enum log_level level;
	char text[LOG_LINE]; /* made safe: no control bytes */
};

/* level: the least that is written. path NULL or "": stderr; else a file of mode 0600, rotated at 10 MB, three kept. */
int log_open(const char *path, enum log_level level, enum log_format format, struct error *err);
void log_close(void);

/* One line on stderr or in the file, and in the ring; before log_open: stderr, LOG_INFO. */
void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)

/* Says how many lines were held back, once their minute is over; to be called now and then. */
void log_turn(void);

/* From now on it stands in no line. */
void log_keep_secret(const char *secret);

/* Copies the newest `max` lines, oldest first; returns how many. *serial grows with each line ever written (for redraw decisions). */
size_t log_tail(struct log_line *lines, size_t max, uint64_t *serial);

#endif
