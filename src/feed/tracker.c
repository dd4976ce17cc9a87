#include "feed/tracker.h"

#include "base/mem.h"

#include <stdlib.h>

#define CHUNK 64
#define EMPTY_MIN 64 /* chunks that are not worth the effort */

static struct chunk *at(const struct tracker *tr, size_t i)
{
	return &tr->chunk[(tr->head + i) & (tr->cap - 1)];
}

void tracker_begin(struct tracker *tr, int64_t next)
{
	tr->head = tr->len = tr->empty = tr->undecided = 0;
	tr->next = next;
}

void tracker_fini(struct tracker *tr)
{
	free(tr->chunk);
	*tr = (struct tracker){0};
}

static void grow(struct tracker *tr)
{
	size_t cap = tr->cap ? 2 * tr->cap : 16;
	struct chunk *chunk = xcalloc(cap, sizeof *chunk);
	for (size_t i = 0; i < tr->len; i++)
		chunk[i] = *at(tr, i);
	free(tr->chunk);
	tr->chunk = chunk;
	tr->head = 0;
	tr->cap = cap;
}

/* The chunk that offsets are added to: the last one, or a new one behind it. */
static struct chunk *tail(struct tracker *tr, int64_t number)
{
	if (tr->len && at(tr, tr->len - 1)->number == number)
		return at(tr, tr->len - 1);
	if (tr->len == tr->cap)
		grow(tr);
	*at(tr, tr->len) = (struct chunk){.number = number};
	tr->empty++;
	return at(tr, tr->len++);
}

bool tracker_take(struct tracker *tr, int64_t offset)
{
	if (offset < tr->next)
		return false;
	struct chunk *ck = tail(tr, offset / CHUNK);
	tr->empty -= !ck->undecided;
	ck->undecided |= 1ull << (offset % CHUNK);
	tr->undecided++;
	tr->next = offset + 1;
	return true;
}

/* Numbers ascend, so a chunk lies at most as many places behind the first, or before the last, as their numbers are apart: without holes
 * that is one place, and the search is over before it begins. */
static struct chunk *find(const struct tracker *tr, int64_t number)
{
	if (!tr->len || number < at(tr, 0)->number || number > at(tr, tr->len - 1)->number)
		return NULL;
	uint64_t ahead = (uint64_t)(number - at(tr, 0)->number), behind = (uint64_t)(at(tr, tr->len - 1)->number - number);
	size_t low = behind < tr->len - 1 ? tr->len - 1 - (size_t)behind : 0;
	size_t high = ahead < tr->len - 1 ? (size_t)ahead : tr->len - 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (at(tr, middle)->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low == high && at(tr, low)->number == number ? at(tr, low) : NULL;
}

static void drop_decided_head(struct tracker *tr)
{
	while (tr->len && !at(tr, 0)->undecided) {
		tr->head = (tr->head + 1) & (tr->cap - 1);
		tr->len--;
		tr->empty--;
	}
}

/* One record that is tried again for minutes must not cost memory for all that pass it. */
static void squeeze(struct tracker *tr)
{
	size_t kept = 0;
	for (size_t i = 0; i < tr->len; i++)
		if (at(tr, i)->undecided)
			*at(tr, kept++) = *at(tr, i);
	tr->len = kept;
	tr->empty = 0;
}

bool tracker_settle(struct tracker *tr, int64_t offset)
{
	if (offset < 0)
		return false;
	struct chunk *ck = find(tr, offset / CHUNK);
	uint64_t bit = 1ull << (offset % CHUNK);
	if (!ck || !(ck->undecided & bit))
		return false;
	ck->undecided &= ~bit;
	tr->empty += !ck->undecided;
	tr->undecided--;
	drop_decided_head(tr);
	if (tr->empty > EMPTY_MIN && tr->empty > tr->len / 2)
		squeeze(tr);
	return true;
}

void tracker_reach(struct tracker *tr, int64_t position)
{
	if (position > tr->next)
		tr->next = position;
}

int64_t tracker_prefix(const struct tracker *tr)
{
	if (!tr->len)
		return tr->next;
	const struct chunk *first = at(tr, 0);
	return first->number * CHUNK + __builtin_ctzll(first->undecided);
}
