/* fuzz_cells.h: what must hold for every canvas, whatever was drawn, and for what is printed of it. */
#ifndef TFLTOP_TESTS_FUZZ_CELLS_H
#define TFLTOP_TESTS_FUZZ_CELLS_H

#include "ui/canvas.h"
#include "ui/theme.h"
#include "fuzz.h"

#include <wchar.h>

/* Columns of one cell's text, by the C library: one character with its marks, none of them a control. */
static inline int cell_columns(const char *text)
{
	mbstate_t state = {0};
	wchar_t code;
	int columns = 0;
	for (size_t n; (n = mbrtowc(&code, text, GLYPH_BYTES, &state)); text += n) {
		MUST(n <= 4);
		MUST(code >= ' ' && !(code >= 0x7f && code <= 0x9f));
		MUST(!(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2060 && code <= 0x206f));
		int width = wcwidth(code);
		MUST(width >= 0 || code == 0xfffd);
		MUST(!columns || !width);
		columns += width < 0 ? 1 : width;
	}
	return columns;
}

static inline void check_cells(const struct canvas *cv)
{
	for (int y = 0; y < cv->height; y++)
		for (int x = 0; x < cv->width; x++) {
			const struct cell *cell = canvas_cell(cv, x, y), *right = canvas_cell(cv, x + 1, y);
			MUST(strnlen(cell->text, sizeof cell->text) <= GLYPH_BYTES && cell->role < ROLES);
			if (!cell->text[0]) { /* the right half of a wide one */
				MUST(x && cell_columns(canvas_cell(cv, x - 1, y)->text) == 2);
				continue;
			}
			int columns = cell_columns(cell->text);
			MUST(columns == 1 || (columns == 2 && right && !right->text[0]));
			MUST(!cv->ascii || (!cell->text[1] && cell->text[0] >= ' ' && cell->text[0] <= '~'));
		}
}

/* What `frame` prints with colours is, without them, what it prints without, but for spaces at the ends of lines. */
static inline void check_printed(const struct canvas *cv, enum theme theme, enum depth depth)
{
	struct strbuf ansi = {0}, text = {0};
	size_t at = 0;
	canvas_to_ansi(cv, theme, depth, &ansi);
	canvas_to_text(cv, &text);
	for (size_t i = 0; i < ansi.len;) {
		char c = ansi.data[i];
		if (c == '\033') { /* SGR and nothing else */
			MUST(ansi.data[i + 1] == '[');
			i += 2 + strspn(ansi.data + i + 2, "0123456789;");
			MUST(ansi.data[i++] == 'm');
			continue;
		}
		MUST(c == '\n' || (unsigned char)c >= ' ');
		if (at < text.len && text.data[at] == c)
			at++;
		else
			MUST(c == ' ' && text.data[at] == '\n');
		i++;
	}
	MUST(at == text.len);
	strbuf_fini(&ansi);
	strbuf_fini(&text);
}

#endif
