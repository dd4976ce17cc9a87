#include "ui/theme_internal.h"

#include "base/config.h"

#include <string.h>

const char *theme_name(enum theme theme)
{
	return theme_styles[theme].name;
}

int theme_find(const char *name, enum theme *theme, struct error *err)
{
	const char *names[THEMES];
	for (int i = 0; i < THEMES; i++) {
		names[i] = theme_styles[i].name;
		if (!strcmp(names[i], name)) {
			*theme = (enum theme)i;
			return 0;
		}
	}
	return unknown_name(err, "theme", name, names, THEMES);
}

/* Eight colours: the bright half is the same colour, in bold; but blue, which is too dark on a dark ground, gives way to cyan. */
static struct look dull(struct look look)
{
	if (look.fg >= 8) {
		look.fg = look.fg == 12 ? 6 : (short)(look.fg - 8);
		look.attributes |= LOOK_BOLD;
	}
	if (look.bg >= 8)
		look.bg = (short)(look.bg - 8);
	return look;
}

static const struct look *variant(const struct theme_pair *pair, enum depth depth)
{
	return depth == DEPTH_256 ? &pair->rich : &pair->plain;
}

struct look theme_look(enum theme theme, enum depth depth, uint8_t role, bool selected)
{
	const struct theme_row *row = &theme_rows[role < ROLES ? role : ROLE_TEXT];
	if (depth == DEPTH_MONO || theme == THEME_MONO)
		return (struct look){-1, -1, selected ? (row->mono & LOOK_REVERSE) ^ LOOK_REVERSE : row->mono};
	const struct look *own = variant(&theme_rows[ROLE_TEXT].in[theme], depth);
	struct look look = *variant(selected ? &theme_styles[theme].selected : &row->in[theme], depth);
	look.fg = look.fg < 0 ? own->fg : look.fg;
	look.bg = look.bg < 0 ? own->bg : look.bg;
	return depth == DEPTH_8 ? dull(look) : look;
}

static void put_colour(struct strbuf *out, int base, short colour, enum depth depth)
{
	if (depth == DEPTH_256)
		strbuf_printf(out, ";%d;5;%d", base + 8, colour);
	else
		strbuf_printf(out, ";%d", colour < 8 ? base + colour : base + 60 + colour - 8);
}

static void put_sgr(struct strbuf *out, struct look look, enum depth depth)
{
	static const struct {
		unsigned bit;
		const char *code;
	} attributes[] = {{LOOK_BOLD, ";1"}, {LOOK_DIM, ";2"}, {LOOK_UNDERLINE, ";4"}, {LOOK_REVERSE, ";7"}};
	strbuf_puts(out, "\033[0");
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
		if (look.attributes & attributes[i].bit)
			strbuf_puts(out, attributes[i].code);
	if (look.fg >= 0)
		put_colour(out, 30, look.fg, depth);
	if (look.bg >= 0)
		put_colour(out, 40, look.bg, depth);
	strbuf_addc(out, 'm');
}

void canvas_to_ansi(const struct canvas *cv, enum theme theme, enum depth depth, struct strbuf *out)
{
	for (int y = 0; y < cv->height; y++) {
		struct look last = {-1, -1, 0};
		for (int x = 0; x < cv->width; x++) {
			const struct cell *cell = canvas_cell(cv, x, y);
			struct look look = theme_look(theme, depth, cell->role, cell->selected);
			if (look.fg != last.fg || look.bg != last.bg || look.attributes != last.attributes)
				put_sgr(out, look, depth);
			last = look;
			strbuf_puts(out, cell->text);
		}
		strbuf_puts(out, "\033[0m\n");
	}
}
