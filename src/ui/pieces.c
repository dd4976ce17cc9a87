#include "ui/pieces.h"

#include <stdio.h>

#define GAP 3

static struct piece *add(struct pieces *line, uint8_t role, int priority, const char *text)
{
	struct piece *pc = &line->piece[line->count < PIECES - 1 ? line->count++ : PIECES - 1];
	*pc = (struct piece){.role = role, .priority = priority};
	snprintf(pc->text, sizeof pc->text, "%s", text);
	return pc;
}

void pieces_add(struct pieces *line, uint8_t role, int priority, const char *text)
{
	add(line, role, priority, text);
}

void pieces_join(struct pieces *line, uint8_t role, int priority, const char *text)
{
	add(line, role, priority, text)->adjoins = true;
}

void pieces_right(struct pieces *line, uint8_t role, int priority, const char *text)
{
	add(line, role, priority, text)->right = true;
}

static int gap_before(const struct pieces *line, int i)
{
	return !i ? 0 : line->piece[i].adjoins ? 1 : GAP;
}

static int total_width(const struct pieces *line, bool ascii)
{
	int total = 0;
	for (int i = 0; i < line->count; i++)
		total += text_width(line->piece[i].text, ascii) + gap_before(line, i);
	return total;
}

/* All of the greatest priority number go; among the last ones, of priority 0, the one at the end. */
static void drop_least(struct pieces *line)
{
	int worst = 0, kept = 0;
	for (int i = 0; i < line->count; i++)
		if (line->piece[i].priority > worst)
			worst = line->piece[i].priority;
	for (int i = 0; i < line->count; i++)
		if (line->piece[i].priority < worst || !worst)
			line->piece[kept++] = line->piece[i];
	line->count = worst ? kept : kept - 1;
}

void pieces_draw(struct pieces *line, struct canvas *cv, int x, int y, int width)
{
	while (line->count > 1 && total_width(line, cv->ascii) > width)
		drop_least(line);
	int spare = width - total_width(line, cv->ascii), end = x + width;
	for (int i = 0; i < line->count; i++) {
		const struct piece *pc = &line->piece[i];
		x += gap_before(line, i);
		if (pc->right && spare > 0) {
			x += spare;
			spare = 0;
		}
		x += canvas_text(cv, x, y, end - x, pc->role, pc->text);
	}
}
