/* enrich_slot.h: which of the joins of this machine we are. The slot is part of the transactional id: a join that was killed is followed by
 * one of the same id, which ends the dead one's transaction at once instead of leaving readers waiting for its timeout. */
#ifndef TFLTOP_PIPELINE_ENRICH_SLOT_H
#define TFLTOP_PIPELINE_ENRICH_SLOT_H

#include "base/error.h"

/* Locks the lowest free slot in the state folder. Returns "tfl-top-enrich-<name>-<slot>" (heap), NULL + err. name NULL: the host's.
 * *fd holds the lock until it is closed, or the process ends. */
char *slot_take(const char *name, int *fd, struct error *err);

#endif
