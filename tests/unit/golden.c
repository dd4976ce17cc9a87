#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void golden_compare(const char *name, const struct strbuf *drawn)
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
