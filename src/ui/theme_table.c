/* How each role looks in each theme: the whole table, a line a role. The test holds every pair of colours to its contrast. */
#include "ui/theme_internal.h"

#define B LOOK_BOLD
#define D LOOK_DIM
#define U LOOK_UNDERLINE
#define R LOOK_REVERSE

const struct theme_style theme_styles[THEMES] = {
	[THEME_DARK] = {"dark", {{231, 24, B}, {0, 7, 0}}},
	[THEME_LIGHT] = {"light", {{231, 24, B}, {0, 6, 0}}},
	[THEME_CONTRAST] = {"high-contrast", {{16, 51, B}, {0, 14, 0}}},
	[THEME_BLIND] = {"colour-blind", {{16, 153, B}, {0, 7, 0}}},
	[THEME_MONO] = {"mono", {{-1, -1, 0}, {-1, -1, 0}}},
};

/* Where there is no colour | dark | light | high contrast | safe for the colour-blind; each with 256 colours and with 16.
 * -1 is the theme's own text or ground, which is ROLE_TEXT's. */
#define LOOK(f, b, a, f16, b16, a16) {{f, b, a}, {f16, b16, a16}}
#define LINE(dark, dark16, light, light16)                                                                                                 \
	{0, {LOOK(dark, -1, 0, dark16, -1, 0), LOOK(light, -1, 0, light16, -1, 0), LOOK(231, -1, 0, 15, -1, 0), LOOK(dark, -1, 0, dark16, -1, 0)}}

const struct theme_row theme_rows[ROLES] = {
	[ROLE_TEXT] = {0, {LOOK(252, 233, 0, 7, 0, 0), LOOK(234, 255, 0, 0, 15, 0), LOOK(231, 16, 0, 15, 0, 0), LOOK(252, 233, 0, 7, 0, 0)}},
	[ROLE_DIM] = {D, {LOOK(246, -1, 0, -1, -1, D), LOOK(240, -1, 0, -1, -1, D), LOOK(252, -1, 0, 7, -1, 0), LOOK(247, -1, 0, -1, -1, D)}},
	[ROLE_STRONG] = {B, {LOOK(231, -1, B, 15, -1, B), LOOK(16, -1, B, -1, -1, B), LOOK(231, -1, B, 15, -1, B), LOOK(231, -1, B, 15, -1, B)}},
	[ROLE_TITLE] = {B, {LOOK(110, -1, B, 14, -1, B), LOOK(24, -1, B, 4, -1, B), LOOK(123, -1, B, 14, -1, B), LOOK(153, -1, B, 14, -1, B)}},
	[ROLE_RULE] = {D, {LOOK(241, -1, 0, -1, -1, D), LOOK(244, -1, 0, -1, -1, D), LOOK(250, -1, 0, 7, -1, 0), LOOK(242, -1, 0, -1, -1, D)}},
	[ROLE_BAND] = {0, {LOOK(252, 236, 0, 7, -1, 0), LOOK(234, 251, 0, 0, 7, 0), LOOK(16, 231, 0, 0, 15, 0), LOOK(252, 236, 0, 7, -1, 0)}},
	[ROLE_BAND_DIM] = {0, {LOOK(248, 236, 0, 7, -1, 0), LOOK(237, 251, 0, 0, 7, 0), LOOK(16, 231, 0, 0, 15, 0), LOOK(248, 236, 0, 7, -1, 0)}},
	[ROLE_BAND_STRONG] = {B, {LOOK(231, 236, B, 15, -1, B), LOOK(16, 251, B, 0, 7, 0), LOOK(16, 231, B, 0, 15, 0), LOOK(231, 236, B, 15, -1, B)}},
	[ROLE_BAND_OK] = {B, {LOOK(114, 236, B, 10, -1, B), LOOK(22, 251, B, 4, 7, B), LOOK(22, 231, B, 0, 15, 0), LOOK(117, 236, B, 14, -1, B)}},
	[ROLE_BAND_WARN] = {R, {LOOK(16, 214, B, 0, 11, 0), LOOK(16, 214, B, 0, 11, 0), LOOK(16, 226, B, 0, 11, 0), LOOK(16, 227, B, 0, 11, 0)}},
	[ROLE_BAND_ALERT] = {B | R, {LOOK(231, 160, B, 15, 1, B), LOOK(231, 160, B, 15, 1, B), LOOK(231, 88, B, 15, 1, B), LOOK(16, 208, B, 15, 1, B)}},
	[ROLE_BRAND] = {B | R, {LOOK(231, 25, B, 15, 4, B), LOOK(231, 25, B, 15, 4, B), LOOK(231, 19, B, 15, 4, B), LOOK(231, 25, B, 15, 4, B)}},
	[ROLE_TAB] = {0, {LOOK(248, -1, 0, -1, -1, 0), LOOK(239, -1, 0, -1, -1, 0), LOOK(231, -1, 0, 15, -1, 0), LOOK(249, -1, 0, -1, -1, 0)}},
	[ROLE_TAB_ACTIVE] = {B | R, {LOOK(231, 25, B, 15, 4, B), LOOK(231, 25, B, 15, 4, B), LOOK(16, 226, B, 0, 11, U), LOOK(231, 25, B, 15, 4, B)}},
	[ROLE_HEAD] = {U, {LOOK(250, 237, 0, 14, -1, U), LOOK(235, 252, 0, 4, -1, U), LOOK(231, 238, 0, 15, -1, U), LOOK(251, 237, 0, 14, -1, U)}},
	[ROLE_HEAD_SORT] = {B | R, {LOOK(231, 240, B, 0, 14, 0), LOOK(231, 240, B, 15, 4, B), LOOK(16, 231, B, 0, 15, 0), LOOK(231, 240, B, 0, 14, 0)}},
	[ROLE_KEY] = {B, {LOOK(231, -1, B, 15, -1, B), LOOK(16, -1, B, 0, -1, B), LOOK(231, -1, B, 15, -1, B), LOOK(231, -1, B, 15, -1, B)}},
	[ROLE_KEY_LABEL] = {R, {LOOK(251, 237, 0, 0, 6, 0), LOOK(235, 252, 0, 15, 4, 0), LOOK(16, 231, 0, 0, 15, 0), LOOK(251, 237, 0, 0, 6, 0)}},
	[ROLE_PROMPT] = {R, {LOOK(231, 23, B, 15, 4, B), LOOK(231, 23, B, 15, 4, B), LOOK(231, 19, B, 15, 4, B), LOOK(231, 24, B, 15, 4, B)}},
	[ROLE_IN] = {0, {LOOK(80, -1, 0, 6, -1, 0), LOOK(23, -1, 0, 4, -1, 0), LOOK(51, -1, 0, 14, -1, 0), LOOK(117, -1, 0, 14, -1, 0)}},
	[ROLE_IN_STRONG] = {B, {LOOK(87, -1, B, 14, -1, B), LOOK(23, -1, B, 4, -1, B), LOOK(51, -1, B, 14, -1, B), LOOK(159, -1, B, 14, -1, B)}},
	[ROLE_OUT] = {0, {LOOK(215, -1, 0, 3, -1, 0), LOOK(94, -1, 0, 1, -1, 0), LOOK(226, -1, 0, 11, -1, 0), LOOK(215, -1, 0, 3, -1, 0)}},
	[ROLE_OUT_STRONG] = {B, {LOOK(221, -1, B, 11, -1, B), LOOK(94, -1, B, 1, -1, B), LOOK(226, -1, B, 11, -1, B), LOOK(222, -1, B, 11, -1, B)}},
	[ROLE_IN_AREA] = {0, {LOOK(37, -1, 0, 6, -1, 0), LOOK(30, -1, 0, 4, -1, 0), LOOK(51, -1, 0, 14, -1, 0), LOOK(74, -1, 0, 6, -1, 0)}},
	[ROLE_OUT_AREA] = {0, {LOOK(173, -1, 0, 3, -1, 0), LOOK(130, -1, 0, 1, -1, 0), LOOK(226, -1, 0, 11, -1, 0), LOOK(208, -1, 0, 3, -1, 0)}},
	[ROLE_INSIDE_AREA] = {0, {LOOK(103, -1, 0, 13, -1, 0), LOOK(61, -1, 0, 5, -1, 0), LOOK(231, -1, 0, 15, -1, 0), LOOK(176, -1, 0, 13, -1, 0)}},
	[ROLE_INSIDE] = {0, {LOOK(147, -1, 0, 13, -1, 0), LOOK(61, -1, 0, 5, -1, B), LOOK(231, -1, 0, 15, -1, 0), LOOK(182, -1, 0, 13, -1, 0)}},
	[ROLE_INSIDE_STRONG] = {B, {LOOK(189, -1, B, 13, -1, B), LOOK(55, -1, B, 5, -1, B), LOOK(231, -1, B, 15, -1, B), LOOK(225, -1, B, 13, -1, B)}},
	[ROLE_PLUS] = {0, {LOOK(114, -1, 0, 2, -1, 0), LOOK(22, -1, 0, 4, -1, 0), LOOK(120, -1, 0, 10, -1, 0), LOOK(117, -1, 0, 14, -1, 0)}},
	[ROLE_MINUS] = {0, {LOOK(175, -1, 0, 13, -1, 0), LOOK(125, -1, 0, 1, -1, 0), LOOK(219, -1, 0, 13, -1, 0), LOOK(215, -1, 0, 3, -1, 0)}},
	[ROLE_QUIET] = {0, {LOOK(73, -1, 0, 6, -1, 0), LOOK(23, -1, 0, 4, -1, 0), LOOK(51, -1, 0, 14, -1, 0), LOOK(110, -1, 0, 6, -1, 0)}},
	[ROLE_BUSY] = {0, {LOOK(221, -1, 0, 3, -1, 0), LOOK(94, -1, 0, 0, -1, 0), LOOK(226, -1, 0, 11, -1, 0), LOOK(227, -1, 0, 11, -1, 0)}},
	[ROLE_VERY_BUSY] = {B, {LOOK(209, -1, B, 9, -1, B), LOOK(124, -1, B, 1, -1, B), LOOK(216, -1, B | U, 15, -1, B | U), LOOK(208, -1, B, 3, -1, B | U)}},
	[ROLE_TRACK_QUIET] = {0, {LOOK(37, 235, 0, 6, -1, 0), LOOK(24, 252, 0, 4, -1, 0), LOOK(51, 238, 0, 14, -1, 0), LOOK(74, 235, 0, 6, -1, 0)}},
	[ROLE_TRACK_BUSY] = {0, {LOOK(178, 235, 0, 3, -1, 0), LOOK(94, 252, 0, 1, -1, 0), LOOK(226, 238, 0, 11, -1, 0), LOOK(227, 235, 0, 11, -1, 0)}},
	[ROLE_TRACK_VERY_BUSY] = {B, {LOOK(203, 235, 0, 9, -1, B), LOOK(124, 252, 0, 1, -1, B), LOOK(216, 238, 0, 15, -1, B), LOOK(208, 235, 0, 3, -1, B)}},
	[ROLE_SPARK] = {0, {LOOK(74, -1, 0, 6, -1, 0), LOOK(25, -1, 0, 4, -1, 0), LOOK(123, -1, 0, 14, -1, 0), LOOK(110, -1, 0, 6, -1, 0)}},
	[ROLE_AXIS] = {D, {LOOK(246, -1, 0, -1, -1, D), LOOK(240, -1, 0, -1, -1, D), LOOK(252, -1, 0, 7, -1, 0), LOOK(247, -1, 0, -1, -1, D)}},
	[ROLE_OK] = {0, {LOOK(114, -1, 0, 2, -1, 0), LOOK(22, -1, 0, 4, -1, 0), LOOK(120, -1, 0, 10, -1, 0), LOOK(117, -1, 0, 14, -1, 0)}},
	[ROLE_WARN] = {B, {LOOK(214, -1, B, 11, -1, B), LOOK(94, -1, B, 5, -1, B), LOOK(226, -1, B, 11, -1, B), LOOK(227, -1, B, 11, -1, B)}},
	[ROLE_ALERT] = {B | R, {LOOK(203, -1, B, 9, -1, B), LOOK(160, -1, B, 1, -1, B), LOOK(231, 88, B, 15, 1, B), LOOK(16, 208, B, 15, 1, B)}},
	[ROLE_ALERT_BAR] = {B | R, {LOOK(231, 124, B, 15, 1, B), LOOK(231, 124, B, 15, 1, B), LOOK(231, 88, B, 15, 1, B), LOOK(16, 208, B, 15, 1, B)}},
	[ROLE_BAKERLOO] = LINE(137, 3, 94, 1),
	[ROLE_CENTRAL] = LINE(203, 9, 160, 1),
	[ROLE_CIRCLE] = LINE(220, 11, 58, 0),
	[ROLE_DISTRICT] = LINE(71, 2, 22, 0),
	[ROLE_HAMMERSMITH] = LINE(218, 13, 125, 1),
	[ROLE_JUBILEE] = LINE(248, 7, 240, 0),
	[ROLE_METROPOLITAN] = LINE(169, 13, 89, 4),
	[ROLE_NORTHERN] = LINE(255, 15, 16, 0),
	[ROLE_PICCADILLY] = LINE(69, 14, 19, 4),
	[ROLE_VICTORIA] = LINE(39, 14, 25, 4),
	[ROLE_WATERLOO] = LINE(115, 10, 23, 4),
	[ROLE_DLR] = LINE(43, 6, 23, 4),
	[ROLE_ELIZABETH] = LINE(141, 13, 55, 4),
	[ROLE_LIBERTY] = LINE(246, 7, 240, 0),
	[ROLE_LIONESS] = LINE(214, 3, 94, 1),
	[ROLE_MILDMAY] = LINE(38, 6, 24, 4),
	[ROLE_SUFFRAGETTE] = LINE(78, 2, 22, 0),
	[ROLE_WEAVER] = LINE(139, 13, 89, 1),
	[ROLE_WINDRUSH] = LINE(209, 9, 124, 1),
	[ROLE_TRAM] = LINE(112, 10, 58, 0),
	[ROLE_CABLE_CAR] = LINE(204, 9, 125, 1),
	[ROLE_NATIONAL_RAIL] = LINE(245, 7, 240, 0),
};
