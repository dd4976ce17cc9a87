/* statistics.h: what a feed wants to know out of librdkafka's statistics (a JSON text each second). Pure. */
#ifndef TFLTOP_FEED_STATISTICS_H
#define TFLTOP_FEED_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct partition_figures {
	const char *topic; /* borrowed for the call */
	int32_t partition;
	int64_t low, high, stable; /* -1 unknown */
};

/* Calls each for every real partition; returns how many brokers are connected, -1 if the text is not understood. */
int statistics_read(const char *json, size_t len, void (*each)(void *arg, const struct partition_figures *figures), void *arg);

#endif
