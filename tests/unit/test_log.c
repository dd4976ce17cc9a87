#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/log_limit.h"
#include "base/strbuf.h"
#include "base/thread.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tfl-top-test-log-XXXXXX";

static const char *path_of_file(const char *suffix)
{
	static char path[64];
	snprintf(path, sizeof path, "%s/log%s", folder, suffix);
	return path;
}

static int remove_files(void **state)
{
	(void)state;
	static const char *const suffixes[] = {"", ".1", ".2", ".3"};
	log_close();
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		unlink(path_of_file(suffixes[i]));
	return 0;
}

static void opened(enum log_level level, enum log_format format)
{
	struct error err = {{0}};
	if (log_open(path_of_file(""), level, format, &err))
		fail_msg("%s", err.text);
}

static char *content(void)
{
	static char text[4096];
	FILE *file = fopen(path_of_file(""), "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

static struct log_line newest(void)
{
	struct log_line line;
	uint64_t serial;
	assert_int_equal(log_tail(&line, 1, &serial), 1);
	return line;
}

static void lines_have_the_form_of_logfmt(void **state)
{
	(void)state;
	opened(LOG_INFO, LOG_LOGFMT);
	log_warn("topic \"%s\" is missing", "a\\b");
	const char *text = content();
	assert_int_equal(strspn(text, "time=0123456789-:.TZ"), strlen("time=2026-11-24T08:17:42.123Z"));
	assert_string_equal(text + strlen("time=2026-11-24T08:17:42.123Z"), " level=warn msg=\"topic \\\"a\\\\b\\\" is missing\"\n");
	assert_string_equal(newest().text, "topic \"a\\b\" is missing");
	assert_int_equal(newest().level, LOG_WARN);
}

static void or_of_json(void **state)
{
	(void)state;
	opened(LOG_INFO, LOG_JSON);
	log_error("\"\x1b[2J\"");
	const char *text = content();
	assert_int_equal(strncmp(text, "{\"time\":\"20", 11), 0);
	assert_non_null(strstr(text, "Z\",\"level\":\"error\",\"msg\":\"\\\"\\\\x1b[2J\\\"\"}\n"));
}

static void what_is_below_the_level_is_not_kept(void **state)
{
	(void)state;
	opened(LOG_WARN, LOG_LOGFMT);
	uint64_t before, after;
	log_tail(NULL, 0, &before);
	log_info("quiet");
	log_debug("quiet");
	log_tail(NULL, 0, &after);
	assert_int_equal(before, after);
	assert_string_equal(content(), "");
}

static void no_byte_can_steer_a_terminal(void **state)
{
	(void)state;
	opened(LOG_DEBUG, LOG_LOGFMT);
	log_info("a\x1b]0;x\x07 b\nc\r\t\x7f \xc2\x9b" "1m \xff\xc3 \xed\xa0\x80 caf\xc3\xa9 \xe2\x96\xb2");
	assert_string_equal(newest().text, "a\\x1b]0;x\\x07 b\\x0ac\\x0d\\x09\\x7f \\xc2\\x9b1m \\xff\\xc3 \\xed\\xa0\\x80 caf\xc3\xa9 \xe2\x96\xb2");
	for (const char *p = content(); *p; p++)
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
	assert_null(strchr(strchr(content(), '\n') + 1, '\n'));
}

static void long_lines_are_cut_between_characters(void **state)
{
	(void)state;
	struct strbuf sb = {0};
	for (int i = 0; i < 200; i++)
		strbuf_puts(&sb, "\xe2\x96\xb2");
	opened(LOG_INFO, LOG_LOGFMT);
	log_info("%s", strbuf_str(&sb));
	assert_int_equal(strlen(newest().text), 237); /* 79 × 3 of the 239 there are */
	assert_non_null(strstr(content(), strbuf_str(&sb))); /* the file has all of it */
	strbuf_fini(&sb);
}

static void the_ring_keeps_the_newest(void **state)
{
	(void)state;
	static struct log_line lines[LOG_RING + 10];
	uint64_t before, after;
	opened(LOG_DEBUG, LOG_LOGFMT);
	log_tail(NULL, 0, &before);
	for (int i = 0; i < LOG_RING + 7; i++)
		log_debug("line %d", i); /* of which none is held back */
	assert_int_equal(log_tail(lines, LOG_RING + 10, &after), LOG_RING);
	assert_int_equal(after - before, LOG_RING + 7);
	assert_string_equal(lines[0].text, "line 7");
	assert_string_equal(lines[LOG_RING - 1].text, "line 506");
	assert_int_equal(log_tail(lines, 2, &after), 2);
	assert_string_equal(lines[0].text, "line 505");
	assert_string_equal(lines[1].text, "line 506");
}

static off_t size_of(const char *suffix)
{
	struct stat st;
	return stat(path_of_file(suffix), &st) ? -1 : st.st_size;
}

static void the_file_is_private_even_if_it_was_not(void **state)
{
	(void)state;
	struct stat st;
	FILE *file = fopen(path_of_file(""), "w");
	fputs("old\n", file);
	fclose(file);
	chmod(path_of_file(""), 0644);
	opened(LOG_INFO, LOG_LOGFMT);
	assert_int_equal(stat(path_of_file(""), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(strncmp(content(), "old\n", 4), 0);
}

static void files_rotate_and_three_are_kept(void **state)
{
	(void)state;
	struct stat st;
	opened(LOG_INFO, LOG_LOGFMT);
	for (int i = 0; i < 4; i++) {
		log_info("before %d", i);
		assert_int_equal(truncate(path_of_file(""), 10 << 20), 0);
		log_info("after %d", i);
	}
	assert_true(size_of("") > 0 && size_of("") < 12 << 20);
	assert_true(size_of(".1") >= 10 << 20 && size_of(".1") < 12 << 20);
	assert_true(size_of(".2") >= 10 << 20 && size_of(".2") < 12 << 20);
	assert_int_equal(size_of(".3"), -1);
	assert_int_equal(stat(path_of_file(".2"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Another process on the same file has rotated it meanwhile: the new file must not be moved away by us. */
static void a_file_rotated_by_another_is_followed(void **state)
{
	(void)state;
	opened(LOG_INFO, LOG_LOGFMT);
	assert_int_equal(truncate(path_of_file(""), 10 << 20), 0);
	char moved[64];
	snprintf(moved, sizeof moved, "%s", path_of_file(".1"));
	rename(path_of_file(""), moved);
	FILE *file = fopen(path_of_file(""), "w");
	fputs("theirs\n", file);
	fclose(file);
	log_info("ours");
	assert_int_equal(strncmp(content(), "theirs\ntime=", 12), 0);
	assert_int_equal(size_of(".2"), -1);
}

static void what_cannot_be_opened_is_said(void **state)
{
	(void)state;
	struct error err;
	assert_int_equal(log_open("/nonexistent/log", LOG_INFO, LOG_LOGFMT, &err), -1);
	assert_string_equal(err.text, "cannot open the log /nonexistent/log: No such file or directory (log.file names another)");
}

static void *write_many(void *arg)
{
	for (int i = 0; i < 300; i++)
		log_debug("%s %d", (const char *)arg, i);
	return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
	(void)state;
	pthread_t threads[3];
	static const char *const names[] = {"first", "second", "third"};
	char line[256];
	int lines = 0;
	opened(LOG_DEBUG, LOG_LOGFMT);
	for (int i = 0; i < 3; i++)
		thread_start(&threads[i], names[i], write_many, (void *)names[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	FILE *file = fopen(path_of_file(""), "r");
	for (; fgets(line, sizeof line, file); lines++)
		if (strncmp(line, "time=", 5) || strcmp(line + strlen(line) - 2, "\"\n") || strchr(line + 1, '\n') != line + strlen(line) - 1)
			fail_msg("%s", line);
	fclose(file);
	assert_int_equal(lines, 900);
}

static void lines_that_are_alike_are_held_back_and_counted(void **state)
{
	(void)state;
	opened(LOG_INFO, LOG_LOGFMT);
	for (int i = 0; i < 4322; i++)
		log_warn("bulk of %d items refused", i);
	log_warn("something else");
	assert_non_null(strstr(content(), "bulk of 9 items refused"));
	assert_null(strstr(content(), "bulk of 10 items"));
	assert_non_null(strstr(content(), "something else"));
	log_turn();
	assert_null(strstr(content(), "more like it")); /* their minute is not over */
	log_close();
	assert_non_null(strstr(content(), "level=warn msg=\"… and 4312 more like it in 0 s, the last: bulk of 4321 items refused\"\n"));
}

static void each_minute_has_lines_again(void **state)
{
	(void)state;
	static struct log_limit lim;
	char text[200];
	int level;
	int64_t now_ms = 5000;
	for (int i = 0; i < 12; i++)
		assert_int_equal(log_limit_pass(&lim, LOG_WARN, "one 1", now_ms + i), i < 10);
	assert_true(log_limit_pass(&lim, LOG_ERROR, "one 1", now_ms)); /* another level is another kind */
	assert_false(log_limit_due(&lim, now_ms + 59999, false, &level, text, sizeof text));
	assert_true(log_limit_due(&lim, now_ms + 60000, false, &level, text, sizeof text));
	assert_string_equal(text, "… and 2 more like it in 60 s, the last: one 1");
	assert_int_equal(level, LOG_WARN);
	assert_false(log_limit_due(&lim, now_ms + 60000, true, &level, text, sizeof text));
	for (int i = 0; i < 11; i++)
		assert_int_equal(log_limit_pass(&lim, LOG_WARN, "one 222", now_ms + 60000), i < 10);
}

/* A kind that was quiet for its minute begins another; more kinds than can be followed are all written. */
static void quiet_kinds_give_their_place_away(void **state)
{
	(void)state;
	static struct log_limit lim;
	char text[32] = "kind";
	for (int minute = 0; minute < 2; minute++)
		for (int i = 0; i < LOG_KINDS; i++) {
			text[4] = (char)('0' + 10 + i + minute * LOG_KINDS);
			for (int k = 0; k < (minute ? 11 : 1); k++)
				assert_int_equal(log_limit_pass(&lim, LOG_INFO, text, minute * 60000), k < 10);
		}
	for (int k = 0; k < 20; k++)
		assert_true(log_limit_pass(&lim, LOG_INFO, "a kind too many", 60000));
}

static void a_secret_stands_in_no_line(void **state)
{
	(void)state;
	opened(LOG_INFO, LOG_LOGFMT);
	log_keep_secret("hunter2!");
	log_keep_secret("hunter2!");
	log_keep_secret("in"); /* too short to be one */
	log_warn("me:hunter2!@localhost, in and hunter2!");
	assert_string_equal(newest().text, "me:********@localhost, in and ********");
	assert_null(strstr(content(), "hunter2"));
}

static void utf8_is_strict(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t length;
		uint32_t code;
	} rows[] = {
		{"a", 1, 'a'},	      {"\xc2\x80", 2, 0x80}, {"\xdf\xbf", 2, 0x7ff},	   {"\xe0\xa0\x80", 3, 0x800},	      {"\xef\xbf\xbf", 3, 0xffff},
		{"\xf0\x90\x80\x80", 4, 0x10000}, {"\xf4\x8f\xbf\xbf", 4, 0x10ffff}, {"\x80", 0, 0}, {"\xc0\x80", 0, 0}, {"\xc1\xbf", 0, 0},
		{"\xe0\x9f\xbf", 0, 0}, {"\xed\xa0\x80", 0, 0}, {"\xf0\x8f\xbf\xbf", 0, 0}, {"\xf4\x90\x80\x80", 0, 0}, {"\xf5\x80\x80\x80", 0, 0},
		{"\xe2\x82", 0, 0},   {"", 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t code = 0;
		assert_int_equal(utf8_decode(rows[i].text, strlen(rows[i].text), &code), rows[i].length);
		assert_int_equal(code, rows[i].code);
	}
	assert_int_equal(utf8_printable("\xc2\x9f", 2), 0);
	assert_int_equal(utf8_printable("\xc2\xa0", 2), 2);
	assert_int_equal(utf8_cut("a\xe2\x96\xb2", 4, 3), 1);
	assert_int_equal(utf8_cut("a\xe2\x96\xb2", 4, 4), 4);
	assert_int_equal(utf8_cut("a\xe2\x96\xb2", 4, 1), 1);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lines_have_the_form_of_logfmt, remove_files),
		cmocka_unit_test_teardown(or_of_json, remove_files),
		cmocka_unit_test_teardown(what_is_below_the_level_is_not_kept, remove_files),
		cmocka_unit_test_teardown(no_byte_can_steer_a_terminal, remove_files),
		cmocka_unit_test_teardown(long_lines_are_cut_between_characters, remove_files),
		cmocka_unit_test_teardown(the_ring_keeps_the_newest, remove_files),
		cmocka_unit_test_teardown(the_file_is_private_even_if_it_was_not, remove_files),
		cmocka_unit_test_teardown(files_rotate_and_three_are_kept, remove_files),
		cmocka_unit_test_teardown(a_file_rotated_by_another_is_followed, remove_files),
		cmocka_unit_test_teardown(what_cannot_be_opened_is_said, remove_files),
		cmocka_unit_test_teardown(threads_do_not_mix_their_lines, remove_files),
		cmocka_unit_test_teardown(lines_that_are_alike_are_held_back_and_counted, remove_files),
		cmocka_unit_test(each_minute_has_lines_again),
		cmocka_unit_test(quiet_kinds_give_their_place_away),
		cmocka_unit_test_teardown(a_secret_stands_in_no_line, remove_files),
		cmocka_unit_test(utf8_is_strict),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return rc;
}
