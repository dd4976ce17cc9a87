/* probe.h: a second handle that reads single records again, to see whether a topic is still the one it was: librdkafka 2.0.2 reads on
 * silently at the old offset after a topic was re-created. Thread: the feed's. */
#ifndef TFLTOP_FEED_PROBE_H
#define TFLTOP_FEED_PROBE_H

#include "base/config.h"
#include "base/error.h"
#include "feed/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct question { /* is this record still there? */
	const char *topic;
	int32_t partition;
	struct mark mark;
	bool answered;
	enum reread answer; /* REREAD_NONE: the offset is out of range */
};

struct probe;

struct probe *probe_new(const struct config *cfg, struct error *err);
void probe_free(struct probe *pr);

/* Borrows the questions until probe_poll has returned true or probe_end is called. One round at a time. */
int probe_begin(struct probe *pr, struct question *questions, size_t count, struct error *err);
bool probe_poll(struct probe *pr, int wait_ms); /* all are answered */
void probe_end(struct probe *pr);
bool probe_busy(const struct probe *pr);

#endif
