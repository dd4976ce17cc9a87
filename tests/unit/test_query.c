#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "base/path.h"
#include "store/query.h"
#include "store/report.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>

#define T0 1795507200000 /* 2026-11-24T08:00:00Z */

static struct testing tt;
static struct query qr;

static int open_history(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	testing_start(&tt);
	setenv("XDG_CONFIG_HOME", tt.folder, 1);
	testing_open(&tt);
	assert_int_equal(query_open(&qr, tt.db_path, 5000, &tt.err), 0);
	return 0;
}

static int close_history(void **state)
{
	(void)state;
	query_close(&qr);
	testing_end(&tt);
	return 0;
}

static int answer(const char *sql, const char *format, bool terminal, struct strbuf *out)
{
	char *bytes = NULL;
	size_t size = 0;
	struct export ex;
	FILE *to = open_memstream(&bytes, &size);
	export_init(&ex, export_format_find(format), to, terminal);
	int rc = query_sql(&qr, sql, &ex, &tt.err);
	export_fini(&ex);
	fclose(to);
	strbuf_reset(out);
	strbuf_add(out, bytes, size);
	free(bytes);
	return rc;
}

static void gives(const char *sql, const char *format, bool terminal, const char *want, size_t want_len)
{
	struct strbuf out = {0};
	if (answer(sql, format, terminal, &out))
		fail_msg("%s", tt.err.text);
	if (out.len != want_len || memcmp(out.data, want, want_len))
		fail_msg("%s as %s gives\n%s\nnot\n%s", sql, format, strbuf_str(&out), want);
	strbuf_fini(&out);
}
#define GIVES(sql, format, want) gives(sql, format, false, want, sizeof(want) - 1)

static void csv_is_rfc_4180(void **state)
{
	(void)state;
	GIVES("SELECT 1 AS a, 2.5 AS \"b,c\", NULL AS d, '' AS e", "csv", "a,\"b,c\",d,e\r\n1,2.5,,\"\"\r\n");
	GIVES("SELECT 'say \"hi\"' AS a, 'two' || char(10) || 'lines' AS b, 'plain text' AS c, char(13) AS d", "csv",
	      "a,b,c,d\r\n\"say \"\"hi\"\"\",\"two\nlines\",plain text,\"\r\"\r\n");
	GIVES("SELECT CAST(x'610062' AS TEXT) AS nul, x'0001ff' AS bytes", "csv", "nul,bytes\r\na\0b,\"AAH/\"\r\n");
	gives("SELECT char(27) || '[2J' || char(10) AS a", "csv", true, "a\r\n\\x1b[2J\\n\r\n", 14);
	GIVES("SELECT 1 AS a WHERE 0", "csv", "a\r\n");
}

static void json_keeps_types(void **state)
{
	(void)state;
	GIVES("SELECT 1 AS i, -9223372036854775808 AS least, 0.1 AS d, 1e999 AS inf, NULL AS n, 'é\"' || char(10) AS t, x'ff00' AS b", "json",
	      "[{\"i\":1,\"least\":-9223372036854775808,\"d\":0.1,\"inf\":null,\"n\":null,\"t\":\"é\\\"\\n\",\"b\":\"/wA=\"}]\n");
	GIVES("SELECT 1 AS i UNION ALL SELECT 2", "json", "[{\"i\":1},\n{\"i\":2}]\n");
	GIVES("SELECT 1 AS i WHERE 0", "json", "[]\n");
	GIVES("SELECT 1.0/3 AS d, CAST(x'610062' AS TEXT) AS nul UNION ALL SELECT 2, CAST(x'ff' AS TEXT)", "ndjson",
	      "{\"d\":0.3333333333333333,\"nul\":\"a\\u0000b\"}\n{\"d\":2,\"nul\":\"/w==\"}\n");
}

static void tables_are_aligned_and_safe(void **state)
{
	(void)state;
	GIVES("SELECT 'Angel' AS station, 5 AS n UNION ALL SELECT '東京', 1234 UNION ALL SELECT NULL, NULL", "table",
	      "station     n\n-------  ----\nAngel       5\n東京     1234\n\n");
	GIVES("SELECT char(27) || ']0;x' || char(7) AS a, 'b' || char(10) AS b, char(0x85) AS c1, CAST(x'fe' AS TEXT) AS bad", "table",
	      "a             b    c1        bad\n------------  ---  --------  ----\n\\x1b]0;x\\x07  b\\n  \\xc2\\x85  \\xfe\n");
	GIVES("SELECT 1 AS a; SELECT 'x' AS b", "table", "a\n-\n1\n\nb\n-\nx\n");
}

/* Longer than what is held back for the widths. */
static void long_tables_are_written_as_they_come(void **state)
{
	(void)state;
	struct strbuf out = {0};
	assert_int_equal(answer("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n", "table", false, &out), 0);
	size_t lines = 0;
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_int_equal(lines, 2502);
	assert_non_null(strstr(out.data, "\n1000\n1001\n"));
	strbuf_fini(&out);
}

static void refused(const char *sql, const char *word)
{
	struct strbuf out = {0};
	assert_int_equal(answer(sql, "csv", false, &out), -1);
	if (!strstr(tt.err.text, word))
		fail_msg("%s: \"%s\" does not say \"%s\"", sql, tt.err.text, word);
	strbuf_fini(&out);
}

static void only_reading_is_allowed(void **state)
{
	(void)state;
	static const char *const writes[] = {
		"DELETE FROM meta", "INSERT INTO meta VALUES (1, 2)", "UPDATE meta SET value = 1", "DROP VIEW station", "CREATE TABLE t (x)",
		"CREATE TEMP TABLE t (x)", "ATTACH ':memory:' AS m", "PRAGMA user_version = 7", "PRAGMA journal_mode = delete",
		"PRAGMA wal_checkpoint", "VACUUM", "VACUUM INTO 'x'", "REINDEX", "ANALYZE", "SELECT load_extension('x')", "PRAGMA writable_schema = 1",
	};
	for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
		refused(writes[i], strstr(writes[i], "load_extension") ? "load_extension" : "only reading is allowed");
	GIVES("PRAGMA user_version", "csv", "user_version\r\n3\r\n");
	GIVES("BEGIN; SELECT count(*) AS n FROM gap; COMMIT", "csv", "n\r\n0\r\n");
}

static void mistakes_are_explained(void **state)
{
	(void)state;
	refused("SELECT nonsense FROM station", "no such column: nonsense");
	refused("SELECT :missing", ":missing, which has no value");
	refused("SELECT 1; SELECT", "incomplete input");
}

static void a_long_statement_is_given_up(void **state)
{
	(void)state;
	qr.timeout_ms = 50;
	refused("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "given up after 0.0 s");
	qr.timeout_ms = 5000;
	GIVES("SELECT 1 AS a", "csv", "a\r\n1\r\n");
}

static void parameters_are_bound_by_name(void **state)
{
	(void)state;
	query_set_number(&qr, "since", 7);
	query_set_text(&qr, "name", "it's");
	GIVES("SELECT :since AS a, :name AS b; SELECT :since + 1 AS c", "ndjson", "{\"a\":7,\"b\":\"it's\"}\n{\"c\":8}\n");
	query_set_number(&qr, "name", 3);
	GIVES("SELECT :name AS b", "ndjson", "{\"b\":3}\n");
}

static void run_report(const struct report *rp, struct strbuf *out)
{
	query_set_number(&qr, "since", 0);
	query_set_number(&qr, "until", 253402300800);
	if (report_defaults(rp, &qr, T0, &tt.err))
		fail_msg("%s", tt.err.text);
	for (size_t i = 0; i < rp->params; i++)
		if (!strcmp(rp->param[i].preset, "-"))
			assert_int_equal(report_set(rp, &qr, "station=Angel", T0, &tt.err), 0);
	assert_int_equal(report_complete(rp, &qr, &tt.err), 0);
	if (answer(rp->sql, "csv", false, out))
		fail_msg("%s: %s", rp->name, tt.err.text);
}

static void a_station_is_known_by_id_name_or_whatever_case(void **state)
{
	(void)state;
	struct reports rs;
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	const struct report *rp = report_find(&rs, "station-day", &tt.err);
	assert_int_equal(report_set(rp, &qr, "station=aNGEL", T0, &tt.err), 0);
	GIVES("SELECT :station AS s", "csv", "s\r\nAngel\r\n");
	assert_int_equal(report_set(rp, &qr, "station=940GZZLUAGL", T0, &tt.err), 0);
	GIVES("SELECT :station AS s", "csv", "s\r\n940GZZLUAGL\r\n");
	assert_int_equal(report_set(rp, &qr, "station=Angle", T0, &tt.err), -1);
	assert_string_equal(tt.err.text, "no station is called \"Angle\" (did you mean Angel?)");
	reports_fini(&rs);
}

static size_t count_lines(const struct strbuf *out)
{
	size_t lines = 0;
	for (size_t i = 0; i < out->len; i++)
		lines += out->data[i] == '\n';
	return lines;
}

static void every_report_runs(bool filled)
{
	struct reports rs;
	struct strbuf out = {0};
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	assert_true(rs.count >= 8);
	for (size_t i = 0; i < rs.count; i++) {
		run_report(&rs.row[i], &out);
		bool always = !strcmp(rs.row[i].name, "progress"); /* has rows as soon as a partition is known */
		if (filled ? count_lines(&out) < 2 : count_lines(&out) != 1 && !always)
			fail_msg("%s: %s", rs.row[i].name, strbuf_str(&out));
	}
	reports_fini(&rs);
	strbuf_fini(&out);
}

static void fill(void)
{
	const struct gap gap = {.topic = "station_exits", .epoch = 1, .kind = GAP_RETENTION, .last_offset = 9};
	for (int i = 0; i < 50; i++)
		testing_event(&tt, ENTRY, "Angel", T0 - 7200000 + i * 120000);
	testing_write(&tt);
	for (int i = 0; i < 20; i++)
		testing_event(&tt, EXIT, "Bank", T0 - 7200000 + i * 300000);
	testing_event(&tt, ENTRY, "Oval", T0 - 30 * 86400000LL);
	for (int i = 0; i < 4; i++)
		testing_event(&tt, ENTRY, "Oval", T0 - 2 * 86400000LL + i);
	testing_value(&tt, 0, "no event");
	testing_write(&tt);
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, &gap, 1, &tt.err), SINK_OK);
}

static void reports_run_on_an_empty_and_on_a_filled_history(void **state)
{
	(void)state;
	every_report_runs(false);
	for (int i = 0; i < 3; i++) /* enough for every threshold */
		fill();
	testing_event(&tt, ENTRY, "Angel", T0 - 7 * 86400000LL); /* a day of the same type */
	testing_commit(&tt);
	every_report_runs(true);
}

/* In the reports and views the tables that grow are called so: quarter, minute, total, network or network_minute, span. */
static void searches(const char *sql)
{
	static const char *const growing[] = {"SCAN q ", "SCAN m ", "SCAN t ", "SCAN w ", "SCAN p ", "SCAN network ", "SCAN minute ", "SCAN total "};
	char *explain = xasprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *stmt;
	if (sqlite3_prepare_v2(qr.db, explain, -1, &stmt, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(qr.db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		char *step = xasprintf("%s ", sqlite3_column_text(stmt, 3));
		for (size_t i = 0; i < sizeof growing / sizeof *growing; i++)
			if (!strncmp(step, growing[i], strlen(growing[i])))
				fail_msg("%s: %s", sql, step);
		free(step);
	}
	sqlite3_finalize(stmt);
	free(explain);
}

static void reports_and_filters_read_no_table_that_grows_as_a_whole(void **state)
{
	(void)state;
	static const char *const filters[] = {"day = 'x'", "ts >= 5", "ts >= 5 AND ts < 9", "day = 'x' AND station = 'y'",
					      "ts >= 5 AND station_id = 'y'"};
	static const char *const views[] = {"station_minute", "station_15m", "station_hour", "station_day", "network_15m"};
	struct reports rs;
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	for (size_t i = 0; i < rs.count; i++)
		searches(rs.row[i].sql + strspn(rs.row[i].sql, " \n"));
	reports_fini(&rs);
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		size_t of_stations = !strncmp(views[i], "network", 7) ? 2 : 0;
		for (size_t j = 0; j + of_stations < sizeof filters / sizeof *filters; j++) {
			char sql[200];
			snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s", views[i], filters[j]);
			searches(sql);
		}
	}
	static const char *const from_a_day_on[] = {"station_15m", "station_hour", "station_day", "network_15m"};
	for (size_t i = 0; i < sizeof from_a_day_on / sizeof *from_a_day_on; i++) {
		char sql[200];
		snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE day >= 'x'", from_a_day_on[i]);
		searches(sql);
	}
	searches("SELECT * FROM busyness");
}

static void report_gives(const char *name, int64_t since, int64_t until, const char *want)
{
	struct reports rs;
	struct strbuf out = {0};
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	const struct report *rp = report_find(&rs, name, &tt.err);
	assert_non_null(rp);
	report_defaults(rp, &qr, T0, &tt.err);
	query_set_number(&qr, "since", since);
	query_set_number(&qr, "until", until);
	assert_int_equal(answer(rp->sql, "csv", false, &out), 0);
	if (strcmp(strbuf_str(&out), want))
		fail_msg("%s gives\n%s\nnot\n%s", name, strbuf_str(&out), want);
	reports_fini(&rs);
	strbuf_fini(&out);
}

/* Whole days, days that are cut, closed and open quarters: each counted once. */
static void reports_count_what_lies_between_the_times(void **state)
{
	(void)state;
	fill();
	report_gives("busiest", 0, 253402300800, "station,entries,exits,total,net\r\nAngel,50,0,50,50\r\nBank,0,20,20,-20\r\nOval,5,0,5,5\r\n");
	report_gives("busiest", T0 / 1000 - 7200 + 900, T0 / 1000 - 1800, "station,entries,exits,total,net\r\nAngel,37,0,37,37\r\nBank,0,15,15,-15\r\n");
	report_gives("busiest", T0 / 1000 - 2700, 253402300800, "station,entries,exits,total,net\r\nAngel,12,0,12,12\r\nBank,0,5,5,-5\r\n");
	report_gives("peaks", 0, 253402300800, "station,peak,bucket\r\nAngel,8,2026-11-24T06:00:00Z\r\nOval,4,2026-11-22T08:00:00Z\r\nBank,3,2026-11-24T06:00:00Z\r\n");
	report_gives("peaks", 0, T0 / 1000 - 86400, "station,peak,bucket\r\nOval,4,2026-11-22T08:00:00Z\r\n");
}

static void network_gives(int64_t since, const char *by, const char *want)
{
	struct reports rs;
	struct strbuf out = {0};
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	const struct report *rp = report_find(&rs, "network", &tt.err);
	assert_int_equal(report_defaults(rp, &qr, T0, &tt.err), 0);
	query_set_number(&qr, "since", since);
	query_set_number(&qr, "until", 253402300800);
	query_set_text(&qr, "by", by);
	assert_int_equal(answer(rp->sql, "csv", false, &out), 0);
	const char *rows = strchr(strbuf_str(&out), '\n') + 1;
	if (strcmp(rows, want))
		fail_msg("since %" PRId64 " by %s gives\n%s\nnot\n%s", since, by, rows, want);
	reports_fini(&rs);
	strbuf_fini(&out);
}

/* Quarter hours of a week, hours of two months, days of years; and what was asked for. */
static void the_network_is_shown_in_rows_that_suit_the_times(void **state)
{
	(void)state;
	static const struct {
		enum direction direction;
		int64_t before_s;
	} passengers[] = {{ENTRY, 61 * 86400}, {ENTRY, 9 * 86400 + 3000}, {ENTRY, 9 * 86400 + 1800}, {ENTRY, 9 * 86400 + 900}, {EXIT, 9 * 86400},
			  {ENTRY, 7200}, {ENTRY, 6000}, {EXIT, 4500}, {ENTRY, 0}};
	for (size_t i = 0; i < sizeof passengers / sizeof *passengers; i++)
		testing_event(&tt, passengers[i].direction, "Angel", T0 - passengers[i].before_s * 1000);
	testing_commit(&tt);
#define TODAY_BY_QUARTERS "2026-11-24T06:00:00Z,2026-11-24,1,0,1,1,1,0\r\n2026-11-24T06:15:00Z,2026-11-24,1,0,1,2,2,0\r\n" \
	"2026-11-24T06:45:00Z,2026-11-24,0,1,-1,1,1,0\r\n2026-11-24T08:00:00Z,2026-11-24,1,0,1,2,2,1\r\n"
#define TODAY_BY_HOURS "2026-11-24T06:00:00Z,2026-11-24,2,1,1,1,2,0\r\n2026-11-24T08:00:00Z,2026-11-24,1,0,1,2,2,1\r\n"
	network_gives(T0 / 1000 - 8 * 86400, "auto", TODAY_BY_QUARTERS);
	network_gives(T0 / 1000 - 8 * 86400, "hour", TODAY_BY_HOURS);
	network_gives(T0 / 1000 - 10 * 86400, "auto", "2026-11-15T07:00:00Z,2026-11-15,3,0,3,3,3,0\r\n2026-11-15T08:00:00Z,2026-11-15,0,1,-1,2,2,0\r\n" TODAY_BY_HOURS);
	network_gives(0, "auto", "2026-09-24T03:30:00Z,2026-09-24,1,0,1,1,1,0\r\n2026-11-15T04:30:00Z,2026-11-15,3,1,2,2,3,0\r\n"
		      "2026-11-24T04:30:00Z,2026-11-24,3,1,2,2,2,1\r\n");
	network_gives(T0 / 1000 - 6300, "day", "2026-11-24T04:30:00Z,2026-11-24,2,1,1,2,2,1\r\n");
	network_gives(T0 / 1000 + 900, "auto", "");
}

static void with_words(const char *name, const char *const words[], size_t count, const char *want)
{
	struct reports rs;
	struct strbuf out = {0};
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	const struct report *rp = report_find(&rs, name, &tt.err);
	assert_non_null(rp);
	query_set_number(&qr, "until", 253402300800);
	assert_int_equal(report_defaults(rp, &qr, T0, &tt.err), 0);
	for (size_t i = 0; i < count; i++)
		if (report_set(rp, &qr, words[i], T0, &tt.err))
			fail_msg("%s", tt.err.text);
	if (answer(rp->sql, "csv", false, &out))
		fail_msg("%s", tt.err.text);
	if (strcmp(strbuf_str(&out), want))
		fail_msg("%s gives\n%s\nnot\n%s", name, strbuf_str(&out), want);
	assert_int_equal(report_set(rp, &qr, "day=someday", T0, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "no service day"));
	reports_fini(&rs);
	strbuf_fini(&out);
}
#define WITH_WORDS(name, want, ...) \
	with_words(name, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), want)

static void at_time(enum direction direction, const char *time)
{
	int64_t ms;
	assert_int_equal(event_time_parse(time, strlen(time), &ms), 0);
	testing_event(&tt, direction, "Angel", ms);
}

/* The day before has 25 hours and the one before that is a Saturday: both begin at 04:30 in London. */
static void two_days_are_laid_side_by_side(void **state)
{
	(void)state;
	at_time(ENTRY, "2026-10-17T08:00:00Z");
	at_time(ENTRY, "2026-10-24T08:00:00Z"); /* 09:00 in London */
	at_time(ENTRY, "2026-10-24T08:05:00Z");
	at_time(EXIT, "2026-10-24T08:50:00Z");
	at_time(ENTRY, "2026-10-25T04:29:00Z"); /* still the 24th, 23:59:00 after its start */
	at_time(ENTRY, "2026-10-25T09:00:00Z"); /* 09:00 in London */
	at_time(EXIT, "2026-10-25T10:10:00Z");
	testing_commit(&tt);
	WITH_WORDS("compare", "time,entries,with_entries,exits,with_exits,total,with_total,difference,ratio,open\r\n"
		   "09:00,1,2,0,0,1,2,-1,0.5,0\r\n09:45,0,0,0,1,0,1,-1,0.0,0\r\n10:00,0,0,1,0,1,0,1,,1\r\n05:15,,1,,0,,1,,,1\r\n",
		   "day=2026-10-25", "with=2026-10-24");
	WITH_WORDS("compare-stations", "station,entries,with_entries,exits,with_exits,total,with_total,difference,ratio\r\nAngel,1,3,1,1,2,4,-2,0.5\r\n",
		   "day=2026-10-25", "with=2026-10-24");
	WITH_WORDS("compare", "time,entries,with_entries,exits,with_exits,total,with_total,difference,ratio,open\r\n", "day=2030-01-01",
		   "with=2031-01-01", "by=hour");
	WITH_WORDS("in-network", "bucket,entries,exits,net,in_network,percent_of_most,typical,n,open\r\n"
		   "2026-10-24T08:00:00Z,2,0,2,2,100.0,1.0,1,0\r\n2026-10-24T08:45:00Z,0,1,-1,1,50.0,,0,0\r\n"
		   "2026-10-25T04:15:00Z,1,0,1,2,100.0,,0,0\r\n", "day=2026-10-24");
	WITH_WORDS("typical-day", "time,type,n,entries,exits,total,least,most,in_network\r\n09:00,saturday,1,1.0,0.0,1.0,1,1,1.0\r\n", "day=2026-10-24");
	struct reports rs;
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	const struct report *rp = report_find(&rs, "compare", &tt.err);
	static const char *const wrong[] = {"by=", "by=quar", "by=quarter|hour", "by=day", "by=our"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(report_set(rp, &qr, wrong[i], T0, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "it is one of quarter|hour"));
	assert_int_equal(report_set(rp, &qr, "by=hour", T0, &tt.err), 0);
	reports_fini(&rs);
}

static void user_reports_come_first(void **state)
{
	(void)state;
	struct reports rs;
	struct strbuf out = {0};
	char *path = xasprintf("%s/tfl-top/reports/busiest.sql", tt.folder);
	assert_int_equal(path_make_folder(path, &tt.err), 0);
	FILE *file = fopen(path, "w");
	fputs("-- title: Mine\n-- param: limit count 3 how many\n-- param: day day yesterday which\nSELECT :limit, :day;\n", file);
	fclose(file);
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	const struct report *rp = report_find(&rs, "busiest", &tt.err);
	assert_string_equal(rp->title, "Mine");
	assert_string_equal(rp->param[0].help, "how many");
	assert_int_equal(report_set(rp, &qr, "limit=x", T0, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "limit=x is no whole number"));
	assert_int_equal(report_set(rp, &qr, "limits=4", T0, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "it has: limit, day"));
	assert_int_equal(report_complete(rp, &qr, &tt.err), -1);
	assert_int_equal(report_defaults(rp, &qr, T0, &tt.err), 0);
	assert_int_equal(report_set(rp, &qr, "limit=4", T0, &tt.err), 0);
	assert_int_equal(answer(rp->sql, "csv", false, &out), 0);
	assert_non_null(strstr(out.data, "\r\n4,2026-11-23\r\n"));
	reports_list(&rs, &out);
	assert_non_null(strstr(out.data, "Mine"));
	reports_fini(&rs);
	file = fopen(path, "w");
	fputs("-- title: \033]0;owned\007\n-- param: \233m count 3 how \033[2J many\nSELECT 1;\n", file);
	fclose(file);
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	strbuf_reset(&out);
	reports_list(&rs, &out);
	assert_non_null(strstr(out.data, "busiest        \\x1b]0;owned\\x07\n                 \\x9bm=3  how \\x1b[2J many\n"));
	reports_fini(&rs);
	file = fopen(path, "w");
	fputs("-- title: Mine\n-- param: limit number 3 how many\n", file);
	fclose(file);
	assert_int_equal(reports_load(&rs, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "busiest line 2"));
	reports_fini(&rs);
	assert_null(report_find(&rs, "x", &tt.err));
	strbuf_fini(&out);
	free(path);
}

static void nearest_report_is_named(void **state)
{
	(void)state;
	struct reports rs;
	assert_int_equal(reports_load(&rs, &tt.err), 0);
	assert_null(report_find(&rs, "busyest", &tt.err));
	assert_non_null(strstr(tt.err.text, "did you mean busiest?"));
	reports_fini(&rs);
}

/* The reader sees whole transactions, and also after the writer died without closing. */
static void reading_goes_on_beside_the_writer_and_after_it(void **state)
{
	(void)state;
	testing_event(&tt, ENTRY, "Angel", T0);
	testing_write(&tt);
	GIVES("SELECT total(entries) AS n FROM station_day", "csv", "n\r\n0.0\r\n");
	testing_commit(&tt);
	GIVES("SELECT sum(entries) AS n FROM station_day", "csv", "n\r\n1\r\n");
	assert_int_equal(sqlite3_exec(tt.hs->db, "BEGIN IMMEDIATE; DELETE FROM total", NULL, NULL, NULL), SQLITE_OK);
	GIVES("SELECT sum(entries) AS n FROM station_day", "csv", "n\r\n1\r\n");
	assert_int_equal(sqlite3_exec(tt.hs->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
}

static void a_closed_pipe_is_told_from_a_full_disk(void **state)
{
	(void)state;
	struct export ex;
	FILE *full = fopen("/dev/full", "w");
	export_init(&ex, export_format_find("csv"), full, false);
	assert_int_equal(query_sql(&qr, "SELECT 1", &ex, &tt.err), -1);
	assert_true(ex.failed);
	assert_int_equal(ex.saved_errno, ENOSPC);
	assert_non_null(strstr(tt.err.text, "No space left"));
	export_fini(&ex);
	fclose(full);
}

static void no_history_is_said_with_the_remedy(void **state)
{
	(void)state;
	struct query none;
	assert_int_equal(query_open(&none, "/nowhere/history.db", 1000, &tt.err), -1);
	assert_non_null(strstr(tt.err.text, "tfl-top feed history"));
	query_close(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_history, close_history)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_station_is_known_by_id_name_or_whatever_case),
		TEST(csv_is_rfc_4180),
		TEST(json_keeps_types),
		TEST(tables_are_aligned_and_safe),
		TEST(long_tables_are_written_as_they_come),
		TEST(only_reading_is_allowed),
		TEST(mistakes_are_explained),
		TEST(a_long_statement_is_given_up),
		TEST(parameters_are_bound_by_name),
		TEST(reports_run_on_an_empty_and_on_a_filled_history),
		TEST(reports_count_what_lies_between_the_times),
		TEST(the_network_is_shown_in_rows_that_suit_the_times),
		TEST(reports_and_filters_read_no_table_that_grows_as_a_whole),
		TEST(two_days_are_laid_side_by_side),
		TEST(user_reports_come_first),
		TEST(nearest_report_is_named),
		TEST(reading_goes_on_beside_the_writer_and_after_it),
		TEST(a_closed_pipe_is_told_from_a_full_disk),
		TEST(no_history_is_said_with_the_remedy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
