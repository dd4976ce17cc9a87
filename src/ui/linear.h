/* linear.h: the dashboard as words, one line per change, for pipes, TERM=dumb and screen readers: printable ASCII only. Pure. */
#ifndef TFLTOP_UI_LINEAR_H
#define TFLTOP_UI_LINEAR_H

#include "base/strbuf.h"
#include "ui/snapshot.h"

/* "08:17:42 live, entries 62431 and exits 58007 in 15 min, in network 148212, 1204 events/s, lag 0, fresh 0 s" and a newline. */
void linear_line(const struct snapshot *snap, struct strbuf *out);

#endif
