/* ledger.h: a feed's account of every event of a partition. The identity
 *     consumed = stored + duplicate + late + dead + skipped + released + in_flight
 * holds at every tick. Plain data. */
#ifndef TFLTOP_FEED_LEDGER_H
#define TFLTOP_FEED_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

struct ledger {
	uint64_t consumed;  /* records handed to the feed (no control records) */
	uint64_t stored;    /* durable in the sink */
	uint64_t duplicate; /* the sink proved that it has this very record */
	uint64_t late;      /* refused for its time only */
	uint64_t dead;      /* every other refusal */
	uint64_t skipped;   /* tombstones */
	uint64_t released;  /* undecided when the partition was taken away */
	uint64_t in_flight; /* none of these yet */
};

bool ledger_holds(const struct ledger *led);
void ledger_add(struct ledger *to, const struct ledger *led);
void ledger_subtract(struct ledger *from, const struct ledger *led); /* what has come since led */

/* `count` records that were in flight have this verdict now: to is &led->stored, &led->dead, … */
static inline void ledger_settle(struct ledger *led, uint64_t *to, uint64_t count)
{
	led->in_flight -= count;
	*to += count;
}

#endif
