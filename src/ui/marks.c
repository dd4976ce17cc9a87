#include "ui/marks.h"

#include "ui/theme.h"

#include <math.h>
#include <stdio.h>

void mark_words(const struct scenario_note *note, char out[MARK_WORDS])
{
	if (isnan(note->factor))
		snprintf(out, MARK_WORDS, "%.15s", note->action);
	else if (note->factor > 0)
		snprintf(out, MARK_WORDS, "%.15s × %g", note->action, note->factor);
	else
		snprintf(out, MARK_WORDS, "%.15s max", note->action);
}

/* The newest first, so that it is the oldest that find no room. */
void marks_draw(struct canvas *cv, const struct store_status *ss, struct rect plot, int words_y, int64_t from_ts, int64_t step)
{
	char words[MARK_WORDS];
	for (size_t i = 0; i < ss->notes_shown; i++) {
		int64_t at = (ss->note[i].ts - from_ts) / step;
		if (ss->note[i].ts < from_ts || at >= plot.w)
			continue;
		int x = plot.x + (int)at;
		mark_words(&ss->note[i], words);
		int width = text_width(words, cv->ascii) + 2, left = x + width > plot.x + plot.w ? plot.x + plot.w - width : x;
		canvas_text(cv, x, plot.y, 1, ROLE_WARN, "◆");
		if (canvas_blank(cv, left - 1, words_y, width + 2))
			canvas_printf(cv, left, words_y, width, ROLE_WARN, "◆ %s", words);
	}
}
