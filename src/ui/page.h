/* page.h: a long page, drawn whole onto a canvas of its own, of which a view shows the part it is scrolled to. Pure. */
#ifndef TFLTOP_UI_PAGE_H
#define TFLTOP_UI_PAGE_H

#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/screen.h"

struct page {
	struct canvas cv;
	int y;      /* the next line */
};

/* lines: room for so many; more are not shown. */
void page_init(struct page *pg, int width, int lines, bool ascii);

/* Shows the page from the view's scroll position on, and frees it. */
void page_show(struct page *pg, struct screen *sc, struct canvas *cv, struct rect area);

void page_gap(struct page *pg);
void page_title(struct page *pg, const char *title, uint8_t note_role, const char *note);
void page_line(struct page *pg, uint8_t role, const char *label, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Text from column x on, in as many lines as it takes (at most PAGE_WRAP), and on to the next. */
#define PAGE_WRAP 6
void page_text(struct page *pg, int x, uint8_t role, const char *text);

/* A table: one row per field; `value` writes a row's cell. */
struct field {
	const char *header;
	struct span span;
	bool right;
	void (*value)(const void *row, char *out, size_t size);
};
void page_table_head(struct page *pg, const struct field *fields, size_t count, const int *fits);
void page_table_row(struct page *pg, const struct field *fields, size_t count, const int *fits, uint8_t role, const void *row);
void page_fit(const struct page *pg, const struct field *fields, size_t count, int *fits);

#define PAGE_FIELDS 16

#endif
