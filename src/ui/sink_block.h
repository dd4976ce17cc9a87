/* sink_block.h: of a feed whose sink gives its verdicts later, what Pipeline shows of the sink: the server, requests, how long they take, what was
 * refused and why, and in words when nothing gets through. Pure. */
#ifndef TFLTOP_UI_SINK_BLOCK_H
#define TFLTOP_UI_SINK_BLOCK_H

#include "feed/feed.h"
#include "ui/page.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether this feed has such a sink. */
bool sink_block_has(const struct feed_status *fd);

void sink_block_draw(struct page *pg, const struct feed_status *fd, int64_t wall_ms);

#endif
