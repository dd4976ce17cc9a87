/* fuzz_report.c: what people type after `query`, against a small history; and report files of their own. An input is a byte that chooses the
 * report and how it is written, and then a line a word (name=value, or since=… and until=… as the options give them); or, where that byte is
 * 255, a report file. */
#include "fuzz.h"
#include <stdbool.h>

/* What the store's helper for unit tests asks of cmocka. */
#define assert_true(truth) MUST(truth)
#define assert_non_null(pointer) MUST(pointer)
#define assert_int_equal(a, b) MUST((a) == (b))
#define fail_msg(...) MUST((fprintf(stderr, __VA_ARGS__), false))

#include "../unit/store_testing.h"
#include "base/path.h"
#include "base/timeword.h"
#include "base/utf8.h"
#include "store/query.h"
#include "store/report.h"

#include <locale.h>

#define NOW_MS 1795508262123 /* 2026-11-24T08:17:42.123Z */
#define WORDS 16

static struct testing tt;
static struct reports shipped;
static char *user_report;

static void fill(void)
{
	static const char *const names[] = {"Angel", "Bank", "Evil\\u001b[31m\\u009b", "Edgware Road", "\346\261\237\346\210\270"};
	const struct gap gap = {.topic = "station_exits", .epoch = 1, .kind = GAP_RETENTION, .last_offset = 9};
	for (int day = 0; day < 12; day++) {
		for (int i = 0; i < 40; i++)
			testing_event(&tt, i % 2 ? EXIT : ENTRY, names[i % 5], NOW_MS - day * 86400000LL - i * 777000);
		testing_value(&tt, 0, "no \033[2J event");
		testing_write(&tt);
	}
	MUST(history_sink.commit(tt.hs, tt.parts, TESTING_PARTS, &gap, 1, &tt.err) == SINK_OK);
}

static void clean_up(void)
{
	reports_fini(&shipped);
	free(user_report);
	testing_end(&tt);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	MUST(setlocale(LC_CTYPE, "C.UTF-8"));
	testing_start(&tt);
	atexit(clean_up);
	setenv("XDG_CONFIG_HOME", tt.folder, 1);
	testing_open(&tt);
	fill();
	MUST(!reports_load(&shipped, &tt.err) && shipped.count >= 8);
	user_report = xasprintf("%s/tfl-top/reports/mine.sql", tt.folder);
	MUST(!path_make_folder(user_report, &tt.err));
	return 0;
}

static void check_safe(const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n)
		MUST((n = text[i] == '\n' || text[i] == '\r' ? 1 : utf8_printable(text + i, len - i)));
}

/* What was refused is said in words that may go to a terminal. */
static void check_error(const struct error *err)
{
	MUST(*err->text && memchr(err->text, '\0', sizeof err->text));
	for (const char *p = err->text; *p; p++)
		MUST((unsigned char)*p >= ' ' && *p != 0x7f);
}

/* As the command does it: defaults, options, words. */
static int set_all(const struct report *rp, struct query *qr, char *words[], size_t count, struct error *err)
{
	query_set_number(qr, "since", 0);
	query_set_number(qr, "until", 253402300800);
	if (report_defaults(rp, qr, NOW_MS, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		bool until = !strncmp(words[i], "until=", 6), since = !strncmp(words[i], "since=", 6);
		int64_t ms;
		if ((until || since) && timeword_parse(words[i] + 6, NOW_MS, &ms, err))
			return -1;
		if (until || since)
			query_set_number(qr, until ? "until" : "since", ms / 1000);
		else if (report_set(rp, qr, words[i], NOW_MS, err))
			return -1;
	}
	return report_complete(rp, qr, err);
}

static int64_t number_of(const struct query *qr, const char *name, int64_t without)
{
	for (size_t i = 0; i < qr->nparams; i++)
		if (!strcmp(qr->params[i].name, name) && !qr->params[i].text)
			return qr->params[i].number;
	return without;
}

/* With parameters that were taken, every report has an answer: no more rows than the limit, and nothing a terminal would act upon. */
static void run(struct query *qr, const char *sql, const char *format)
{
	char *bytes = NULL;
	size_t size = 0;
	struct export ex;
	struct error err = {{0}};
	FILE *to = open_memstream(&bytes, &size);
	export_init(&ex, export_format_find(format), to, true);
	int rc = query_sql(qr, sql, &ex, &err);
	MUST(!rc || (qr->late && *err.text));
	MUST(ex.rows <= (uint64_t)number_of(qr, "limit", INT64_MAX));
	export_fini(&ex);
	fclose(to);
	check_safe(bytes, size);
	free(bytes);
}

static void ask(uint8_t choice, char *text)
{
	static const char *const formats[] = {"table", "csv", "json", "ndjson"};
	const struct report *rp = &shipped.row[choice / 4 % shipped.count];
	struct error err = {{0}};
	struct query qr;
	char *rest, *words[WORDS];
	size_t count = 0;
	for (char *word = strtok_r(text, "\n", &rest); word && count < WORDS; word = strtok_r(NULL, "\n", &rest))
		words[count++] = word;
	MUST(!query_open(&qr, tt.db_path, 5000, &err));
	if (set_all(rp, &qr, words, count, &err))
		check_error(&err);
	else
		run(&qr, rp->sql, formats[choice % 4]);
	query_close(&qr);
}

/* A report file is taken with what its head says, or refused with its line. */
static void read_report(const char *text, size_t len)
{
	struct reports rs;
	struct error err = {{0}};
	struct strbuf list = {0};
	FILE *file = fopen(user_report, "w");
	MUST(file && fwrite(text, 1, len, file) == len && !fclose(file));
	if (reports_load(&rs, &err)) {
		MUST(!strncmp(err.text, "report mine line ", strlen("report mine line ")));
		check_error(&err);
	} else {
		const struct report *rp = report_find(&rs, "mine", &err);
		MUST(rp && *rp->title && rp->params <= REPORT_PARAMS_MAX && !strncmp(rp->sql, text, strlen(rp->sql)));
		for (size_t i = 0; i < rp->params; i++)
			MUST(*rp->param[i].name && *rp->param[i].preset && rp->param[i].type <= PARAM_CHOICE &&
			     (rp->param[i].type == PARAM_CHOICE) == (*rp->param[i].choices != '\0'));
		reports_list(&rs, &list);
		check_safe(strbuf_str(&list), list.len);
	}
	strbuf_fini(&list);
	reports_fini(&rs);
	remove(user_report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	char *text = xstrndup((const char *)data + 1, size - 1);
	if (data[0] == 255)
		read_report(text, strlen(text));
	else
		ask(data[0], text);
	free(text);
	return 0;
}
