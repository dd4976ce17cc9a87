#include "ui/page.h"

#include "ui/theme.h"

#include <stdarg.h>
#include <stdio.h>

#define MARGIN 2
#define LABEL 13

void page_init(struct page *pg, int width, int lines, bool ascii)
{
	pg->y = 0;
	canvas_init(&pg->cv, width, lines, ascii);
}

void page_show(struct page *pg, struct screen *sc, struct canvas *cv, struct rect area)
{
	int length = pg->y < pg->cv.height ? pg->y : pg->cv.height, last = length > area.h ? length - area.h : 0, *top = &sc->top[sc->view];
	*top = *top > last ? last : *top;
	sc->page = area.h;
	sc->length = length;
	canvas_blit(cv, area, &pg->cv, *top);
	canvas_fini(&pg->cv);
}

void page_gap(struct page *pg)
{
	pg->y++;
}

void page_title(struct page *pg, const char *title, uint8_t note_role, const char *note)
{
	int x = 1 + canvas_text(&pg->cv, 1, pg->y, pg->cv.width - 2, ROLE_TITLE, title);
	x += 2 + canvas_text(&pg->cv, x + 2, pg->y, pg->cv.width - x - 3, note_role, note);
	for (x++; x < pg->cv.width - 1; x++)
		canvas_text(&pg->cv, x, pg->y, 1, ROLE_RULE, "─");
	pg->y++;
}

void page_text(struct page *pg, int x, uint8_t role, const char *text)
{
	int lines = canvas_wrap(&pg->cv, (struct rect){x, pg->y, pg->cv.width - x - 1, PAGE_WRAP}, role, text);
	pg->y += lines ? lines : 1;
}

void page_line(struct page *pg, uint8_t role, const char *label, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	canvas_text(&pg->cv, MARGIN, pg->y, LABEL - 1, ROLE_DIM, label);
	page_text(pg, MARGIN + LABEL, role, text);
}

void page_fit(const struct page *pg, const struct field *fields, size_t count, int *fits)
{
	struct span spans[PAGE_FIELDS];
	for (size_t i = 0; i < count; i++)
		spans[i] = fields[i].span;
	layout_fit(spans, count, pg->cv.width - 2 * MARGIN, fits);
}

static void put(struct page *pg, struct rect at, bool right, uint8_t role, const char *text)
{
	if (right)
		canvas_text_right(&pg->cv, at.x, at.y, at.w, role, text);
	else
		canvas_text(&pg->cv, at.x, at.y, at.w, role, text);
}

void page_table_head(struct page *pg, const struct field *fields, size_t count, const int *fits)
{
	struct rect at = {MARGIN, pg->y++, 0, 1};
	for (size_t i = 0; i < count; i++) {
		at.w = fits[i];
		put(pg, at, fields[i].right, ROLE_DIM, fits[i] ? fields[i].header : "");
		at.x += fits[i] ? fits[i] + 1 : 0;
	}
}

void page_table_row(struct page *pg, const struct field *fields, size_t count, const int *fits, uint8_t role, const void *row)
{
	struct rect at = {MARGIN, pg->y++, 0, 1};
	char text[160];
	for (size_t i = 0; i < count; i++) {
		if (!fits[i])
			continue;
		at.w = fits[i];
		fields[i].value(row, text, sizeof text);
		put(pg, at, fields[i].right, role, text);
		at.x += fits[i] + 1;
	}
}
