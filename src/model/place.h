/* place.h: where a station is, as far as telling two of one name apart needs it. Pure. Thread: any. */
#ifndef TFLTOP_MODEL_PLACE_H
#define TFLTOP_MODEL_PLACE_H

#include "model/event.h"

#include <stdbool.h>
#include <stdint.h>

struct place { /* in 1e-5 degrees: about a metre */
	int32_t lat, lon;
};

/* "51.53249,-0.10579", rounded; blanks and exponents allowed. False when it is no place on Earth. */
bool place_parse(struct text location, struct place *at);

#endif
