#include "store/db.h"

#include "base/asset.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/zone.h"
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_WRITER_MS 2000
#define BUSY_READER_MS 5000
#define APPLICATION_ID 0x74666c74 /* "tflt": tells our files from others */

static const char *remedy(int code)
{
	static const struct {
		int code;
		const char *remedy;
	} rows[] = {
		{SQLITE_CORRUPT, "; it is damaged and was left as it is: move it away and start again, or restore a copy"},
		{SQLITE_NOTADB, "; it is no SQLite database and was left as it is: choose another file with --db"},
		{SQLITE_CANTOPEN, "; check that folder and file can be read and written, or choose another file with --db"},
		{SQLITE_READONLY, "; it cannot be written: change its permissions, or choose another file with --db"},
		{SQLITE_PERM, "; change its permissions, or choose another file with --db"},
		{SQLITE_BUSY, "; another program holds it locked: end that program, or try again"},
		{SQLITE_LOCKED, "; another connection holds it locked: try again"},
		{SQLITE_FULL, "; make room on the disk"},
		{SQLITE_IOERR, "; check the disk"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == (code & 0xff))
			return rows[i].remedy;
	return "";
}

int db_error(sqlite3 *db, struct error *err)
{
	return error_set(err, "%s: %s%s", sqlite3_db_filename(db, "main"), sqlite3_errmsg(db), remedy(sqlite3_errcode(db)));
}

int db_exec(sqlite3 *db, const char *sql, struct error *err)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		return db_error(db, err);
	return 0;
}

/* The whole of a named asset below data/ run as SQL. */
static int exec_asset(sqlite3 *db, const char *name, struct error *err)
{
	return db_exec(db, asset_find(name)->data, err);
}

static sqlite3_stmt *meta_stmt(sqlite3 *db, const char *key)
{
	sqlite3_stmt *stmt;
	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = ?1", -1, &stmt, NULL))
		return NULL;
	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	return stmt;
}

char *db_meta_text(sqlite3 *db, const char *key)
{
	sqlite3_stmt *stmt = meta_stmt(db, key);
	char *text = NULL;
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0))
		text = xstrdup((const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return text;
}

int64_t db_meta_int(sqlite3 *db, const char *key, int64_t preset)
{
	sqlite3_stmt *stmt = meta_stmt(db, key);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER)
		preset = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return preset;
}

int db_meta_put(sqlite3 *db, const char *key, const char *text, struct error *err)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", -1, &stmt, NULL);
	if (!rc) {
		sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 2, text, -1, SQLITE_STATIC);
		rc = sqlite3_step(stmt) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(db);
		sqlite3_finalize(stmt);
	}
	return rc ? db_error(db, err) : 0;
}

static int pragma_int(sqlite3 *db, const char *sql, int *value)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	if (rc)
		return rc;
	rc = sqlite3_step(stmt);
	*value = rc == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* 1: ours and of this version; 0: empty (*version 0) or of an older version, which the writer migrates; -1 error. */
static int check_version(sqlite3 *db, const char *path, int *version, struct error *err)
{
	int id = 0, tables = 0;
	if (pragma_int(db, "PRAGMA user_version", version) || pragma_int(db, "PRAGMA application_id", &id) ||
	    pragma_int(db, "SELECT count(*) FROM sqlite_schema", &tables))
		return db_error(db, err);
	if (tables && id != APPLICATION_ID)
		return error_set(err, "%s is a database of another program: choose another file with --db", path);
	if (*version > SCHEMA_VERSION)
		return error_set(err, "%s was written by a newer tfl-top (schema %d, this one knows %d): use that version, or another file with --db",
				 path, *version, SCHEMA_VERSION);
	return tables ? *version == SCHEMA_VERSION : 0;
}

static int create_busyness(sqlite3 *db, struct error *err)
{
	struct strbuf text = {0};
	size_t len;
	const char *part = sql_text("sql/busyness.sql", "head_view", &len);
	strbuf_add(&text, part, len);
	part = sql_text("sql/busyness.sql", "body", &len);
	strbuf_add(&text, part, len);
	int rc = db_exec(db, text.data, err);
	strbuf_fini(&text);
	return rc;
}

static int create_schema(sqlite3 *db, struct error *err)
{
	char text[96], now[21];
	int start = zone_day_start_minutes();
	if (start % 15)
		return error_set(err, "time.day_start: a service day begins at a whole quarter of an hour, such as 04:30");
	snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, SCHEMA_VERSION);
	if (db_exec(db, "BEGIN IMMEDIATE", err))
		return -1;
	if (exec_asset(db, "sql/schema.sql", err) || exec_asset(db, "sql/views.sql", err) || create_busyness(db, err) ||
	    db_exec(db, text, err))
		goto fail;
	snprintf(text, sizeof text, "%02d:%02d", start / 60, start % 60);
	zone_utc_text(clock_wall_ms() / 1000, now);
	if (db_meta_put(db, "zone", zone_name(), err) || db_meta_put(db, "day_start", text, err) || db_meta_put(db, "created", now, err) ||
	    db_exec(db, "COMMIT", err))
		goto fail;
	return 0;
fail:
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* From each version to the next, in one transaction: whoever looks on sees the old file or the new one. */
static int migrate(sqlite3 *db, int version, struct error *err)
{
	char text[64];
	snprintf(text, sizeof text, "PRAGMA user_version = %d", SCHEMA_VERSION);
	if (db_exec(db, "BEGIN IMMEDIATE", err))
		return -1;
	int rc = exec_asset(db, "sql/drop-views.sql", err);
	for (; version < SCHEMA_VERSION && !rc; version++) {
		char name[32];
		snprintf(name, sizeof name, "sql/migrate-%d.sql", version + 1);
		rc = exec_asset(db, name, err);
	}
	if (!rc)
		rc = exec_asset(db, "sql/views.sql", err) || create_busyness(db, err) || db_exec(db, text, err) || db_exec(db, "COMMIT", err) ? -1 : 0;
	if (rc)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

static int make_current(sqlite3 *db, int version, struct error *err)
{
	return version ? migrate(db, version, err) : create_schema(db, err);
}

/* Made before SQLite opens it, so that no moment passes with other permissions; SQLite gives -wal and -shm those of the file. One that is
 * there is not opened: closing it would take the locks away that a reader of this process has on it, and with them the log from under us. */
static int make_file(const char *path, unsigned mode, struct error *err)
{
	char *real = path_real(path); /* a link to what is not there yet counts as being there */
	int rc = 0, fd = open(real, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0 && (errno != EEXIST || access(real, R_OK | W_OK)))
		rc = error_set(err, "cannot write %s: %s; change its permissions, or choose another file with --db", path, strerror(errno));
	else if (fd >= 0 && fchmod(fd, mode))
		rc = error_set(err, "cannot set the permissions of %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(real);
	return rc;
}

static int configure_writer(sqlite3 *db, struct error *err)
{
	int keep = 1;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	return db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 0; PRAGMA cache_size = -8000", err);
}

/* SQLite keeps a log beside the name by which it was opened, and what is in it is missing for whoever comes by another. */
static int refuse_kind(const char *path, struct error *err)
{
	struct stat st;
	if (stat(path, &st))
		return 0;
	if (S_ISDIR(st.st_mode))
		return error_set(err, "%s is a folder: name a file with --db", path);
	if (st.st_nlink > 1)
		return error_set(err, "%s is one of %lu names of a file, and SQLite would keep a log for each: remove the others (find -samefile), or "
				 "copy it and use the copy", path, (unsigned long)st.st_nlink);
	return 0;
}

static int open_file(const char *path, int flags, sqlite3 **db, struct error *err)
{
	int rc = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	return rc ? error_set(err, "cannot open %s: %s%s", path, sqlite3_errstr(rc), remedy(rc)) : 0;
}

sqlite3 *db_open_writer(const char *path, unsigned mode, struct error *err)
{
	sqlite3 *db = NULL;
	int version;
	if (refuse_kind(path, err) || make_file(path, mode, err))
		return NULL;
	if (open_file(path, SQLITE_OPEN_READWRITE, &db, err))
		goto fail;
	sqlite3_busy_timeout(db, BUSY_WRITER_MS);
	int known = check_version(db, path, &version, err);
	if (known < 0 || configure_writer(db, err) || (!known && make_current(db, version, err)))
		goto fail;
	return db;
fail:
	sqlite3_close(db);
	return NULL;
}

sqlite3 *db_open_reader(const char *path, struct error *err)
{
	sqlite3 *db = NULL;
	int version;
	if (access(path, F_OK)) {
		error_set(err, "there is no history at %s yet: run `tfl-top` or `tfl-top feed history` first, or name another file with --db", path);
		return NULL;
	}
	if (refuse_kind(path, err) || open_file(path, SQLITE_OPEN_READONLY, &db, err))
		goto fail;
	sqlite3_busy_timeout(db, BUSY_READER_MS);
	int known = check_version(db, path, &version, err);
	if (known > 0)
		return db;
	if (!known && version)
		error_set(err, "%s was written by an older tfl-top (schema %d, this one's is %d): `tfl-top feed history` or `tfl-top` brings it up to date",
			  path, version, SCHEMA_VERSION);
	else if (!known)
		error_set(err, "%s is empty: `tfl-top feed history` fills it", path);
fail:
	sqlite3_close(db);
	return NULL;
}

int db_zone(sqlite3 *db, struct error *err)
{
	char *zone = db_meta_text(db, "zone"), *start = db_meta_text(db, "day_start"), ours[8];
	int minutes = zone_day_start_minutes(), rc = 0;
	snprintf(ours, sizeof ours, "%02d:%02d", minutes / 60 % 24, minutes % 60);
	if (!zone || !start)
		rc = error_set(err, "%s does not say its time zone: it is damaged; restore a copy", sqlite3_db_filename(db, "main"));
	else if (strcmp(zone, zone_name()) || strcmp(start, ours))
		rc = error_set(err, "%s counts its days in %s from %s, the configuration says %s from %s: set time.zone and time.day_start to the "
			       "former, or use another file with --db", sqlite3_db_filename(db, "main"), zone, start, zone_name(), ours);
	free(zone);
	free(start);
	return rc;
}

int db_adopt_zone(sqlite3 *db, struct error *err)
{
	char *zone = db_meta_text(db, "zone"), *start = db_meta_text(db, "day_start");
	int rc = zone && start ? zone_init(zone, start, err) : db_zone(db, err);
	free(zone);
	free(start);
	return rc;
}
