#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include <fcntl.h>
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

/* The database is made at the end of the link: so is its lock. */
static void a_link_to_what_is_not_there_yet_leads_to_the_same_lock(void **state)
{
	(void)state;
	struct testing tt;
	int first, fd, pid;
	testing_start(&tt);
	char *link = xasprintf("%s/link.db", tt.folder), *further = xasprintf("%s/further.db", tt.folder);
	assert_int_equal(symlink("further.db", link), 0);
	assert_int_equal(symlink(tt.db_path, further), 0);
	assert_int_equal(history_lock(link, &first, &pid, &tt.err), 0);
	assert_int_equal(history_lock(tt.db_path, &fd, &pid, &tt.err), 1);
	assert_int_equal(history_lock(further, &fd, &pid, &tt.err), 1);
	close(first);
	config_override(tt.cfg, "history.db", link);
	testing_open(&tt);
	assert_int_equal(history_lock(tt.db_path, &fd, &pid, &tt.err), 1);
	testing_close(&tt);
	assert_int_equal(access(tt.db_path, F_OK), 0);
	free(link);
	free(further);
	testing_end(&tt);
}

/* SQLite keeps a log beside each name: what is committed by way of one is missing for the other. */
static void a_file_of_two_names_is_refused(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	testing_close(&tt);
	char *other = xasprintf("%s/other.db", tt.folder);
	assert_int_equal(link(tt.db_path, other), 0);
	config_override(tt.cfg, "history.db", other);
	assert_null(history_sink.open(tt.cfg, NULL, &tt.err));
	assert_non_null(strstr(tt.err.text, "other.db is one of 2 names of a file"));
	assert_null(db_open_reader(tt.db_path, &tt.err));
	assert_non_null(strstr(tt.err.text, "history.db is one of 2 names of a file"));
	assert_int_equal(unlink(tt.db_path), 0);
	sqlite3 *db = db_open_reader(other, &tt.err);
	assert_non_null(db);
	sqlite3_close(db);
	free(other);
	testing_end(&tt);
}

/* Whoever opens and closes a database beside SQLite takes the locks away that SQLite has on it in the same process. */
static void opening_leaves_the_locks_of_others(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	testing_close(&tt);
	sqlite3 *reader = db_open_reader(tt.db_path, &tt.err);
	assert_non_null(reader);
	assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM minute", NULL, NULL, NULL), SQLITE_OK);
	testing_open(&tt);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510}; /* where SQLite's shared locks are */
	pid_t pid = fork();
	if (!pid) {
		int fd = open(tt.db_path, O_RDWR);
		_exit(fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	sqlite3_close(reader);
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
		cmocka_unit_test(a_link_to_what_is_not_there_yet_leads_to_the_same_lock),
		cmocka_unit_test(a_file_of_two_names_is_refused),
		cmocka_unit_test(opening_leaves_the_locks_of_others),
		cmocka_unit_test(kill_9_gives_the_lock_back),
		cmocka_unit_test(files_have_the_modes_that_were_asked_for),
		cmocka_unit_test(a_place_that_cannot_be_written_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
