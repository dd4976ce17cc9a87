/* What the doctor says of made-up facts; and that the facts of a database are seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command/doctor.h"

#include "store_testing.h"

#include <fcntl.h>
#include <string.h>

/* A world in which all is well: each test spoils one thing. */
static struct facts sound(void)
{
	static const char *const names[TOPICS] = {"entries", "exits", "stations", "station_entries", "station_exits"};
	struct facts fs = {
		.file = {.path = "/h/tfl-top.conf", .exists = true, .mode = 0600, .keys = 2},
		.brokers = "b:9092",
		.cluster = {.id = "abc", .brokers = 3, .protocol = "3.9"},
		.db_path = "/h/history.db",
		.db = {.exists = true, .readable = true, .checked = true, .version = 1, .cluster = "abc", .watermark_ms = 1800000000000,
		       .bytes = 4096, .free_bytes = 50LL << 30, .mode = 0640, .writable = true, .folder = "/h", .writer = 42},
		.terminal = {.tty = true, .type = "xterm-256color", .known = true, .colours = 256, .charset = "UTF-8", .width = 120, .height = 40},
	};
	for (int i = 0; i < TOPICS; i++)
		fs.topics[i] = (struct topic_facts){.name = names[i], .partitions = 4, .in_sync = 1, .described = true,
						    .settings = {[TOPIC_CLEANUP] = "delete", [TOPIC_RETENTION_MS] = "-1",
								 [TOPIC_RETENTION_BYTES] = "-1", [TOPIC_TIMESTAMP] = "CreateTime",
								 [TOPIC_MIN_IN_SYNC] = "1"}};
	snprintf(fs.topics[TOPIC_STATIONS].settings[TOPIC_CLEANUP], 32, "compact");
	return fs;
}

/* The one line that is not ok, or all of them with `worst` ok. */
static void expect(const struct facts *fs, enum grade worst, const char *line)
{
	struct strbuf out = {0};
	assert_int_equal(doctor_judge(fs, &out), worst);
	const char *text = strbuf_str(&out);
	size_t bad = 0;
	for (const char *at = text; *at; at = strchr(at, '\n') + 1)
		bad += strncmp(at, "ok ", 3) != 0;
	if (!strstr(text, line) || bad != (worst != GRADE_OK))
		fail_msg("wanted one line\n%s\nin\n%s", line, text);
	strbuf_fini(&out);
}

static void all_is_well(void **state)
{
	(void)state;
	struct facts fs = sound();
	expect(&fs, GRADE_OK, "ok    kafka                     b:9092: cluster abc, 3 brokers, protocol 3.9\n");
	expect(&fs, GRADE_OK, "ok    topic exits               4 partitions, kept for ever\n");
	expect(&fs, GRADE_OK, "ok    topic stations            4 partitions, compacted\n");
	expect(&fs, GRADE_OK, "ok    database writer           written by process 42; another dashboard would look on\n");
}

static void configuration(void **state)
{
	(void)state;
	struct facts fs = sound();
	fs.file.secret = true;
	expect(&fs, GRADE_OK, "/h/tfl-top.conf: 2 keys in force\n");
	fs.file.mode = 0644;
	expect(&fs, GRADE_WARN, "warn  configuration             /h/tfl-top.conf holds a password and is open to others (mode 0644): chmod 600");
	fs.file.path = "/h/a\033[2Jb";
	expect(&fs, GRADE_WARN, "warn  configuration             /h/a\\x1b[2Jb holds a password");
	fs.file.path = "/h/tfl-top.conf";
	fs.file.exists = fs.file.secret = false;
	expect(&fs, GRADE_OK, "no file /h/tfl-top.conf: defaults, environment and options only\n");
	fs.file.path = NULL;
	expect(&fs, GRADE_WARN, "neither XDG_CONFIG_HOME nor HOME is set");
}

static void elasticsearch(void **state)
{
	(void)state;
	struct facts fs = sound();
	fs.elastic = (struct elastic_facts){.asked = true, .server = {.text = "Elasticsearch 8.11.3"},
					    .stream = {{"station_entries", STREAM_SERIES}, {"station_exits", STREAM_PLAIN}}};
	expect(&fs, GRADE_OK, "ok    elasticsearch             Elasticsearch 8.11.3\nok    data stream               station_entries, time series\n");
	expect(&fs, GRADE_OK, "ok    data stream               station_exits, plain\n");
	fs.elastic.stream[EXIT].kind = STREAM_MISSING;
	expect(&fs, GRADE_FAIL, "fail  data stream               station_exits is not there: tfl-top setup elastic makes it\n");
	fs.elastic.stream[EXIT].kind = STREAM_INDEX;
	expect(&fs, GRADE_FAIL, "station_exits is an ordinary index");
	snprintf(fs.elastic.error, sizeof fs.elastic.error, "http://e:9200 refuses us");
	expect(&fs, GRADE_FAIL, "fail  elasticsearch             http://e:9200 refuses us\n");
}

static void no_broker(void **state)
{
	(void)state;
	struct facts fs = sound();
	snprintf(fs.kafka_error, sizeof fs.kafka_error, "no broker answers: timed out");
	memset(fs.topics, 0, sizeof fs.topics); /* nothing is said of topics then */
	expect(&fs, GRADE_FAIL, "fail  kafka                     no broker answers: timed out (brokers b:9092): start it");
}

static void topics(void **state)
{
	(void)state;
	static const struct {
		int topic;
		enum topic_setting setting;
		const char *value;
		enum grade grade;
		const char *line;
	} rows[] = {
		{TOPIC_ENTRIES, TOPIC_RETENTION_MS, "604800000", GRADE_WARN,
		 "warn  topic entries             records older than 7 d are deleted, counted or not, and no day before can be filled in: kafka-configs "
		 "--bootstrap-server b:9092 --alter --entity-type topics --entity-name entries --add-config retention.ms=-1\n"},
		{TOPIC_STATION_EXITS, TOPIC_RETENTION_BYTES, "1073741824", GRADE_WARN, "--entity-name station_exits --add-config retention.bytes=-1\n"},
		{TOPIC_STATION_EXITS, TOPIC_CLEANUP, "compact", GRADE_FAIL, "it is compacted, which keeps one passenger a station"},
		{TOPIC_EXITS, TOPIC_CLEANUP, "compact,delete", GRADE_FAIL, "--add-config cleanup.policy=delete\n"},
		{TOPIC_EXITS, TOPIC_TIMESTAMP, "LogAppendTime", GRADE_FAIL, "--add-config message.timestamp.type=CreateTime\n"},
		{TOPIC_STATIONS, TOPIC_CLEANUP, "delete", GRADE_WARN, "it grows with every change of a station"},
		{TOPIC_STATIONS, TOPIC_RETENTION_MS, "1000", GRADE_OK, ""}, /* compacted: retention does not matter */
		{TOPIC_EXITS, TOPIC_MIN_IN_SYNC, "2", GRADE_FAIL, "a partition has 1 replicas in sync, min.insync.replicas is 2: nothing can be written"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct facts fs = sound();
		snprintf(fs.topics[rows[i].topic].settings[rows[i].setting], 32, "%s", rows[i].value);
		expect(&fs, rows[i].grade, rows[i].line);
	}
	struct facts fs = sound();
	snprintf(fs.topics[TOPIC_STATIONS].settings[TOPIC_CLEANUP], 32, "delete");
	snprintf(fs.topics[TOPIC_STATIONS].settings[TOPIC_RETENTION_MS], 32, "1000");
	expect(&fs, GRADE_FAIL, "its stations are deleted in time");
	fs = sound();
	fs.topics[TOPIC_EXITS].partitions = 0;
	expect(&fs, GRADE_FAIL, "fail  topic exits               is not there: tfl-top setup topics -b b:9092 makes it\n");
	fs = sound();
	fs.topics[TOPIC_EXITS].leaderless = 1;
	expect(&fs, GRADE_FAIL, "1 of 4 partitions have no leader");
	fs = sound();
	fs.topics[TOPIC_EXITS].partitions = 3;
	expect(&fs, GRADE_FAIL, "fail  co-partitioning           entries has 4 partitions, exits 3, stations 4: passengers");
	fs = sound();
	memset(fs.topics[TOPIC_EXITS].settings, 0, sizeof fs.topics[TOPIC_EXITS].settings);
	fs.topics[TOPIC_EXITS].described = false;
	expect(&fs, GRADE_WARN, "its settings are not told");
}

static void database(void **state)
{
	(void)state;
	struct facts fs = sound();
	snprintf(fs.db.cluster, sizeof fs.db.cluster, "other");
	expect(&fs, GRADE_FAIL, "belongs to cluster other, the brokers are cluster abc");
	fs = sound();
	snprintf(fs.db.damage, sizeof fs.db.damage, "row 7 missing");
	expect(&fs, GRADE_FAIL, "/h/history.db is damaged (row 7 missing): move it away");
	fs = sound();
	fs.db.checked = false;
	expect(&fs, GRADE_WARN, "sqlite3 -readonly /h/history.db 'PRAGMA quick_check'");
	fs = sound();
	fs.db.wal_bytes = 300LL << 20;
	expect(&fs, GRADE_WARN, "warn  write-ahead log           /h/history.db-wal has grown to 300");
	fs = sound();
	fs.db.free_bytes = 500LL << 20;
	expect(&fs, GRADE_WARN, "500 MiB free in /h: make room");
	fs.db.free_bytes = 5LL << 20;
	expect(&fs, GRADE_FAIL, "fail  disk                      5.0 MiB free in /h: make room");
	fs = sound();
	fs.db.mode = 0666;
	expect(&fs, GRADE_WARN, "chmod o-w /h/history.db");
	fs.db.writable = false;
	expect(&fs, GRADE_WARN, "cannot be written by this user");
	fs = sound();
	fs.db = (struct db_facts){.writable = true, .free_bytes = -1};
	expect(&fs, GRADE_OK, "/h/history.db is not there yet; tfl-top or tfl-top feed history makes it\n");
	fs.db.writable = false;
	expect(&fs, GRADE_FAIL, "cannot be made");
	fs.db_path = NULL;
	expect(&fs, GRADE_FAIL, "neither XDG_DATA_HOME nor HOME is set");
}

static void terminal(void **state)
{
	(void)state;
	struct facts fs = sound();
	fs.terminal.known = false;
	expect(&fs, GRADE_FAIL, "type \"xterm-256color\" is not known: set TERM");
	fs = sound();
	fs.terminal.colours = 0;
	expect(&fs, GRADE_WARN, "warn  terminal colours          none");
	fs = sound();
	snprintf(fs.terminal.charset, sizeof fs.terminal.charset, "ANSI_X3.4-1968");
	expect(&fs, GRADE_WARN, "LC_ALL=C.UTF-8");
	fs = sound();
	fs.terminal.width = 60;
	expect(&fs, GRADE_WARN, "60 columns, 40 rows");
	fs.terminal = (struct terminal_facts){.charset = "UTF-8"};
	expect(&fs, GRADE_OK, "none here");
}

static void a_real_file_is_seen(void **state)
{
	(void)state;
	struct testing tt;
	struct db_facts db;
	testing_start(&tt);
	testing_open(&tt);
	db_inspect(tt.db_path, 1000, &db);
	assert_true(db.exists && db.readable && db.checked && db.writable);
	assert_string_equal(db.cluster, "cluster-1");
	assert_string_equal(db.damage, "");
	assert_string_equal(db.zone_error, "");
	assert_string_equal(db.folder, tt.folder);
	assert_int_equal(db.writer, getpid());
	assert_int_equal(db.mode, 0640);
	assert_true(db.free_bytes > 0);
	char *link = xasprintf("%s/link.db", tt.folder);
	assert_int_equal(symlink("history.db", link), 0);
	db_inspect(link, 1000, &db);
	assert_int_equal(db.writer, getpid());
	assert_true(db.wal_bytes > 0);
	free(link);
	testing_close(&tt);
	db_inspect(tt.db_path, 1000, &db);
	assert_int_equal(db.writer, 0);
	testing_end(&tt);
}

/* Bytes of a page in the middle overwritten: quick_check must say so, and the file must stay as it is. */
static void damage_is_seen(void **state)
{
	(void)state;
	struct testing tt;
	struct db_facts db;
	char bytes[2048];
	testing_start(&tt);
	testing_open(&tt);
	testing_close(&tt);
	int fd = open(tt.db_path, O_WRONLY);
	memset(bytes, 0x5a, sizeof bytes);
	for (off_t at = 3 * 4096; at < 9 * 4096; at += 4096)
		assert_int_equal(pwrite(fd, bytes, sizeof bytes, at), sizeof bytes);
	close(fd);
	db_inspect(tt.db_path, 1000, &db);
	assert_true(*db.damage || !db.readable);
	testing_end(&tt);
}

static void what_is_no_database_is_told(void **state)
{
	(void)state;
	struct db_facts db;
	char path[] = "/tmp/tfl-top-doctor.XXXXXX";
	int fd = mkstemp(path);
	assert_int_equal(write(fd, "what is this, it is no database at all, it is text, long enough to have a head of a hundred bytes ..", 100), 100);
	close(fd);
	db_inspect(path, 1000, &db);
	assert_true(db.exists && !db.readable && strstr(db.error, "not a database"));
	unlink(path);
	db_inspect("/nonexistent/folder/history.db", 1000, &db);
	assert_false(db.exists);
	assert_string_equal(db.folder, "/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(configuration),
		cmocka_unit_test(elasticsearch),
		cmocka_unit_test(no_broker),
		cmocka_unit_test(topics),
		cmocka_unit_test(database),
		cmocka_unit_test(terminal),
		cmocka_unit_test(a_real_file_is_seen),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(what_is_no_database_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
