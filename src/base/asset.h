/* asset.h: the files of data/ that travel inside the program, so that one binary works from anywhere. */
#ifndef TFLTOP_BASE_ASSET_H
#define TFLTOP_BASE_ASSET_H

#include <stddef.h>

struct asset {
	const char *name; /* path below data/: "stations.csv", "reports/busiest.sql" */
	const char *data; /* followed by a NUL that is not counted */
	size_t size;
};

extern const struct asset assets[];
extern const size_t nassets;

const struct asset *asset_find(const char *name); /* NULL if there is none */

#endif
