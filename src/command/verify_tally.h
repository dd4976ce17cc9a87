/* verify_tally.h: what each store holds of a station, a quarter hour and a direction, side by side, and whether that is the same. Pure. */
#ifndef TFLTOP_COMMAND_VERIFY_TALLY_H
#define TFLTOP_COMMAND_VERIFY_TALLY_H

#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell {
	char *station;
	int64_t ts;              /* Unix s of the quarter's beginning */
	enum direction direction;
	uint64_t kafka;          /* events that are there now */
	uint64_t read;           /* of these, what the history feed had read when its counts were taken */
	uint64_t settled;        /* of these, what the elastic feed had committed when its documents were counted */
	uint64_t twins;          /* of the settled ones, those equal to another in all that makes a document's identity */
	uint64_t history;        /* what the history counts */
	uint64_t elastic;        /* documents */
	uint64_t dead;           /* good events that Elasticsearch has refused: in the dead-letter topic */
};

struct tally {
	struct cell *cell;
	size_t count, cap;
	uint32_t *slots;         /* open addressing: index + 1 */
	size_t nslots;
};

/* The cell, made if need be; valid until the next call. */
struct cell *tally_at(struct tally *ta, const char *station, size_t len, int64_t ts, enum direction direction);
void tally_sort(struct tally *ta); /* by time, station, direction; tally_at may not follow */
void tally_fini(struct tally *ta);

bool cell_history_agrees(const struct cell *ce);

/* A feed that runs stores before it commits, and a dead letter may have been fed again: so there are two bounds. */
bool cell_elastic_agrees(const struct cell *ce);

#endif
