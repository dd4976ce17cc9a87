/* man/tfl-top-sql.7 against a filled history: every view with its columns in their order, and every example gives rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_testing.h"

#include "base/strbuf.h"
#include "store/query.h"

#define T0 1795507200000LL /* 2026-11-24T08:00:00Z, a Tuesday */
#define DAY_MS 86400000LL

static struct testing tt;
static struct strbuf page;
static sqlite3 *db;

/* Fills in the week before as well, so that there is something typical. */
static void count_passengers(void)
{
	for (int day = -7; day <= 0; day++) {
		int64_t then_ms = T0 + day * DAY_MS;
		for (int i = 0; i < 30; i++) {
			testing_event(&tt, ENTRY, i % 3 ? "Angel" : "Bank", then_ms + i * 20000);
			testing_event(&tt, EXIT, i % 2 ? "Oval" : "Bank", then_ms + i * 20000 + 5000);
			if (day == 0 && i % 3)
				testing_event(&tt, ENTRY, "Angel", then_ms + i * 20000 + 1000);
			testing_write(&tt);
		}
		testing_event(&tt, ENTRY, "Bank", then_ms + 900000);
		testing_commit(&tt);
	}
}

static void spoil_something(void)
{
	const struct gap gap = {.topic = "station_exits", .partition = 0, .epoch = 1, .kind = GAP_RETENTION, .first_offset = 500, .last_offset = 509,
				.note = "10 offsets were deleted before they were read"};
	testing_value(&tt, 0, "{\"no\":\"event\"}");
	testing_write(&tt);
	assert_int_equal(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, &gap, 1, &tt.err), SINK_OK);
	assert_int_equal(db_exec(tt.hs->db, "INSERT INTO scenario_events (ts, scenario, action, factor) VALUES (1795507200, 'weekday', 'rate', 2)",
				 &tt.err), 0);
}

static int fill(void **state)
{
	(void)state;
	char path[512], chunk[4096];
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof path, "%s/man/tfl-top-sql.7", srcdir ? srcdir : ".");
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(&page, chunk, n);
	fclose(file);
	testing_start(&tt);
	tt.now_ms = T0 + DAY_MS;
	testing_open(&tt);
	count_passengers();
	spoil_something();
	db = db_open_reader(tt.db_path, &tt.err);
	return db ? 0 : -1;
}

static int clear(void **state)
{
	(void)state;
	sqlite3_close(db);
	testing_end(&tt);
	strbuf_fini(&page);
	return 0;
}

/* The headings below VIEWS: the one that has `name` among its words; the text of its section begins behind it. */
static const char *section_of(const char *name)
{
	for (const char *at = strbuf_str(&page); (at = strstr(at, "\n.SS "));) {
		at += strlen("\n.SS ");
		const char *end = strchr(at, '\n');
		for (const char *word = at; word < end; word += strspn(word, ", ")) {
			size_t len = strcspn(word, ", \n");
			if (len == strlen(name) && !strncmp(word, name, len))
				return end;
			word += len;
		}
	}
	fail_msg("man/tfl-top-sql.7 has no section of %s", name);
	return NULL;
}

/* The tags of a section, with commas between them. */
static void columns_told(const char *text, struct strbuf *out)
{
	const char *end = strstr(text, "\n.S");
	for (const char *at = text; (at = strstr(at, "\n.TP\n.B ")) && at < end;) {
		at += strlen("\n.TP\n.B ");
		strbuf_add(out, at, strcspn(at, "\n"));
		strbuf_addc(out, ',');
	}
}

static void columns_of(const char *view, struct strbuf *out)
{
	sqlite3_stmt *stmt;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?1) ORDER BY cid", -1, &stmt, NULL), SQLITE_OK);
	sqlite3_bind_text(stmt, 1, view, -1, SQLITE_STATIC);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		strbuf_printf(out, "%s,", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

static void every_view_is_there(void **state)
{
	(void)state;
	struct strbuf told = {0}, real = {0};
	sqlite3_stmt *stmt;
	int views = 0;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'view' OR name = 'meta'", -1, &stmt, NULL), SQLITE_OK);
	for (; sqlite3_step(stmt) == SQLITE_ROW; views++) {
		const char *view = (const char *)sqlite3_column_text(stmt, 0);
		strbuf_reset(&told);
		strbuf_reset(&real);
		columns_told(section_of(view), &told);
		columns_of(view, &real);
		if (strcmp(strbuf_str(&told), strbuf_str(&real)))
			fail_msg("man/tfl-top-sql.7, %s, has\n%s\nthe database\n%s", view, strbuf_str(&told), strbuf_str(&real));
	}
	sqlite3_finalize(stmt);
	assert_true(views >= 12);
	strbuf_fini(&told);
	strbuf_fini(&real);
}

static void run_example(const char *sql)
{
	struct query qr;
	struct export ex;
	char *bytes = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&bytes, &size);
	assert_int_equal(query_open(&qr, tt.db_path, 5000, &tt.err), 0);
	export_init(&ex, export_format_find("ndjson"), to, false);
	int rc = query_sql(&qr, sql, &ex, &tt.err);
	export_fini(&ex);
	fclose(to);
	query_close(&qr);
	if (rc)
		fail_msg("%s: %s", sql, tt.err.text);
	if (!size)
		fail_msg("%s gives no row", sql);
	free(bytes);
}

static void every_example_gives_rows(void **state)
{
	(void)state;
	struct strbuf sql = {0};
	int examples = 0;
	for (const char *at = strbuf_str(&page); (at = strstr(at, "\n.EX\n")); examples++) {
		const char *end = strstr(at, "\n.EE\n");
		assert_non_null(end);
		strbuf_reset(&sql);
		for (at += strlen("\n.EX\n"); at <= end; at++)
			if (*at != '\\') /* of \- */
				strbuf_addc(&sql, *at);
		run_example(strbuf_str(&sql));
	}
	assert_true(examples >= 10);
	strbuf_fini(&sql);
}

static void its_version_is_ours(void **state)
{
	(void)state;
	assert_non_null(strstr(strbuf_str(&page), "\n.TH TFL\\-TOP\\-SQL 7 \"\" \"tfl\\-top " TFLTOP_VERSION "\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_is_there),
		cmocka_unit_test(every_example_gives_rows),
		cmocka_unit_test(its_version_is_ours),
	};
	return cmocka_run_group_tests(tests, fill, clear);
}
