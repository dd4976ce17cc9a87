/* Why the page-wise copy of sqlite3_backup and not VACUUM INTO: the latter sorts every table and index anew, which takes several times as
 * long, cannot be watched and cannot be stopped between pages. Why no restart under load: sqlite3_backup begins again when the source changes
 * between its steps, but a read transaction that stays open sees one state of a WAL database, whatever is committed meanwhile. */
#include "store/backup.h"

#include "base/mem.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES_A_STEP 2048 /* 8 MiB */

/* The folder of path as it really is, and the name below it: heap, or NULL. */
static char *real_place(const char *path)
{
	char *copy = xstrdup(path), *name = xstrdup(path);
	char *folder = realpath(dirname(copy), NULL), *place = folder ? xasprintf("%s/%s", folder, basename(name)) : NULL;
	free(folder);
	free(name);
	free(copy);
	return place;
}

/* Beside a database these names are SQLite's and ours, whether or not a file bears them at the moment. */
static int refuse_companions(const char *source, const char *path, struct error *err)
{
	static const char *const suffixes[] = {"-wal", "-shm", "-journal", ".lock"};
	char *from = realpath(source, NULL), *to = real_place(path);
	int rc = 0;
	for (size_t i = 0; from && to && !rc && i < sizeof suffixes / sizeof *suffixes; i++) {
		char *companion = xasprintf("%s%s", from, suffixes[i]), *stale = xasprintf("%s%s", to, suffixes[i]);
		if (!strcmp(companion, to))
			rc = error_set(err, "%s is where the history keeps its own notes: name another file", path);
		else if (i != 3 && !access(stale, F_OK)) /* SQLite would play it into the copy */
			rc = error_set(err, "%s%s is left of an earlier database: remove it, or name another file", path, suffixes[i]);
		free(stale);
		free(companion);
	}
	free(to);
	free(from);
	return rc;
}

static int refuse_place(sqlite3 *db, const char *path, struct error *err)
{
	const char *source = sqlite3_db_filename(db, "main");
	struct stat to, from;
	if (!*path)
		return error_set(err, "a backup needs the name of a file");
	if (!stat(path, &to) && S_ISDIR(to.st_mode))
		return error_set(err, "%s is a folder: name a file in it", path);
	if (!stat(path, &to) && !stat(source, &from) && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
		return error_set(err, "%s is the history itself: name another file", path);
	if (!lstat(path, &to))
		return error_set(err, "%s exists and is not replaced: remove it, or name another file", path);
	return refuse_companions(source, path, err);
}

static int copy_pages(sqlite3 *from, sqlite3 *to, backup_progress progress, void *arg, struct error *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int rc = backup ? SQLITE_OK : sqlite3_errcode(to);
	bool stopped = false;
	while (!rc && !stopped) {
		rc = sqlite3_backup_step(backup, PAGES_A_STEP);
		int all = sqlite3_backup_pagecount(backup), left = sqlite3_backup_remaining(backup);
		stopped = progress(arg, all - left, all) && rc == SQLITE_OK;
	}
	sqlite3_backup_finish(backup);
	if (stopped)
		return 1;
	return rc == SQLITE_DONE ? 0 : db_error(sqlite3_errcode(to) ? to : from, err);
}

/* No journal, no syncs: until the file has its name, nobody misses it. In the end it is one file, that can also be read where nothing can be
 * written; the program makes it a WAL database again when it writes to it. */
static int copy_into(sqlite3 *from, const char *path, backup_progress progress, void *arg, struct error *err)
{
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc)
		rc = error_set(err, "cannot write %s: %s", path, sqlite3_errstr(rc));
	if (!rc)
		rc = db_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", err);
	if (!rc)
		rc = copy_pages(from, to, progress, arg, err);
	if (!rc)
		rc = db_exec(to, "PRAGMA journal_mode = DELETE", err);
	sqlite3_close(to);
	return rc;
}

static int sync_path(const char *path, int flags, int64_t *bytes)
{
	struct stat st;
	int fd = open(path, flags | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) || fstat(fd, &st) ? -1 : 0;
	int saved = errno;
	if (!rc && bytes)
		*bytes = st.st_size;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return rc;
}

/* Never over a file that came meanwhile. Some file systems know no such renaming, but links; those fail just as well. */
static int give_name(const char *temp, const char *path)
{
	if (!renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(temp, path) || unlink(temp) ? -1 : 0;
}

static int publish(const char *temp, const char *path, int64_t *bytes, struct error *err)
{
	if (sync_path(temp, O_RDONLY, bytes) || give_name(temp, path))
		return error_set(err, "cannot write %s: %s", path, strerror(errno));
	char *copy = xstrdup(path);
	int rc = sync_path(dirname(copy), O_RDONLY | O_DIRECTORY, NULL);
	if (rc) /* it is there, but may be gone after a power failure */
		error_set(err, "cannot make sure that %s is on the disk: %s", path, strerror(errno));
	free(copy);
	return rc;
}

static int make_temp(char *temp, const char *path, unsigned mode, struct error *err)
{
	int fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return error_set(err, "cannot write %s: %s", path, strerror(errno));
	int rc = fchmod(fd, mode) ? error_set(err, "cannot set the permissions of %s: %s", path, strerror(errno)) : 0;
	close(fd);
	if (rc)
		unlink(temp);
	return rc;
}

static void remove_temp(const char *temp)
{
	static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		char *path = xasprintf("%s%s", temp, suffixes[i]);
		unlink(path);
		free(path);
	}
}

int backup_write(sqlite3 *db, const char *path, unsigned mode, backup_progress progress, void *arg, int64_t *bytes, struct error *err)
{
	char *temp = xasprintf("%s.XXXXXX", path);
	int rc = refuse_place(db, path, err) || make_temp(temp, path, mode, err) ? -1 : 0;
	if (!rc) {
		/* The first read fixes the state that is copied. */
		rc = db_exec(db, "BEGIN; SELECT count(*) FROM meta", err);
		if (!rc)
			rc = copy_into(db, temp, progress, arg, err);
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		if (!rc)
			rc = publish(temp, path, bytes, err);
		if (rc)
			remove_temp(temp);
	}
	free(temp);
	return rc;
}
