#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "ui/canvas.h"
#include "ui/theme.h"

#include <locale.h>
#include <string.h>

static struct canvas cv;
static struct strbuf out;

static void fresh(int width, int height, bool ascii)
{
	canvas_fini(&cv);
	canvas_init(&cv, width, height, ascii);
}

static const char *drawn(void)
{
	strbuf_reset(&out);
	canvas_to_text(&cv, &out);
	return strbuf_str(&out);
}

static void text_is_cut_with_an_ellipsis(void **state)
{
	(void)state;
	fresh(10, 1, false);
	assert_int_equal(canvas_text(&cv, 0, 0, 8, 0, "Waterloo"), 8);
	assert_string_equal(drawn(), "Waterloo\n");
	fresh(10, 1, false);
	assert_int_equal(canvas_text(&cv, 0, 0, 7, 0, "Waterloo"), 7);
	assert_string_equal(drawn(), "Waterl…\n");
	fresh(10, 1, true);
	canvas_text(&cv, 4, 0, 100, 0, "Waterloo");
	assert_string_equal(drawn(), "    Water~\n");
	fresh(10, 1, false);
	canvas_text_right(&cv, 1, 0, 6, 0, "1 204");
	assert_string_equal(drawn(), "  1 204\n");
}

static void nothing_lands_outside(void **state)
{
	(void)state;
	fresh(3, 2, false);
	assert_int_equal(canvas_text(&cv, 3, 0, 5, 0, "x"), 0);
	assert_int_equal(canvas_text(&cv, 0, 2, 5, 0, "x"), 0);
	assert_int_equal(canvas_text(&cv, 0, -1, 5, 0, "x"), 0);
	canvas_text(&cv, -2, 1, 5, 0, "abcde");
	canvas_fill(&cv, (struct rect){-5, -5, 100, 6}, 1);
	canvas_select(&cv, -1, 0, 100);
	assert_string_equal(drawn(), "\ncde\n");
	assert_null(canvas_cell(&cv, 3, 0));
}

static void wide_characters_stay_whole(void **state)
{
	(void)state;
	fresh(5, 1, false);
	assert_int_equal(canvas_text(&cv, 0, 0, 5, 0, "江戸川"), 5);
	assert_string_equal(drawn(), "江戸…\n");
	canvas_text(&cv, 1, 0, 1, 0, "x");
	assert_string_equal(drawn(), " x戸…\n");
	canvas_text(&cv, 2, 0, 1, 0, "y");
	assert_string_equal(drawn(), " xy …\n");
	fresh(1, 1, false);
	canvas_text(&cv, 0, 0, 2, 0, "江");
	assert_string_equal(drawn(), "…\n");
	assert_int_equal(text_width("江戸川", false), 6);
	assert_int_equal(text_width("江戸川", true), 3);
}

static void marks_ride_on_their_base(void **state)
{
	(void)state;
	fresh(6, 1, false);
	assert_int_equal(canvas_text(&cv, 0, 0, 6, 0, "Cafe\314\201"), 4);
	assert_string_equal(canvas_cell(&cv, 3, 0)->text, "e\314\201");
	fresh(6, 1, false);
	assert_int_equal(canvas_text(&cv, 0, 0, 6, 0, "\314\201x"), 2);
	assert_string_equal(drawn(), "◌\314\201x\n");
	fresh(6, 1, true);
	canvas_text(&cv, 0, 0, 6, 0, "Cafe\314\201s");
	assert_string_equal(drawn(), "Cafes\n");
	char many[400] = "e";
	for (int i = 0; i < 150; i++)
		strcat(many, "\314\201");
	fresh(6, 1, false);
	assert_int_equal(canvas_text(&cv, 0, 0, 6, 0, many), 1);
	assert_int_equal(strlen(canvas_cell(&cv, 0, 0)->text), 15);
}

static void controls_become_visible(void **state)
{
	(void)state;
	fresh(20, 1, false);
	canvas_text(&cv, 0, 0, 20, 0, "a\033[2J\n\t\177\302\233m\342\200\256z\377\300\200");
	assert_string_equal(drawn(), "a␛[2J␊␉␡�m�z���\n");
	fresh(20, 1, true);
	canvas_text(&cv, 0, 0, 20, 0, "a\033[2J\n\342\200\256éz–…▲");
	assert_string_equal(drawn(), "a?[2J???z-~^\n");
}

static void lines_break_at_spaces(void **state)
{
	(void)state;
	fresh(8, 4, false);
	assert_int_equal(canvas_wrap(&cv, (struct rect){0, 0, 8, 4}, 0, "no broker at localhost"), 4);
	assert_string_equal(drawn(), "no\nbroker\nat\nlocalho…\n");
	fresh(8, 4, false);
	assert_int_equal(canvas_wrap(&cv, (struct rect){0, 0, 8, 4}, 0, "abcdefghijk"), 2);
	assert_string_equal(drawn(), "abcdefgh\nijk\n\n\n");
	assert_int_equal(canvas_wrap(&cv, (struct rect){0, 0, 0, 4}, 0, "x"), 0);
	assert_int_equal(canvas_wrap(&cv, (struct rect){0, 0, 1, 2}, 0, "江戸"), 2);
}

static void backspace_takes_a_character(void **state)
{
	(void)state;
	assert_int_equal(utf8_last("", 0), 0);
	assert_int_equal(utf8_last("ab", 2), 1);
	assert_int_equal(utf8_last("aé", 3), 2);
	assert_int_equal(utf8_last("a\360\237\232\207", 5), 4);
	assert_int_equal(utf8_last("a\200\200\200\200\200", 6), 4); /* no character: never more than one could have */
	assert_int_equal(utf8_last("\200\200", 2), 2);
}

/* Whatever the bytes, what leaves has no control byte, no invalid UTF-8 of ours, and never more columns than there are. */
static void no_bytes_get_through(void **state)
{
	(void)state;
	struct rng rng;
	rng_init(&rng, 7, 0);
	for (int round = 0; round < 20000; round++) {
		static const char nasty[] = "\033\233\302\342\200\256\007\r";
		char text[64];
		size_t len = rng_below(&rng, sizeof text);
		bool ascii = rng_below(&rng, 2);
		for (size_t i = 0; i < len; i++)
			text[i] = rng_below(&rng, 3) ? (char)(rng_below(&rng, 255) + 1) : nasty[rng_below(&rng, 8)];
		text[len] = '\0';
		fresh(20, 2, ascii);
		int used = canvas_text(&cv, (int)rng_below(&rng, 22) - 1, (int)rng_below(&rng, 2), 1 + (int)rng_below(&rng, 25), 0, text);
		assert_in_range(used, 0, 21);
		for (const char *p = drawn(); *p; p++) {
			assert_true((unsigned char)*p >= ' ' || *p == '\n');
			assert_false(*p == '\177' || (ascii && (unsigned char)*p >= 0x80));
		}
	}
}

static void colours_come_as_sgr(void **state)
{
	(void)state;
	strbuf_reset(&out);
	fresh(3, 1, false);
	canvas_text(&cv, 0, 0, 3, ROLE_STRONG, "ab");
	canvas_to_ansi(&cv, THEME_MONO, DEPTH_256, &out);
	assert_string_equal(strbuf_str(&out), "\033[0;1mab\033[0m \033[0m\n");
	strbuf_reset(&out);
	canvas_to_ansi(&cv, THEME_LIGHT, DEPTH_256, &out);
	assert_string_equal(strbuf_str(&out), "\033[0;1;38;5;16;48;5;255mab\033[0;38;5;234;48;5;255m \033[0m\n");
	strbuf_reset(&out);
	canvas_select(&cv, 0, 0, 1);
	canvas_to_ansi(&cv, THEME_DARK, DEPTH_MONO, &out);
	assert_string_equal(strbuf_str(&out), "\033[0;7ma\033[0;1mb\033[0m \033[0m\n");
}

static int clean(void **state)
{
	(void)state;
	canvas_fini(&cv);
	strbuf_fini(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_with_an_ellipsis),
		cmocka_unit_test(nothing_lands_outside),
		cmocka_unit_test(wide_characters_stay_whole),
		cmocka_unit_test(marks_ride_on_their_base),
		cmocka_unit_test(controls_become_visible),
		cmocka_unit_test(lines_break_at_spaces),
		cmocka_unit_test(backspace_takes_a_character),
		cmocka_unit_test(no_bytes_get_through),
		cmocka_unit_test(colours_come_as_sgr),
	};
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, clean);
}
