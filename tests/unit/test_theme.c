#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/theme.h"

#include <math.h>
#include <string.h>

/* Linear light of a colour, 0 to 1 each. */
struct light {
	double r, g, b;
};

static double linear(int value)
{
	double v = value / 255.0;
	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* As xterm has them: 16 of their own, a cube of six levels, 24 greys. */
static struct light palette(int colour)
{
	static const int basic[16][3] = {{0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0}, {0, 0, 238},    {205, 0, 205},
					 {0, 205, 205},   {229, 229, 229}, {127, 127, 127}, {255, 0, 0}, {0, 255, 0},    {255, 255, 0},
					 {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255}};
	static const int level[6] = {0, 95, 135, 175, 215, 255};
	if (colour < 16)
		return (struct light){linear(basic[colour][0]), linear(basic[colour][1]), linear(basic[colour][2])};
	if (colour >= 232)
		return (struct light){linear(8 + 10 * (colour - 232)), linear(8 + 10 * (colour - 232)), linear(8 + 10 * (colour - 232))};
	colour -= 16;
	return (struct light){linear(level[colour / 36]), linear(level[colour / 6 % 6]), linear(level[colour % 6])};
}

static double luminance(struct light c)
{
	return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

/* WCAG 2: 1 to 21. */
static double contrast(int a, int b)
{
	double la = luminance(palette(a)), lb = luminance(palette(b));
	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

/* Shapes, not letters: what they tell is written beside them. */
static bool is_shape(int role)
{
	static const int shapes[] = {ROLE_RULE, ROLE_IN_AREA, ROLE_OUT_AREA, ROLE_INSIDE_AREA, ROLE_SPARK, ROLE_TRACK_QUIET, ROLE_TRACK_BUSY,
				     ROLE_TRACK_VERY_BUSY};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (shapes[i] == role)
			return true;
	return false;
}

static double wanted(enum theme theme, enum depth depth, int role, struct look look)
{
	if (is_shape(role))
		return 3;
	if (theme == THEME_CONTRAST && depth == DEPTH_256)
		return 7;
	return depth == DEPTH_8 && (look.attributes & LOOK_BOLD) ? 3 : 4.5; /* bold counts as large, where there are so few to choose from */
}

static void everything_can_be_read(void **state)
{
	(void)state;
	int failures = 0;
	for (int theme = 0; theme < THEME_MONO; theme++)
		for (int depth = DEPTH_8; depth < DEPTHS; depth++)
			for (int i = 0; i < 2 * ROLES; i++) {
				struct look look = theme_look((enum theme)theme, (enum depth)depth, (uint8_t)(i / 2), i % 2);
				assert_in_range(look.fg, 0, depth == DEPTH_8 ? 7 : depth == DEPTH_16 ? 15 : 255);
				assert_in_range(look.bg, 0, depth == DEPTH_8 ? 7 : depth == DEPTH_16 ? 15 : 255);
				double is = contrast(look.fg, look.bg), want = wanted((enum theme)theme, (enum depth)depth, i / 2, look);
				if (is >= want)
					continue;
				print_error("%s, depth %d, role %d%s: %d on %d has a contrast of %.2f, not %.1f\n", theme_name((enum theme)theme),
					    depth, i / 2, i % 2 ? " selected" : "", look.fg, look.bg, is, want);
				failures++;
			}
	assert_int_equal(failures, 0);
}

/* With few colours bold black may come as dark grey. */
static void black_is_never_bold(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEME_MONO; theme++)
		for (int role = 0; role < ROLES; role++) {
			struct look look = theme_look((enum theme)theme, DEPTH_16, (uint8_t)role, false);
			if (look.fg == 0 && look.bg != 15 && (look.attributes & LOOK_BOLD))
				fail_msg("%s, role %d: bold black", theme_name((enum theme)theme), role);
		}
}

/* As somebody sees it who lacks one kind of cone: Vienot, Brettel and Mollon 1999. */
static struct light seen(struct light c, bool protan)
{
	double mixed = protan ? 0.11238 * c.r + 0.88762 * c.g : 0.29275 * c.r + 0.70725 * c.g;
	double blue = protan ? 0.00401 * c.r - 0.00401 * c.g + c.b : -0.02234 * c.r + 0.02234 * c.g + c.b;
	return (struct light){mixed, mixed, blue};
}

static double cube_root(double x)
{
	return x > 0.008856 ? cbrt(x) : 7.787 * x + 16.0 / 116;
}

/* How different two colours look: the distance in CIE L*a*b*; about 2 can just be seen, 20 is plain. */
static double difference(struct light a, struct light b)
{
	double lab[2][3];
	const struct light both[2] = {a, b};
	for (int i = 0; i < 2; i++) {
		struct light c = both[i];
		double x = cube_root((0.4124 * c.r + 0.3576 * c.g + 0.1805 * c.b) / 0.9505), y = cube_root(luminance(c)),
		       z = cube_root((0.0193 * c.r + 0.1192 * c.g + 0.9505 * c.b) / 1.089);
		lab[i][0] = 116 * y - 16;
		lab[i][1] = 500 * (x - y);
		lab[i][2] = 200 * (y - z);
	}
	return sqrt(pow(lab[0][0] - lab[1][0], 2) + pow(lab[0][1] - lab[1][1], 2) + pow(lab[0][2] - lab[1][2], 2));
}

static void the_colour_blind_tell_them_apart(void **state)
{
	(void)state;
	static const int apart[][2] = {{ROLE_IN, ROLE_OUT},       {ROLE_IN_AREA, ROLE_OUT_AREA}, {ROLE_PLUS, ROLE_MINUS},
				       {ROLE_QUIET, ROLE_BUSY},   {ROLE_BUSY, ROLE_VERY_BUSY},   {ROLE_QUIET, ROLE_VERY_BUSY},
				       {ROLE_OK, ROLE_WARN},      {ROLE_BAND_OK, ROLE_BAND_WARN}};
	for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
		for (int protan = 0; protan < 2; protan++) {
			struct look a = theme_look(THEME_BLIND, DEPTH_256, (uint8_t)apart[i][0], false),
				    b = theme_look(THEME_BLIND, DEPTH_256, (uint8_t)apart[i][1], false);
			double is = difference(seen(palette(a.fg), protan), seen(palette(b.fg), protan));
			if (is < 20)
				fail_msg("roles %d and %d differ by %.1f to who lacks %s cones", apart[i][0], apart[i][1], is,
					 protan ? "long" : "middle");
		}
	struct look warn = theme_look(THEME_BLIND, DEPTH_256, ROLE_WARN, false), alert = theme_look(THEME_BLIND, DEPTH_256, ROLE_ALERT, false);
	assert_true(warn.bg != alert.bg);
}

static void names_are_found(void **state)
{
	(void)state;
	enum theme theme;
	struct error err;
	for (int i = 0; i < THEMES; i++) {
		assert_int_equal(theme_find(theme_name((enum theme)i), &theme, &err), 0);
		assert_int_equal(theme, i);
	}
	assert_int_equal(theme_find("ligth", &theme, &err), -1);
	assert_non_null(strstr(err.text, "did you mean light?"));
}

/* On every depth a selected cell looks different, and so does what is wrong from what is well without any colour. */
static void meaning_is_not_colour_alone(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = DEPTH_MONO; depth < DEPTHS; depth++)
			for (int role = 0; role < ROLES; role++) {
				struct look plain = theme_look((enum theme)theme, (enum depth)depth, (uint8_t)role, false),
					    chosen = theme_look((enum theme)theme, (enum depth)depth, (uint8_t)role, true);
				if (plain.fg == chosen.fg && plain.bg == chosen.bg && plain.attributes == chosen.attributes)
					fail_msg("%s, depth %d, role %d: selected or not, it looks the same", theme_name((enum theme)theme),
						 depth, role);
				if (depth == DEPTH_MONO || theme == THEME_MONO)
					assert_true(plain.fg == -1 && plain.bg == -1);
			}
	assert_true(theme_look(THEME_DARK, DEPTH_MONO, ROLE_ALERT, false).attributes !=
		    theme_look(THEME_DARK, DEPTH_MONO, ROLE_OK, false).attributes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_can_be_read),
		cmocka_unit_test(black_is_never_bold),
		cmocka_unit_test(the_colour_blind_tell_them_apart),
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(meaning_is_not_colour_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
