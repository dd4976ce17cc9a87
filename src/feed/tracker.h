/* tracker.h: which records of a partition have no final verdict yet, and so up to where the group's offset may be committed. A bit a record in
 * flight; offsets may have holes (markers of transactions, compaction), verdicts come in any order. Pure. */
#ifndef TFLTOP_FEED_TRACKER_H
#define TFLTOP_FEED_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chunk { /* of 64 neighbouring offsets */
	int64_t number;     /* offset / 64 */
	uint64_t undecided;
};

struct tracker { /* all zeroes: nothing taken, nothing known; tracker_begin first */
	struct chunk *chunk; /* a ring: ascending numbers, not necessarily neighbours; the first one has something undecided */
	size_t head, len, cap; /* cap: 0 or a power of two */
	size_t empty;        /* of the chunks: everything decided */
	size_t undecided;
	int64_t next;        /* nothing below it is taken any more */
};

void tracker_begin(struct tracker *tr, int64_t next); /* forgets everything; the first offset to come is next or greater */
void tracker_fini(struct tracker *tr);

/* A record is taken. False: its offset lies before what was taken already, so it is one that came twice. */
bool tracker_take(struct tracker *tr, int64_t offset);

/* Its verdict is final. False: it is not in flight. */
bool tracker_settle(struct tracker *tr, int64_t offset);

/* Everything before position was delivered or is no record. */
void tracker_reach(struct tracker *tr, int64_t position);

/* The offset before which every verdict is final. */
int64_t tracker_prefix(const struct tracker *tr);

#endif
