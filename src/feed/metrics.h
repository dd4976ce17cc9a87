/* metrics.h: the feeds' statuses as Prometheus reads them (text format 0.0.4), and whether a feed does its work. Pure. */
#ifndef TFLTOP_FEED_METRICS_H
#define TFLTOP_FEED_METRICS_H

#include "base/strbuf.h"
#include "feed/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct metrics_process {
	const char *version;
	int64_t started_ms; /* wall time */
};

/* What is not known has no sample. */
void metrics_text(const struct feed_status *feeds, size_t count, const struct metrics_process *pr, struct strbuf *out);

/* Whether the feed runs, has a broker, and its sink takes what it is given; else why not, in words. */
bool metrics_ready(const struct feed_status *st, struct strbuf *why);

#endif
