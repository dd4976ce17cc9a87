#include "ui/canvas.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = {.text = " "};

void canvas_init(struct canvas *cv, int width, int height, bool ascii)
{
	*cv = (struct canvas){.ascii = ascii};
	canvas_resize(cv, width, height);
}

void canvas_fini(struct canvas *cv)
{
	free(cv->cells);
	*cv = (struct canvas){0};
}

void canvas_resize(struct canvas *cv, int width, int height)
{
	cv->width = width > 0 ? width : 0;
	cv->height = height > 0 ? height : 0;
	cv->cells = xreallocarray(cv->cells, (size_t)cv->width * (size_t)cv->height + 1, sizeof *cv->cells);
	canvas_clear(cv);
}

void canvas_clear(struct canvas *cv)
{
	for (size_t i = 0, n = (size_t)cv->width * (size_t)cv->height; i < n; i++)
		cv->cells[i] = blank;
}

struct cell *canvas_cell(const struct canvas *cv, int x, int y)
{
	if (x < 0 || y < 0 || x >= cv->width || y >= cv->height)
		return NULL;
	return &cv->cells[(size_t)y * (size_t)cv->width + (size_t)x];
}

/* What is about to be overwritten may be half of a wide character: its other half becomes a space. */
static void split_wide(struct canvas *cv, int x, int y)
{
	struct cell *cell = canvas_cell(cv, x, y), *left = canvas_cell(cv, x - 1, y), *right = canvas_cell(cv, x + 1, y);
	if (cell && !cell->text[0] && left)
		memcpy(left->text, " ", 2);
	if (right && !right->text[0])
		memcpy(right->text, " ", 2);
}

/* A wide glyph of which only one half lies on the canvas is drawn as a space. */
static void put(struct canvas *cv, int x, int y, uint8_t role, const struct glyph *gl)
{
	for (int i = 0; i < gl->width; i++)
		split_wide(cv, x + i, y);
	bool whole = canvas_cell(cv, x, y) && canvas_cell(cv, x + gl->width - 1, y);
	for (int i = 0; i < gl->width; i++) {
		struct cell *cell = canvas_cell(cv, x + i, y);
		if (!cell)
			continue;
		const char *text = !whole ? " " : i ? "" : gl->text;
		memcpy(cell->text, text, strlen(text) + 1);
		cell->role = role;
	}
}

/* Whether the text fits into width columns, without reading more of it than that. */
static bool fits(const struct canvas *cv, const char *text, int width)
{
	struct glyph gl;
	for (size_t n; width >= 0 && (n = glyph_next(text, cv->ascii, &gl)); text += n)
		width -= gl.width;
	return width >= 0;
}

static int put_ellipsis(struct canvas *cv, int x, int y, uint8_t role)
{
	struct glyph gl;
	glyph_next("…", cv->ascii, &gl);
	put(cv, x, y, role, &gl);
	return 1;
}

int canvas_text(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text)
{
	if (width > cv->width - x)
		width = cv->width - x;
	if (width <= 0 || y < 0 || y >= cv->height)
		return 0;
	int room = fits(cv, text, width) ? width : width - 1, used = 0;
	struct glyph gl;
	for (size_t n; (n = glyph_next(text, cv->ascii, &gl)); text += n) {
		if (used + gl.width > room)
			return used + put_ellipsis(cv, x + used, y, role);
		put(cv, x + used, y, role, &gl);
		used += gl.width;
	}
	return used;
}

int canvas_text_right(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text)
{
	int columns = fits(cv, text, width) ? text_width(text, cv->ascii) : width;
	return canvas_text(cv, x + width - columns, y, columns, role, text);
}

int canvas_printf(struct canvas *cv, int x, int y, int width, uint8_t role, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return canvas_text(cv, x, y, width, role, text);
}

/* How many bytes of the text belong on a line of that width: up to the last space that fits, or as many glyphs as do. */
static size_t line_bytes(const struct canvas *cv, const char *text, int width)
{
	struct glyph gl;
	size_t at = 0, space = 0;
	for (size_t n; (n = glyph_next(text + at, cv->ascii, &gl)); at += n) {
		if (text[at] == ' ')
			space = at;
		if ((width -= gl.width) < 0)
			return space ? space : at ? at : n;
	}
	return at;
}

int canvas_wrap(struct canvas *cv, struct rect area, uint8_t role, const char *text)
{
	char line[4096];
	int lines = 0;
	while (*text && lines < area.h && area.w > 0) {
		size_t bytes = line_bytes(cv, text, area.w);
		if (lines == area.h - 1)
			bytes = strlen(text);
		snprintf(line, sizeof line, "%.*s", (int)bytes, text);
		canvas_text(cv, area.x, area.y + lines++, area.w, role, line);
		text += bytes;
		text += strspn(text, " ");
	}
	return lines;
}

int canvas_wrap_height(const struct canvas *cv, int width, const char *text)
{
	int lines = 0;
	while (*text && width > 0) {
		text += line_bytes(cv, text, width);
		text += strspn(text, " ");
		lines++;
	}
	return lines;
}

void canvas_fill(struct canvas *cv, struct rect area, uint8_t role)
{
	static const struct glyph space = {.text = " ", .width = 1};
	for (int y = area.y; y < area.y + area.h && y < cv->height; y++)
		for (int x = area.x; x < area.x + area.w && x < cv->width; x++)
			put(cv, x, y, role, &space);
}

bool canvas_blank(const struct canvas *cv, int x, int y, int width)
{
	for (int i = x; i < x + width; i++) {
		const struct cell *cell = canvas_cell(cv, i, y);
		if (!cell || strcmp(cell->text, " "))
			return false;
	}
	return true;
}

void canvas_select(struct canvas *cv, int x, int y, int width)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = canvas_cell(cv, x + i, y);
		if (cell)
			cell->selected = true;
	}
}

void canvas_blit(struct canvas *cv, struct rect area, const struct canvas *from, int skip)
{
	for (int y = 0; y < area.h; y++)
		for (int x = 0; x < area.w; x++) {
			struct cell *to = canvas_cell(cv, area.x + x, area.y + y), *cell = canvas_cell(from, x, y + skip);
			if (to && cell)
				*to = *cell;
		}
}

bool cell_same(const struct cell *a, const struct cell *b)
{
	return a->role == b->role && a->selected == b->selected && !strcmp(a->text, b->text);
}

void canvas_to_text(const struct canvas *cv, struct strbuf *out)
{
	for (int y = 0; y < cv->height; y++) {
		size_t end = out->len;
		for (int x = 0; x < cv->width; x++) {
			const char *text = canvas_cell(cv, x, y)->text;
			strbuf_puts(out, text);
			if (strcmp(text, " "))
				end = out->len;
		}
		out->len = end;
		strbuf_addc(out, '\n');
	}
}
