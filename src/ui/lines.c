#include "ui/lines.h"

#include "ui/theme.h"

#include <ctype.h>
#include <string.h>

const struct line_code line_codes[] = {
	{"Bakerloo", "B", ROLE_BAKERLOO},
	{"Central", "C", ROLE_CENTRAL},
	{"Circle", "Ci", ROLE_CIRCLE},
	{"District", "D", ROLE_DISTRICT},
	{"Hammersmith & City", "H", ROLE_HAMMERSMITH},
	{"Jubilee", "J", ROLE_JUBILEE},
	{"Metropolitan", "M", ROLE_METROPOLITAN},
	{"Northern", "N", ROLE_NORTHERN},
	{"Piccadilly", "P", ROLE_PICCADILLY},
	{"Victoria", "V", ROLE_VICTORIA},
	{"Waterloo & City", "W", ROLE_WATERLOO},
	{"DLR", "DL", ROLE_DLR},
	{"Elizabeth line", "El", ROLE_ELIZABETH},
	{"Liberty", "Lb", ROLE_LIBERTY},
	{"Lioness", "Ln", ROLE_LIONESS},
	{"Mildmay", "Mm", ROLE_MILDMAY},
	{"Suffragette", "Su", ROLE_SUFFRAGETTE},
	{"Weaver", "Wv", ROLE_WEAVER},
	{"Windrush", "Wr", ROLE_WINDRUSH},
	{"Tram", "Tr", ROLE_TRAM},
	{"IFS Cloud Cable Car", "CC", ROLE_CABLE_CAR},
	{"National Rail", "NR", ROLE_NATIONAL_RAIL},
};
const size_t nline_codes = sizeof line_codes / sizeof *line_codes;

/* The code of a line's name; a line that is not in the table (a new one) by its first character. */
static uint8_t code_of(const char *name, size_t len, bool ascii, char out[GLYPH_BYTES + 1])
{
	struct glyph gl = {.text = ""};
	for (size_t i = 0; i < nline_codes; i++)
		if (strlen(line_codes[i].name) == len && !strncmp(line_codes[i].name, name, len)) {
			memcpy(out, line_codes[i].code, strlen(line_codes[i].code) + 1);
			return line_codes[i].role;
		}
	if (len)
		glyph_next(name, ascii, &gl);
	memcpy(out, gl.text, sizeof gl.text);
	return ROLE_DIM;
}

int lines_draw(struct canvas *cv, int x, int y, int width, const char *lines)
{
	int used = 0;
	while (*lines) {
		size_t len = strcspn(lines, "|;");
		bool last = !lines[len];
		char code[GLYPH_BYTES + 1];
		uint8_t role = code_of(lines, len, cv->ascii, code);
		int need = text_width(code, cv->ascii) + (used ? 1 : 0);
		if (used + need + (last ? 0 : 2) > width)
			return used + canvas_text(cv, x + used, y, width - used, ROLE_DIM, used ? " …" : "…");
		canvas_text(cv, x + used + (used ? 1 : 0), y, need, role, code);
		used += need;
		lines += len + !last;
	}
	return used;
}

void zone_short(const char *zone, char out[8])
{
	size_t o = 0;
	while (*zone && o < 7) {
		size_t len = strcspn(zone, "|/;");
		if (o)
			out[o++] = '/';
		if (o < 7 && len)
			out[o++] = isprint((unsigned char)*zone) ? *zone : '?';
		zone += len + (zone[len] != '\0');
	}
	out[o] = '\0';
}
