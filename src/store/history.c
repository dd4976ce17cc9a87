/* The history sink. Why a count can neither be lost nor doubled:
 *
 * The counts of a batch and the offsets up to which they count are one SQLite transaction. After any crash the file holds a state in which
 * both belong together, and the feed goes on reading at exactly those offsets: it is the file that knows the progress, never Kafka.
 *
 *  1. write() only adds to memory: cells, dead letters, verdicts. Killed here: the records are read again; nothing was stored.
 *  2. commit() puts all of it into one transaction together with next_offset. Killed here: SQLite rolls back at the next open; as 1.
 *  3. COMMIT has returned: the counts are in the file and so are the offsets behind them. Killed here: the feed goes on after them.
 *  4. Only then the verdicts are settled in the ledgers, memory is cleared and the screen's board gets the same cells.
 *
 * A failure in 2 (busy, disk full) rolls back and keeps everything in memory: the same commit is tried again, and since 4 was not reached,
 * no ledger, board or stored number has moved. What 2 reads of this struct it changes only in 4.
 *
 * `closed` and `pruned` decide which tables a cell belongs in (see data/sql/schema.sql). They move in the transaction that moves the rows,
 * after its cells were added under their old values: so every cell of a quarter is in `minute` when the quarter is summed, and goes to both
 * tables afterwards. */
#include "store/history.h"

#include "base/mem.h"
#include "store/db.h"
#include "store/history_internal.h"
#include "store/reader.h"
#include "store/stations_db.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOO_MANY "a new station, but as many as are kept have been named already"

static int take_lock(struct history *hs, const char *path, struct error *err)
{
	if (hs->live && (hs->lock_fd = live_take_lock(hs->live)) >= 0)
		return 0;
	int pid, taken = history_lock(path, &hs->lock_fd, &pid, err);
	if (taken == 1)
		error_set(err, "%s is written by another tfl-top (process %d): end that one, or use another file with --db", path, pid);
	return taken ? -1 : 0;
}

static int64_t keep_s(const struct config *cfg, const char *key)
{
	int64_t ms = config_ms(cfg, key);
	return ms == INT64_MAX ? INT64_MAX : ms / 1000;
}

static int load_state(struct history *hs, struct error *err)
{
	if (db_zone(hs->db, err) || stations_db_sync(&hs->sql, err) || stations_db_load(&hs->sql, &hs->stations, err))
		return -1;
	hs->stations_stored = hs->stations.count;
	hs->watermark_ms = hs->watermark_stored_ms = db_meta_int(hs->db, "watermark_ms", 0);
	hs->closed = db_meta_int(hs->db, "closed", 0);
	hs->pruned = db_meta_int(hs->db, "pruned", 0);
	return hs->live ? board_show(hs->db, hs->live, err) : 0;
}

static void close_sink(void *sink)
{
	struct history *hs = sink;
	sql_fini(&hs->sql);
	sqlite3_close(hs->db); /* the last connection checkpoints */
	if (hs->lock_fd >= 0)
		close(hs->lock_fd);
	cells_fini(&hs->cells);
	dead_fini(&hs->dead);
	stations_fini(&hs->stations);
	free(hs->verdicts);
	free(hs->saved);
	free(hs);
}

static void *open_sink(const struct config *cfg, void *arg, struct error *err)
{
	char *path = history_path(cfg, true, err);
	if (!path)
		return NULL;
	struct history *hs = xcalloc(1, sizeof *hs);
	hs->live = arg;
	hs->lock_fd = -1;
	hs->keep_minutes_s = keep_s(cfg, "history.keep_minutes");
	if (hs->keep_minutes_s < BOARD_MINUTES * 60) /* else a restart would empty the screen's last minutes */
		hs->keep_minutes_s = BOARD_MINUTES * 60;
	hs->keep_quarters_s = keep_s(cfg, "history.keep_quarters");
	stations_init(&hs->stations);
	cells_init(&hs->cells);
	dead_init(&hs->dead, config_count(cfg, "history.dead_letters"));
	int rc = take_lock(hs, path, err);
	if (!rc && !(hs->db = db_open_writer(path, config_mode(cfg, "history.mode"), err)))
		rc = -1;
	sql_init(&hs->sql, hs->db);
	if (!rc)
		rc = load_state(hs, err);
	free(path);
	if (rc)
		close_sink(hs);
	return rc ? NULL : hs;
}

static int check_cluster(struct history *hs, const char *cluster, struct error *err)
{
	char *stored = db_meta_text(hs->db, "cluster");
	int rc = 0;
	if (!stored && cluster && *cluster)
		rc = db_meta_put(hs->db, "cluster", cluster, err);
	else if (stored && cluster && *cluster && strcmp(stored, cluster))
		rc = error_set(err, "this history belongs to cluster %s, the brokers are cluster %s: use --db with another file", stored, cluster);
	free(stored);
	return rc;
}

static void restore_row(sqlite3_stmt *stmt, struct partition *part)
{
	struct ledger *led = &part->ledger;
	int64_t hash[2];
	int64_t *const numbers[] = {&part->next_offset, &part->last.offset, &hash[0], &part->first.offset, &hash[1], &part->low, &part->high,
				    &part->stable};
	uint64_t *const counts[] = {&led->consumed, &led->stored, &led->duplicate, &led->late, &led->dead, &led->skipped, &led->released,
				    &led->in_flight};
	part->epoch = sqlite3_column_int(stmt, 0);
	for (int i = 0; i < 8; i++) {
		*numbers[i] = sqlite3_column_int64(stmt, i + 1);
		*counts[i] = (uint64_t)sqlite3_column_int64(stmt, i + 9);
	}
	part->last.hash = (uint64_t)hash[0];
	part->first.hash = (uint64_t)hash[1];
}

static int restore_partition(struct history *hs, struct partition *part, struct error *err)
{
	sqlite3_stmt *stmt = sql_get(&hs->sql, "progress_get");
	if (!stmt)
		return db_error(hs->db, err);
	sqlite3_bind_text(stmt, 1, part->topic, -1, SQLITE_STATIC);
	sqlite3_bind_int(stmt, 2, part->partition);
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		restore_row(stmt, part);
	else if (rc == SQLITE_DONE)
		part->epoch = 0;
	else
		db_error(hs->db, err);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static int restore(void *sink, const char *cluster, struct partition *parts, size_t count, struct error *err)
{
	struct history *hs = sink;
	int rc = check_cluster(hs, cluster, err);
	for (size_t i = 0; i < count && !rc; i++)
		rc = restore_partition(hs, &parts[i], err);
	return rc;
}

static void refuse(struct history *hs, const struct batch *bat, const struct record *rec, enum dead_reason reason, const char *detail)
{
	dead_add(&hs->dead, &bat->partitions[rec->part], rec, reason, detail, bat->now_ms);
	hs->verdicts[rec->part].dead++;
}

static void take(struct history *hs, const struct batch *bat, const struct record *rec)
{
	const struct partition *part = &bat->partitions[rec->part];
	struct verdicts *vd = &hs->verdicts[rec->part];
	struct event ev;
	if (!rec->value) {
		vd->skipped++;
		return;
	}
	enum dead_reason reason = record_decode(&hs->decoder, rec, part->direction, bat->now_ms, &ev);
	if (reason != ALIVE) {
		refuse(hs, bat, rec, reason, hs->decoder.detail);
		return;
	}
	uint32_t station = stations_resolve(&hs->stations, ev.station, ev.location);
	if (station == STATION_NONE) {
		refuse(hs, bat, rec, TOO_MANY_STATIONS, TOO_MANY);
		return;
	}
	cells_add(&hs->cells, station, ev.time_ms, ev.direction);
	if (ev.time_ms > hs->watermark_ms)
		hs->watermark_ms = ev.time_ms;
	vd->stored++;
}

static enum sink_result write_batch(void *sink, const struct batch *bat, struct error *err)
{
	struct history *hs = sink;
	(void)err;
	while (hs->nverdicts < bat->npartitions) {
		hs->verdicts = xgrow(hs->verdicts, hs->nverdicts, &hs->verdicts_cap, sizeof *hs->verdicts);
		hs->verdicts[hs->nverdicts++] = (struct verdicts){0};
	}
	for (size_t i = 0; i < bat->count; i++)
		take(hs, bat, &bat->records[i]);
	return SINK_OK;
}

static bool has_more(void *sink)
{
	struct history *hs = sink;
	return hs->nnotes || (hs->live && live_has_notes(hs->live));
}

const struct sink_ops history_sink = {
	.name = "history",
	.help = "counts by station and minute in SQLite, exactly once",
	.progress = PROGRESS_SINK,
	.open = open_sink,
	.restore = restore,
	.write = write_batch,
	.has_more = has_more,
	.commit = history_commit,
	.close = close_sink,
};
