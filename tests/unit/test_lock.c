#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void a_second_process_is_told_who_writes(void **state)
{
	(void)state;
	struct testing tt;
	int fd, pid;
	testing_start(&tt);
	testing_open(&tt);
	assert_int_equal(history_lock(tt.db_path, &fd, &pid, &tt.err), 1);
	assert_int_equal(pid, getpid());
	assert_int_equal(fd, -1);
	assert_null(history_sink.open(tt.cfg, NULL, &tt.err));
	assert_non_null(strstr(tt.err.text, "another tfl-top (process "));
	testing_close(&tt);
	assert_int_equal(history_lock(tt.db_path, &fd, &pid, &tt.err), 0);
	close(fd);
	testing_end(&tt);
}

static void a_link_leads_to_the_same_lock(void **state)
{
	(void)state;
	struct testing tt;
	int fd, pid;
	testing_start(&tt);
	testing_open(&tt);
	char *link = xasprintf("%s/link.db", tt.folder);
	assert_int_equal(symlink("history.db", link), 0);
	assert_int_equal(history_lock(link, &fd, &pid, &tt.err), 1);
	assert_int_equal(pid, getpid());
	free(link);
	testing_close(&tt);
	testing_end(&tt);
}

static void kill_9_gives_the_lock_back(void **state)
{
	(void)state;
	struct testing tt;
	int fd, owner, ready[2];
	char byte;
	testing_start(&tt);
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (!pid) {
		if (history_lock(tt.db_path, &fd, &owner, &tt.err) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(history_lock(tt.db_path, &fd, &owner, &tt.err), 1);
	assert_int_equal(owner, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(history_lock(tt.db_path, &fd, &owner, &tt.err), 0);
	assert_int_equal(owner, getpid());
	close(fd);
	close(ready[0]);
	close(ready[1]);
	testing_end(&tt);
}

static unsigned mode_of(const char *folder, const char *name)
{
	char path[160];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return stat(path, &st) ? 0 : st.st_mode & 0777;
}

static void files_have_the_modes_that_were_asked_for(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	char *deeper = xasprintf("%s/a/b/history.db", tt.folder);
	config_override(tt.cfg, "history.db", deeper);
	free(deeper);
	mode_t mask = umask(0);
	testing_open(&tt);
	umask(mask);
	assert_int_equal(mode_of(tt.folder, "a"), 0700);
	assert_int_equal(mode_of(tt.folder, "a/b"), 0700);
	assert_int_equal(mode_of(tt.folder, "a/b/history.db"), 0640);
	assert_int_equal(mode_of(tt.folder, "a/b/history.db-wal"), 0640);
	testing_close(&tt);
	assert_int_equal(mode_of(tt.folder, "a/b/history.db-wal"), 0640); /* kept, so that others can read the file beside it */
	testing_end(&tt);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
	(void)state;
	struct testing tt;
	int fd, pid;
	testing_start(&tt);
	assert_int_equal(history_lock("/proc/nowhere/history.db", &fd, &pid, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "/proc/nowhere/history.db.lock"));
	assert_non_null(strstr(tt.err.text, "--db"));
	testing_end(&tt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_process_is_told_who_writes),
		cmocka_unit_test(a_link_leads_to_the_same_lock),
		cmocka_unit_test(kill_9_gives_the_lock_back),
		cmocka_unit_test(files_have_the_modes_that_were_asked_for),
		cmocka_unit_test(a_place_that_cannot_be_written_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
