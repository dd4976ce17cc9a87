/* stdout.h: a sink for pipes and tests: one JSON object a line. */
#ifndef TFLTOP_FEED_STDOUT_H
#define TFLTOP_FEED_STDOUT_H

#include "base/strbuf.h"
#include "feed/sink.h"

extern const struct sink_ops stdout_sink; /* arg: NULL */

/* {"topic","partition","offset","timestamp","key","value"} and a newline; what is no UTF-8 text as key_b64, value_b64. Pure. */
void stdout_format(const struct partition *part, const struct record *rec, struct strbuf *out);

#endif
