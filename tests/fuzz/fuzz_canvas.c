/* fuzz_canvas.c: bytes from anywhere drawn into a canvas. An input is five bytes of where (column, row, columns, rows, way) and the text;
 * with a second byte of zero more of the same follow, drawn over it. */
#include "fuzz_cells.h"
#include "base/mem.h"

#include <locale.h>

#define WIDTH 24
#define HEIGHT 6

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	MUST(setlocale(LC_ALL, "C.UTF-8"));
	return 0;
}

/* Glyph by glyph: each takes at least a byte, and all together the columns that were promised. */
static int check_glyphs(const char *text, bool ascii)
{
	struct glyph gl;
	const char *end = text + strlen(text), *p = text;
	int columns = 0;
	for (size_t n; (n = glyph_next(p, ascii, &gl)); p += n) {
		MUST((size_t)(end - p) >= n);
		MUST(gl.width == cell_columns(gl.text));
		columns += gl.width;
	}
	MUST(p == end && columns == text_width(text, ascii));
	return columns;
}

static void check_backspace(const char *text)
{
	size_t len = strlen(text), steps = 0;
	for (; len; steps++) {
		size_t last = utf8_last(text, len);
		MUST(last >= 1 && last <= 4 && last <= len);
		len -= last;
	}
	MUST(steps <= strlen(text));
}

struct drawing {
	struct rect area;
	int way;
	char *text;
};

/* Only the other half of a wide character that was cut may change beside the area. */
static void check_outside(const struct canvas *before, const struct canvas *cv, struct rect area)
{
	for (int y = 0; y < cv->height; y++)
		for (int x = 0; x < cv->width; x++) {
			const struct cell *now = canvas_cell(cv, x, y), *then = canvas_cell(before, x, y);
			bool inside = x >= area.x && x < area.x + area.w && y >= area.y && y < area.y + area.h;
			bool beside = (x == area.x - 1 || x == area.x + area.w) && y >= area.y && y < area.y + area.h;
			if (!inside && !cell_same(now, then))
				MUST(beside && !strcmp(now->text, " ") && (!then->text[0] || cell_columns(then->text) == 2));
		}
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static void draw_line(struct canvas *cv, struct drawing *dr)
{
	int columns = check_glyphs(dr->text, cv->ascii), room = least(dr->area.w, cv->width - dr->area.x);
	bool seen = room > 0 && dr->area.y >= 0 && dr->area.y < cv->height;
	dr->area.h = 1;
	int used = canvas_text(cv, dr->area.x, dr->area.y, dr->area.w, ROLE_STRONG, dr->text);
	MUST(used >= 0 && used <= (seen ? room : 0));
	if (seen && columns <= room)
		MUST(used == columns);
	else if (seen)
		MUST(used >= room - 1); /* one is left where a wide one would not have fitted */
}

static void draw(struct canvas *cv, struct drawing *dr)
{
	switch (dr->way) {
	case 0:
		draw_line(cv, dr);
		break;
	case 1:
		dr->area.h = 1;
		MUST(canvas_text_right(cv, dr->area.x, dr->area.y, dr->area.w, ROLE_DIM, dr->text) <= (dr->area.w > 0 ? dr->area.w : 0));
		break;
	case 2:
		MUST(canvas_wrap(cv, dr->area, ROLE_TEXT, dr->text) <= (dr->area.h > 0 ? dr->area.h : 0));
		break;
	case 3:
		dr->area.h = 1;
		canvas_printf(cv, dr->area.x, dr->area.y, dr->area.w, ROLE_TITLE, "%s–%d", dr->text, dr->area.x);
		break;
	case 4:
		canvas_fill(cv, dr->area, ROLE_BAND);
		break;
	default:
		dr->area.h = 1;
		canvas_select(cv, dr->area.x, dr->area.y, dr->area.w);
	}
}

static void draw_checked(struct canvas *cv, struct drawing *dr)
{
	struct canvas before;
	canvas_init(&before, cv->width, cv->height, cv->ascii);
	canvas_blit(&before, (struct rect){0, 0, cv->width, cv->height}, cv, 0);
	draw(cv, dr);
	check_cells(cv);
	check_outside(&before, cv, dr->area);
	canvas_fini(&before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct canvas cv;
	if (size < 6)
		return 0;
	bool ascii = data[0] & 1;
	canvas_init(&cv, 1 + (data[0] >> 1) % WIDTH, 1 + data[1] % HEIGHT, ascii);
	data += 2;
	for (size -= 2; size >= 5;) {
		const uint8_t *end = memchr(data + 5, '\0', size - 5);
		size_t len = end ? (size_t)(end - data) - 5 : size - 5;
		struct drawing dr = {.area = {data[0] % (WIDTH + 8) - 4, data[1] % (HEIGHT + 4) - 2, data[2] % (WIDTH + 8) - 2, data[3] % (HEIGHT + 2) - 1},
				     .way = data[4] % 6, .text = xstrndup((const char *)data + 5, len)};
		check_backspace(dr.text);
		draw_checked(&cv, &dr);
		free(dr.text);
		data += len + 5 + !!end;
		size -= len + 5 + !!end;
	}
	check_printed(&cv, (enum theme)(size % THEMES), (enum depth)(cv.width % DEPTHS));
	canvas_fini(&cv);
	return 0;
}
