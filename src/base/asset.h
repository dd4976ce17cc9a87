/* asset.h: the files of data/ and es/ that travel inside the program, so that one binary works from anywhere. */
#ifndef TFLTOP_BASE_ASSET_H
#define TFLTOP_BASE_ASSET_H

#include <stddef.h>

struct asset {
	const char *name; /* path below data/, or from es/ on: "stations.csv", "reports/busiest.sql", "es/kibana/tfl.ndjson" */
	const char *data; /* followed by a NUL that is not counted */
	size_t size;
};

extern const struct asset assets[];
extern const size_t nassets;

const struct asset *asset_find(const char *name); /* NULL if there is none */

#endif
