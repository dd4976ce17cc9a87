/* census.h: how many people come and go at each station. Pure. Thread: any after census_load. */
#ifndef TFLTOP_SIM_CENSUS_H
#define TFLTOP_SIM_CENSUS_H

#include "base/error.h"
#include "base/zone.h"

#include <stddef.h>
#include <stdint.h>

struct census_row {
	char *id;         /* naptan id */
	char *name;
	double entries;   /* on a typical day of the type asked for; 0 where TfL has no figure */
	double exits;
	int central;      /* in zone 1 and no other */
	size_t same_name; /* the first row of this name: Kafka's key is the name, and three names are shared */
};

struct census {
	struct census_row *rows; /* in the order of data/stations.csv */
	size_t count, cap;
	size_t *by_id;      /* row numbers in the order of the ids */
};

int census_load(struct census *cs, enum day_type figures, struct error *err);
void census_fini(struct census *cs);
ptrdiff_t census_find(const struct census *cs, const char *id); /* -1 if there is none */

#endif
