#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect(enum path_kind kind, const char *want)
{
	char *path = path_of(kind, "x", NULL);
	assert_string_equal(path, want);
	free(path);
}

static void variables_win_over_home(void **state)
{
	(void)state;
	setenv("HOME", "/home/op", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	setenv("XDG_DATA_HOME", "relative", 1);
	expect(PATH_CONFIG, "/home/op/.config/tfl-top/x");
	expect(PATH_STATE, "/home/op/.local/state/tfl-top/x");
	expect(PATH_DATA, "/home/op/.local/share/tfl-top/x");
	setenv("XDG_DATA_HOME", "/srv", 1);
	expect(PATH_DATA, "/srv/tfl-top/x");
}

static void without_a_home_it_says_so(void **state)
{
	(void)state;
	struct error err = {0};
	unsetenv("HOME");
	unsetenv("XDG_CONFIG_HOME");
	assert_null(path_of(PATH_CONFIG, "tfl-top.conf", &err));
	assert_non_null(strstr(err.text, "XDG_CONFIG_HOME"));
}

static void folders_are_made_private_and_errors_name_them(void **state)
{
	(void)state;
	struct error err = {0};
	char base[] = "/tmp/tfl-top-path-XXXXXX";
	assert_non_null(mkdtemp(base));
	char *deep = xasprintf("%s/a/b/c", base), *b = xasprintf("%s/a/b", base), *a = xasprintf("%s/a", base);
	assert_int_equal(path_make_folder(deep, &err), 0);
	assert_int_equal(path_make_folder(deep, &err), 0);
	struct stat st;
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(path_make_folder("/proc/nowhere/x", &err), -1);
	assert_non_null(strstr(err.text, "/proc/nowhere"));
	rmdir(b);
	rmdir(a);
	rmdir(base);
	free(deep);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_win_over_home),
		cmocka_unit_test(without_a_home_it_says_so),
		cmocka_unit_test(folders_are_made_private_and_errors_name_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
