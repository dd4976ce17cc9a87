/* elastic.h: the sink that stores events in Elasticsearch or OpenSearch: each once, none lost. */
#ifndef TFLTOP_ELASTIC_ELASTIC_H
#define TFLTOP_ELASTIC_ELASTIC_H

#include "feed/sink.h"

extern const struct sink_ops elastic_sink;

/* May be given to its open: a clock of one's own, in ms. */
struct elastic_clock {
	int64_t (*now_ms)(void);
};

#endif
