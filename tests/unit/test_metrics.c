#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

#include "feed/metrics.h"
#include "feed/status_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct feed_status feeds[2];
static struct strbuf text;

static void add_partition(struct feed_status *st, const char *topic, int32_t partition, struct ledger led)
{
	struct partition_status *ps = &st->partition[st->partitions++];
	*ps = (struct partition_status){.partition = partition, .epoch = 1, .next_offset = 900, .stable = 1000, .high = 1010, .low = -1,
					.lag = 100, .ledger = led};
	snprintf(ps->topic, sizeof ps->topic, "%s", topic);
	ledger_add(&st->total, &led);
}

static void make_history(struct feed_status *st)
{
	*st = (struct feed_status){.name = "history", .state = FEED_LIVE, .brokers_up = 2, .lag = 100, .last_arrival_ms = 1795508262123,
				   .commits = 68123, .commit_ms = 3.5, .commit_ms_max = 41, .gaps = 1};
	add_partition(st, "station_entries", 0, (struct ledger){.consumed = 1000, .stored = 990, .dead = 7, .skipped = 3});
	st->partition[0].lag = st->partition[0].next_offset = -1;
}

static void make_elastic(struct feed_status *st)
{
	*st = (struct feed_status){.name = "elastic", .state = FEED_CATCHING_UP, .brokers_up = 1, .commit_ms = -1, .reasons = 2,
				   .letters_waiting = 4, .watermark_ms = 1795508261000,
				   .reason = {{"bad_json", 5}, {"a \"quoted\" \\ \n reason", 1}}};
	st->sink = (struct sink_figures){.endpoint = "localhost:9200", .product = "Elasticsearch 8.11.3, time series", .requests_in_flight = 3,
					 .requests_max = 4, .items_in_flight = 1500, .bytes_held = 700000, .bytes_max = 20971520,
					 .bulk_bytes = 5242880, .bulk_items = 512, .requests = 77, .requests_failed = 2, .failures_in_row = 1,
					 .items_retried = 512, .backing_off_ms = 250, .last_error_ms = 1795508260500};
	durations_add(&st->sink.request, 4);
	durations_add(&st->sink.request, 5);
	durations_add(&st->sink.request, 42.5);
	durations_add(&st->sink.end_to_end, 4000 * 1000.0);
	add_partition(st, "station_exits", 3, (struct ledger){.consumed = 2000, .stored = 1480, .duplicate = 10, .late = 2, .dead = 5,
							      .released = 3, .in_flight = 500});
	st->partition[0].held = true;
	st->total.consumed += 40; /* of a partition that the status does not list */
	st->total.stored += 40;
}

static int start(void **state)
{
	(void)state;
	make_history(&feeds[0]);
	make_elastic(&feeds[1]);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	strbuf_fini(&text);
	return 0;
}

static void draw(void)
{
	strbuf_reset(&text);
	metrics_text(feeds, 2, &(struct metrics_process){"1.2.3", 1795500000250}, &text);
}

static void text_is_as_its_golden(void **state)
{
	(void)state;
	draw();
	golden_compare("metrics", &text);
}

static double value_of(const char *sample)
{
	char line[200];
	snprintf(line, sizeof line, "\n%s ", sample);
	const char *at = strstr(strbuf_str(&text), line);
	if (!at)
		fail_msg("no sample %s", sample);
	return strtod(at + strlen(line), NULL);
}

/* Whoever adds the verdicts up and what is in flight gets what was consumed. */
static void every_record_is_accounted_for(void **state)
{
	(void)state;
	double sum = 0, consumed = 0;
	draw();
	for (const char *line = strbuf_str(&text); line; line = strchr(line, '\n')) {
		line += *line == '\n';
		const char *space = strrchr(strndupa(line, strcspn(line, "\n")), ' ');
		double value = space ? strtod(space, NULL) : 0;
		if (!strncmp(line, "tfl_top_feed_records_total{", 27) || !strncmp(line, "tfl_top_feed_in_flight{", 23))
			sum += value;
		if (!strncmp(line, "tfl_top_feed_records_consumed_total{", 36))
			consumed += value;
	}
	assert_true(consumed == 1000 + 2000 + 40);
	assert_true(sum == consumed);
}

static void a_broken_ledger_shows(void **state)
{
	(void)state;
	draw();
	assert_true(value_of("tfl_top_feed_ledger_holds{feed=\"history\",topic=\"station_entries\",partition=\"0\"}") == 1);
	feeds[0].partition[0].ledger.stored--;
	draw();
	assert_true(value_of("tfl_top_feed_ledger_holds{feed=\"history\",topic=\"station_entries\",partition=\"0\"}") == 0);
}

static void large_counts_are_exact(void **state)
{
	(void)state;
	feeds[0].partition[0].ledger.consumed = 123456789012345;
	draw();
	assert_non_null(strstr(strbuf_str(&text), "partition=\"0\"} 123456789012345\n"));
}

static void a_duration_is_counted_below_its_bound(void **state)
{
	(void)state;
	static const struct {
		double ms;
		int bin;
	} rows[] = {{-5, 0}, {0, 0}, {5, 0}, {5.1, 1}, {1000, 7}, {3600 * 1000.0, 14}, {3600 * 1000.0 + 1, 15}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct durations dur = {0};
		durations_add(&dur, rows[i].ms);
		for (int bin = 0; bin <= DURATION_BOUNDS; bin++)
			assert_int_equal(dur.count[bin], bin == rows[i].bin);
	}
}

static void readiness_says_why_not(void **state)
{
	(void)state;
	static const struct {
		enum feed_state state;
		int brokers_up;
		uint32_t failures;
		const char *why; /* NULL: ready */
	} rows[] = {
		{FEED_LIVE, 1, 0, NULL},
		{FEED_CATCHING_UP, 1, 2, NULL},
		{FEED_STARTING, 1, 0, "elastic: starting: said why"},
		{FEED_WAITING, 1, 0, "elastic: waiting: said why"},
		{FEED_STALLED, 1, 0, "elastic: stalled: said why"},
		{FEED_FAILED, 1, 0, "elastic: failed: said why"},
		{FEED_STOPPED, 1, 0, "elastic: stopped: said why"},
		{FEED_LIVE, 0, 0, "elastic: no connection to Kafka at kafka1:9092"},
		{FEED_LIVE, 1, 3, "elastic: 3 requests in a row have failed: connection refused"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feed_status *st = &feeds[1];
		struct strbuf why = {0};
		st->state = rows[i].state;
		st->brokers_up = rows[i].brokers_up;
		st->sink.failures_in_row = rows[i].failures;
		snprintf(st->detail, sizeof st->detail, "said why");
		snprintf(st->brokers, sizeof st->brokers, "kafka1:9092");
		snprintf(st->sink.last_error, sizeof st->sink.last_error, "connection refused");
		assert_int_equal(metrics_ready(st, &why), rows[i].why == NULL);
		assert_string_equal(strbuf_str(&why), rows[i].why ? rows[i].why : "");
		strbuf_fini(&why);
	}
}

static void a_feed_is_said_in_one_line(void **state)
{
	(void)state;
	strbuf_reset(&text);
	status_line(&feeds[0], &text);
	assert_string_equal(strbuf_str(&text), "history: live, 0 events/s, consumed 1000, dead 7, lag 100");
	feeds[1].sink.request_ms_p50 = 12.4;
	feeds[1].sink.request_ms_p99 = 40;
	snprintf(feeds[1].sink.last_error, sizeof feeds[1].sink.last_error, "connection refused");
	strbuf_reset(&text);
	status_line(&feeds[1], &text);
	assert_string_equal(strbuf_str(&text), "elastic: catching up, 0 events/s, consumed 2040, duplicate 10, late 2, dead 5, in flight 500, lag 0, "
					       "3/4 requests of 512, 12 ms (99 % within 40 ms), 512 retried, backing off 0.2 s: connection refused");
	feeds[1].sink = (struct sink_figures){.requests_max = 4, .request_ms_p50 = -1};
	feeds[1].lag = -1;
	snprintf(feeds[1].detail, sizeof feeds[1].detail, "waiting for the group");
	strbuf_reset(&text);
	status_line(&feeds[1], &text);
	assert_string_equal(strbuf_str(&text), "elastic: catching up, 0 events/s, consumed 2040, duplicate 10, late 2, dead 5, in flight 500, "
					       "0/4 requests: waiting for the group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_is_as_its_golden, start, finish),
		cmocka_unit_test_setup_teardown(every_record_is_accounted_for, start, finish),
		cmocka_unit_test_setup_teardown(a_broken_ledger_shows, start, finish),
		cmocka_unit_test_setup_teardown(large_counts_are_exact, start, finish),
		cmocka_unit_test(a_duration_is_counted_below_its_bound),
		cmocka_unit_test_setup_teardown(readiness_says_why_not, start, finish),
		cmocka_unit_test_setup_teardown(a_feed_is_said_in_one_line, start, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
