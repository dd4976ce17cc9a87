/* pace.h: how large a bulk may be, how many may be under way, and how long to wait after a failure. Sizes and numbers grow by steps while
 * all goes well and are halved when the server is congested; waits double, and are drawn at random from nought to the whole (so that many
 * clients that failed together do not come back together). Pure: clock and randomness are handed in. Thread: the owner's. */
#ifndef TFLTOP_ELASTIC_PACE_H
#define TFLTOP_ELASTIC_PACE_H

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

#define PACE_BYTES_MIN (16 * 1024)
#define PACE_BACKOFF_MS 100
#define PACE_BACKOFF_MAX_MS 8000 /* shorter than a feed drains: what waits at a stop is tried once more */
#define PACE_SLOW_MS 10000 /* a bulk that takes so long was too large */

struct pace {
	size_t bytes, bytes_max;    /* of a bulk: now, at most */
	unsigned slots, slots_max;  /* bulks under way: now, at most */
	unsigned well;              /* answers without trouble, since slots last changed */
	unsigned failures;          /* requests that failed as a whole, in a row */
	int64_t hold_until_ms;      /* nothing is sent before */
	int64_t cut_ms;             /* when it last shrank */
	struct rng rng;
};

void pace_init(struct pace *pc, size_t bytes_max, unsigned slots_max, uint64_t seed);

/* A request was answered, and what it asked was not too much. bytes: its size; took_ms from sending. */
void pace_well(struct pace *pc, size_t bytes, double took_ms, int64_t now_ms);

/* The server is congested. sent_ms: when the request was sent; those sent before the last cut say nothing new. */
void pace_congested(struct pace *pc, int64_t sent_ms, int64_t now_ms);

/* A bulk of so many bytes is more than the server takes: from now on at most half of that. */
void pace_too_large(struct pace *pc, size_t bytes);

/* A request failed as a whole: nothing is sent for a while, then one at a time until one succeeds. */
void pace_failed(struct pace *pc, int64_t retry_after_ms, int64_t now_ms);

/* How long to wait after the n-th failure in a row, n from 1; at least what the server asked for (-1 = nothing). */
int64_t pace_backoff(struct pace *pc, unsigned n, int64_t retry_after_ms);

/* How many requests may be under way now. */
unsigned pace_slots(const struct pace *pc, int64_t now_ms);

#endif
