#include "ui/chart.h"

#include <string.h>

/* Bits of a braille pattern by dot column and dot row, row 0 at the top. */
static const uint8_t dots[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

/* How many dots high a value is; whatever is above zero shows. */
static int64_t dot_height(int64_t value, int64_t max, int height)
{
	if (value <= 0 || max <= 0)
		return 0;
	int64_t n = (value * height * 4 + max / 2) / max;
	return n < 1 ? 1 : n;
}

static uint8_t cell_dots(const int64_t *pair, int64_t max, int height, int from_base, bool hanging)
{
	uint8_t bits = 0;
	for (int column = 0; column < 2; column++) {
		int64_t n = dot_height(pair[column], max, height) - from_base * 4;
		for (int row = 0; row < 4 && row < n; row++)
			bits |= dots[column][hanging ? row : 3 - row];
	}
	return bits;
}

void chart_area(struct canvas *cv, struct rect area, uint8_t role, const int64_t *values, int64_t max, bool hanging)
{
	char text[5];
	for (int x = 0; x < area.w; x++)
		for (int i = 0; i < area.h; i++) {
			uint8_t bits = cell_dots(values + x * 2, max, area.h, i, hanging);
			if (!bits)
				break;
			utf8_put(text, 0x2800u + bits);
			canvas_text(cv, area.x + x, hanging ? area.y + i : area.y + area.h - 1 - i, 1, role, text);
		}
}

int64_t chart_round(int64_t n)
{
	static const int64_t steps[] = {10, 12, 15, 16, 18, 20, 25, 30, 40, 50, 60, 80, 100};
	if (n <= 10)
		return n < 1 ? 1 : n;
	for (int64_t scale = 1;; scale *= 10)
		for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
			if (steps[i] * scale >= n)
				return steps[i] * scale;
}

static const char *const strokes[3] = {
	"┏━┓╺┓ ┏━┓┏━┓╻ ╻┏━╸┏━┓┏━┓┏━┓┏━┓",
	"┃ ┃ ┃ ┏━┛╺━┫┗━┫┗━┓┣━┓  ┃┣━┫┗━┫",
	"┗━┛╺┻╸┗━╸┗━┛  ╹┗━┛┗━┛  ╹┗━┛┗━┛",
};

/* The three columns of one row of a digit; nothing for a space. */
static void stroke(char c, int row, char *out)
{
	const char *p = strokes[row];
	int skip = c >= '0' && c <= '9' ? (c - '0') * 3 : -1;
	struct glyph gl;
	*out = '\0';
	if (skip < 0)
		return;
	for (int i = 0; i < skip + 3; i++) {
		p += glyph_next(p, false, &gl);
		if (i >= skip)
			memcpy(out + strlen(out), gl.text, strlen(gl.text) + 1);
	}
}

int chart_digits(struct canvas *cv, int x, int y, int width, uint8_t role, const char *text)
{
	char part[16];
	int start = x;
	bool plain = cv->ascii;
	for (const char *p = text; *p; p++)
		plain |= !(*p == ' ' || (*p >= '0' && *p <= '9'));
	if (plain || (int)strlen(text) * 4 > width)
		return canvas_text(cv, x, y + 1, width, role, text);
	for (; *text; text++) {
		for (int row = 0; row < 3; row++) {
			stroke(*text, row, part);
			canvas_text(cv, x, y + row, 3, role, part);
		}
		x += *text == ' ' ? 2 : 4;
	}
	return x - start;
}
