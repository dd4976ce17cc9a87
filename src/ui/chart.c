#include "ui/chart.h"

#include <string.h>

static const char *const standing[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const hanging_blocks[] = {" ", "▔", "▀", "▀", "▀", "▀", "▀", "█", "█"};

/* How many eighths of a cell high a value is. */
static int64_t eighths(int64_t value, int64_t max, int height)
{
	if (value <= 0 || max <= 0)
		return 0;
	int64_t n = (value * height * 8 + max / 2) / max;
	return n < 1 ? 1 : n;
}

void chart_area(struct canvas *cv, struct rect area, uint8_t role, const int64_t *values, int64_t max, bool hanging)
{
	for (int x = 0; x < area.w; x++) {
		int64_t left = eighths(values[x], max, area.h);
		for (int i = 0; i < area.h && left > 0; i++, left -= 8) {
			int level = left > 8 ? 8 : (int)left;
			canvas_text(cv, area.x + x, hanging ? area.y + i : area.y + area.h - 1 - i, 1, role,
				    hanging ? hanging_blocks[level] : standing[level]);
		}
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

static const char *const digits[3] = {
	"█▀█▄█ ▀▀█▀▀██ ██▀▀█▀▀▀▀██▀██▀█",
	"█ █ █ █▀▀▀▀█▀▀█▀▀██▀█  ██▀█▀▀█",
	"▀▀▀▀▀▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀  ▀▀▀▀▀▀▀",
};

/* The three columns of one row of a digit; nothing for a space. */
static void digit_row(char c, int row, char *out)
{
	const char *p = digits[row];
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
			digit_row(*text, row, part);
			canvas_text(cv, x, y + row, 3, role, part);
		}
		x += *text == ' ' ? 2 : 4;
	}
	return x - start;
}
