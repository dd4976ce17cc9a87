/* marks.h: what was done to the simulator, in words, and as marks on a chart's axis. Pure. */
#ifndef TFLTOP_UI_MARKS_H
#define TFLTOP_UI_MARKS_H

#include "ui/canvas.h"
#include "ui/snapshot.h"

#define MARK_WORDS 96

void mark_words(const struct scenario_note *note, char out[MARK_WORDS]); /* "surge × 5 · Oxford Circus" */

/* On the line `plot`, which reaches from from_ts to to_ts: a mark where something was done; its words on the line
 * `words_y` below, where that is still blank. station: only what concerns it or all stations; NULL: everything. */
void marks_draw(struct canvas *cv, const struct store_status *ss, const char *station, struct rect plot, int words_y, int64_t from_ts,
		int64_t to_ts);

#endif
