#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "base/rng.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/wait.h>

#define T0 1700035200000 /* 2023-11-15T08:00:00Z, a Wednesday */

static void counts_and_offsets_are_one_transaction(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0 + 1000);
	testing_event(&tt, ENTRY, "Angel", T0 + 59999);
	testing_event(&tt, EXIT, "Angel", T0 + 60000);
	testing_event(&tt, ENTRY, "Atlantis", T0 + 5);
	testing_write(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station_minute"), 0);
	assert_int_equal(tt.parts[0].ledger.stored, 0);
	testing_commit(&tt);
	assert_int_equal(tt.parts[0].ledger.stored, 3);
	assert_int_equal(tt.parts[0].ledger.in_flight, 0);
	assert_int_equal(testing_int(&tt, "SELECT entries FROM station_minute WHERE station='Angel' AND bucket='2023-11-15T08:00:00Z'"), 2);
	assert_int_equal(testing_int(&tt, "SELECT net FROM station_minute WHERE station='Angel' AND ts=1700035260"), -1);
	assert_int_equal(testing_int(&tt, "SELECT next_offset FROM feed_offset WHERE topic='station_entries'"), 3);
	assert_int_equal(testing_int(&tt, "SELECT stored FROM ledger WHERE topic='station_entries'"), 3);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station WHERE station_id='name:Atlantis' AND NOT known"), 1);
	testing_close(&tt);

	testing_open(&tt);
	assert_int_equal(tt.parts[0].next_offset, 3);
	assert_int_equal(tt.parts[0].last.hash, 14);
	assert_int_equal(tt.parts[1].next_offset, 1);
	testing_event(&tt, ENTRY, "Atlantis", T0 + 70000);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_day WHERE station='Atlantis'"), 2);
	testing_end(&tt);
}

static void restart_with_another_cluster_is_refused(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	assert_int_equal(history_sink.restore(tt.hs, "cluster-2", tt.parts, TESTING_PARTS, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "this history belongs to cluster cluster-1"));
	assert_non_null(strstr(tt.err.text, "--db"));
	testing_end(&tt);
}

static void bad_records_become_dead_letters(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	config_override(tt.cfg, "history.dead_letters", "3");
	testing_open(&tt);
	for (int i = 0; i < 5; i++)
		testing_value(&tt, 0, "{\"broken\"");
	testing_event(&tt, ENTRY, "Angel", tt.now_ms + 600000);
	testing_commit(&tt);
	assert_int_equal(tt.parts[0].ledger.dead, 6);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM dead_letter"), 3);
	assert_int_equal(testing_int(&tt, "SELECT sum(dead) FROM ledger"), 6);
	assert_int_equal(testing_int(&tt, "SELECT max(offset) FROM dead_letter WHERE reason='future'"), 5);
	assert_int_equal(testing_int(&tt, "SELECT value_size FROM dead_letter WHERE offset=4 AND reason='bad_json' AND key=x'6b'"), 9);
	testing_value(&tt, 0, "");
	tt.record[0].value = xcalloc(1, 100000);
	tt.record[0].value_len = 100000;
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT length(value) FROM dead_letter WHERE value_size=100000"), 65536);
	free((void *)tt.record[0].value);
	testing_end(&tt);
}

/* A stream that names ever new stations: they end somewhere, nobody is dropped in silence, and those that are there go on. */
static void stations_end_somewhere(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	int64_t reference = testing_int(&tt, "SELECT count(*) FROM station");
	for (int i = 0; i < STATIONS_MAX + 100; i++) {
		char name[32];
		snprintf(name, sizeof name, "Nowhere %d", i);
		testing_event(&tt, ENTRY, name, T0);
		if (i % 64 == 63)
			testing_write(&tt);
	}
	testing_event(&tt, ENTRY, "Nowhere 7", T0);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station"), STATIONS_MAX);
	assert_int_equal(tt.parts[0].ledger.stored, STATIONS_MAX - reference + 2);
	assert_int_equal(tt.parts[0].ledger.dead, reference + 100);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM dead_letter WHERE reason = 'too_many_stations'"), reference + 100);
	assert_int_equal(testing_int(&tt, "SELECT entries FROM station_day WHERE station = 'Nowhere 7'"), 2);
	testing_close(&tt);

	testing_open(&tt);
	testing_event(&tt, ENTRY, "Nowhere at all", T0);
	testing_commit(&tt);
	assert_int_equal(tt.parts[0].ledger.dead, reference + 101);
	testing_end(&tt);
}

static void tombstones_are_skipped(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	testing_value(&tt, 0, "");
	tt.record[0].value = NULL;
	testing_commit(&tt);
	assert_int_equal(tt.parts[0].ledger.skipped, 1);
	assert_true(ledger_holds(&tt.parts[0].ledger));
	testing_end(&tt);
}

/* What the closed and pruned times decide, shown by late events on each side of them. */
static void cells_go_where_closed_and_pruned_say(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	config_override(tt.cfg, "history.keep_minutes", "3h");
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM quarter"), 0);
	testing_event(&tt, ENTRY, "Angel", T0 + 1300000); /* 08:21:40: the first quarter is closed */
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT value FROM meta WHERE key='closed'"), T0 / 1000 + 900);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM quarter"), 1);
	testing_event(&tt, EXIT, "Angel", T0 + 61000); /* late */
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station_minute"), 3);
	assert_int_equal(testing_int(&tt, "SELECT exits FROM quarter"), 1);
	assert_int_equal(testing_int(&tt, "SELECT peak FROM total"), 2);
	testing_event(&tt, ENTRY, "Angel", T0 + 5 * 3600000);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT value FROM meta WHERE key='pruned'"), T0 / 1000 + 2 * 3600);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station_minute"), 1);
	testing_event(&tt, ENTRY, "Angel", T0 + 2000); /* older than pruned: by the quarter only */
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station_minute"), 1);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_15m"), 4);
	assert_int_equal(testing_int(&tt, "SELECT sum(exits) FROM station_hour"), 1);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_day"), 4);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM network_15m"), 4);
	assert_int_equal(testing_int(&tt, "SELECT peak FROM total"), 3);
	testing_end(&tt);
}

/* Of equal quarters the earliest is the peak, whichever came to its number first. */
static void the_peak_is_the_earliest_greatest_quarter(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	for (int quarter = 1; quarter >= 0; quarter--) {
		testing_event(&tt, ENTRY, "Angel", T0 + quarter * 900000);
		testing_event(&tt, EXIT, "Angel", T0 + quarter * 900000 + 61000);
		testing_event(&tt, ENTRY, "Bank", T0 + 7200000 + quarter);
		testing_commit(&tt);
		assert_int_equal(testing_int(&tt, "SELECT peak FROM total WHERE entries < 3 ORDER BY peak DESC"), 2);
		assert_int_equal(testing_int(&tt, "SELECT max(peak_ts) FROM total"), T0 / 1000 + quarter * 900);
	}
	testing_event(&tt, ENTRY, "Angel", T0 + 900000);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT max(peak_ts) FROM total"), T0 / 1000 + 900);
	testing_end(&tt);
}

static void old_quarters_are_dropped_when_asked(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	config_override(tt.cfg, "history.keep_quarters", "3d");
	testing_open(&tt);
	for (int day = 0; day < 6; day++) {
		testing_event(&tt, ENTRY, "Angel", T0 + day * 86400000LL);
		testing_commit(&tt);
	}
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station_day"), 4);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM network_15m"), 4);
	testing_end(&tt);
}

static void a_full_disk_changes_nothing_and_is_tried_again(void **state)
{
	(void)state;
	struct testing tt;
	struct error err;
	testing_start(&tt);
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	int64_t pages = testing_int(&tt, "PRAGMA page_count");
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA max_page_count=%d", (int)pages);
	assert_int_equal(db_exec(tt.hs->db, sql, &err), 0);
	for (int i = 0; i < 3000; i++) {
		testing_event(&tt, ENTRY, "Angel", T0 + i * 60000LL);
		testing_write(&tt);
	}
	struct ledger before = tt.parts[0].ledger;
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, NULL, 0, &tt.err), SINK_RETRY);
	assert_non_null(strstr(tt.err.text, "make room"));
	assert_memory_equal(&before, &tt.parts[0].ledger, sizeof before);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_day"), 1);
	assert_int_equal(testing_int(&tt, "SELECT next_offset FROM feed_offset WHERE topic='station_entries'"), 1);
	assert_int_equal(db_exec(tt.hs->db, "PRAGMA max_page_count=1000000", &err), 0);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_day"), 3002);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_15m"), 3002);
	assert_int_equal(tt.parts[0].ledger.stored, 3002);
	testing_end(&tt);
}

static void a_locked_file_is_tried_again(void **state)
{
	(void)state;
	struct testing tt;
	struct error err;
	sqlite3 *other;
	testing_start(&tt);
	testing_open(&tt);
	sqlite3_busy_timeout(tt.hs->db, 10);
	assert_int_equal(sqlite3_open(tt.db_path, &other), SQLITE_OK);
	assert_int_equal(db_exec(other, "BEGIN IMMEDIATE", &err), 0);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_write(&tt);
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, NULL, 0, &tt.err), SINK_RETRY);
	assert_int_equal(db_exec(other, "ROLLBACK", &err), 0);
	testing_commit(&tt);
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT sum(entries) FROM station_day"), 1);
	sqlite3_close(other);
	testing_end(&tt);
}

static void nothing_new_is_no_transaction(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	int64_t changes = sqlite3_total_changes64(tt.hs->db);
	testing_commit(&tt);
	assert_int_equal(sqlite3_total_changes64(tt.hs->db), changes);
	testing_end(&tt);
}

static void gaps_are_rows(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	const struct gap gap = {.topic = "station_exits", .partition = 0, .epoch = 1, .kind = GAP_RETENTION, .first_offset = 5, .last_offset = 9, .note = "n"};
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, &gap, 1, &tt.err), SINK_OK);
	assert_int_equal(testing_int(&tt, "SELECT last_offset FROM gap WHERE kind='retention' AND first_offset=5"), 9);
	testing_end(&tt);
}

/* A note is stored by the transaction after it was written, once, also when no passenger comes; not while the disk is full. */
static void notes_are_rows(void **state)
{
	(void)state;
	struct testing tt;
	struct live live;
	testing_start(&tt);
	live_init(&live, NULL);
	tt.live = &live;
	testing_open(&tt);
	testing_commit(&tt);
	assert_false(history_sink.has_more(tt.hs));
	live_note(&live, &(struct scenario_note){.ts = T0 / 1000, .scenario = "surge", .action = "rate", .factor = 2});
	live_note(&live, &(struct scenario_note){.ts = T0 / 1000 + 1, .scenario = "surge", .action = "pause", .factor = NAN});
	assert_true(history_sink.has_more(tt.hs));
	sqlite3_exec(tt.hs->db, "PRAGMA query_only=1", NULL, NULL, NULL);
	assert_true(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, NULL, 0, &tt.err) != SINK_OK);
	assert_true(history_sink.has_more(tt.hs));
	sqlite3_exec(tt.hs->db, "PRAGMA query_only=0", NULL, NULL, NULL);
	testing_commit(&tt);
	testing_commit(&tt);
	assert_false(history_sink.has_more(tt.hs));
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM scenario_event"), 2);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM scenario_event WHERE station IS NULL AND until IS NULL"), 2);
	live_note(&live, &(struct scenario_note){.ts = T0 / 1000, .scenario = "surge", .action = "surge", .factor = 5,
						 .until_ts = T0 / 1000 + 900, .station_id = "940GZZLUOXC"});
	testing_commit(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM scenario_event WHERE station='Oxford Circus' AND factor=5"
					  " AND until='2023-11-15T08:15:00Z'"), 1);
	sqlite3_exec(tt.hs->db, "DELETE FROM scenario_events WHERE station NOT NULL", NULL, NULL, NULL);
	assert_int_equal(testing_int(&tt, "SELECT factor FROM scenario_event WHERE action='rate' AND time='2023-11-15T08:00:00Z'"), 2);
	assert_int_equal(testing_int(&tt, "SELECT factor IS NULL FROM scenario_event WHERE action='pause' AND scenario='surge'"), 1);
	testing_end(&tt);
	live_fini(&live);
}

/* The child commits batches until it is killed, and says when it has made the first. */
static void commit_for_ever(struct testing *tt, uint64_t seed, int ready)
{
	struct rng rng;
	rng_init(&rng, seed, 0);
	testing_open(tt);
	for (int i = 0;; i++) {
		for (uint32_t n = rng_below(&rng, 60); n; n--)
			testing_event(tt, rng_below(&rng, 2) ? ENTRY : EXIT, rng_below(&rng, 2) ? "Angel" : "Bank",
				      T0 + tt->parts[0].next_offset * 9770 - rng_below(&rng, 4000000));
		testing_commit(tt);
		if (!i && write(ready, "", 1) != 1)
			_exit(1);
	}
}

/* Every fifth is killed while it is starting. */
static void kill_at_random(struct testing *tt, uint64_t seed, unsigned us)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (!pid)
		commit_for_ever(tt, seed, ready[1]);
	close(ready[1]);
	if (seed % 5)
		assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	nanosleep(&(struct timespec){0, us * 1000L}, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void kill_9_changes_no_count(void **state)
{
	(void)state;
	struct testing tt;
	struct rng rng;
	testing_start(&tt);
	config_override(tt.cfg, "history.keep_minutes", "1h");
	testing_open(&tt);
	testing_close(&tt);
	rng_init(&rng, 7, 0);
	for (uint64_t i = 0; i < 50; i++) {
		kill_at_random(&tt, i, rng_below(&rng, 8000));
		int64_t records = testing_int(&tt, "SELECT total(next_offset) FROM feed_offset");
		assert_int_equal(testing_int(&tt, "SELECT total(stored) FROM ledger"), records);
		assert_int_equal(testing_int(&tt, "SELECT total(entries) + total(exits) FROM station_day"), records);
		assert_int_equal(testing_int(&tt, "SELECT total(entries) + total(exits) FROM station_15m"), records);
		assert_int_equal(testing_int(&tt, "SELECT total(entries) + total(exits) FROM network_15m"), records);
	}
	assert_true(testing_int(&tt, "SELECT total(stored) FROM ledger") > 1000);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
	testing_end(&tt);
}

static void refused(struct testing *tt, const char *word)
{
	assert_null(history_sink.open(tt->cfg, NULL, &tt->err));
	if (!strstr(tt->err.text, word))
		fail_msg("\"%s\" does not say \"%s\"", tt->err.text, word);
}

static void foreign_files_are_left_alone(void **state)
{
	(void)state;
	struct testing tt;
	struct error err;
	testing_start(&tt);
	FILE *file = fopen(tt.db_path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", file);
	fclose(file);
	refused(&tt, "not a database");
	file = fopen(tt.db_path, "r");
	assert_int_equal(fgetc(file), 't');
	fclose(file);
	remove(tt.db_path);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(tt.db_path, &db), SQLITE_OK);
	assert_int_equal(db_exec(db, "CREATE TABLE t (x)", &err), 0);
	refused(&tt, "another program");
	assert_int_equal(db_exec(db, "DROP TABLE t", &err), 0);
	sqlite3_close(db);
	testing_open(&tt);
	assert_int_equal(db_exec(tt.hs->db, "PRAGMA user_version = 99", &err), 0);
	testing_close(&tt);
	refused(&tt, "newer tfl-top");
	testing_end(&tt);
}

static void a_damaged_file_fails_and_is_kept(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	for (int i = 0; i < 2000; i++) {
		testing_event(&tt, ENTRY, "Angel", T0 + i * 60000LL);
		testing_write(&tt);
	}
	testing_commit(&tt);
	testing_close(&tt);
	int64_t root = testing_int(&tt, "SELECT rootpage FROM sqlite_schema WHERE name = 'minute'");
	FILE *file = fopen(tt.db_path, "r+");
	fseek(file, (long)(root - 1) * 4096, SEEK_SET);
	for (int i = 0; i < 4096; i++)
		fputc(0xa5, file);
	fclose(file);
	tt.hs = history_sink.open(tt.cfg, NULL, &tt.err);
	assert_non_null(tt.hs);
	testing_event(&tt, ENTRY, "Angel", T0 + 500 * 60000LL);
	testing_write(&tt);
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, NULL, 0, &tt.err), SINK_FAILED);
	assert_non_null(strstr(tt.err.text, "damaged"));
	file = fopen(tt.db_path, "r");
	fseek(file, (long)(root - 1) * 4096, SEEK_SET);
	assert_int_equal(fgetc(file), 0xa5);
	fclose(file);
	testing_end(&tt);
}

static void another_day_start_is_refused(void **state)
{
	(void)state;
	struct testing tt;
	testing_start(&tt);
	testing_open(&tt);
	testing_close(&tt);
	assert_int_equal(zone_init("Europe/London", "03:00", &tt.err), 0);
	refused(&tt, "time.day_start");
	remove(tt.db_path);
	assert_int_equal(zone_init("Europe/London", "03:07", &tt.err), 0);
	refused(&tt, "quarter of an hour");
	testing_end(&tt);
}

static void a_station_learnt_later_keeps_its_history(void **state)
{
	(void)state;
	struct testing tt;
	struct error err;
	testing_start(&tt);
	testing_open(&tt);
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_commit(&tt);
	/* as if the reference had not known Angel when the file was made */
	assert_int_equal(db_exec(tt.hs->db, "UPDATE stations SET id = 'name:Angel', known = 0, zone = '' WHERE name = 'Angel'", &err), 0);
	testing_close(&tt);
	testing_open(&tt);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station WHERE station = 'Angel'"), 1);
	assert_int_equal(testing_int(&tt, "SELECT count(*) FROM station WHERE station = 'Angel' AND known AND zone <> ''"), 1);
	assert_int_equal(testing_int(&tt, "SELECT entries FROM station_day WHERE station_id NOT LIKE 'name:%'"), 1);
	testing_end(&tt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_and_offsets_are_one_transaction),
		cmocka_unit_test(restart_with_another_cluster_is_refused),
		cmocka_unit_test(bad_records_become_dead_letters),
		cmocka_unit_test(stations_end_somewhere),
		cmocka_unit_test(tombstones_are_skipped),
		cmocka_unit_test(cells_go_where_closed_and_pruned_say),
		cmocka_unit_test(the_peak_is_the_earliest_greatest_quarter),
		cmocka_unit_test(old_quarters_are_dropped_when_asked),
		cmocka_unit_test(a_full_disk_changes_nothing_and_is_tried_again),
		cmocka_unit_test(a_locked_file_is_tried_again),
		cmocka_unit_test(nothing_new_is_no_transaction),
		cmocka_unit_test(gaps_are_rows),
		cmocka_unit_test(notes_are_rows),
		cmocka_unit_test(kill_9_changes_no_count),
		cmocka_unit_test(foreign_files_are_left_alone),
		cmocka_unit_test(a_damaged_file_fails_and_is_kept),
		cmocka_unit_test(another_day_start_is_refused),
		cmocka_unit_test(a_station_learnt_later_keeps_its_history),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
