#include "ui/format.h"
#include "ui/page.h"
#include "ui/sink_block.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WAL_LARGE (256 * 1024 * 1024)
#define OFFSET_FIELD(fn, member)                                                                                                           \
	static void fn(const void *row, char *out, size_t size)                                                                            \
	{                                                                                                                                  \
		snprintf(out, size, "%s", format_known(((const struct partition_status *)row)->member).s);                                 \
	}
#define LEDGER_FIELD(fn, member)                                                                                                           \
	static void fn(const void *row, char *out, size_t size)                                                                            \
	{                                                                                                                                  \
		snprintf(out, size, "%s", format_count(((const struct partition_status *)row)->ledger.member).s);                          \
	}

OFFSET_FIELD(next_value, next_offset)
OFFSET_FIELD(stable_value, stable)
OFFSET_FIELD(high_value, high)
OFFSET_FIELD(low_value, low)
OFFSET_FIELD(lag_value, lag)
OFFSET_FIELD(epoch_value, epoch)
LEDGER_FIELD(consumed_value, consumed)
LEDGER_FIELD(stored_value, stored)
LEDGER_FIELD(duplicate_value, duplicate)
LEDGER_FIELD(late_value, late)
LEDGER_FIELD(dead_value, dead)
LEDGER_FIELD(skipped_value, skipped)
LEDGER_FIELD(released_value, released)
LEDGER_FIELD(in_flight_value, in_flight)

static void name_value(const void *row, char *out, size_t size)
{
	const struct partition_status *ps = row;
	if (ps->partition < 0)
		snprintf(out, size, "%s", ps->topic);
	else
		snprintf(out, size, "%s/%" PRId32, ps->topic, ps->partition);
}

static void rate_value(const void *row, char *out, size_t size)
{
	snprintf(out, size, "%s", format_rate(((const struct partition_status *)row)->rate).s);
}

static void holds_value(const void *row, char *out, size_t size)
{
	snprintf(out, size, "%s", ledger_holds(&((const struct partition_status *)row)->ledger) ? "✓" : "✗");
}

static const struct field offset_fields[] = {
	{"TOPIC/PARTITION", {17, 40, 0, NULL}, false, name_value},
	{"EPOCH", {5, 5, 4, NULL}, true, epoch_value},
	{"NEXT", {11, 15, 0, NULL}, true, next_value},
	{"STABLE", {11, 15, 1, NULL}, true, stable_value},
	{"HIGH", {11, 15, 2, NULL}, true, high_value},
	{"LOW", {11, 15, 3, NULL}, true, low_value},
	{"LAG", {9, 12, 0, NULL}, true, lag_value},
	{"EV/S", {8, 10, 0, NULL}, true, rate_value},
};

/* Read as the equation it is, with its verdict: the last thing to go where there is no room. */
static const struct field ledger_fields[] = {
	{"LEDGER", {17, 40, 0, NULL}, false, name_value},
	{"CONSUMED", {9, 15, 1, NULL}, true, consumed_value},
	{"= STORED", {9, 15, 2, NULL}, true, stored_value},
	{"+ DUP", {5, 9, 5, NULL}, true, duplicate_value},
	{"+LATE", {5, 9, 6, NULL}, true, late_value},
	{"+DEAD", {5, 9, 3, NULL}, true, dead_value},
	{"+SKIP", {5, 9, 7, NULL}, true, skipped_value},
	{"+ REL", {5, 9, 8, NULL}, true, released_value},
	{"+ FLY", {5, 9, 4, NULL}, true, in_flight_value},
	{"", {1, 1, 0, NULL}, false, holds_value},
};

#define COUNT(array) (sizeof array / sizeof *array)

static void draw_offsets(struct page *pg, const struct feed_status *fd)
{
	int fits[PAGE_FIELDS];
	page_fit(pg, offset_fields, COUNT(offset_fields), fits);
	page_table_head(pg, offset_fields, COUNT(offset_fields), fits);
	for (size_t i = 0; i < fd->partitions && i < FEED_PARTITIONS_MAX; i++) {
		const struct partition_status *ps = &fd->partition[i];
		page_table_row(pg, offset_fields, COUNT(offset_fields), fits, ROLE_TEXT, ps);
		if (ps->held)
			page_line(pg, ROLE_WARN, "", "held by an open transaction: %s records, since %s",
				  format_known(ps->high - ps->stable).s, format_clock(ps->held_since_ms).s);
	}
}

static void draw_ledgers(struct page *pg, const struct feed_status *fd)
{
	int fits[PAGE_FIELDS];
	struct partition_status total = {.topic = "all", .partition = -1, .ledger = fd->total};
	page_fit(pg, ledger_fields, COUNT(ledger_fields), fits);
	page_table_head(pg, ledger_fields, COUNT(ledger_fields), fits);
	for (size_t i = 0; i < fd->partitions && i < FEED_PARTITIONS_MAX; i++) {
		const struct partition_status *ps = &fd->partition[i];
		page_table_row(pg, ledger_fields, COUNT(ledger_fields), fits, ledger_holds(&ps->ledger) ? ROLE_TEXT : ROLE_ALERT, ps);
	}
	page_table_row(pg, ledger_fields, COUNT(ledger_fields), fits, ledger_holds(&fd->total) ? ROLE_STRONG : ROLE_ALERT, &total);
}

static void draw_partitions(struct page *pg, const struct feed_status *fd)
{
	if (!fd->partitions)
		return;
	draw_offsets(pg, fd);
	page_gap(pg);
	draw_ledgers(pg, fd);
}

static uint8_t feed_role(const struct feed_status *fd)
{
	enum feed_state state = fd->state;
	return sink_fails(&fd->sink)                            ? ROLE_ALERT
	       : state == FEED_LIVE                               ? ROLE_OK
	       : state == FEED_FAILED                           ? ROLE_ALERT
	       : state == FEED_STALLED || state == FEED_WAITING ? ROLE_WARN
								: ROLE_TEXT;
}

static struct words ago(const struct snapshot *snap, int64_t then_ms)
{
	struct words out = {"never"};
	if (then_ms)
		snprintf(out.s, sizeof out.s, "%.30s ago", format_long(snap->wall_ms > then_ms ? snap->wall_ms - then_ms : 0).s);
	return out;
}

static void draw_feed(struct page *pg, const struct snapshot *snap, const struct feed_status *fd)
{
	char note[64], title[64];
	int64_t stored_ms = fd == snapshot_history(snap) ? snap->board.watermark_ms : 0;
	int64_t watermark_ms = fd->watermark_ms > stored_ms ? fd->watermark_ms : stored_ms;
	snprintf(title, sizeof title, "Feed %s", fd->name);
	snprintf(note, sizeof note, "%s %s%s", fd->state == FEED_LIVE && !sink_fails(&fd->sink) ? "●" : "○", feed_state_name(fd->state),
		 sink_fails(&fd->sink) ? ", but nothing gets through" : "");
	page_title(pg, title, feed_role(fd), note);
	if (fd->detail[0])
		page_line(pg, feed_role(fd), "state", "%s", fd->detail);
	page_line(pg, fd->brokers_up ? ROLE_TEXT : ROLE_WARN, "broker", "%d %s up · %s%s", fd->brokers_up,
		  fd->brokers_up == 1 ? "connection" : "connections", fd->brokers,
		  snap->demo ? " · embedded; other processes reach it with -b" : "");
	page_line(pg, ROLE_TEXT, "cluster", "%s", fd->cluster[0] ? fd->cluster : UNKNOWN);
	page_line(pg, ROLE_TEXT, "watermark", "%s", watermark_ms ? format_when(watermark_ms).s : UNKNOWN);
	page_line(pg, ROLE_TEXT, "last arrival", "%s · at the end of every partition %s", ago(snap, fd->last_arrival_ms).s,
		  ago(snap, fd->caught_up_ms).s);
	page_line(pg, ROLE_TEXT, "flow", "%s events/s · lag %s", format_rate(fd->rate).s, format_known(fd->lag).s);
	page_line(pg, ROLE_TEXT, sink_block_has(fd) ? "commits" : "transactions", "%s · last took %s · slowest of the last minute %s",
		  format_count(fd->commits).s,
		  format_took(fd->commit_ms).s, format_took(fd->commit_ms_max).s);
	if (fd->last_error[0])
		page_line(pg, ROLE_WARN, sink_block_has(fd) ? "Kafka's error" : "last error", "%s: %s", format_when(fd->last_error_ms).s, fd->last_error);
	if (sink_block_has(fd))
		sink_block_draw(pg, fd, snap->wall_ms);
	draw_partitions(pg, fd);
	page_gap(pg);
}

/* A viewer knows of the feed what its process has stored. */
static void draw_stored_feed(struct page *pg, const struct snapshot *snap)
{
	const struct feed_status *fd = &snap->store.feed;
	page_title(pg, "Feed history", ROLE_DIM, "○ of another process, as it stored it last");
	page_line(pg, ROLE_TEXT, "cluster", "%s", fd->cluster[0] ? fd->cluster : UNKNOWN);
	page_line(pg, ROLE_TEXT, "watermark", "%s", snap->board.watermark_ms ? format_when(snap->board.watermark_ms).s : UNKNOWN);
	page_line(pg, ROLE_TEXT, "stored", "%s · lag %s then", ago(snap, snap->store.written_ms).s, format_known(fd->lag).s);
	draw_partitions(pg, fd);
	page_gap(pg);
}

static struct words instant(int64_t ts)
{
	return ts ? format_when(ts * 1000) : (struct words){UNKNOWN};
}

static void draw_store(struct page *pg, const struct snapshot *snap)
{
	const struct store_status *db = &snap->store;
	bool large = db->wal_bytes >= WAL_LARGE;
	page_title(pg, "History file", db->open ? ROLE_OK : ROLE_WARN, db->open ? "● open" : "○ not read");
	page_line(pg, ROLE_TEXT, "path", "%s", db->path[0] ? db->path : UNKNOWN);
	if (db->detail[0])
		page_line(pg, ROLE_WARN, "state", "%s", db->detail);
	page_line(pg, large ? ROLE_WARN : ROLE_TEXT, "size", "%s · write-ahead log %s%s", format_bytes(db->db_bytes).s,
		  format_bytes(db->wal_bytes).s, large ? ": a reader that does not end holds it; close long queries" : "");
	page_line(pg, ROLE_TEXT, "rows", "%s minutes · %s quarters", db->minutes ? format_count(db->minutes).s : UNKNOWN,
		  db->minutes ? format_count(db->quarters).s : UNKNOWN);
	page_line(pg, ROLE_TEXT, "reaches", "from %s, %s back · quarters closed to %s · minutes kept from %s", instant(db->first_ts).s,
		  db->first_ts ? format_long(snap->now_ms - db->first_ts * 1000).s : UNKNOWN, instant(db->closed_ts).s,
		  instant(db->pruned_ts).s);
	page_gap(pg);
}

static void draw_dead(struct page *pg, const struct store_status *db)
{
	page_title(pg, "Dead letters", db->dead_letters ? ROLE_WARN : ROLE_DIM,
		   db->dead_letters ? format_count(db->dead_letters).s : "none");
	for (size_t i = 0; i < db->dead_shown && i < STORE_DEAD_SHOWN; i++) {
		const struct store_dead *dead = &db->dead[i];
		page_line(pg, ROLE_TEXT, dead->reason, "%s  %s/%" PRId32 " @ %s  %s", instant(dead->received_ts).s, dead->topic,
			  dead->partition, format_known(dead->offset).s, dead->detail);
	}
	page_gap(pg);
}

static void draw_gaps(struct page *pg, const struct store_status *db)
{
	page_title(pg, "Gaps", db->gaps ? ROLE_WARN : ROLE_DIM, db->gaps ? format_count(db->gaps).s : "none");
	for (size_t i = 0; i < db->gaps_shown && i < STORE_GAPS_SHOWN; i++) {
		const struct store_gap *gap = &db->gap[i];
		page_line(pg, ROLE_TEXT, gap->kind, "%s  %s/%" PRId32 " epoch %" PRId32 "  offsets %s to %s  %s",
			  instant(gap->detected_ts).s, gap->topic, gap->partition, gap->epoch, format_known(gap->first_offset).s,
			  format_known(gap->last_offset).s, gap->note);
	}
	page_gap(pg);
}

static void draw_enrich(struct page *pg, const struct enrich_status *en)
{
	bool well = en->state == ENRICH_RUNNING;
	page_title(pg, "Enrich", well ? ROLE_OK : ROLE_WARN, enrich_state_name(en->state));
	if (en->detail[0])
		page_line(pg, ROLE_TEXT, "state", "%s", en->detail);
	page_line(pg, ROLE_TEXT, "table", "%s stations", format_count(en->stations).s);
	page_line(pg, ROLE_TEXT, "events", "%s read · %s joined · %s of unknown stations · %s bad · %s empty", format_count(en->read).s,
		  format_count(en->joined).s, format_count(en->unknown).s, format_count(en->bad).s, format_count(en->empty).s);
	page_line(pg, ROLE_TEXT, "flow", "%s events/s · lag %s · %s transactions · %s aborted", format_rate(en->rate).s,
		  format_known(en->lag).s, format_count(en->commits).s, format_count(en->aborts).s);
	if (en->last_error[0])
		page_line(pg, ROLE_WARN, "last error", "%s", en->last_error);
	page_gap(pg);
}

static void draw_simulator(struct page *pg, const struct sim_status *sim)
{
	page_title(pg, "Simulator", sim->state == SIM_FAILED ? ROLE_ALERT : ROLE_OK, sim_state_name(sim->state));
	if (sim->detail[0])
		page_line(pg, ROLE_TEXT, "state", "%s", sim->detail);
	page_line(pg, ROLE_TEXT, "clock", "%s · speed × %g", format_when(sim->virtual_ms).s, sim->speed_now);
	page_line(pg, ROLE_TEXT, "scenario", "%s · seed %" PRIu64 " · rate × %g", sim->scenario ? sim->scenario : UNKNOWN, sim->seed,
		  sim->desired.rate);
	page_line(pg, ROLE_TEXT, "journeys", "%s begun · %s travelling · %s entries · %s exits", format_count(sim->journeys).s,
		  format_count(sim->inside).s, format_count(sim->entries).s, format_count(sim->exits).s);
	page_line(pg, sim->failed ? ROLE_WARN : ROLE_TEXT, "produced", "%s · %s acknowledged · %s failed · %s events/s",
		  format_count(sim->produced).s, format_count(sim->acknowledged).s, format_count(sim->failed).s, format_rate(sim->rate).s);
	if (sim->last_error[0])
		page_line(pg, ROLE_WARN, "last error", "%s", sim->last_error);
	page_gap(pg);
}

static int lines_needed(const struct snapshot *snap)
{
	int lines = 120 + 3 * (int)snap->store.feed.partitions + PAGE_WRAP * (STORE_DEAD_SHOWN + STORE_GAPS_SHOWN);
	for (size_t i = 0; i < snap->feeds; i++)
		lines += 60 + 3 * (int)snap->feed[i].partitions;
	return lines;
}

void pipeline_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	struct page pg;
	page_init(&pg, area.w, lines_needed(snap), cv->ascii);
	for (size_t i = 0; i < snap->feeds; i++)
		draw_feed(&pg, snap, &snap->feed[i]);
	if (snap->mode == MODE_VIEWER)
		draw_stored_feed(&pg, snap);
	else if (!snap->feeds)
		page_line(&pg, ROLE_DIM, "feeds", snap->mode == MODE_FRAME ? "drawn from the file alone" : "none here");
	draw_store(&pg, snap);
	if (snap->mode != MODE_FRAME) {
		draw_dead(&pg, &snap->store);
		draw_gaps(&pg, &snap->store);
	}
	if (snap->has_enrich)
		draw_enrich(&pg, &snap->enrich);
	if (snap->has_sim)
		draw_simulator(&pg, &snap->sim);
	page_show(&pg, sc, cv, area);
}
