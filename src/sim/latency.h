/* latency.h: how long events take from one end to the other, when at the far end they can only be counted. Handed over are numbers 1, 2,
 * 3 … at known times; the n-th counts as arrived when n have been counted. Where they overtake each other on the way the time of one is
 * another's, but the sum is right, and nothing looks faster than the slowest before it. Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_LATENCY_H
#define TFLTOP_SIM_LATENCY_H

#include <stdint.h>

#define LATENCY_MARKS 4096
#define LATENCY_BINS 160 /* each a tenth longer than the one before: from 1 ms to an hour */

struct latency {
	struct {
		uint64_t upto;     /* so many handed over … */
		int64_t us;        /* … by then */
	} marks[LATENCY_MARKS];    /* a ring; when it is full the newest takes in what follows */
	uint64_t head, tail;
	uint64_t counted, arrived; /* at the far end; of these, looked at */
	uint64_t bins[2][LATENCY_BINS];
	int now;                   /* the set of bins that is filled; the other one holds the minute before */
	int64_t since_us;          /* when it was begun */
};

void latency_sent(struct latency *lt, uint64_t upto, int64_t now_us);
void latency_counted(struct latency *lt, uint64_t more, int64_t now_us);

/* Of the last minute or two; share 0.5: the median. -1 when nothing has arrived. */
double latency_ms(const struct latency *lt, double share);

#endif
