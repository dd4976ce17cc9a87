/* patrol.h: is each partition that is read still the one it was? A topic that is made anew while it is read may give no other sign than
 * that a record read before is another one now. So one of each is read again on a second handle: every two seconds where something was read
 * meanwhile, every ten where nothing was. It is the witness: the last one read when the round before began, not the last one read now.
 *   1. Offsets 0…99 are read, 99 is the last. The topic is re-created and gets 150 records.
 *   2. The consumer goes on at 100: 50 records of the new life arrive, 149 is the last.
 *   3. Re-reading 149 would find the same record. The witness 99 is another one now: what was read since the last proof is in doubt.
 * Thread: the reader's. */
#ifndef TFLTOP_FEED_PATROL_H
#define TFLTOP_FEED_PATROL_H

#include "feed/probe.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch { /* of one partition; WATCH_NONE to begin with */
	struct mark witness; /* the record that is re-read; -1 none yet */
	struct mark proven;  /* the last one that a re-reading has confirmed */
	int64_t asked_ms;    /* monotonic */
};
#define WATCH_NONE ((struct watch){.witness = {.offset = -1}, .proven = {.offset = -1}})

struct patrol {
	struct probe *probe;
	struct question *questions; /* of the round at hand … */
	uint32_t *which;            /* … and the reader's partitions they are about */
	size_t count, cap, which_cap;
	int64_t next_ms, until_ms;  /* monotonic: the next round; when this one is given up */
};

int patrol_init(struct patrol *pa, const struct config *cfg, struct error *err);
void patrol_fini(struct patrol *pa);

/* A round: when it is due, ask about each partition, then go. Once it is over, the answers, one a question. */
bool patrol_due(const struct patrol *pa, int64_t now_ms);
void patrol_ask(struct patrol *pa, uint32_t which, struct watch *wa, const struct partition *part, int64_t low, int64_t now_ms);
void patrol_go(struct patrol *pa, int64_t now_ms);
bool patrol_over(struct patrol *pa, int64_t now_ms);

/* Whether a partition is in doubt: its witness is another record now, or none is there. No answer is no doubt: the broker is away. */
bool patrol_doubts(const struct question *qu, struct watch *wa);

void patrol_cancel(struct patrol *pa); /* a round does not fit what is about to change */

/* What the broker has now of some partitions, read again as far as progress_decide wants it. Blocks; -1: the broker does not answer. */
int patrol_see(struct patrol *pa, rd_kafka_t *rk, const struct partition *const *parts, size_t count, struct sighting *seen,
	       struct error *err);

#endif
