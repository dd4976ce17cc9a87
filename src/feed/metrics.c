#include "feed/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One name: what it is, and its samples, of which each feed adds its own. */
struct family {
	const char *name, *type, *help;
	void (*put)(const struct family *fam, const struct feed_status *st, struct strbuf *out);
	double (*of_feed)(const struct feed_status *st);           /* put_feed: NAN unknown */
	double (*of_partition)(const struct partition_status *ps); /* put_partitions: NAN unknown */
};

/* ---- samples ---- */

static void put_label(struct strbuf *out, const char *name, const char *value)
{
	strbuf_printf(out, "%s%s=\"", out->len && out->data[out->len - 1] != '{' ? "," : "", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			strbuf_addc(out, '\\');
		strbuf_puts(out, *value == '\n' ? "\\n" : (char[]){*value, '\0'});
	}
	strbuf_addc(out, '"');
}

/* name{feed="elastic" */
static void open_sample(struct strbuf *out, const char *name, const struct feed_status *st)
{
	strbuf_printf(out, "%s{", name);
	put_label(out, "feed", st->name);
}

static void close_sample(struct strbuf *out, double value)
{
	strbuf_printf(out, "} %.15g\n", value);
}

static void put_feed(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	double value = fam->of_feed(st);
	if (isnan(value))
		return;
	open_sample(out, fam->name, st);
	close_sample(out, value);
}

static void open_partition(struct strbuf *out, const char *name, const struct feed_status *st, const struct partition_status *ps)
{
	char number[16];
	snprintf(number, sizeof number, "%" PRId32, ps->partition);
	open_sample(out, name, st);
	put_label(out, "topic", ps->topic);
	put_label(out, "partition", ps->partition < 0 ? "" : number);
}

static void put_partitions(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	for (size_t i = 0; i < st->partitions; i++) {
		double value = fam->of_partition(&st->partition[i]);
		if (isnan(value))
			continue;
		open_partition(out, fam->name, st, &st->partition[i]);
		close_sample(out, value);
	}
}

/* ---- ledger ---- */

/* What a status has no row for: partitions beyond those it lists. */
static struct partition_status unlisted(const struct feed_status *st)
{
	struct partition_status rest = {.partition = -1, .ledger = st->total};
	for (size_t i = 0; i < st->partitions; i++)
		ledger_subtract(&rest.ledger, &st->partition[i].ledger);
	return rest;
}

static void each_ledger(const struct family *fam, const struct feed_status *st, struct strbuf *out,
			void (*put)(const struct family *, const struct feed_status *, const struct partition_status *, struct strbuf *))
{
	struct partition_status rest = unlisted(st);
	for (size_t i = 0; i < st->partitions; i++)
		put(fam, st, &st->partition[i], out);
	if (rest.ledger.consumed)
		put(fam, st, &rest, out);
}

static void put_verdicts_of(const struct family *fam, const struct feed_status *st, const struct partition_status *ps, struct strbuf *out)
{
	const struct {
		const char *verdict;
		uint64_t count;
	} terms[] = {
		{"stored", ps->ledger.stored}, {"duplicate", ps->ledger.duplicate}, {"late", ps->ledger.late},
		{"dead", ps->ledger.dead},     {"skipped", ps->ledger.skipped},	    {"released", ps->ledger.released},
	};
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		open_partition(out, fam->name, st, ps);
		put_label(out, "verdict", terms[i].verdict);
		close_sample(out, (double)terms[i].count);
	}
}

static void put_one_of(const struct family *fam, const struct feed_status *st, const struct partition_status *ps, struct strbuf *out)
{
	open_partition(out, fam->name, st, ps);
	close_sample(out, fam->of_partition(ps));
}

static void put_verdicts(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	each_ledger(fam, st, out, put_verdicts_of);
}

static void put_ledger(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	each_ledger(fam, st, out, put_one_of);
}

/* ---- other labels ---- */

static void put_states(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	for (int state = FEED_STARTING; state <= FEED_STOPPED; state++) {
		open_sample(out, fam->name, st);
		put_label(out, "state", feed_state_name((enum feed_state)state));
		close_sample(out, st->state == (enum feed_state)state);
	}
}

static void put_reasons(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	for (size_t i = 0; i < st->reasons; i++) {
		open_sample(out, fam->name, st);
		put_label(out, "reason", st->reason[i].reason);
		close_sample(out, (double)st->reason[i].count);
	}
}

static bool has_sink(const struct feed_status *st)
{
	return st->sink.requests_max > 0;
}

static void put_server(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	if (!has_sink(st) || !st->sink.endpoint[0])
		return;
	open_sample(out, fam->name, st);
	put_label(out, "endpoint", st->sink.endpoint);
	put_label(out, "product", st->sink.product);
	close_sample(out, 1);
}

static void put_durations(const struct family *fam, const struct feed_status *st, const struct durations *dur, struct strbuf *out)
{
	uint64_t sum = 0;
	char name[80], bound[32];
	if (!has_sink(st))
		return;
	snprintf(name, sizeof name, "%s_bucket", fam->name);
	for (int i = 0; i <= DURATION_BOUNDS; i++) {
		sum += dur->count[i];
		snprintf(bound, sizeof bound, "%g", i < DURATION_BOUNDS ? duration_bound_s[i] : 0);
		open_sample(out, name, st);
		put_label(out, "le", i < DURATION_BOUNDS ? bound : "+Inf");
		close_sample(out, (double)sum);
	}
	snprintf(name, sizeof name, "%s_sum", fam->name);
	open_sample(out, name, st);
	close_sample(out, dur->sum_s);
	snprintf(name, sizeof name, "%s_count", fam->name);
	open_sample(out, name, st);
	close_sample(out, (double)sum);
}

static void put_request(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	put_durations(fam, st, &st->sink.request, out);
}

static void put_end_to_end(const struct family *fam, const struct feed_status *st, struct strbuf *out)
{
	put_durations(fam, st, &st->sink.end_to_end, out);
}

/* ---- values ---- */

static double known(int64_t n)
{
	return n >= 0 ? (double)n : NAN;
}

static double instant(int64_t ms)
{
	return ms > 0 ? (double)ms / 1000 : NAN;
}

static double took(double ms)
{
	return ms >= 0 ? ms / 1000 : NAN;
}

static bool runs(const struct feed_status *st)
{
	return st->state == FEED_CATCHING_UP || st->state == FEED_LIVE;
}

#define OF_FEED(fn, value)                                                                                                                 \
	static double fn(const struct feed_status *st)                                                                                     \
	{                                                                                                                                  \
		return (double)(value);                                                                                                    \
	}
#define OF_PARTITION(fn, value)                                                                                                            \
	static double fn(const struct partition_status *ps)                                                                                \
	{                                                                                                                                  \
		return (double)(value);                                                                                                    \
	}
#define OF_SINK(fn, value) OF_FEED(fn, has_sink(st) ? (double)(value) : NAN)

OF_FEED(is_up, runs(st))
OF_FEED(connections, st->brokers_up)
OF_FEED(is_paused, st->paused)
OF_FEED(letters_waiting, has_sink(st) ? (double)st->letters_waiting : NAN)
OF_FEED(arrived, instant(st->last_arrival_ms))
OF_FEED(watermark, instant(st->watermark_ms))
OF_FEED(caught_up, instant(st->caught_up_ms))
OF_FEED(failed_at, instant(st->last_error_ms > st->sink.last_error_ms ? st->last_error_ms : st->sink.last_error_ms))
OF_FEED(commits, st->commits)
OF_FEED(commit_took, took(st->commit_ms))
OF_FEED(commit_slowest, st->commits ? took(st->commit_ms_max) : NAN)
OF_FEED(gaps, st->gaps)
OF_PARTITION(consumed, ps->ledger.consumed)
OF_PARTITION(in_flight, ps->ledger.in_flight)
OF_PARTITION(holds, ledger_holds(&ps->ledger))
OF_PARTITION(lag, known(ps->lag))
OF_PARTITION(committed, known(ps->next_offset))
OF_PARTITION(stable, known(ps->stable))
OF_PARTITION(high, known(ps->high))
OF_PARTITION(low, known(ps->low))
OF_PARTITION(held, ps->held)
OF_PARTITION(epoch, ps->epoch)
OF_SINK(requests_now, st->sink.requests_in_flight)
OF_SINK(requests_limit, st->sink.requests_max)
OF_SINK(requests, st->sink.requests)
OF_SINK(requests_failed, st->sink.requests_failed)
OF_SINK(failures_now, st->sink.failures_in_row)
OF_SINK(retried, st->sink.items_retried)
OF_SINK(items_now, st->sink.items_in_flight)
OF_SINK(bulk_limit, st->sink.bulk_bytes)
OF_SINK(bulk_items, st->sink.bulk_items)
OF_SINK(bytes_held, st->sink.bytes_held)
OF_SINK(bytes_limit, st->sink.bytes_max)
OF_SINK(backing_off, (double)st->sink.backing_off_ms / 1000)

#define FEED(name, type, fn, help) {"tfl_top_feed_" name, type, help, put_feed, fn, NULL}
#define PARTITION(name, type, fn, help) {"tfl_top_feed_" name, type, help, put_partitions, NULL, fn}
#define LEDGER(name, type, fn, help) {"tfl_top_feed_" name, type, help, put_ledger, NULL, fn}
#define SINK(name, type, fn, help) {"tfl_top_sink_" name, type, help, put_feed, fn, NULL}
#define OTHER(name, type, fn, help) {"tfl_top_" name, type, help, fn, NULL, NULL}

static const struct family families[] = {
	FEED("up", "gauge", is_up, "1 while the feed runs: catching up or live."),
	OTHER("feed_state", "gauge", put_states, "1 for the state the feed is in."),
	FEED("broker_connections", "gauge", connections, "Connections to Kafka that are up."),
	FEED("paused", "gauge", is_paused, "1 while nothing is read because the sink is behind."),
	LEDGER("records_consumed_total", "counter", consumed,
	       "Records taken from Kafka: the sum of all verdicts and of what is in flight."),
	OTHER("feed_records_total", "counter", put_verdicts, "Records by what became of them."),
	LEDGER("in_flight", "gauge", in_flight, "Records without a verdict yet."),
	LEDGER("ledger_holds", "gauge", holds, "1 if consumed is the sum of its verdicts and of what is in flight; 0 is a defect."),
	PARTITION("lag", "gauge", lag, "Records between the position and the end of what may be read."),
	PARTITION("committed_offset", "gauge", committed, "The next offset that is committed."),
	PARTITION("stable_offset", "gauge", stable, "End of what may be read: the last stable offset."),
	PARTITION("high_watermark", "gauge", high, "End of the log."),
	PARTITION("low_watermark", "gauge", low, "Start of the log."),
	PARTITION("held", "gauge", held, "1 while an open transaction holds records back."),
	PARTITION("epoch", "gauge", epoch, "Life of the topic, from 1: it grows when the topic is made anew."),
	FEED("last_arrival_timestamp_seconds", "gauge", arrived, "When a record last arrived."),
	FEED("caught_up_timestamp_seconds", "gauge", caught_up, "When the feed was last at the end of every partition."),
	FEED("watermark_timestamp_seconds", "gauge", watermark, "Time of the newest event."),
	FEED("last_error_timestamp_seconds", "gauge", failed_at, "When something last went wrong."),
	FEED("commits_total", "counter", commits, "Transactions of the sink, or commits of the group's offsets."),
	FEED("commit_seconds", "gauge", commit_took, "How long the last commit took."),
	FEED("commit_slowest_seconds", "gauge", commit_slowest, "How long the slowest commit of the last minute took."),
	FEED("gaps_total", "counter", gaps, "Gaps found in this run: records that no one will ever deliver."),
	OTHER("feed_dead_letters_total", "counter", put_reasons, "Records that were refused, by reason."),
	FEED("dead_letters_waiting", "gauge", letters_waiting, "Dead letters that Kafka has not acknowledged yet."),
	OTHER("sink_info", "gauge", put_server, "The server that was spoken to last."),
	SINK("requests_in_flight", "gauge", requests_now, "Requests under way."),
	SINK("requests_in_flight_limit", "gauge", requests_limit, "How many may be under way at present."),
	SINK("requests_total", "counter", requests, "Requests that were answered, well or ill."),
	SINK("request_failures_total", "counter", requests_failed, "Requests without an answer, or with one that refuses the whole."),
	SINK("request_failures_in_row", "gauge", failures_now, "Requests that failed since one last succeeded."),
	SINK("retries_total", "counter", retried, "Items sent once more."),
	SINK("items_in_flight", "gauge", items_now, "Items taken that have no final verdict yet."),
	SINK("bulk_limit_bytes", "gauge", bulk_limit, "How large a request may be at present."),
	SINK("bulk_items", "gauge", bulk_items, "Items in the last request."),
	SINK("held_bytes", "gauge", bytes_held, "Memory held for items."),
	SINK("held_limit_bytes", "gauge", bytes_limit, "Memory that may be held before reading pauses."),
	SINK("backing_off_seconds", "gauge", backing_off, "Until the next attempt; 0 when it is not backing off."),
	OTHER("sink_request_duration_seconds", "histogram", put_request, "From sending a bulk to its answer."),
	OTHER("sink_end_to_end_seconds", "histogram", put_end_to_end, "From the time of an event until it is stored, of some events of each request."),
};

static void put_head(struct strbuf *out, const char *name, const char *type, const char *help)
{
	strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_text(const struct feed_status *feeds, size_t count, const struct metrics_process *pr, struct strbuf *out)
{
	struct strbuf samples = {0};
	put_head(out, "tfl_top_build_info", "gauge", "The version that runs.");
	strbuf_puts(out, "tfl_top_build_info{");
	put_label(out, "version", pr->version);
	close_sample(out, 1);
	put_head(out, "process_start_time_seconds", "gauge", "When the process began.");
	strbuf_printf(out, "process_start_time_seconds %.15g\n", (double)pr->started_ms / 1000);
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		const struct family *fam = &families[i];
		strbuf_reset(&samples);
		for (size_t k = 0; k < count; k++)
			fam->put(fam, &feeds[k], &samples);
		if (samples.len) {
			put_head(out, fam->name, fam->type, fam->help);
			strbuf_add(out, samples.data, samples.len);
		}
	}
	strbuf_fini(&samples);
}

bool metrics_ready(const struct feed_status *st, struct strbuf *why)
{
	if (!runs(st))
		strbuf_printf(why, "%s: %s%s%s", st->name, feed_state_name(st->state), st->detail[0] ? ": " : "", st->detail);
	else if (!st->brokers_up)
		strbuf_printf(why, "%s: no connection to Kafka at %s", st->name, st->brokers);
	else if (sink_fails(&st->sink))
		strbuf_printf(why, "%s: %" PRIu32 " requests in a row have failed: %s", st->name, st->sink.failures_in_row, st->sink.last_error);
	else
		return true;
	return false;
}
