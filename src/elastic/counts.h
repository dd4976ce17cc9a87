/* counts.h: how many documents a data stream holds, by station and quarter hour. Waits. */
#ifndef TFLTOP_ELASTIC_COUNTS_H
#define TFLTOP_ELASTIC_COUNTS_H

#include "base/config.h"
#include "base/error.h"
#include "base/http.h"

#include <stdint.h>

/* A cell: so many documents of this station whose @timestamp lies in the quarter hour that begins at ts (Unix s). */
typedef void count_fn(void *arg, const char *station, int64_t ts, uint64_t count);

/* since, until (exclusive): Unix s. What was stored before the call is counted. */
int elastic_counts(struct http *http, const char *stream, int64_t since, int64_t until, count_fn *fn, void *arg, struct error *err);

#endif
