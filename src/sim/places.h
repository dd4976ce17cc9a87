/* places.h: the stations as passengers see them: how many come and go. Pure. Thread: any after places_load. */
#ifndef TFLTOP_SIM_PLACES_H
#define TFLTOP_SIM_PLACES_H

#include "base/error.h"
#include "base/zone.h"

#include <stddef.h>
#include <stdint.h>

struct place {
	char *id;         /* naptan id */
	char *name;
	double entries;   /* on a typical day of the type asked for; 0 where TfL has no figure */
	double exits;
	size_t same_name; /* the first place of this name: Kafka's key is the name, and three names are shared */
};

struct places {
	struct place *rows; /* in the order of data/stations.csv */
	size_t count, cap;
	size_t *by_id;      /* row numbers in the order of the ids */
};

int places_load(struct places *pl, enum day_type figures, struct error *err);
void places_fini(struct places *pl);
ptrdiff_t places_find(const struct places *pl, const char *id); /* -1 if there is none */

#endif
