/* elastic.h: the sink that stores events in Elasticsearch or OpenSearch: each once, none lost. */
#ifndef TFLTOP_ELASTIC_ELASTIC_H
#define TFLTOP_ELASTIC_ELASTIC_H

#include "base/config.h"
#include "base/http.h"
#include "feed/sink.h"

extern const struct sink_ops elastic_sink;

/* May be given to its open: a clock of one's own, in ms. */
struct elastic_clock {
	int64_t (*now_ms)(void);
};

/* A client made by the settings elastic.*: for whoever else speaks to that service. */
struct http *elastic_http(const struct config *cfg, struct error *err);

#endif
