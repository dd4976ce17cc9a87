/* progress.h: where a feed goes on in a partition it knows, given what the broker has now. The decision is pure; see progress.c. */
#ifndef TFLTOP_FEED_PROGRESS_H
#define TFLTOP_FEED_PROGRESS_H

#include "feed/sink.h"

#include <stdbool.h>

enum reread { /* what came of reading the record at a stored mark's offset again */
	REREAD_NONE,    /* not read: there is no mark, or its offset is outside [low, high) */
	REREAD_SAME,
	REREAD_OTHER,   /* another record at that very offset */
	REREAD_GONE,    /* none at that offset any more: compaction took it, or the marker of a transaction is there in another life */
};

struct sighting { /* of a partition on the broker */
	int64_t low;         /* low watermark */
	int64_t high;        /* the end for a reader of committed records: last stable offset */
	enum reread last;    /* at partition.last */
	enum reread first;   /* at partition.first, if that is another record */
};

/* Which marks have to be read again before a decision can be made. */
bool progress_wants_last(const struct partition *part, const struct sighting *seen);
bool progress_wants_first(const struct partition *part, const struct sighting *seen);

struct decision {
	int64_t start;      /* where to go on */
	bool new_life;      /* the topic was re-created: epoch + 1, all marks and counts of it begin anew */
	bool forget_last;   /* the last record processed is gone, its offset will be given to another */
	bool has_gap;
	struct gap gap;
};

/* part->epoch 0: never seen, its first life begins at the low watermark. */
void progress_decide(const struct partition *part, const struct sighting *seen, struct decision *out);

/* Brings the partition to where the decision says. */
void progress_apply(struct partition *part, const struct sighting *seen, const struct decision *dec);

#endif
