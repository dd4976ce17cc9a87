/* The elastic sink against a server that fails in every way, the test playing the feed: for each seed every record gets one verdict, what
 * is stored is the set of the events that are said to be, and memory is bounded. SEEDS=n FIRST=m: other seeds than the usual ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "elastic/elastic.h"
#include "tests/faults/fake_elastic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PARTS = 4,
	PER_PART_MAX = 400,
	CLOCK = 20000 /* times as fast */,
	BULK_BYTES = 65536,
	BULKS = 3,
	VALUE_MAX = 600,
	PATIENCE_MS = 60000
};

enum fate { UNDECIDED, STORED, DUPLICATE, LATE, DEAD, SKIPPED };

struct event_case {
	char value[VALUE_MAX], identity[400];
	bool has_key, tombstone;
	bool twin;           /* shares its identity with another record */
	bool ours;           /* in flight: taken, no verdict in this generation */
	enum fate fate;
	char reason[24];
};

struct play {
	struct rng rng;
	struct fake *fk;
	struct config *cfg;
	void *sink;
	struct judge judge;
	bool opensearch;
	struct event_case ev[PARTS][PER_PART_MAX];
	int64_t size[PARTS], end[PARTS], next[PARTS]; /* records in all, in the log so far, next to deliver */
	struct partition parts[PARTS];
	size_t nparts;       /* so many of them the sink has been shown; 0: all */
};

static int64_t fast_ms(void)
{
	return clock_mono_us() / 1000 * CLOCK + clock_mono_us() % 1000 * CLOCK / 1000;
}

static const struct elastic_clock fast = {fast_ms};

static bool is_final(const struct event_case *ev)
{
	return ev->fate != UNDECIDED;
}

static uint64_t *term(struct ledger *led, enum fate fate)
{
	uint64_t *terms[] = {
	    [STORED] = &led->stored, [DUPLICATE] = &led->duplicate, [LATE] = &led->late, [DEAD] = &led->dead, [SKIPPED] = &led->skipped};
	return terms[fate];
}

static void decide(struct play *pl, const struct ticket *tick, enum fate fate, const char *reason)
{
	if (pl->parts[tick->part].generation != tick->generation)
		return;
	struct event_case *ev = &pl->ev[tick->part][tick->offset];
	if (!ev->ours)
		fail_msg("partition %u offset %" PRId64 " was decided twice", tick->part, tick->offset);
	ev->ours = false;
	ledger_settle(&pl->parts[tick->part].ledger, term(&pl->parts[tick->part].ledger, fate), 1);
	ev->fate = fate;
	snprintf(ev->reason, sizeof ev->reason, "%s", reason);
}

static void on_settle(void *feed, const struct ticket *tick, enum verdict verdict)
{
	static const enum fate fates[] = {[VERDICT_STORED] = STORED, [VERDICT_DUPLICATE] = DUPLICATE, [VERDICT_SKIPPED] = SKIPPED};
	decide(feed, tick, fates[verdict], "");
}

static void on_refuse(void *feed, const struct ticket *tick, enum verdict verdict, const struct record *rec, const char *reason,
		      const char *detail)
{
	struct play *pl = feed;
	struct event_case *ev = &pl->ev[tick->part][tick->offset];
	assert_non_null(detail);
	assert_int_equal(rec->value_len, strlen(ev->value)); /* the record comes back as it was */
	assert_memory_equal(rec->value, ev->value, rec->value_len);
	assert_int_equal(rec->key != NULL, ev->has_key);
	assert_int_equal(rec->offset, tick->offset);
	assert_int_equal(rec->time_ms, 1000 + tick->offset);
	assert_int_equal(rec->nheaders, tick->offset % 3);
	for (size_t i = 0; i < rec->nheaders; i++) {
		assert_string_equal(rec->headers[i].name, i ? "empty" : "from");
		assert_int_equal(rec->headers[i].len, i ? 0 : 4);
		assert_true(i ? !rec->headers[i].value : !memcmp(rec->headers[i].value, "test", 4));
	}
	decide(pl, tick, verdict == VERDICT_LATE ? LATE : DEAD, reason);
}

static void write_time(char *out, size_t size, int64_t n)
{
	snprintf(out, size, "2024-01-31T%02d:%02d:%02d.%03dZ", (int)(n / 3600000 % 24), (int)(n / 60000 % 60), (int)(n / 1000 % 60),
		 (int)(n % 1000));
}

static const char *const users[] = {"", "", "", "", "", "", "", "", "", "", "", "", FAKE_REFUSED, FAKE_LATE, FAKE_FAILURE_STORE};

static void make_event(struct play *pl, uint32_t p, int64_t i)
{
	struct event_case *ev = &pl->ev[p][i];
	char time[40], user[64];
	int dir = p % 2;
	const char *index = dir ? "station_exits" : "station_entries";
	uint32_t kind = rng_below(&pl->rng, 40);
	bool no_station = kind == 1, no_delta = kind == 2, lines = kind == 3;
	write_time(time, sizeof time, (int64_t)p * 1000000 + i);
	snprintf(user, sizeof user, "%sU%u", users[rng_below(&pl->rng, sizeof users / sizeof *users)], rng_below(&pl->rng, 50));
	if (pl->rng.s[0] % 997 == 0)
		snprintf(user, sizeof user, FAKE_ALWAYS_500 "U");
	ev->has_key = true;
	ev->tombstone = kind == 0;
	snprintf(ev->value, sizeof ev->value,
		 "{\"@timestamp\":\"%s\",\"user\":\"%s\"%s%s%s,\"location\":\"51.5%u,-0.1\",\"more\":\"%.*s\"}", time, user,
		 no_delta ? ""
		 : dir    ? ",\"delta\":-1"
			  : ",\"delta\":1",
		 lines ? "\n," : "",
		 no_station ? ""
		 : lines    ? "\"station\":\"Angel\""
			    : ",\"station\":\"Angel\"",
		 rng_below(&pl->rng, 9), (int)rng_below(&pl->rng, 200),
		 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		 "xxxxxxxxxxxxxxx"
		 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	if (kind == 4) { /* nothing can be read from it */
		snprintf(ev->value, sizeof ev->value, "{\"user\":\"%s\"", user);
		ev->identity[0] = '\0';
	} else if (pl->opensearch) {
		snprintf(ev->identity, sizeof ev->identity, "%s-%u-%" PRId64 "-%" PRId64, index, p, i, 1000 + i);
	} else {
		snprintf(ev->identity, sizeof ev->identity, "%s|Angel|%s|%s", index, user, time);
	}
	if (kind == 5 && i > 20 && !pl->opensearch && pl->ev[p][i - 1].identity[0] && !pl->ev[p][i - 1].twin &&
	    !pl->ev[p][i - 1].tombstone) {
		struct event_case *other = &pl->ev[p][i - 1]; /* the same identity; the same content, or another place */
		*ev = *other;
		ev->twin = other->twin = true;
		char *spot = strstr(ev->value, "\"51.5");
		if (rng_below(&pl->rng, 2))
			spot[5] = spot[5] == '9' ? '8' : '9';
	}
}

static struct config *make_config(struct play *pl, bool gzip)
{
	struct config *cfg = config_new();
	struct error err;
	char url[64], bytes[32], bulks[32], pack[32];
	snprintf(url, sizeof url, "elastic.url=http://127.0.0.1:%d", fake_port(pl->fk));
	snprintf(bytes, sizeof bytes, "elastic.bulk_bytes=%d", BULK_BYTES);
	snprintf(bulks, sizeof bulks, "elastic.bulks=%d", BULKS);
	snprintf(pack, sizeof pack, "elastic.gzip=%s", gzip ? "true" : "false");
	const char *argv[] = {"feed", "-X", url, "-X", bytes, "-X", bulks, "-X", pack, "-c", "/dev/null", NULL};
	if (config_load(cfg, CMD_FEED, (int)(sizeof argv / sizeof *argv) - 1, (char *const *)argv, &err))
		fail_msg("%s", err.text);
	return cfg;
}

static void open_sink(struct play *pl)
{
	struct error err;
	pl->sink = elastic_sink.open(pl->cfg, (void *)&fast, &err);
	if (!pl->sink)
		fail_msg("%s", err.text);
	elastic_sink.later->attach(pl->sink, &pl->judge);
}

/* A partition is given to us: from its first undecided record on, everything is delivered (again). */
static void assign(struct play *pl, uint32_t p)
{
	struct partition *part = &pl->parts[p];
	part->generation++;
	part->fresh_from = pl->end[p];
	pl->next[p] = 0;
	while (pl->next[p] < pl->size[p] && is_final(&pl->ev[p][pl->next[p]]))
		pl->next[p]++;
}

/* It is taken away: what is undecided is released; what lies behind the first undecided one will be delivered again, whatever its verdict.
 */
static void revoke(struct play *pl, uint32_t p)
{
	struct ledger *led = &pl->parts[p].ledger;
	bool behind = false;
	for (int64_t i = 0; i < pl->next[p]; i++) {
		struct event_case *ev = &pl->ev[p][i];
		if (ev->ours)
			ledger_settle(led, &led->released, 1);
		behind |= ev->ours;
		ev->ours = false;
		if (behind)
			ev->fate = UNDECIDED;
	}
}

static bool deliver(struct play *pl, uint32_t p, size_t most)
{
	static const struct header headers[2] = {{"from", "test", 4}, {"empty", NULL, 0}};
	struct record recs[64];
	size_t n = 0;
	struct error err;
	for (; n < most && pl->next[p] < pl->end[p]; n++) {
		int64_t i = pl->next[p]++;
		struct event_case *ev = &pl->ev[p][i];
		recs[n] = (struct record){.part = p,
					  .offset = i,
					  .time_ms = 1000 + i,
					  .key = ev->has_key ? "Angel" : NULL,
					  .key_len = ev->has_key ? 5 : 0,
					  .value = ev->tombstone ? NULL : ev->value,
					  .value_len = ev->tombstone ? 0 : strlen(ev->value),
					  .headers = headers,
					  .nheaders = (size_t)(i % 3)};
		ev->ours = true;
		ev->fate = UNDECIDED;
		pl->parts[p].ledger.consumed++;
		pl->parts[p].ledger.in_flight++;
	}
	const struct batch bat = {.records = recs, .count = n, .partitions = pl->parts, .npartitions = pl->nparts ? pl->nparts : PARTS,
				  .now_ms = clock_wall_ms()};
	assert_int_equal(elastic_sink.write(pl->sink, &bat, &err), SINK_OK);
	return n;
}

static void check_tick(struct play *pl)
{
	struct sink_figures fig;
	uint64_t in_flight = 0;
	elastic_sink.later->figures(pl->sink, &fig);
	for (int p = 0; p < PARTS; p++) {
		assert_true(ledger_holds(&pl->parts[p].ledger));
		in_flight += pl->parts[p].ledger.in_flight;
	}
	assert_int_equal(fig.items_in_flight, in_flight);
	assert_true(fig.bytes_held <= fig.bytes_max + 64 * 2 * VALUE_MAX + 256 * 1024);
}

static void tick(struct play *pl, bool flush)
{
	struct error err = {0};
	elastic_sink.later->wait(pl->sink, -1, 1, flush, &err);
	check_tick(pl);
}

static void disturb(struct play *pl)
{
	uint32_t dice = rng_below(&pl->rng, 200), p = rng_below(&pl->rng, PARTS);
	if (dice == 0) { /* a rebalance */
		elastic_sink.later->forget(pl->sink, p);
		revoke(pl, p);
		assign(pl, p);
	} else if (dice == 1) { /* kill -9 */
		elastic_sink.close(pl->sink);
		for (uint32_t i = 0; i < PARTS; i++)
			revoke(pl, i);
		open_sink(pl);
		for (uint32_t i = 0; i < PARTS; i++)
			assign(pl, i);
	}
}

static bool all_final(const struct play *pl)
{
	for (int p = 0; p < PARTS; p++)
		for (int64_t i = 0; i < pl->size[p]; i++)
			if (!is_final(&pl->ev[p][i]))
				return false;
	return true;
}

static void run_to_the_end(struct play *pl, uint64_t seed)
{
	int64_t begin_ms = clock_mono_us() / 1000;
	bool healed = false;
	while (!all_final(pl)) {
		int64_t spent_ms = clock_mono_us() / 1000 - begin_ms;
		uint32_t p = rng_below(&pl->rng, PARTS);
		if (pl->end[p] < pl->size[p])
			pl->end[p] += rng_below(&pl->rng, (uint32_t)(pl->size[p] - pl->end[p]) + 1);
		if (!elastic_sink.later->full(pl->sink))
			deliver(pl, p, 1 + rng_below(&pl->rng, 63));
		tick(pl, rng_below(&pl->rng, 2));
		if (spent_ms < 50)
			disturb(pl);
		else if (!healed && (healed = true))
			fake_heal(pl->fk);
		if (spent_ms > PATIENCE_MS) {
			struct sink_figures fig;
			elastic_sink.later->figures(pl->sink, &fig);
			fail_msg("seed %" PRIu64 ": no end; %" PRIu64 " in flight, last error: %s", seed, fig.items_in_flight,
				 fig.last_error);
		}
	}
}

static bool is_wrong_for_good(const struct event_case *ev)
{
	return strstr(ev->value, "\"" FAKE_REFUSED) || strstr(ev->value, "\"" FAKE_LATE) || strstr(ev->value, "\"" FAKE_FAILURE_STORE) ||
	       strstr(ev->value, "\"" FAKE_ALWAYS_500) || !ev->identity[0];
}

static const char *wanted_reason(const struct event_case *ev)
{
	if (!ev->identity[0])
		return "bad_json";
	if (strstr(ev->value, "\"" FAKE_LATE))
		return "late";
	return strstr(ev->value, "\"" FAKE_ALWAYS_500) ? "gave_up" : "refused";
}

/* What is in the store for this record: its own content, another's, nothing. */
static void check_event(struct play *pl, uint64_t seed, int p, int64_t i, size_t *stored)
{
	struct event_case *ev = &pl->ev[p][i];
	char *doc = ev->identity[0] ? fake_document(pl->fk, ev->identity) : NULL;
	char *spot = strstr(ev->value, "\"51.5"), *there = doc ? strstr(doc, "\"51.5") : NULL;
	bool same = spot && there && !strncmp(spot, there, 7);
	const char *trouble = NULL;
	if (ev->tombstone)
		trouble = ev->fate == SKIPPED ? NULL : "a tombstone is skipped";
	else if (is_wrong_for_good(ev))
		trouble = strcmp(ev->reason, wanted_reason(ev)) ? "it is refused with another reason"
			  : doc                                 ? "it is stored and refused"
								: NULL;
	else if (ev->fate == STORED || ev->fate == DUPLICATE)
		trouble = !same ? "it is not stored" : NULL;
	else
		trouble = !ev->twin ? "it is refused" : strcmp(ev->reason, "collision") ? "a twin is refused with another reason" : NULL;
	if (trouble)
		fail_msg("seed %" PRIu64 ", partition %d offset %" PRId64 ": %s: fate %d %s, %s, stored %s", seed, p, i, trouble, ev->fate,
			 ev->reason, ev->value, doc ? doc : "nothing");
	*stored += doc && !(ev->twin && i && !strcmp(pl->ev[p][i - 1].identity, ev->identity));
	free(doc);
}

static void check_end(struct play *pl, uint64_t seed)
{
	size_t stored = 0;
	for (int p = 0; p < PARTS; p++)
		for (int64_t i = 0; i < pl->size[p]; i++)
			check_event(pl, seed, p, i, &stored);
	assert_int_equal(stored, fake_count(pl->fk));
	assert_false(fake_ordinary_index(pl->fk));
}

static void play_seed(uint64_t seed)
{
	static struct play play;
	struct play *pl = &play;
	memset(pl, 0, sizeof *pl);
	rng_init(&pl->rng, seed, 0);
	pl->opensearch = rng_below(&pl->rng, 4) == 0;
	double badness = rng_unit(&pl->rng);
	const struct fake_faults faults = {.request = badness * 0.5, .item = rng_unit(&pl->rng) * 0.4, .opensearch = pl->opensearch,
					   .body_max = rng_below(&pl->rng, 3) ? 0 : 1000 + rng_below(&pl->rng, 30000)};
	pl->fk = fake_start(seed, &faults);
	pl->cfg = make_config(pl, rng_below(&pl->rng, 4) == 0);
	pl->judge = (struct judge){.settle = on_settle, .refuse = on_refuse, .feed = pl};
	for (uint32_t p = 0; p < PARTS; p++) {
		pl->size[p] = 1 + rng_below(&pl->rng, PER_PART_MAX);
		pl->end[p] = rng_below(&pl->rng, (uint32_t)pl->size[p] + 1);
		pl->parts[p] = (struct partition){
		    .topic = p % 2 ? "station_exits" : "station_entries", .partition = (int32_t)p, .direction = p % 2 ? EXIT : ENTRY};
		for (int64_t i = 0; i < pl->size[p]; i++)
			make_event(pl, p, i);
	}
	open_sink(pl);
	for (uint32_t p = 0; p < PARTS; p++)
		assign(pl, p);
	run_to_the_end(pl, seed);
	check_end(pl, seed);
	elastic_sink.close(pl->sink);
	config_free(pl->cfg);
	fake_stop(pl->fk);
}

static uint64_t number(const char *name, uint64_t preset)
{
	const char *text = getenv(name);
	return text ? strtoull(text, NULL, 10) : preset;
}

static void nothing_is_lost_and_nothing_doubled(void **state)
{
	(void)state;
	uint64_t first = number("FIRST", 1), seeds = number("SEEDS", 12);
	for (uint64_t seed = first; seed < first + seeds; seed++)
		play_seed(seed);
}

/* A play of all partitions, in which nothing is delivered yet. */
static struct play *new_play(const struct fake_faults *faults)
{
	static struct play play;
	struct play *pl = &play;
	memset(pl, 0, sizeof *pl);
	rng_init(&pl->rng, 1, 0);
	pl->fk = fake_start(1, faults);
	pl->cfg = make_config(pl, false);
	pl->judge = (struct judge){.settle = on_settle, .refuse = on_refuse, .feed = pl};
	for (uint32_t p = 0; p < PARTS; p++) {
		pl->size[p] = pl->end[p] = 50;
		pl->parts[p] = (struct partition){.topic = "t", .partition = (int32_t)p, .direction = p % 2 ? EXIT : ENTRY};
		for (int64_t i = 0; i < pl->size[p]; i++)
			snprintf(pl->ev[p][i].value, VALUE_MAX,
				 "{\"@timestamp\":\"2024-01-31T00:%02u:%02d.000Z\",\"user\":\"U\",\"station\":\"Angel\"}", p, (int)i);
	}
	open_sink(pl);
	for (uint32_t p = 0; p < PARTS; p++)
		assign(pl, p);
	return pl;
}

static struct play *small_play(const struct fake_faults *faults)
{
	struct play *pl = new_play(faults);
	for (uint32_t p = 0; p < PARTS; p++)
		deliver(pl, p, 50);
	return pl;
}

static void small_end(struct play *pl)
{
	elastic_sink.close(pl->sink);
	config_free(pl->cfg);
	fake_stop(pl->fk);
}

/* Nothing may be sent, and it is said why; after `then` all of it is. */
static void waits_for(const struct fake_faults *faults, const char *why, void (*then)(struct fake *))
{
	struct play *pl = small_play(faults);
	struct error err = {0};
	for (int i = 0; i < 60; i++) {
		enum sink_result result = elastic_sink.later->wait(pl->sink, -1, 1, true, &err);
		assert_true(result == SINK_OK || result == SINK_RETRY);
	}
	if (!strstr(err.text, why))
		fail_msg("\"%s\" lacks \"%s\"", err.text, why);
	assert_int_equal(fake_bulks(pl->fk), 0);
	then(pl->fk);
	for (int i = 0; i < 5000 && !all_final(pl); i++)
		tick(pl, true);
	assert_int_equal(fake_count(pl->fk), PARTS * 50);
	assert_false(fake_ordinary_index(pl->fk));
	small_end(pl);
}

static void nothing_is_sent_where_it_does_not_belong(void **state)
{
	(void)state;
	waits_for(&(struct fake_faults){.no_template = true}, "run: tfl-top setup elastic", fake_make_template);
	waits_for(&(struct fake_faults){.locked = true}, "elastic.user", fake_unlock);
	waits_for(&(struct fake_faults){.stranger = true}, "neither Elasticsearch nor OpenSearch", fake_unlock);
}

static void what_is_too_large_by_itself_is_refused(void **state)
{
	(void)state;
	struct play *pl = small_play(&(struct fake_faults){.body_max = 60});
	for (int i = 0; i < 5000 && !all_final(pl); i++)
		tick(pl, true);
	for (int p = 0; p < PARTS; p++)
		for (int64_t i = 0; i < pl->size[p]; i++)
			assert_string_equal(pl->ev[p][i].reason, "refused");
	assert_int_equal(fake_count(pl->fk), 0);
	small_end(pl);
}

/* What is forgotten is neither judged nor in the way; what was sent of it is known when it comes again. */
static void what_is_taken_away_comes_again(void **state)
{
	(void)state;
	struct play *pl = small_play(&(struct fake_faults){0});
	for (int i = 0; i < 5000 && fake_count(pl->fk) < 50; i++)
		tick(pl, true);
	for (uint32_t p = 0; p < PARTS; p++) {
		elastic_sink.later->forget(pl->sink, p);
		revoke(pl, p);
		for (int64_t i = 0; i < pl->size[p]; i++)
			pl->ev[p][i].fate = UNDECIDED;
		assign(pl, p);
		deliver(pl, p, 50);
	}
	for (int i = 0; i < 5000 && !all_final(pl); i++)
		tick(pl, true);
	uint64_t duplicates = 0;
	for (int p = 0; p < PARTS; p++)
		duplicates += pl->parts[p].ledger.duplicate;
	assert_true(duplicates >= 50);
	assert_int_equal(fake_count(pl->fk), PARTS * 50);
	small_end(pl);
}

/* A bulk that is begun but not yet read is read as well when the sink is shown more partitions in between. */
static void partitions_may_appear_at_any_time(void **state)
{
	(void)state;
	struct play *pl = new_play(&(struct fake_faults){0});
	struct sink_figures fig = {0};
	struct error err;
	while (!fig.product[0]) {
		tick(pl, true);
		elastic_sink.later->figures(pl->sink, &fig);
	}
	for (uint32_t p = 0; p < PARTS; p++) {
		pl->nparts = p + 1;
		deliver(pl, p, 25);
		elastic_sink.later->wait(pl->sink, -1, 0, true, &err);
		deliver(pl, p, 25);
		for (int i = 0; i < 5000 && fig.requests <= 2 * p; i++) {
			tick(pl, true); /* with the answer to the first bulk, the second one is begun */
			elastic_sink.later->figures(pl->sink, &fig);
		}
	}
	for (int i = 0; i < 5000 && !all_final(pl); i++)
		tick(pl, true);
	assert_int_equal(fake_count(pl->fk), PARTS * 50);
	small_end(pl);
}

/* A mapping error quotes the value, however long it is. */
static void a_refusal_may_be_long(void **state)
{
	(void)state;
	struct play *pl = new_play(&(struct fake_faults){0});
	snprintf(pl->ev[2][7].value, VALUE_MAX,
		 "{\"@timestamp\":\"2024-01-31T00:03:07.000Z\",\"user\":\"" FAKE_WORDY "U\",\"station\":\"Angel\"}");
	for (uint32_t p = 0; p < PARTS; p++)
		deliver(pl, p, 50);
	for (int i = 0; i < 5000 && !all_final(pl); i++)
		tick(pl, true);
	assert_string_equal(pl->ev[2][7].reason, "refused");
	assert_int_equal(fake_count(pl->fk), PARTS * 50 - 1);
	small_end(pl);
}

static size_t lines_of(const char *path)
{
	char line[2000];
	size_t n = 0;
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		n++;
	fclose(f);
	return n;
}

/* Of hundreds of errors, no two alike, the log tells one in five seconds. */
static void the_log_is_not_flooded(void **state)
{
	(void)state;
	char path[] = "/tmp/tfl-top-log.XXXXXX";
	struct error err;
	struct sink_figures fig;
	fclose(fdopen(mkstemp(path), "w"));
	log_open(path, LOG_WARN, LOG_LOGFMT, &err);
	struct play *pl = new_play(&(struct fake_faults){.item = 1});
	elastic_sink.close(pl->sink);
	pl->sink = elastic_sink.open(pl->cfg, NULL, &err); /* on the real clock */
	elastic_sink.later->attach(pl->sink, &pl->judge);
	for (uint32_t p = 0; p < PARTS; p++)
		deliver(pl, p, 50);
	int64_t since_us = clock_mono_us();
	do {
		tick(pl, true);
		elastic_sink.later->figures(pl->sink, &fig);
	} while (fig.items_retried < 200);
	assert_true(lines_of(path) <= 2 + (size_t)(clock_mono_us() - since_us) / 5000000);
	fake_heal(pl->fk);
	small_end(pl);
	log_open("/dev/null", LOG_ERROR, LOG_LOGFMT, &err);
	remove(path);
}

int main(void)
{
	struct error err;
	log_open("/dev/null", LOG_ERROR, LOG_LOGFMT, &err);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_where_it_does_not_belong),
		cmocka_unit_test(what_is_too_large_by_itself_is_refused),
		cmocka_unit_test(what_is_taken_away_comes_again),
		cmocka_unit_test(partitions_may_appear_at_any_time),
		cmocka_unit_test(a_refusal_may_be_long),
		cmocka_unit_test(the_log_is_not_flooded),
		cmocka_unit_test(nothing_is_lost_and_nothing_doubled),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	log_close();
	return rc;
}
