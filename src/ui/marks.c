#include "ui/marks.h"

#include "ui/format.h"
#include "ui/theme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum factor { NONE, TIMES, PEOPLE, NUMBER, NAME };

/* How each action is said: what its factor is, or that its scenario is meant. */
static const struct {
	const char *action;
	enum factor factor;
} actions[] = {
	{"scenario", NAME}, {"seed", NUMBER}, {"rate", TIMES}, {"speed", TIMES}, {"surge", TIMES}, {"crowd", PEOPLE},
};

static enum factor factor_of(const struct scenario_note *note)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (!strcmp(actions[i].action, note->action))
			return actions[i].factor;
	return NONE;
}

static void put_times(const struct scenario_note *note, char out[MARK_WORDS])
{
	if (note->factor > 0)
		snprintf(out, MARK_WORDS, "%.15s × %g", note->action, note->factor);
	else
		snprintf(out, MARK_WORDS, "%.15s max", note->action);
}

void mark_words(const struct scenario_note *note, char out[MARK_WORDS])
{
	enum factor factor = factor_of(note);
	if (factor == NAME)
		snprintf(out, MARK_WORDS, "%.15s %.15s", note->action, note->scenario);
	else if (isnan(note->factor) || factor == NONE)
		snprintf(out, MARK_WORDS, "%.15s", note->action);
	else if (factor == NUMBER)
		snprintf(out, MARK_WORDS, "%.15s %.0f", note->action, note->factor);
	else if (factor == PEOPLE)
		snprintf(out, MARK_WORDS, "%.15s of %s", note->action, format_count((uint64_t)note->factor).s);
	else
		put_times(note, out);
	size_t len = strlen(out);
	if (note->station[0])
		snprintf(out + len, MARK_WORDS - len, " · %.40s", note->station);
}

static int at_most(int value, int limit)
{
	return value < limit ? value : limit;
}

/* The newest first, so that it is the oldest that find no room. */
void marks_draw(struct canvas *cv, const struct store_status *ss, const char *station, struct rect plot, int words_y,
		int64_t from_ts, int64_t to_ts)
{
	char words[MARK_WORDS];
	for (size_t i = 0; i < ss->notes_shown; i++) {
		int64_t at = (ss->note[i].ts - from_ts) * plot.w / (to_ts - from_ts);
		bool elsewhere = station && ss->note[i].station[0] && strcmp(station, ss->note[i].station);
		if (elsewhere || ss->note[i].ts < from_ts || at >= plot.w)
			continue;
		int x = plot.x + (int)at;
		mark_words(&ss->note[i], words);
		int width = text_width(words, cv->ascii) + 2, left = at_most(x, plot.x + plot.w - width);
		canvas_text(cv, x, plot.y, 1, ROLE_WARN, "◆");
		if (left >= plot.x && canvas_blank(cv, left - 1, words_y, width + 2))
			canvas_printf(cv, left, words_y, width, ROLE_WARN, "◆ %s", words);
	}
}
