/* quarter_counts.h: what the history has counted, by station and quarter hour, and how far it had read then: one state of the file. */
#ifndef TFLTOP_STORE_QUARTER_COUNTS_H
#define TFLTOP_STORE_QUARTER_COUNTS_H

#include "base/error.h"

#include <stdint.h>

struct quarter_calls {
	void (*counts)(void *arg, const char *station, int64_t ts, uint64_t entries, uint64_t exits);
	void (*offset)(void *arg, const char *topic, int32_t partition, int64_t next_offset);
	void (*gap)(void *arg, const char *text); /* in words: what can never be counted, or was in doubt */
	void *arg;
};

/* since, until (exclusive): Unix s, whole quarters. path: as history_path gives it. */
int quarter_counts(const char *path, int64_t since, int64_t until, const struct quarter_calls *calls, struct error *err);

#endif
