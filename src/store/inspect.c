#include "store/inspect.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define STEPS_BETWEEN_LOOKS 5000

static int64_t size_of(const char *path, const char *suffix)
{
	struct stat st;
	char *name = xasprintf("%s%s", path, suffix);
	int64_t bytes = stat(name, &st) ? 0 : (int64_t)st.st_size;
	free(name);
	return bytes;
}

/* The kernel's list of locks tells who holds one; trying it would keep out a writer that starts at that moment. */
static int holder_of(const char *path)
{
	struct stat st;
	char *name = xasprintf("%s.lock", path), line[256];
	FILE *locks = stat(name, &st) ? NULL : fopen("/proc/locks", "re");
	int holder = 0;
	free(name);
	while (locks && !holder && fgets(line, sizeof line, locks)) {
		int pid;
		uint64_t inode;
		if (sscanf(line, "%*d: FLOCK %*s WRITE %d %*x:%*x:%" SCNu64, &pid, &inode) == 2 && inode == st.st_ino)
			holder = pid;
	}
	if (locks)
		fclose(locks);
	return holder;
}

static void go_up(char *path)
{
	char *slash = strrchr(path, '/');
	if (slash)
		slash[slash == path] = '\0';
	else
		memcpy(path, ".", 2);
}

static void inspect_disk(const char *path, struct db_facts *out)
{
	struct stat st;
	struct statvfs fs;
	out->exists = !stat(path, &st);
	out->mode = out->exists ? st.st_mode & 07777 : 0;
	out->bytes = out->exists ? (int64_t)st.st_size : 0;
	out->wal_bytes = size_of(path, "-wal");
	snprintf(out->folder, sizeof out->folder, "%s", path);
	do
		go_up(out->folder);
	while (access(out->folder, F_OK) && strcmp(out->folder, "/") && strcmp(out->folder, "."));
	out->writable = !access(out->exists ? path : out->folder, W_OK);
	out->free_bytes = statvfs(out->folder, &fs) ? -1 : (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize);
}

static int look_at_clock(void *deadline_us)
{
	return clock_mono_us() > *(int64_t *)deadline_us;
}

static void check_pages(sqlite3 *db, int64_t timeout_ms, struct db_facts *out)
{
	int64_t deadline_us = clock_mono_us() + timeout_ms * 1000;
	sqlite3_stmt *stmt;
	sqlite3_progress_handler(db, STEPS_BETWEEN_LOOKS, look_at_clock, &deadline_us);
	int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
	if (!rc)
		rc = sqlite3_step(stmt);
	out->checked = rc != SQLITE_INTERRUPT;
	const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : sqlite3_errmsg(db);
	if (out->checked && (rc != SQLITE_ROW || strcmp(said, "ok")))
		snprintf(out->damage, sizeof out->damage, "%.*s", (int)strcspn(said, "\n"), said);
	sqlite3_finalize(stmt);
	sqlite3_progress_handler(db, 0, NULL, NULL);
}

static void inspect_content(sqlite3 *db, int64_t timeout_ms, struct db_facts *out)
{
	struct error err = {0};
	char *cluster = db_meta_text(db, "cluster");
	out->readable = true;
	out->version = SCHEMA_VERSION;
	snprintf(out->cluster, sizeof out->cluster, "%s", cluster ? cluster : "");
	free(cluster);
	out->watermark_ms = db_meta_int(db, "watermark_ms", 0);
	db_zone(db, &err);
	snprintf(out->zone_error, sizeof out->zone_error, "%s", err.text);
	check_pages(db, timeout_ms, out);
}

void db_inspect(const char *path, int64_t timeout_ms, struct db_facts *out)
{
	struct error err = {0};
	char *real = path_real(path); /* log and lock are beside the file, not beside a link to it */
	*out = (struct db_facts){0};
	inspect_disk(real, out);
	out->writer = holder_of(real);
	free(real);
	sqlite3 *db = out->exists ? db_open_reader(path, &err) : NULL;
	if (db)
		inspect_content(db, timeout_ms, out);
	snprintf(out->error, sizeof out->error, "%s", err.text);
	sqlite3_close(db);
}
