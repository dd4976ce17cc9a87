#include "ui/text.h"

#include "base/utf8.h"

#include <string.h>
#include <wchar.h>

#define REPLACEMENT 0xfffd
#define DOTTED_CIRCLE 0x25cc

size_t utf8_put(char *out, uint32_t code)
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(lead[n] | code);
	out[n] = '\0';
	return n;
}

size_t utf8_last(const char *text, size_t len)
{
	size_t n = 0;
	while (n < len && n < 3 && ((unsigned char)text[len - 1 - n] & 0xc0) == 0x80)
		n++;
	return n < len ? n + 1 : n;
}

static size_t decode(const char *text, uint32_t *code)
{
	return utf8_decode(text, strnlen(text, 4), code);
}

struct range {
	uint32_t first, last;
};

/* Characters that a terminal would act upon or hide: shown as the replacement character. */
static const struct range unsafe[] = {
	{0x80, 0x9f},       /* C1 controls: some terminals take 0x9b for ESC [ */
	{0xad, 0xad},       /* soft hyphen */
	{0x61c, 0x61c},     /* Arabic letter mark */
	{0x200b, 0x200f},   /* zero-width space and joiners, left-to-right and right-to-left marks */
	{0x2028, 0x202e},   /* line and paragraph separators, bidi embeddings and overrides */
	{0x2060, 0x206f},   /* word joiner, invisible operators, bidi isolates */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xfff9, 0xfffb},   /* interlinear annotation */
	{0xe0000, 0xe0fff}, /* tags */
};

/* Variation selectors change the width of their base on some terminals only: left out. */
static const struct range dropped[] = {{0xfe00, 0xfe0f}, {0x180b, 0x180f}};

static bool within(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* What stands for our own signs, and for a few of other people's, where only ASCII may be put. */
static const struct {
	uint32_t code;
	char ascii;
} fallbacks[] = {
	{0xa0, ' '},    {0xb7, '.'},    {0xd7, 'x'},    {0x2009, ' '},  {0x2010, '-'},  {0x2011, '-'},  {0x2013, '-'},  {0x2014, '-'},
	{0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'},  {0x201d, '"'},  {0x2022, 'o'},  {0x2026, '~'},  {0x202f, ' '},  {0x2190, '<'},  {0x2191, '^'},
	{0x2192, '>'},  {0x2193, 'v'},  {0x2212, '-'},  {0x2264, '<'},  {0x2265, '>'},  {0x2500, '-'},  {0x2502, ':'},  {0x2503, '|'},
	{0x2580, '"'},  {0x2581, '_'},  {0x2582, '.'},  {0x2583, '.'},  {0x2584, '-'},  {0x2585, '='},  {0x2586, '+'},  {0x2587, '*'},
	{0x2588, '#'},  {0x2589, '#'},  {0x258a, '#'},  {0x258b, '#'},  {0x258c, '='},  {0x258d, '-'},  {0x258e, '-'},  {0x258f, '.'},
	{0x2591, '?'},  {0x2594, '\''}, {0x25b2, '^'},  {0x25b8, '>'},  {0x25bc, 'v'},  {0x25c6, '#'},  {0x25cb, 'o'},  {0x25cc, ' '},  {0x25cf, '*'},
	{0x2713, '+'},  {0x2717, '!'},
};

static char fallback(uint32_t code)
{
	for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
		if (fallbacks[i].code == code)
			return fallbacks[i].ascii;
	return '?';
}

static uint32_t visible(uint32_t code)
{
	if (code < 0x20)
		return 0x2400 + code; /* control pictures: ␛ for ESC */
	if (code == 0x7f)
		return 0x2421;
	return within(code, unsafe, sizeof unsafe / sizeof *unsafe) ? REPLACEMENT : code;
}

static bool is_mark(uint32_t code)
{
	return code >= 0x300 && !within(code, unsafe, sizeof unsafe / sizeof *unsafe) &&
	       !within(code, dropped, sizeof dropped / sizeof *dropped) && wcwidth((wchar_t)code) == 0;
}

static size_t skip_marks_ascii(const char *p)
{
	size_t used = 0, n;
	uint32_t code;
	while ((n = decode(p + used, &code)) && is_mark(code))
		used += n;
	return used;
}

static size_t glyph_ascii(const char *p, size_t n, uint32_t code, struct glyph *gl)
{
	char c = '?';
	if (code >= 0x20 && code < 0x7f)
		c = (char)code;
	else if (code >= 0x80)
		c = fallback(code);
	*gl = (struct glyph){.text = {c}, .width = 1};
	return n + skip_marks_ascii(p + n);
}

/* Appends the marks after the base; those that do not fit are left out. */
static size_t add_marks(const char *p, struct glyph *gl)
{
	size_t used = 0, len = strlen(gl->text), n;
	uint32_t code;
	while ((n = decode(p + used, &code)) && code && is_mark(code)) {
		if (len + n <= GLYPH_BYTES) {
			memcpy(gl->text + len, p + used, n);
			len += n;
			gl->text[len] = '\0';
		}
		used += n;
	}
	return used;
}

size_t glyph_next(const char *p, bool ascii, struct glyph *gl)
{
	uint32_t code;
	if (!*p)
		return 0;
	size_t n = decode(p, &code);
	if (!n) {
		n = 1;
		code = REPLACEMENT;
	}
	if (within(code, dropped, sizeof dropped / sizeof *dropped)) {
		*gl = (struct glyph){0};
		return n;
	}
	if (is_mark(code)) { /* no base of its own */
		code = DOTTED_CIRCLE;
		n = 0;
	}
	if (ascii)
		return glyph_ascii(p, n, code, gl);
	code = visible(code);
	int width = wcwidth((wchar_t)code);
	if (width < 1 && code != REPLACEMENT) { /* unassigned, or hidden in a way not listed above */
		code = REPLACEMENT;
		width = 1;
	}
	gl->width = width == 2 ? 2 : 1;
	utf8_put(gl->text, code);
	return n + add_marks(p + n, gl);
}

int text_width(const char *text, bool ascii)
{
	struct glyph gl;
	int columns = 0;
	for (size_t n; (n = glyph_next(text, ascii, &gl)); text += n)
		columns += gl.width;
	return columns;
}
