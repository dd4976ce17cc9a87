/* due.h: what is to happen, earliest first; among equals, first come first. A binary heap. Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_DUE_H
#define TFLTOP_SIM_DUE_H

#include <stddef.h>
#include <stdint.h>

struct due {
	int64_t time_ms;
	uint64_t order;    /* given by due_push */
	uint32_t station;
	uint32_t who;
};

struct due_queue {
	struct due *heap;
	size_t count, cap;
	uint64_t pushed;
};

void due_fini(struct due_queue *dq);
void due_push(struct due_queue *dq, int64_t time_ms, uint32_t station, uint32_t who);
struct due due_pop(struct due_queue *dq); /* must not be empty */

#endif
