/* log_limit.h: how often a log says the same thing. Lines that differ in their digits only are of a kind; of each kind the first LOG_BURST of a
 * minute are written, the rest counted. Pure: the clock is handed in. Thread: the owner's. */
#ifndef TFLTOP_BASE_LOG_LIMIT_H
#define TFLTOP_BASE_LOG_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_BURST 10
#define LOG_WINDOW_MS 60000
#define LOG_KINDS 64 /* followed at a time; of further ones every line is written */
#define LOG_SAMPLE 120

struct log_kind {
	uint64_t hash;
	int64_t since_ms; /* when its minute began */
	uint64_t lines;   /* in it; 0: the place is free */
	int level;
	char sample[LOG_SAMPLE]; /* of the last one that was held back */
};

struct log_limit {
	struct log_kind kind[LOG_KINDS];
};

/* Whether this line is to be written. */
bool log_limit_pass(struct log_limit *lim, int level, const char *text, int64_t now_ms);

/* A kind whose minute is over (all: or not) of which lines were held back: its level and what to say of them. False: there is none. */
bool log_limit_due(struct log_limit *lim, int64_t now_ms, bool all, int *level, char *text, size_t size);

#endif
