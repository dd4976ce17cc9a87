#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "base/strbuf.h"
#include "store/backup.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define T0 1795507200000 /* 2026-11-24T08:00:00Z */

static struct testing tt;
static sqlite3 *reader;
static char *copy_path;
static int64_t bytes;

static int open_history(void **state)
{
	(void)state;
	testing_start(&tt);
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	reader = db_open_reader(tt.db_path, &tt.err);
	copy_path = xasprintf("%s/copy.db", tt.folder);
	return 0;
}

static int close_history(void **state)
{
	(void)state;
	sqlite3_close(reader);
	free(copy_path);
	testing_end(&tt);
	return 0;
}

static bool go_on(void *arg, int done, int all)
{
	(void)arg;
	assert_in_range(done, 0, all);
	return false;
}

static int64_t number(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	int64_t value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

static size_t files_in_folder(void)
{
	size_t count = 0;
	DIR *dir = opendir(tt.folder);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += !strncmp(entry->d_name, "copy.db", 7);
	closedir(dir);
	return count;
}

static void refused(const char *path, const char *word)
{
	size_t before = files_in_folder();
	assert_int_equal(backup_write(reader, path, 0640, go_on, NULL, &bytes, &tt.err), -1);
	if (!strstr(tt.err.text, word))
		fail_msg("%s: \"%s\" does not say \"%s\"", path, tt.err.text, word);
	assert_int_equal(files_in_folder(), before);
}

/* Every row of every table, whatever order it lies in on the disk. */
static void same_tables(const char *path)
{
	char *attach = xasprintf("ATTACH '%s' AS other", path);
	sqlite3 *db = NULL;
	sqlite3_stmt *names, *differ;
	assert_int_equal(sqlite3_open_v2(tt.db_path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT name FROM main.sqlite_schema WHERE type = 'table'", -1, &names, NULL);
	int tables = 0;
	for (; sqlite3_step(names) == SQLITE_ROW; tables++) {
		const char *name = (const char *)sqlite3_column_text(names, 0);
		char *sql = xasprintf("SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM other.%s)) + "
				      "(SELECT count(*) FROM (SELECT * FROM other.%s EXCEPT SELECT * FROM main.%s))", name, name, name, name);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &differ, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(differ), SQLITE_ROW);
		if (sqlite3_column_int64(differ, 0))
			fail_msg("%s: %d rows differ", name, sqlite3_column_int(differ, 0));
		sqlite3_finalize(differ);
		free(sql);
	}
	assert_true(tables > 8);
	sqlite3_finalize(names);
	sqlite3_close(db);
	free(attach);
}

static void a_copy_is_one_whole_file(void **state)
{
	(void)state;
	struct stat st;
	assert_int_equal(backup_write(reader, copy_path, 0640, go_on, NULL, &bytes, &tt.err), 0);
	assert_int_equal(stat(copy_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_size, bytes);
	assert_int_equal(files_in_folder(), 1); /* no -wal, no -shm, nothing temporary */
	same_tables(copy_path);
	assert_int_equal(number(copy_path, "SELECT 1 FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
	assert_int_equal(files_in_folder(), 1); /* reading it needs no other file either */
}

/* Commits a passenger between any two steps: the copy holds what was there when it began, offsets and counts of one transaction. */
static bool write_on(void *arg, int done, int all)
{
	int *steps = arg;
	(void)done, (void)all;
	for (int i = 0; i < 60; i++)
		testing_event(&tt, ENTRY, "Angel", T0 + ++*steps * 60000LL);
	testing_commit(&tt);
	return false;
}

static void a_copy_under_load_is_one_moment_and_goes_on_exactly(void **state)
{
	(void)state;
	int steps = 0;
	for (int i = 0; i < 12; i++) { /* enough for some steps */
		for (int j = 0; j < 30; j++) {
			char name[100];
			snprintf(name, sizeof name, "%060d", i * 100 + j);
			testing_event(&tt, ENTRY, name, T0 + i * 900000LL);
		}
		testing_commit(&tt);
	}
	sqlite3_exec(tt.hs->db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO dead_letters "
		     "SELECT i, 'history', 't', 0, 1, i, i, i, 'bad_json', '', NULL, zeroblob(65536), 65536 FROM n", NULL, NULL, NULL);
	int64_t before = testing_int(&tt, "SELECT sum(entries) FROM station_day");
	assert_int_equal(backup_write(reader, copy_path, 0640, write_on, &steps, &bytes, &tt.err), 0);
	assert_true(steps >= 120); /* it was written meanwhile */
	assert_int_equal(number(copy_path, "SELECT sum(entries) FROM station_day"), before);
	assert_int_equal(number(copy_path, "SELECT sum(entries) FROM station_minute"), before);
	assert_int_equal(number(copy_path, "SELECT stored FROM ledger WHERE topic = 'station_entries'"), before);
	assert_int_equal(number(copy_path, "SELECT next_offset FROM feed_offset WHERE topic = 'station_entries'"), before);

	/* put in the place of the history: the feed reads again what the copy lacks, and no more */
	int64_t end = tt.parts[0].next_offset, all = testing_int(&tt, "SELECT sum(entries) FROM station_day");
	testing_close(&tt);
	config_override(tt.cfg, "history.db", copy_path);
	snprintf(tt.db_path, sizeof tt.db_path, "%s", copy_path);
	testing_open(&tt);
	assert_int_equal(tt.parts[0].next_offset, before);
	for (int i = 1; tt.parts[0].next_offset < end; i++) {
		testing_event(&tt, ENTRY, "Angel", T0 + i * 60000LL);
		testing_commit(&tt);
	}
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_day"), all);
}

static void nothing_is_replaced(void **state)
{
	(void)state;
	char *other = xasprintf("%s/other", tt.folder), *wal = xasprintf("%s-wal", tt.db_path), *lock = xasprintf("%s.lock", tt.db_path);
	refused("", "needs the name");
	refused(tt.folder, "is a folder");
	refused(tt.db_path, "is the history itself");
	assert_int_equal(symlink(tt.db_path, other), 0);
	refused(other, "is the history itself");
	unlink(other);
	assert_int_equal(link(tt.db_path, other), 0);
	refused(other, "is the history itself");
	unlink(other);
	assert_int_equal(symlink("/nowhere", other), 0);
	refused(other, "exists and is not replaced");
	unlink(other);
	fclose(fopen(copy_path, "w"));
	refused(copy_path, "exists and is not replaced");
	unlink(copy_path);
	refused(wal, "exists and is not replaced");
	unlink(lock); /* also where no such file lies */
	refused(lock, "its own notes");
	refused("/nowhere/copy.db", "No such file or directory");
	free(lock);
	lock = xasprintf("%s-journal", copy_path);
	fclose(fopen(lock, "w"));
	refused(copy_path, "left of an earlier database");
	free(lock);
	free(wal);
	free(other);
}

static bool stop(void *arg, int done, int all)
{
	(void)arg, (void)all;
	return done > 0;
}

static void one_that_is_stopped_or_runs_out_of_room_leaves_nothing(void **state)
{
	(void)state;
	sqlite3_exec(tt.hs->db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO dead_letters "
		     "SELECT i, 'history', 't', 0, 1, i, i, i, 'bad_json', '', NULL, zeroblob(65536), 65536 FROM n", NULL, NULL, NULL);
	assert_int_equal(backup_write(reader, copy_path, 0640, stop, NULL, &bytes, &tt.err), 1);
	assert_int_equal(files_in_folder(), 0);
	struct rlimit limit, small;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 1024 * 1024;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	refused(copy_path, "copy.db");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(backup_write(reader, copy_path, 0600, go_on, NULL, &bytes, &tt.err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_history, close_history)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_copy_is_one_whole_file),
		TEST(a_copy_under_load_is_one_moment_and_goes_on_exactly),
		TEST(nothing_is_replaced),
		TEST(one_that_is_stopped_or_runs_out_of_room_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
