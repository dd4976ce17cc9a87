#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui_fixture.h"

#include "base/mem.h"
#include "base/rng.h"
#include "ui/screen.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct snapshot snap;

static int start(void **state)
{
	(void)state;
	fixture_init(&snap);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	snapshot_fini(&snap);
	return 0;
}

static char *golden_path(const char *name)
{
	const char *srcdir = getenv("srcdir");
	return xasprintf("%s/tests/golden/%s.txt", srcdir ? srcdir : ".", name);
}

static void read_file(const char *path, struct strbuf *out)
{
	char block[4096];
	FILE *in = fopen(path, "r");
	for (size_t n; in && (n = fread(block, 1, sizeof block, in));)
		strbuf_add(out, block, n);
	if (in)
		fclose(in);
}

static void write_file(const char *path, const struct strbuf *text)
{
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fwrite(strbuf_str(text), 1, text->len, out);
	assert_int_equal(fclose(out), 0);
}

/* UPDATE_GOLDEN=1 writes the files anew; look at the difference before you keep it. */
static void compare(const char *name, const struct strbuf *drawn)
{
	char *path = golden_path(name);
	struct strbuf golden = {0};
	if (getenv("UPDATE_GOLDEN"))
		write_file(path, drawn);
	read_file(path, &golden);
	if (strcmp(strbuf_str(&golden), strbuf_str(drawn)))
		fail_msg("%s differs; drawn now:\n%s", path, strbuf_str(drawn));
	strbuf_fini(&golden);
	free(path);
}

static void draw(struct screen *sc, int width, int height, bool ascii, struct strbuf *out)
{
	struct canvas cv;
	canvas_init(&cv, width, height, ascii);
	screen_refresh(sc, &snap);
	screen_draw(sc, &snap, &cv);
	canvas_to_text(&cv, out);
	canvas_fini(&cv);
}

static void views_are_as_their_goldens(void **state)
{
	(void)state;
	static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}, {1, 1}};
	for (size_t i = 0; i < VIEWS * 4 * 2; i++) {
		const int *size = sizes[i / 2 % 4];
		struct screen sc;
		struct strbuf drawn = {0};
		char name[64];
		bool ascii = i % 2;
		assert_int_equal(screen_init(&sc, views[i / 8].name, NULL, NULL, NULL), 0);
		draw(&sc, size[0], size[1], ascii, &drawn);
		snprintf(name, sizeof name, "%s-%dx%d%s", views[i / 8].name, size[0], size[1], ascii ? "-ascii" : "");
		compare(name, &drawn);
		strbuf_fini(&drawn);
		screen_fini(&sc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_are_as_their_goldens),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
