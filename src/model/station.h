/* station.h: who the stations are: the reference rows and whatever else the stream names. Pure. Thread: the owner's. */
#ifndef TFLTOP_MODEL_STATION_H
#define TFLTOP_MODEL_STATION_H

#include "base/error.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATIONS_MAX 20000 /* more than London has of stations and bus stops together. Without an end a stream that names ever new ones would
			    * take all memory, and the screen copies a row of each for every frame */
#define STATION_NONE UINT32_MAX

struct station {
	char *id;        /* naptan id; of a row that is not known "name:<name>[@location]", with a bare @ at its end when only the name has one */
	char *name;      /* untrusted bytes: valid UTF-8, may hold control characters */
	char *zone;      /* "1", "2|3"; "" unknown */
	char *lines;     /* "Bakerloo|Central"; "" unknown */
	double lat, lon; /* NAN unknown */
	bool known;      /* has a reference row */
	uint32_t quarter_peak; /* TfL's busiest quarter (entries + exits) of a typical weekday; 0 unknown */
};

/* The stations in use: a station's index here is its integer everywhere in this process; never reused or reordered. */
struct stations {
	struct station *rows;
	size_t count;
	size_t cap;
	struct station_index *index; /* by (name, location), by unique name, by id; NULL until it is first needed */
};

void stations_init(struct stations *st);
void stations_fini(struct stations *st);

/* Copies the row; returns its index: that of the row with the same id if there is one, whose fields are then replaced. A known row's id
 * never begins with "name:". A known row whose id is new replaces the unknown row of that name and place, or of that name without a place when no other known station bears it, if
 * the stream has named one: so an id learnt later re-labels history. */
uint32_t stations_put(struct stations *st, const struct station *row);

/* Copies the row to the end, whatever is there already, and returns its index: for a table that comes back from where it was kept. */
uint32_t stations_add(struct stations *st, const struct station *row);

/* Loads data/stations.csv: the reference as shipped. */
int stations_load_reference(struct stations *st, struct error *err);

/* The index for an event's station: the reference row of that name and location (5 decimals), else the reference name if unique, else
 * `name:<name>[@location]`, added when new (location rounded to 5 decimals; left out when it is no "lat,lon"). STATION_NONE when it would
 * be new and STATIONS_MAX are there. */
uint32_t stations_resolve(struct stations *st, struct text name, struct text location);

/* By id, or by exact name if unique, then by name without case if unique; -1 if none or ambiguous. */
ptrdiff_t stations_find(const struct stations *st, const char *id_or_name);

void stations_copy(struct stations *to, const struct stations *from);

#endif
