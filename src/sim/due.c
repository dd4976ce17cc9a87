#include "sim/due.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>

void due_fini(struct due_queue *dq)
{
	free(dq->heap);
	*dq = (struct due_queue){0};
}

static bool before(const struct due *a, const struct due *b)
{
	return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->order < b->order;
}

void due_push(struct due_queue *dq, int64_t time_ms, uint32_t station, uint32_t who)
{
	dq->heap = xgrow(dq->heap, dq->count, &dq->cap, sizeof *dq->heap);
	const struct due item = {.time_ms = time_ms, .order = dq->pushed++, .station = station, .who = who};
	size_t at = dq->count++;
	for (; at && before(&item, &dq->heap[(at - 1) / 2]); at = (at - 1) / 2)
		dq->heap[at] = dq->heap[(at - 1) / 2];
	dq->heap[at] = item;
}

struct due due_pop(struct due_queue *dq)
{
	const struct due top = dq->heap[0], item = dq->heap[--dq->count];
	size_t at = 0;
	for (size_t child; (child = at * 2 + 1) < dq->count; at = child) {
		if (child + 1 < dq->count && before(&dq->heap[child + 1], &dq->heap[child]))
			child++;
		if (!before(&dq->heap[child], &item))
			break;
		dq->heap[at] = dq->heap[child];
	}
	dq->heap[at] = item;
	return top;
}
