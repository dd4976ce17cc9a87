/* travellers.h: the people: as many as are needed at once, each by a name of their own, none in two places. Pure. Thread: the owner's. */
#ifndef TFLTOP_SIM_TRAVELLERS_H
#define TFLTOP_SIM_TRAVELLERS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define TRAVELLER_NAME_MAX 96

struct travellers;

struct travellers *travellers_new(uint64_t seed, struct error *err);
void travellers_free(struct travellers *tr);

/* Somebody who is not travelling, and has not been for a while. */
uint32_t travellers_take(struct travellers *tr, int64_t now_ms);
void travellers_give(struct travellers *tr, uint32_t who, int64_t now_ms);

/* "Olivia Smith", then "Olivia Smith 2" …; returns the length. Safe inside a JSON string as it is. */
size_t travellers_name(const struct travellers *tr, uint32_t who, char out[TRAVELLER_NAME_MAX]);

#endif
