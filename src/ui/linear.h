/* linear.h: the dashboard as words, one line per change, for pipes, TERM=dumb and screen readers: printable ASCII only. Pure. */
#ifndef TFLTOP_UI_LINEAR_H
#define TFLTOP_UI_LINEAR_H

#include "base/strbuf.h"
#include "ui/snapshot.h"

/* "2026-11-24 08:17:42 " of the screen's clock: leads a line, and alone is no change. */
void linear_clock(const struct snapshot *snap, struct strbuf *out);

/* "live, entries 62431 and exits 58007 in 15 min, today 201433 and 53221, in network 148212, history live, lag 0, 1204 events/s" */
void linear_line(const struct snapshot *snap, struct strbuf *out);

#endif
