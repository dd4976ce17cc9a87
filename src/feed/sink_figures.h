/* sink_figures.h: what a sink whose verdicts come later shows of itself beside the ledger (Pipeline, /metrics). Plain data. */
#ifndef TFLTOP_FEED_SINK_FIGURES_H
#define TFLTOP_FEED_SINK_FIGURES_H

#include "feed/durations.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroes where it has nothing to say. */
struct sink_figures {
	char endpoint[128];           /* the server spoken to last, without user and password; "" none */
	char product[64];             /* "Elasticsearch 8.11.3, time series"; "" not yet known */
	uint32_t requests_in_flight, requests_max; /* now; allowed at present */
	uint64_t items_in_flight;     /* taken, no final verdict yet */
	uint64_t bytes_held, bytes_max; /* memory for them */
	uint64_t bulk_bytes;          /* how large a request may be at present */
	uint64_t bulk_items;          /* how many were in the last one */
	uint64_t requests;            /* answered, well or ill, this run */
	uint64_t requests_failed;     /* no answer, or one that refuses the whole */
	uint32_t failures_in_row;     /* of them, since one last succeeded */
	uint64_t items_retried;       /* sent again */
	int64_t backing_off_ms;       /* until the next attempt; 0 = not backing off */
	double request_ms_p50, request_ms_p99;   /* last minute or two; -1 none */
	double end_to_end_ms_p50, end_to_end_ms_p99; /* from event time to stored; -1 none */
	struct durations request, end_to_end; /* this run; end_to_end of some items of each request only */
	char last_error[200];         /* in words; "" none */
	int64_t last_error_ms;        /* wall time */
};

/* Whether the server takes nothing at present. One failure alone may be a server that starts anew, or a connection that was idle for too long. */
static inline bool sink_fails(const struct sink_figures *fig)
{
	return fig->failures_in_row >= 3;
}

#endif
