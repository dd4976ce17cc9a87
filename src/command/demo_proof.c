#include "command/demo.h"

#include "base/mem.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One station name, as the simulator had it acknowledged and as the history counted it. */
struct tally {
	char *station;
	uint64_t produced_entries, produced_exits;
	uint64_t counted_entries, counted_exits;
};

struct proof {
	struct tally *rows;
	size_t count, cap;
};

static struct tally *tally_of(struct proof *proof, const char *station)
{
	for (size_t i = 0; i < proof->count; i++)
		if (!strcmp(proof->rows[i].station, station))
			return &proof->rows[i];
	proof->rows = xgrow(proof->rows, proof->count, &proof->cap, sizeof *proof->rows);
	proof->rows[proof->count] = (struct tally){.station = xstrdup(station)};
	return &proof->rows[proof->count++];
}

static void add_produced(const char *station, uint64_t entries, uint64_t exits, void *arg)
{
	struct tally *row = tally_of(arg, station);
	row->produced_entries += entries;
	row->produced_exits += exits;
}

static int add_counted(struct proof *proof, const char *db_path, struct error *err)
{
	sqlite3 *db = db_open_reader(db_path, err);
	if (!db)
		return -1;
	sqlite3_stmt *st;
	int rc = sqlite3_prepare_v2(db, "SELECT station, sum(entries), sum(exits) FROM station_day GROUP BY station", -1, &st, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct tally *row = tally_of(proof, (const char *)sqlite3_column_text(st, 0));
		row->counted_entries += (uint64_t)sqlite3_column_int64(st, 1);
		row->counted_exits += (uint64_t)sqlite3_column_int64(st, 2);
		rc = SQLITE_OK;
	}
	if (rc != SQLITE_DONE)
		error_set(err, "%s: %s", db_path, sqlite3_errmsg(db));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tally *)a)->station, ((const struct tally *)b)->station);
}

/* Writes the table; returns how many stations differ, and the sums in *total. */
static size_t write_rows(struct proof *proof, struct tally *total, struct strbuf *out)
{
	size_t differ = 0;
	if (proof->count)
		qsort(proof->rows, proof->count, sizeof *proof->rows, by_name);
	strbuf_printf(out, "%-34s %9s %9s %9s %9s\n", "station", "entries", "counted", "exits", "counted");
	for (size_t i = 0; i < proof->count; i++) {
		const struct tally *row = &proof->rows[i];
		int same = row->produced_entries == row->counted_entries && row->produced_exits == row->counted_exits;
		differ += !same;
		strbuf_printf(out, "%-34s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "%s\n", row->station, row->produced_entries,
			      row->counted_entries, row->produced_exits, row->counted_exits, same ? "" : "  differs");
		total->produced_entries += row->produced_entries;
		total->produced_exits += row->produced_exits;
		total->counted_entries += row->counted_entries;
		total->counted_exits += row->counted_exits;
	}
	return differ;
}

int demo_proof(struct demo *demo, const char *db_path, struct strbuf *out, struct error *err)
{
	struct proof proof = {0};
	struct tally total = {0};
	simulator_totals(demo->sim, add_produced, &proof);
	int rc = add_counted(&proof, db_path, err);
	if (!rc) {
		struct enrich_status join;
		enrich_status(demo->enrich, &join);
		size_t differ = write_rows(&proof, &total, out);
		uint64_t produced = total.produced_entries + total.produced_exits, counted = total.counted_entries + total.counted_exits;
		int holds = !differ && produced == join.joined && produced == counted;
		strbuf_printf(out, "produced %" PRIu64 "  enriched %" PRIu64 "  counted %" PRIu64 "  stations %zu  differing %zu\n%s\n", produced,
			      join.joined, counted, proof.count, differ,
			      !holds ? "proof fails: produced, enriched and counted differ" :
			      produced ? "proof holds: produced = enriched = counted" : "nothing to prove: stopped before the first passenger");
		rc = !holds;
	}
	for (size_t i = 0; i < proof.count; i++)
		free(proof.rows[i].station);
	free(proof.rows);
	return rc;
}
