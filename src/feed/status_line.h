/* status_line.h: a feed in one line, for a terminal, a log or a service manager. Pure. */
#ifndef TFLTOP_FEED_STATUS_LINE_H
#define TFLTOP_FEED_STATUS_LINE_H

#include "base/strbuf.h"
#include "feed/feed.h"

/* "elastic: live, 1204 events/s, consumed 88001, in flight 512, lag 0, 2/4 requests of 512, 12 ms (99 % within 40 ms)"; what is not known is
 * left out. */
void status_line(const struct feed_status *st, struct strbuf *out);

#endif
