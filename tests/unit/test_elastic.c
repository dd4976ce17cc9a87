#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elastic/document.h"
#include "elastic/pace.h"
#include "elastic/reply.h"
#include "elastic/spread.h"
#include "elastic/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct text text(const char *s)
{
	return (struct text){s, s ? strlen(s) : 0};
}

/* Every answer for an item that Elasticsearch 8.11 and OpenSearch 2.19 were seen or are documented to give. */
static const struct {
	int status;
	const char *type, *reason, *failure_store;
	enum item_verdict verdict;
	bool unsure;
} items[] = {
    {201, NULL, NULL, NULL, ITEM_STORED, false},
    {200, NULL, NULL, NULL, ITEM_STORED, false},
    {201, NULL, NULL, "not_enabled", ITEM_STORED, false},
    {201, NULL, NULL, "used", ITEM_DEAD, false},
    {200, NULL, NULL, "used", ITEM_DEAD, false},
    {409, "version_conflict_engine_exception", "[x][{station=Angel}@2026-11-25T01:59:02.000Z]: version conflict, document already exists",
     NULL, ITEM_CONFLICT, false},
    {429, "es_rejected_execution_exception", "rejected execution of primary operation", NULL, ITEM_RETRY, false},
    {429, "circuit_breaking_exception", "[parent] Data too large", NULL, ITEM_RETRY, false},
    {429, "cluster_block_exception",
     "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",
     NULL, ITEM_RETRY, false},
    {503, "unavailable_shards_exception", "[x][0] primary shard is not active Timeout: [1m]", NULL, ITEM_RETRY, true},
    {503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/2/no master];", NULL, ITEM_RETRY, true},
    {500, "exception", "something", NULL, ITEM_RETRY_BOUNDED, true},
    {502, NULL, NULL, NULL, ITEM_RETRY_BOUNDED, true},
    {504, "timeout_exception", NULL, NULL, ITEM_RETRY_BOUNDED, true},
    {403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write (api)];", NULL, ITEM_RETRY_BOUNDED, false},
    {403, "security_exception", "action [indices:data/write/bulk[s]] is unauthorized for user [x]", NULL, ITEM_LOCKED, false},
    {401, "security_exception", "missing authentication credentials", NULL, ITEM_LOCKED, false},
    {403, "other_exception", NULL, NULL, ITEM_DEAD, false},
    {400, "illegal_argument_exception",
     "the document timestamp [2026-11-22T19:55:13.000Z] is outside of ranges of currently writable indices [[a,b]]", NULL, ITEM_LATE,
     false},
    {400, "timestamp_error", "the document timestamp [x] is outside of ranges of currently writable indices [[a,b][c,d]]", NULL, ITEM_LATE,
     false},
    {400, "illegal_argument_exception", "Error extracting data stream timestamp field: x", NULL, ITEM_DEAD, false},
    {400, "illegal_argument_exception", "Error extracting routing: source didn't contain any routing fields", NULL, ITEM_DEAD, false},
    {400, "illegal_argument_exception", "Routing values must be strings but found [START_ARRAY]", NULL, ITEM_DEAD, false},
    {400, "document_parsing_exception", "[1:10] failed to parse field [delta] of type [byte]", NULL, ITEM_DEAD, false},
    {400, "mapper_parsing_exception", "failed to parse", NULL, ITEM_DEAD, false},
    {400, "strict_dynamic_mapping_exception", "mapping set to strict", NULL, ITEM_DEAD, false},
    {400, "x_content_parse_exception", "Unexpected character", NULL, ITEM_DEAD, false},
    {400, "illegal_argument_exception", "only write ops with an op_type of create are allowed in data streams", NULL, ITEM_DEAD, false},
    {400, "illegal_argument_exception",
     "index request targeting data stream [X] specifies a custom routing but the [allow_custom_routing] setting was not enabled", NULL,
     ITEM_DEAD, false},
    {400, "document_parsing_exception",
     "[1:80] failed to parse: _id must be unset or set to [X] but was [Y] because [i] is in time_series mode", NULL, ITEM_MISFIT, false},
    {404, "index_not_found_exception", "no such index [x] and [action.auto_create_index] is [false]", NULL, ITEM_MISFIT, false},
    {404, "other_exception", NULL, NULL, ITEM_DEAD, false},
    {413, NULL, NULL, NULL, ITEM_DEAD, false},
    {418, NULL, NULL, NULL, ITEM_DEAD, false},
    {302, NULL, NULL, NULL, ITEM_RETRY_BOUNDED, false},
    {100, NULL, NULL, NULL, ITEM_RETRY_BOUNDED, true},
};

static void every_answer_for_an_item_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		const struct item_answer ans = {.status = items[i].status, .type = text(items[i].type), .reason = text(items[i].reason),
						.failure_store = text(items[i].failure_store)};
		bool unsure;
		enum item_verdict verdict = item_verdict(&ans, &unsure);
		if (verdict != items[i].verdict || unsure != items[i].unsure)
			fail_msg("%d %s: verdict %d, unsure %d", items[i].status, items[i].reason ? items[i].reason : "", verdict, unsure);
	}
}

static const struct {
	enum http_outcome outcome;
	int status;
	bool json, product;
	const char *type;
	struct bulk_judgement want;
} bulks[] = {
	{HTTP_NOT_SENT, 0, false, false, NULL, {BULK_RETRY, false, false}},
	{HTTP_UNKNOWN, 0, false, false, NULL, {BULK_RETRY, true, true}},
	{HTTP_ANSWERED, 200, true, true, NULL, {BULK_ITEMS, false, false}},
	{HTTP_ANSWERED, 200, false, true, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 200, true, false, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 200, false, false, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 201, true, true, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 301, false, false, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 400, true, true, "illegal_argument_exception", {BULK_BISECT, false, false}},
	{HTTP_ANSWERED, 400, true, true, "x_content_parse_exception", {BULK_BISECT, false, false}},
	{HTTP_ANSWERED, 400, false, false, NULL, {BULK_STRANGER, false, false}},
	{HTTP_ANSWERED, 401, true, true, "security_exception", {BULK_LOCKED, false, false}},
	{HTTP_ANSWERED, 401, false, false, NULL, {BULK_LOCKED, false, false}},
	{HTTP_ANSWERED, 403, true, true, "security_exception", {BULK_LOCKED, false, false}},
	{HTTP_ANSWERED, 403, false, false, NULL, {BULK_LOCKED, false, false}},
	{HTTP_ANSWERED, 403, true, true, "cluster_block_exception", {BULK_BLOCKED, false, false}},
	{HTTP_ANSWERED, 404, true, true, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 405, true, true, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 406, true, true, NULL, {BULK_STRANGER, true, false}},
	{HTTP_ANSWERED, 413, false, false, NULL, {BULK_HALVE, false, false}},
	{HTTP_ANSWERED, 429, true, true, "es_rejected_execution_exception", {BULK_RETRY, false, true}},
	{HTTP_ANSWERED, 429, true, true, "circuit_breaking_exception", {BULK_RETRY, false, true}},
	{HTTP_ANSWERED, 429, false, false, NULL, {BULK_RETRY, false, true}},
	{HTTP_ANSWERED, 500, true, true, "exception", {BULK_RETRY, true, false}},
	{HTTP_ANSWERED, 502, false, false, NULL, {BULK_RETRY, true, true}},
	{HTTP_ANSWERED, 503, true, true, "master_not_discovered_exception", {BULK_RETRY, true, true}},
	{HTTP_ANSWERED, 504, false, false, NULL, {BULK_RETRY, true, true}},
};

static void every_outcome_of_a_bulk_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bulks / sizeof *bulks; i++) {
		const struct bulk_answer ans = {.outcome = bulks[i].outcome,
						.status = bulks[i].status,
						.json = bulks[i].json,
						.product = bulks[i].product,
						.type = text(bulks[i].type)};
		struct bulk_judgement got = bulk_verdict(&ans);
		if (got.verdict != bulks[i].want.verdict || got.unsure != bulks[i].want.unsure || got.congested != bulks[i].want.congested)
			fail_msg("row %zu, status %d: verdict %d, unsure %d, congested %d", i, bulks[i].status, got.verdict, got.unsure,
				 got.congested);
	}
}

static void note(void *arg, size_t i, const struct item_answer *ans)
{
	char *out = arg;
	size_t len = strlen(out);
	snprintf(out + len, 400 - len, "%zu:%d %.*s %.*s %.*s/%.*s %.*s\n", i, ans->status, (int)ans->type.len,
		 ans->type.data ? ans->type.data : "", (int)ans->reason.len, ans->reason.data ? ans->reason.data : "", (int)ans->index.len,
		 ans->index.data ? ans->index.data : "", (int)ans->id.len, ans->id.data ? ans->id.data : "", (int)ans->failure_store.len,
		 ans->failure_store.data ? ans->failure_store.data : "");
}

static void replies_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	static const char good[] =
	    "{\"took\":3,\"ingest_took\":1,\"errors\":true,\"items\":[{\"create\":{\"_index\":\"i\",\"_id\":\"d\",\"status\":409,\"error\":"
	    "{\"type\":"
	    "\"t\",\"reason\":\"r \\\"q\\\"\",\"index\":\"i\"}}}, {\"create\":{\"_id\":null,\"status\":201,\"failure_store\":\"used\"}}]}";
	char out[400] = "";
	assert_true(reply_items(good, sizeof good - 1, 2, note, out));
	assert_string_equal(out, "0:409 t r \\\"q\\\" i/d \n1:201   / used\n");
	out[0] = '\0';
	for (size_t cut = 0; cut < sizeof good - 1; cut++)
		assert_false(reply_items(good, cut, 2, note, out));
	assert_false(reply_items(good, sizeof good - 1, 1, note, out));
	assert_false(reply_items(good, sizeof good - 1, 3, note, out));
	static const char *const bad[] = {
	    "",
	    "null",
	    "{}",
	    "[]",
	    "{\"items\":{}}",
	    "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{}}]}",
	    "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":\"201\"}}]}",
	    "{\"items\":[{\"create\":{\"status\":201}},{\"create\":null}]}",
	    "{\"items\":[{\"create\":{\"status\":201}},{}]}",
	    "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":2010}}]}",
	    "{\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":201}}]}x",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(reply_items(bad[i], strlen(bad[i]), 2, note, out));
	assert_string_equal(out, "");
}

static void the_usual_reply_is_known_byte_for_byte(void **state)
{
	(void)state;
	static const char one[] = "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}}]}";
	static const char two[] = "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":201}}]}";
	assert_true(reply_all_created(one, sizeof one - 1, 1));
	assert_true(reply_all_created(two, sizeof two - 1, 2));
	assert_false(reply_all_created(two, sizeof two - 1, 1));
	assert_false(reply_all_created(two, sizeof two - 1, 3));
	assert_false(reply_all_created(one, sizeof one - 1, 0));
	for (size_t i = 0; i < sizeof two - 1; i++) {
		char other[sizeof two];
		memcpy(other, two, sizeof two);
		other[i]++;
		assert_false(reply_all_created(other, sizeof two - 1, 2));
		assert_false(reply_all_created(two, i, 2));
	}
}

static void note_document(void *arg, size_t i, enum found found, const struct json_value *what)
{
	char *out = arg;
	size_t len = strlen(out);
	snprintf(out + len, 400 - len, "%zu:%d %.*s\n", i, found, (int)what->len, what->kind == TOKEN_END ? "" : what->raw);
}

static void documents_that_were_looked_up_are_told_apart(void **state)
{
	(void)state;
	static const char docs[] = "{\"docs\":[{\"found\":true,\"_source\":{\"delta\":1}},{\"found\":false},{\"error\":{\"type\":\"x\"}}]}";
	char out[400] = "";
	assert_true(reply_documents(docs, sizeof docs - 1, 3, note_document, out));
	assert_string_equal(out, "0:1 {\"delta\":1}\n1:0 \n2:2 {\"type\":\"x\"}\n");
	assert_false(reply_documents(docs, sizeof docs - 1, 2, note_document, out));
	assert_false(reply_documents(docs, sizeof docs - 2, 3, note_document, out));
}

static void errors_of_requests_are_found(void **state)
{
	(void)state;
	struct text type, reason;
	static const char object[] = "{\"error\":{\"root_cause\":[],\"type\":\"a\",\"reason\":\"b\"},\"status\":400}";
	static const char string[] = "{\"error\":\"Incorrect HTTP method\",\"status\":405}";
	assert_true(reply_error(object, sizeof object - 1, &type, &reason));
	assert_memory_equal(type.data, "a", type.len);
	assert_memory_equal(reason.data, "b", reason.len);
	assert_true(reply_error(string, sizeof string - 1, &type, &reason));
	assert_null(type.data);
	assert_int_equal(reason.len, 21);
	assert_false(reply_error("{}", 2, &type, &reason));
	assert_false(reply_error("<html>", 6, &type, &reason));
	char words[12];
	reply_words((struct text){"a \\\"b\\\" c d e f g", 17}, words, sizeof words);
	assert_string_equal(words, "a \"b\" c d e");
}

static void document_is(const char *value, const char *key, enum direction dir, const char *want)
{
	struct event_decoder *dec = malloc(sizeof *dec);
	struct event ev;
	struct strbuf out = {0};
	assert_int_equal(event_decode(dec, value, strlen(value), key, strlen(key), dir, 1700000000000, &ev), ALIVE);
	assert_int_equal(document_differs(value, strlen(value), &ev), strcmp(value, want) != 0);
	document_add(&out, value, strlen(value), &ev);
	assert_string_equal(out.data, want);
	strbuf_fini(&out);
	free(dec);
}

#define AT "\"@timestamp\":\"2023-01-31T14:00:00.123Z\""

static void documents_are_values_on_one_line_and_complete(void **state)
{
	(void)state;
	document_is("{" AT ",\"user\":\"A\", \"delta\":1 ,\"station\":\"Angel\"}", "k", ENTRY,
		    "{" AT ",\"user\":\"A\", \"delta\":1 ,\"station\":\"Angel\"}");
	document_is("{" AT ",\n\"delta\":1,\r\n\"station\":\"An\\ngel\"}\n", "k", ENTRY,
		    "{" AT ", \"delta\":1,  \"station\":\"An\\ngel\"} ");
	document_is("{" AT ",\"delta\":-1}", "King's \"X\"", EXIT, "{" AT ",\"delta\":-1,\"station\":\"King's \\\"X\\\"\"}");
	document_is("{\"station\":null," AT "}", "k", EXIT, "{" AT ",\"station\":\"k\",\"delta\":-1}");
	document_is("{\"st\\u0061tion\":\"\"," AT ",\"x\":{\"a\":\n1},\"delta\":1}", "k", ENTRY,
		    "{" AT ",\"x\":{\"a\": 1},\"delta\":1,\"station\":\"k\"}");
	document_is("{" AT ",\"station\":\"S\"}", "k", ENTRY, "{" AT ",\"station\":\"S\",\"delta\":1}");
}

static bool same(const char *a, const char *b)
{
	struct content one = document_content(a, strlen(a)), two = document_content(b, strlen(b));
	return content_same(&one, &two);
}

static void passengers_are_told_apart_by_delta_and_place(void **state)
{
	(void)state;
	assert_true(same("{\"delta\":1,\"location\":\"51.53249,-0.10579\"}",
			 "{\"delta\":1,\"location\":{\"lat\":51.53248997,\"lon\":-0.1057901}}"));
	assert_true(same("{\"delta\":-1,\"location\":null}", "{\"delta\":-1}"));
	assert_true(same("{\"delta\":1,\"location\":\"POINT (1 2)\"}", "{\"delta\":1,\"location\":{\"lat\":2,\"lon\":1}}"));
	assert_false(same("{\"delta\":1}", "{\"delta\":-1}"));
	assert_false(same("{\"delta\":1}", "{}"));
	assert_false(same("{\"delta\":1,\"location\":\"51.53249,-0.10579\"}", "{\"delta\":1}"));
	assert_false(
	    same("{\"delta\":1,\"location\":\"51.53249,-0.10579\"}", "{\"delta\":1,\"location\":{\"lat\":51.5327,\"lon\":-0.1058}}"));
	assert_true(
	    same("{\"delta\":1,\"location\":\"51.53249,-0.10579\"}", "{\"delta\":1,\"location\":{\"lat\":51.53255,\"lon\":-0.1058}}"));
}

static void bulks_shrink_by_halves_and_grow_by_steps(void **state)
{
	(void)state;
	struct pace pc;
	pace_init(&pc, 1 << 20, 4, 1);
	assert_int_equal(pc.bytes, 1 << 20);
	pace_congested(&pc, 10, 20);
	assert_int_equal(pc.bytes, 1 << 19);
	assert_int_equal(pc.slots, 2);
	pace_congested(&pc, 15, 30); /* sent before the cut: says nothing new */
	assert_int_equal(pc.bytes, 1 << 19);
	for (int i = 0; i < 20; i++)
		pace_congested(&pc, 100 + i, 100 + i);
	assert_int_equal(pc.bytes, PACE_BYTES_MIN);
	assert_int_equal(pc.slots, 1);
	pace_well(&pc, 100, 5, 200); /* a small one proves nothing */
	assert_int_equal(pc.bytes, PACE_BYTES_MIN);
	for (int i = 0; i < 40; i++)
		pace_well(&pc, pc.bytes, 5, 200);
	assert_int_equal(pc.bytes, 1 << 20);
	assert_int_equal(pc.slots, 4);
	pace_well(&pc, pc.bytes, PACE_SLOW_MS + 1, 100000);
	assert_int_equal(pc.bytes, 1 << 19);
	pace_too_large(&pc, 1000);
	assert_int_equal(pc.bytes, 500);
	for (int i = 0; i < 40; i++)
		pace_well(&pc, pc.bytes, 5, 100000);
	assert_int_equal(pc.bytes, 500);
}

static void waits_double_and_are_drawn_from_nought_to_the_whole(void **state)
{
	(void)state;
	struct pace pc;
	pace_init(&pc, 1 << 20, 4, 1);
	for (unsigned n = 1; n < 40; n++) {
		int64_t most = n < 10 ? (int64_t)PACE_BACKOFF_MS << (n - 1) : PACE_BACKOFF_MAX_MS, low = INT64_MAX, high = 0;
		most = most < PACE_BACKOFF_MAX_MS ? most : PACE_BACKOFF_MAX_MS;
		for (int i = 0; i < 300; i++) {
			int64_t wait = pace_backoff(&pc, n, -1);
			low = wait < low ? wait : low;
			high = wait > high ? wait : high;
		}
		assert_true(low >= 1 && low < most / 10 + 2);
		assert_true(high <= most && high > most * 9 / 10);
	}
	assert_int_equal(pace_backoff(&pc, 1, 5000), 5000);
	pace_failed(&pc, 7000, 1000);
	assert_int_equal(pc.hold_until_ms, 8000);
	assert_int_equal(pace_slots(&pc, 7999), 0);
	assert_int_equal(pace_slots(&pc, 8000), 1); /* one tries, the others wait */
	pace_well(&pc, 1 << 20, 5, 8000);
	assert_int_equal(pace_slots(&pc, 8000), 4);
}

static void shares_are_those_of_the_last_minutes(void **state)
{
	(void)state;
	static struct spread spr;
	assert_true(spread_ms(&spr, 0.5) < 0);
	for (int i = 1; i <= 1000; i++)
		spread_add(&spr, i, 1000);
	assert_true(spread_ms(&spr, 0.5) > 450 && spread_ms(&spr, 0.5) < 550);
	assert_true(spread_ms(&spr, 0.99) > 890 && spread_ms(&spr, 0.99) < 1090);
	spread_add(&spr, 5, 61001);
	spread_add(&spr, 5, 121002);
	assert_true(spread_ms(&spr, 0.99) < 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_for_an_item_has_its_verdict),
		cmocka_unit_test(every_outcome_of_a_bulk_has_its_verdict),
		cmocka_unit_test(replies_are_read_whole_or_not_at_all),
		cmocka_unit_test(the_usual_reply_is_known_byte_for_byte),
		cmocka_unit_test(documents_that_were_looked_up_are_told_apart),
		cmocka_unit_test(errors_of_requests_are_found),
		cmocka_unit_test(documents_are_values_on_one_line_and_complete),
		cmocka_unit_test(passengers_are_told_apart_by_delta_and_place),
		cmocka_unit_test(bulks_shrink_by_halves_and_grow_by_steps),
		cmocka_unit_test(waits_double_and_are_drawn_from_nought_to_the_whole),
		cmocka_unit_test(shares_are_those_of_the_last_minutes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
