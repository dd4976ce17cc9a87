#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "ui/keymap.h"
#include "ui/view.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t times_bound(unsigned context, int key)
{
	size_t times = 0;
	for (size_t i = 0; i < nbindings; i++)
		for (int k = 0; k < BINDING_KEYS && bindings[i].keys[k]; k++)
			times += (bindings[i].contexts & context) && bindings[i].keys[k] == key;
	for (int i = 0; i < VIEWS; i++)
		times += (context & IN_VIEWS) && views[i].key == key;
	return times;
}

static void no_key_is_bound_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < nbindings; i++)
		for (int k = 0; k < BINDING_KEYS && bindings[i].keys[k]; k++)
			for (int c = 0; c < CONTEXTS; c++)
				if (times_bound(1u << c, bindings[i].keys[k]) > 1)
					fail_msg("key %s is bound twice in context %d", key_label(bindings[i].keys[k]).s, c);
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < nbindings; i++) {
		const struct binding *bind = &bindings[i];
		assert_true(bind->contexts && bind->contexts < 1u << CONTEXTS);
		assert_true(bind->keys[0] && bind->run && bind->name && bind->help && strlen(bind->help) > 5);
		assert_true(bind->help[strlen(bind->help) - 1] != '.');
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(bindings[j].name, bind->name);
		for (int k = 0; k < BINDING_KEYS && bind->keys[k]; k++)
			assert_true(*key_label(bind->keys[k]).s);
	}
	for (int i = 0; i < VIEWS; i++) {
		assert_true(views[i].draw && views[i].move && views[i].help && views[i].title);
		assert_int_equal(view_find(views[i].name), i);
		assert_int_equal(times_bound(IN_STATIONS, views[i].key), 1);
	}
	for (size_t i = 0; i < ncolumns; i++)
		assert_true(columns[i].help && columns[i].draw && !columns[i].number != !columns[i].text);
}

static void letters_at_a_prompt_are_text(void **state)
{
	(void)state;
	for (int key = ' '; key < 127; key++)
		assert_null(binding_find(IN_FILTER, key));
	assert_non_null(binding_find(IN_FILTER, K_ESCAPE));
	assert_null(binding_find(IN_FILTER, K_F(3)));
	assert_non_null(binding_find(IN_SEARCH, K_F(3)));
}

static void keys_are_named(void **state)
{
	(void)state;
	assert_string_equal(key_label(K_F(10)).s, "F10");
	assert_string_equal(key_label(K_CTRL_L).s, "^L");
	assert_string_equal(key_label('/').s, "/");
	assert_string_equal(key_label(0xe9).s, "é");
	assert_string_equal(key_label(K_PAGE_DOWN).s, "PgDn");
}

/* As the manual page has a text: hyphens escaped. */
static char *manual_form(const char *text)
{
	struct strbuf out = {0};
	for (; *text; text++)
		strbuf_printf(&out, "%s%c", *text == '-' ? "\\" : "", *text);
	return out.data;
}

static void manual_says(const char *manual, const char *what, const char *help)
{
	char *key = manual_form(what), *about = manual_form(help), *entry = xasprintf(".TP\n\\fB%s\\fR\n%s.\n", key, about);
	if (!strstr(manual, entry))
		fail_msg("man/tfl-top.1 wants:\n%s", entry);
	free(entry);
	free(about);
	free(key);
}

static void the_manual_has_every_key_and_column(void **state)
{
	(void)state;
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/man/tfl-top.1", srcdir ? srcdir : "."), block[4096];
	struct strbuf manual = {0};
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	for (size_t n; (n = fread(block, 1, sizeof block, in));)
		strbuf_add(&manual, block, n);
	fclose(in);
	for (size_t i = 0; i < nbindings; i++)
		manual_says(manual.data, binding_keys(&bindings[i]).s, bindings[i].help);
	for (size_t i = 0; i < ncolumns; i++)
		manual_says(manual.data, columns[i].name, columns[i].help);
	for (int i = 0; i < VIEWS; i++) {
		char *entry = xasprintf("\\fB%c\\fR %s", views[i].key, views[i].title);
		if (!strstr(manual.data, entry))
			fail_msg("man/tfl-top.1, KEYS, wants %s", entry);
		free(entry);
	}
	strbuf_fini(&manual);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_bound_twice),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(letters_at_a_prompt_are_text),
		cmocka_unit_test(keys_are_named),
		cmocka_unit_test(the_manual_has_every_key_and_column),
	};
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
