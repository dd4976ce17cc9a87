#include "store/reader.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/db.h"
#include "store/history.h"
#include "store/sql.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TICK_S 1
#define STRAGGLING_MS 2000 /* what is written so soon after the writer was missed may still be its own */
#define RATE_TICKS 10 /* events/s of a viewer are those of so many seconds, … */
#define RATE_LEAST 3 /* … and of no fewer than these */
#define ROWS_SHARE 100 /* reckoning up how many rows there are reads some of them: it takes at most so small a share of the time, … */
#define ROWS_EVERY_US 10000000 /* … and is done at most so often */

struct sample {
	int64_t at_us;
	uint64_t consumed;
};

struct reader {
	pthread_t thread;
	char *path;
	struct live *live;
	bool viewer;
	int writer;              /* its process; the thread's own */
	struct wake *news;

	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t stop; /* stopping, or asked */
	bool stopping;
	sqlite3 *db; /* changed by the thread only; NULL until the file can be read */
	struct store_status status;
	int64_t inspected; /* station; -1 none */
	bool asked;        /* and it is not read yet */
	struct station_day station;

	/* the thread's own */
	struct sql sql;
	int64_t data_version;    /* last seen; -1 none */
	int64_t baseline_minute; /* for which baselines were loaded */
	struct sample samples[RATE_TICKS + 1]; /* oldest first */
	size_t nsamples;
	int64_t rows_due_us; /* when they are to be counted next */
};

static bool wait_tick(struct reader *rd, int seconds)
{
	int64_t until_ms = clock_mono_us() / 1000 + seconds * 1000;
	pthread_mutex_lock(&rd->lock);
	while (!rd->stopping && !rd->asked && seconds && !thread_cond_wait(&rd->stop, &rd->lock, until_ms)) {
	}
	bool stopping = rd->stopping;
	pthread_mutex_unlock(&rd->lock);
	return !stopping;
}

static void copy_column(char *to, size_t size, sqlite3_stmt *stmt, int n)
{
	const unsigned char *text = sqlite3_column_text(stmt, n);
	snprintf(to, size, "%s", text ? (const char *)text : "");
}

static void read_gaps(struct sql *sql, struct store_status *ss)
{
	sqlite3_stmt *stmt = sql_get(sql, "status_gaps");
	sql_bind(stmt, 1, (const int64_t[]){STORE_GAPS_SHOWN}, 1);
	for (ss->gaps_shown = 0; stmt && ss->gaps_shown < STORE_GAPS_SHOWN && sqlite3_step(stmt) == SQLITE_ROW; ss->gaps_shown++) {
		struct store_gap *gap = &ss->gap[ss->gaps_shown];
		copy_column(gap->kind, sizeof gap->kind, stmt, 0);
		copy_column(gap->topic, sizeof gap->topic, stmt, 1);
		gap->partition = sqlite3_column_int(stmt, 2);
		gap->epoch = sqlite3_column_int(stmt, 3);
		gap->first_offset = sqlite3_column_int64(stmt, 4);
		gap->last_offset = sqlite3_column_int64(stmt, 5);
		gap->detected_ts = sqlite3_column_int64(stmt, 6);
		copy_column(gap->note, sizeof gap->note, stmt, 7);
	}
	sqlite3_reset(stmt);
}

static void read_dead(struct sql *sql, struct store_status *ss)
{
	sqlite3_stmt *stmt = sql_get(sql, "status_dead");
	sql_bind(stmt, 1, (const int64_t[]){STORE_DEAD_SHOWN}, 1);
	for (ss->dead_shown = 0; stmt && ss->dead_shown < STORE_DEAD_SHOWN && sqlite3_step(stmt) == SQLITE_ROW; ss->dead_shown++) {
		struct store_dead *dead = &ss->dead[ss->dead_shown];
		copy_column(dead->reason, sizeof dead->reason, stmt, 0);
		copy_column(dead->topic, sizeof dead->topic, stmt, 1);
		dead->partition = sqlite3_column_int(stmt, 2);
		dead->offset = sqlite3_column_int64(stmt, 3);
		dead->received_ts = sqlite3_column_int64(stmt, 4);
		copy_column(dead->detail, sizeof dead->detail, stmt, 5);
	}
	sqlite3_reset(stmt);
}

void notes_load(struct sql *sql, int64_t before_ts, struct store_status *ss)
{
	sqlite3_stmt *stmt = sql_get(sql, "status_scenario");
	sql_bind(stmt, 1, (const int64_t[]){before_ts, STORE_NOTES_SHOWN}, 2);
	for (ss->notes_shown = 0; stmt && ss->notes_shown < STORE_NOTES_SHOWN && sqlite3_step(stmt) == SQLITE_ROW; ss->notes_shown++) {
		struct scenario_note *note = &ss->note[ss->notes_shown];
		note->ts = sqlite3_column_int64(stmt, 0);
		copy_column(note->scenario, sizeof note->scenario, stmt, 1);
		copy_column(note->action, sizeof note->action, stmt, 2);
		note->factor = sqlite3_column_type(stmt, 3) == SQLITE_NULL ? NAN : sqlite3_column_double(stmt, 3);
		note->until_ts = sqlite3_column_int64(stmt, 4);
		copy_column(note->station, sizeof note->station, stmt, 5);
	}
	sqlite3_reset(stmt);
}

static void read_partition(sqlite3_stmt *stmt, struct partition_status *ps)
{
	struct ledger *led = &ps->ledger;
	uint64_t *const counts[] = {&led->consumed, &led->stored, &led->duplicate, &led->late, &led->dead, &led->skipped, &led->released,
				    &led->in_flight};
	*ps = (struct partition_status){.rate = -1};
	copy_column(ps->topic, sizeof ps->topic, stmt, 0);
	ps->partition = sqlite3_column_int(stmt, 1);
	ps->epoch = sqlite3_column_int(stmt, 2);
	ps->next_offset = sqlite3_column_int64(stmt, 3);
	ps->stable = sqlite3_column_int64(stmt, 4);
	ps->high = sqlite3_column_int64(stmt, 5);
	ps->low = sqlite3_column_int64(stmt, 6);
	ps->lag = ps->stable < 0 || ps->next_offset < 0 ? -1 : ps->stable > ps->next_offset ? ps->stable - ps->next_offset : 0;
	for (int i = 0; i < 8; i++)
		*counts[i] = (uint64_t)sqlite3_column_int64(stmt, i + 7);
}

static void read_progress(struct reader *rd, struct feed_status *fd)
{
	sqlite3_stmt *stmt = sql_get(&rd->sql, "status_progress");
	char *cluster = db_meta_text(rd->db, "cluster");
	*fd = (struct feed_status){.name = "history", .lag = -1, .rate = -1};
	snprintf(fd->cluster, sizeof fd->cluster, "%s", cluster ? cluster : "");
	free(cluster);
	sql_bind(stmt, 1, (const int64_t[]){FEED_PARTITIONS_MAX}, 1);
	while (stmt && fd->partitions < FEED_PARTITIONS_MAX && sqlite3_step(stmt) == SQLITE_ROW) {
		struct partition_status *ps = &fd->partition[fd->partitions++];
		read_partition(stmt, ps);
		ledger_add(&fd->total, &ps->ledger);
		if (ps->lag >= 0)
			fd->lag = fd->lag < 0 ? ps->lag : fd->lag + ps->lag;
	}
	sqlite3_reset(stmt);
}

static void read_two(struct sql *sql, const char *name, uint64_t *first, uint64_t *second)
{
	sqlite3_stmt *stmt = sql_get(sql, name);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		*first = (uint64_t)sqlite3_column_int64(stmt, 0);
		*second = (uint64_t)sqlite3_column_int64(stmt, 1);
	}
	sqlite3_reset(stmt);
}

static void read_times(struct reader *rd, struct store_status *ss)
{
	ss->first_ts = sql_int(sql_get(&rd->sql, "first_ts"), 0);
	ss->closed_ts = db_meta_int(rd->db, "closed", 0);
	ss->pruned_ts = db_meta_int(rd->db, "pruned", 0);
	int64_t watermark_ts = db_meta_int(rd->db, "watermark_ms", 0) / 1000;
	ss->days = ss->first_ts ? (double)(watermark_ts - ss->first_ts) / 86400 : 0;
}

/* Its size; *written_ms becomes its time where that is later. */
static int64_t look_at_file(const char *path, const char *suffix, int64_t *written_ms)
{
	char *name = xasprintf("%s%s", path, suffix);
	struct stat st = {0};
	int64_t size = stat(name, &st) ? 0 : (int64_t)st.st_size, ms = st.st_mtim.tv_sec * 1000LL + st.st_mtim.tv_nsec / 1000000;
	*written_ms = ms > *written_ms ? ms : *written_ms;
	free(name);
	return size;
}

static void refresh_status(struct reader *rd)
{
	struct store_status ss;
	reader_status(rd, &ss);
	ss.open = true;
	ss.detail[0] = '\0';
	read_times(rd, &ss);
	read_two(&rd->sql, "status_counts", &ss.dead_letters, &ss.gaps);
	read_gaps(&rd->sql, &ss);
	read_dead(&rd->sql, &ss);
	notes_load(&rd->sql, INT64_MAX, &ss);
	if (rd->viewer)
		read_progress(rd, &ss.feed);
	int64_t begun_us = clock_mono_us();
	if (begun_us >= rd->rows_due_us) {
		read_two(&rd->sql, "status_rows", &ss.minutes, &ss.quarters);
		int64_t ended_us = clock_mono_us(), rest_us = (ended_us - begun_us) * ROWS_SHARE;
		rd->rows_due_us = ended_us + (rest_us > ROWS_EVERY_US ? rest_us : ROWS_EVERY_US);
	}
	pthread_mutex_lock(&rd->lock);
	rd->status = ss;
	pthread_mutex_unlock(&rd->lock);
}

static void refresh_baselines(struct reader *rd)
{
	int64_t minute = db_meta_int(rd->db, "watermark_ms", 0) / 60000;
	struct baseline *baselines;
	struct error err;
	size_t count;
	if (minute == rd->baseline_minute || baselines_load(rd->db, INT64_MAX, &baselines, &count, &err))
		return;
	rd->baseline_minute = minute;
	live_set_baselines(rd->live, baselines, count);
}

static void set_db(struct reader *rd, sqlite3 *db, const char *detail)
{
	pthread_mutex_lock(&rd->lock);
	rd->db = db;
	rd->status.open = db != NULL;
	snprintf(rd->status.detail, sizeof rd->status.detail, "%.255s", detail);
	pthread_mutex_unlock(&rd->lock);
	sql_init(&rd->sql, db);
	rd->data_version = -1;
}

static void refresh_station(struct reader *rd)
{
	struct station_day sd = {.station = -1};
	struct error err;
	pthread_mutex_lock(&rd->lock);
	int64_t station = rd->inspected;
	pthread_mutex_unlock(&rd->lock);
	if (station >= 0 && station_day_load(&rd->sql, station, INT64_MAX, &sd, &err)) {
		log_warn("%s", err.text);
		return;
	}
	pthread_mutex_lock(&rd->lock);
	rd->station = sd;
	pthread_mutex_unlock(&rd->lock);
	if (rd->news)
		wake_raise(rd->news);
}

static bool take_asked(struct reader *rd)
{
	pthread_mutex_lock(&rd->lock);
	bool asked = rd->asked;
	rd->asked = false;
	pthread_mutex_unlock(&rd->lock);
	return asked;
}

/* How fast the stored sums grow: what a viewer can know of the stream's pace. They shrink when a topic was made anew. */
static void refresh_rate(struct reader *rd)
{
	pthread_mutex_lock(&rd->lock);
	struct sample now = {clock_mono_us(), rd->status.feed.total.consumed};
	if (rd->nsamples && rd->samples[rd->nsamples - 1].consumed > now.consumed)
		rd->nsamples = 0;
	if (rd->nsamples == RATE_TICKS + 1)
		memmove(rd->samples, rd->samples + 1, --rd->nsamples * sizeof *rd->samples);
	rd->samples[rd->nsamples++] = now;
	double events = (double)(now.consumed - rd->samples[0].consumed), us = (double)(now.at_us - rd->samples[0].at_us);
	rd->status.feed.rate = rd->nsamples <= RATE_LEAST ? -1 : events * 1e6 / us;
	pthread_mutex_unlock(&rd->lock);
}

/* A process that cannot be seen from here (a container's) is taken to run. */
static bool runs(int process)
{
	return process < 0 || !kill(process, 0) || errno == EPERM;
}

/* Since when the writer is missed; 0 it is there. The lock is tried only when the grace is over, or when somebody writes after all: to try
 * is to hold it, which would keep a writer from starting. */
static int64_t miss_writer(struct reader *rd, int64_t gone_ms, bool *heir)
{
	int64_t now_ms = clock_wall_ms();
	if (runs(rd->writer))
		return 0;
	gone_ms = gone_ms ? gone_ms : now_ms;
	bool back = rd->status.written_ms > gone_ms + STRAGGLING_MS;
	struct error err;
	int fd, pid;
	if (!back && now_ms - gone_ms < READER_GRACE_MS)
		return gone_ms;
	int taken = history_lock(rd->path, &fd, &pid, &err);
	if (taken < 0)
		return gone_ms;
	*heir = !taken && !back;
	if (*heir)
		live_keep_lock(rd->live, fd);
	else if (!taken)
		close(fd);
	else
		rd->writer = pid > 0 && pid != rd->writer ? pid : -1;
	return taken ? 0 : *heir ? gone_ms : now_ms;
}

static void watch_writer(struct reader *rd)
{
	bool heir = rd->status.heir;
	int64_t gone_ms = heir ? rd->status.writer_gone_ms : miss_writer(rd, rd->status.writer_gone_ms, &heir);
	pthread_mutex_lock(&rd->lock);
	rd->status.writer_gone_ms = gone_ms;
	rd->status.heir = heir;
	pthread_mutex_unlock(&rd->lock);
	if (heir && rd->news)
		wake_raise(rd->news);
}

static bool open_db(struct reader *rd)
{
	struct error err;
	if (rd->db)
		return true;
	sqlite3 *db = db_open_reader(rd->path, &err);
	set_db(rd, db, db ? "" : err.text);
	return db != NULL;
}

static void refresh(struct reader *rd)
{
	struct error err;
	bool asked = take_asked(rd);
	int64_t version = sql_int(sql_get(&rd->sql, "data_version"), -1), written_ms = 0;
	int64_t db_bytes = look_at_file(rd->path, "", &written_ms), wal_bytes = look_at_file(rd->path, "-wal", &written_ms);
	pthread_mutex_lock(&rd->lock);
	rd->status.db_bytes = db_bytes;
	rd->status.wal_bytes = wal_bytes;
	rd->status.written_ms = written_ms;
	pthread_mutex_unlock(&rd->lock);
	if (version != rd->data_version || asked)
		refresh_station(rd);
	if (version == rd->data_version)
		return;
	rd->data_version = version;
	if (rd->viewer && board_show(rd->db, rd->live, &err))
		log_warn("%s", err.text);
	refresh_baselines(rd);
	refresh_status(rd);
	if (rd->news)
		wake_raise(rd->news);
}

static void tick(struct reader *rd)
{
	if (rd->viewer)
		watch_writer(rd);
	if (!open_db(rd))
		return;
	refresh(rd);
	if (rd->viewer)
		refresh_rate(rd);
}

static void *run(void *arg)
{
	struct reader *rd = arg;
	for (int seconds = 0; wait_tick(rd, seconds); seconds = TICK_S)
		tick(rd);
	sqlite3 *db = rd->db;
	sql_fini(&rd->sql);
	set_db(rd, NULL, "");
	sqlite3_close(db);
	return NULL;
}

struct reader *reader_start(const char *db_path, struct live *lv, int writer, struct wake *news)
{
	struct reader *rd = xcalloc(1, sizeof *rd);
	rd->path = xstrdup(db_path);
	rd->live = lv;
	rd->viewer = writer != 0;
	rd->writer = writer;
	rd->status.feed.rate = -1;
	rd->news = news;
	rd->data_version = rd->baseline_minute = rd->inspected = rd->station.station = -1;
	snprintf(rd->status.path, sizeof rd->status.path, "%s", db_path);
	pthread_mutex_init(&rd->lock, NULL);
	thread_cond_init(&rd->stop);
	thread_start(&rd->thread, "reader", run, rd);
	return rd;
}

void reader_stop(struct reader *rd)
{
	pthread_mutex_lock(&rd->lock);
	rd->stopping = true;
	if (rd->db)
		sqlite3_interrupt(rd->db);
	pthread_cond_signal(&rd->stop);
	pthread_mutex_unlock(&rd->lock);
	pthread_join(rd->thread, NULL);
	pthread_cond_destroy(&rd->stop);
	pthread_mutex_destroy(&rd->lock);
	free(rd->path);
	free(rd);
}

void reader_status(struct reader *rd, struct store_status *out)
{
	pthread_mutex_lock(&rd->lock);
	*out = rd->status;
	pthread_mutex_unlock(&rd->lock);
}

void reader_inspect(struct reader *rd, int64_t station)
{
	pthread_mutex_lock(&rd->lock);
	rd->inspected = station;
	rd->asked = true;
	pthread_cond_signal(&rd->stop);
	pthread_mutex_unlock(&rd->lock);
}

void reader_station(struct reader *rd, struct station_day *out)
{
	pthread_mutex_lock(&rd->lock);
	*out = rd->station;
	pthread_mutex_unlock(&rd->lock);
}
