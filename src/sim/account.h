/* account.h: what the broker acknowledged, counted by station, direction and minute: the truth that others are compared with.
 * Pure but for account_write. Thread: the owner's. */
#ifndef TFLTOP_SIM_ACCOUNT_H
#define TFLTOP_SIM_ACCOUNT_H

#include "base/error.h"
#include "model/event.h"
#include "sim/census.h"

#include <stdbool.h>
#include <stdint.h>

struct account {
	const struct census *census;
	int64_t first_minute;  /* since 1970 */
	uint64_t (*totals)[2]; /* per station, by direction */
	bool keep_minutes;
	uint32_t **minutes;    /* per minute since the first: stations × 2, or NULL while nothing happened in it */
	size_t count, cap;
};

/* Borrows cs. keep_minutes: account_write will be called. */
void account_init(struct account *ac, const struct census *cs, int64_t first_minute, bool keep_minutes);
void account_fini(struct account *ac);
void account_add(struct account *ac, uint32_t station, enum direction direction, uint32_t minute); /* minute: since the first */

/* CSV topic,station,bucket,count in the order of time; replaces the file at once or not at all. */
int account_write(const struct account *ac, const char *path, const char *entries_topic, const char *exits_topic, struct error *err);

#endif
