/* error.h: what went wrong, in words that name the thing and the remedy.
 * A function that can fail takes a struct error, fills it and returns -1; the caller that decides logs once. */
#ifndef TFLTOP_BASE_ERROR_H
#define TFLTOP_BASE_ERROR_H

struct error {
	char text[512];
};

/* Formats the text (cut when too long; what a terminal might obey becomes '?'); returns -1 so that callers can `return error_set(…)`. err may be NULL. */
int error_set(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "<prefix>: " before the text that is there; returns -1. */
int error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
