#include "ui/theme.h"

#include <string.h>

struct theme_row {
	struct look rich;    /* 256 colours */
	struct look plain;   /* 16; 8 = the same without brightness, made up for by bold */
	unsigned mono;       /* attributes when there are no colours */
};

#define B LOOK_BOLD
#define D LOOK_DIM
#define U LOOK_UNDERLINE
#define R LOOK_REVERSE
#define LINE(rich_fg, plain_fg) {{rich_fg, -1, 0}, {plain_fg, -1, 0}, 0}

static const struct theme_row rows[ROLES] = {
	[ROLE_TEXT] = {{-1, -1, 0}, {-1, -1, 0}, 0},
	[ROLE_DIM] = {{245, -1, 0}, {-1, -1, D}, D},
	[ROLE_STRONG] = {{-1, -1, B}, {-1, -1, B}, B},
	[ROLE_TITLE] = {{110, -1, B}, {6, -1, B}, B},
	[ROLE_RULE] = {{238, -1, 0}, {-1, -1, D}, D},
	[ROLE_BAND] = {{252, 236, 0}, {7, -1, 0}, 0},
	[ROLE_BAND_DIM] = {{247, 236, 0}, {7, -1, 0}, 0},
	[ROLE_BAND_STRONG] = {{231, 236, B}, {15, -1, B}, B},
	[ROLE_BAND_OK] = {{114, 236, B}, {10, -1, B}, B},
	[ROLE_BAND_WARN] = {{16, 214, B}, {0, 11, 0}, R},
	[ROLE_BAND_ALERT] = {{231, 160, B}, {15, 1, B}, B | R},
	[ROLE_BRAND] = {{231, 25, B}, {15, 4, B}, B | R},
	[ROLE_TAB] = {{247, -1, 0}, {-1, -1, 0}, 0},
	[ROLE_TAB_ACTIVE] = {{231, 25, B}, {15, 4, B}, B | R},
	[ROLE_HEAD] = {{250, 237, 0}, {6, -1, 0}, U},
	[ROLE_HEAD_SORT] = {{231, 240, B}, {14, -1, B | U}, B | U},
	[ROLE_KEY] = {{231, -1, B}, {15, -1, B}, B},
	[ROLE_KEY_LABEL] = {{250, 237, 0}, {0, 6, 0}, R},
	[ROLE_PROMPT] = {{231, 23, B}, {15, 4, B}, R},
	[ROLE_IN] = {{80, -1, 0}, {6, -1, 0}, 0},
	[ROLE_IN_STRONG] = {{87, -1, B}, {14, -1, B}, B},
	[ROLE_OUT] = {{215, -1, 0}, {3, -1, 0}, 0},
	[ROLE_OUT_STRONG] = {{221, -1, B}, {11, -1, B}, B},
	[ROLE_IN_AREA] = {{37, -1, 0}, {6, -1, 0}, 0},
	[ROLE_OUT_AREA] = {{173, -1, 0}, {3, -1, 0}, 0},
	[ROLE_INSIDE_AREA] = {{103, -1, 0}, {5, -1, 0}, 0},
	[ROLE_INSIDE] = {{147, -1, 0}, {5, -1, 0}, 0},
	[ROLE_INSIDE_STRONG] = {{189, -1, B}, {13, -1, B}, B},
	[ROLE_PLUS] = {{114, -1, 0}, {2, -1, 0}, 0},
	[ROLE_MINUS] = {{175, -1, 0}, {5, -1, 0}, 0},
	[ROLE_QUIET] = {{73, -1, 0}, {6, -1, 0}, 0},
	[ROLE_BUSY] = {{221, -1, 0}, {3, -1, 0}, 0},
	[ROLE_VERY_BUSY] = {{209, -1, B}, {9, -1, B}, B},
	[ROLE_TRACK_QUIET] = {{30, 235, 0}, {6, -1, 0}, 0},
	[ROLE_TRACK_BUSY] = {{136, 235, 0}, {3, -1, 0}, 0},
	[ROLE_TRACK_VERY_BUSY] = {{131, 235, 0}, {9, -1, 0}, B},
	[ROLE_SPARK] = {{67, -1, 0}, {4, -1, 0}, 0},
	[ROLE_AXIS] = {{242, -1, 0}, {-1, -1, D}, D},
	[ROLE_OK] = {{114, -1, 0}, {2, -1, 0}, 0},
	[ROLE_WARN] = {{214, -1, B}, {11, -1, B}, B},
	[ROLE_ALERT] = {{203, -1, B}, {9, -1, B}, B | R},
	[ROLE_ALERT_BAR] = {{231, 124, B}, {15, 1, B}, B | R},
	[ROLE_BAKERLOO] = LINE(137, 3),
	[ROLE_CENTRAL] = LINE(203, 9),
	[ROLE_CIRCLE] = LINE(220, 11),
	[ROLE_DISTRICT] = LINE(71, 2),
	[ROLE_HAMMERSMITH] = LINE(218, 13),
	[ROLE_JUBILEE] = LINE(248, 7),
	[ROLE_METROPOLITAN] = LINE(169, 5),
	[ROLE_NORTHERN] = LINE(255, 15),
	[ROLE_PICCADILLY] = LINE(69, 12),
	[ROLE_VICTORIA] = LINE(39, 14),
	[ROLE_WATERLOO] = LINE(115, 10),
	[ROLE_DLR] = LINE(43, 6),
	[ROLE_ELIZABETH] = LINE(141, 5),
	[ROLE_LIBERTY] = LINE(246, 7),
	[ROLE_LIONESS] = LINE(214, 3),
	[ROLE_MILDMAY] = LINE(38, 6),
	[ROLE_SUFFRAGETTE] = LINE(78, 2),
	[ROLE_WEAVER] = LINE(139, 5),
	[ROLE_WINDRUSH] = LINE(209, 1),
	[ROLE_TRAM] = LINE(112, 10),
	[ROLE_CABLE_CAR] = LINE(204, 9),
	[ROLE_NATIONAL_RAIL] = LINE(245, 7),
};

#define SELECTED_BG 24

const char *const theme_names[THEMES] = {"default", "mono"};

int theme_find(const char *name, bool *mono, struct error *err)
{
	*mono = !strcmp(name, theme_names[1]);
	return *mono || !strcmp(name, theme_names[0]) ? 0 : error_set(err, "no theme is called \"%s\"; there are default and mono", name);
}

/* Eight colours: the bright half is the same colour, in bold. */
static struct look dull(struct look look)
{
	if (look.fg >= 8) {
		look.fg = (short)(look.fg - 8);
		look.attributes |= LOOK_BOLD;
	}
	if (look.bg >= 8)
		look.bg = (short)(look.bg - 8);
	return look;
}

struct look theme_look(enum depth depth, uint8_t role, bool selected)
{
	const struct theme_row *row = &rows[role < ROLES ? role : ROLE_TEXT];
	if (depth == DEPTH_256) {
		struct look look = row->rich;
		if (selected) {
			look.bg = SELECTED_BG;
			look.attributes |= LOOK_BOLD;
			if (look.fg < 0 || look.fg == rows[ROLE_DIM].rich.fg)
				look.fg = 231;
		}
		return look;
	}
	struct look look = depth == DEPTH_MONO ? (struct look){-1, -1, row->mono} : depth == DEPTH_8 ? dull(row->plain) : row->plain;
	if (selected)
		look = (struct look){-1, -1, (row->mono & LOOK_REVERSE) ^ LOOK_REVERSE};
	return look;
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

void canvas_to_ansi(const struct canvas *cv, enum depth depth, struct strbuf *out)
{
	for (int y = 0; y < cv->height; y++) {
		struct look last = {-1, -1, 0};
		for (int x = 0; x < cv->width; x++) {
			const struct cell *cell = canvas_cell(cv, x, y);
			struct look look = theme_look(depth, cell->role, cell->selected);
			if (look.fg != last.fg || look.bg != last.bg || look.attributes != last.attributes)
				put_sgr(out, look, depth);
			last = look;
			strbuf_puts(out, cell->text);
		}
		strbuf_puts(out, "\033[0m\n");
	}
}
