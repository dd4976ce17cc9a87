/* The loop: read, join, write, and once in a while commit what was written together with how far was read.
 *
 * Why no event is joined twice or lost, whatever dies when. Outputs and next offsets are one Kafka transaction: they become visible
 * together. (1) We die before the commit: our successor has our transactional id (enrich_slot.h), its init_transactions ends the open
 * transaction, then committed() gives the offsets before it. (2) We die after the coordinator took the commit: init_transactions waits
 * until it is complete, committed() gives those behind it. (3) The answer to the commit is lost: the call is repeated, which is idempotent;
 * if that fails too we make a new producer, and (1) or (2) holds for the old one. (4) A partition goes to another member: it is settled
 * in the rebalance callback, before the other may read; if it was lost before we knew, the group's generation inside the transaction makes
 * the broker refuse it, and we abort. committed() only ever answers with stable offsets, because the consumer is read_committed. */
#include "base/clock.h"
#include "base/log.h"
#include "feed/kafka.h"
#include "pipeline/enrich_inside.h"

#include <inttypes.h>

#define COMMIT_US (100 * 1000LL)
#define COMMIT_EVENTS 10000
#define BURST 1000
#define SHOW_US (500 * 1000LL)
#define SAY_US (10 * 1000000LL)
#define RENEW_PAUSE_MS 1000
#define FENCED_AGAIN_US (60 * 1000000LL)
#define SILENT_US (30 * 1000000LL)
#define DRAIN_US (10 * 1000000LL)

/* Asked while the broker does not answer. */
static bool keep_trying(void *arg)
{
	struct enrich *en = arg;
	int64_t now_us = clock_mono_us();
	if (enrich_stopping(en))
		return now_us - (int64_t)atomic_load(&en->stop_us) < DRAIN_US;
	return !en->exit_at_end || now_us - en->alive_us < SILENT_US;
}

static void close_producer(struct enrich *en)
{
	for (size_t s = 0; s < SIDES; s++) {
		if (en->side[s].produce)
			rd_kafka_topic_destroy(en->side[s].produce);
		en->side[s].produce = NULL;
	}
	txn_free(en->txn);
	en->txn = NULL;
}

static int open_producer(struct enrich *en)
{
	struct error err = {0};
	en->txn = txn_new(en->cfg, en->id, keep_trying, en, &err);
	return en->txn ? 0 : enrich_fail(en, "%s", err.text);
}

/* The topics must be there: a producer's handle on one that is not makes many brokers create it, with another count of partitions. */
int loop_open(struct enrich *en)
{
	struct error err = {0};
	if (txn_init(en->txn, &err) != TXN_OK)
		return enrich_fail(en, "%s", err.text);
	for (size_t s = 0; s < SIDES; s++)
		en->side[s].produce = rd_kafka_topic_new(txn_client(en->txn), en->side[s].out, NULL);
	return 0;
}

int loop_prepare(struct enrich *en)
{
	en->alive_us = clock_mono_us();
	return open_producer(en);
}

void loop_close(struct enrich *en)
{
	close_producer(en);
}

static void add_tally(struct tally *to, const struct tally *from)
{
	to->read += from->read;
	to->joined += from->joined;
	to->unknown += from->unknown;
	to->empty += from->empty;
	to->no_time += from->no_time;
	for (size_t i = 0; i < KSQL_BADS; i++)
		to->bad[i] += from->bad[i];
}

static uint64_t bad_of(const struct tally *tally)
{
	uint64_t bad = tally->no_time;
	for (size_t i = 0; i < KSQL_BADS; i++)
		bad += tally->bad[i];
	return bad;
}

/* A line on what was dropped since the last one, at most every ten seconds. */
static void say_drops(struct enrich *en)
{
	struct tally *was = &en->said, *is = &en->total;
	struct strbuf text = {0};
	if (is->unknown > was->unknown)
		strbuf_printf(&text, ", station unknown %" PRIu64, is->unknown - was->unknown);
	if (is->empty > was->empty)
		strbuf_printf(&text, ", without key or value %" PRIu64, is->empty - was->empty);
	if (is->no_time > was->no_time)
		strbuf_printf(&text, ", record time before 1970 %" PRIu64, is->no_time - was->no_time);
	for (size_t i = 0; i < KSQL_BADS; i++)
		if (is->bad[i] > was->bad[i])
			strbuf_printf(&text, ", %s %" PRIu64, ksql_bad_name((enum ksql_bad)i), is->bad[i] - was->bad[i]);
	if (text.len)
		log_warn("events dropped, as ksqlDB does: %s", text.data + 2);
	strbuf_fini(&text);
	*was = *is;
}

void loop_show(struct enrich *en)
{
	int64_t now_us = clock_mono_us();
	struct enrich_status *st = &en->status;
	st->read = en->total.read;
	st->joined = en->total.joined;
	st->unknown = en->total.unknown;
	st->empty = en->total.empty;
	st->bad = bad_of(&en->total);
	if (now_us - en->shown_us >= SHOW_US) {
		st->lag = en->events ? events_lag(en) : -1;
		st->rate = (double)(st->read - en->shown_read) * 1e6 / (double)(now_us - en->shown_us);
		en->shown_us = now_us;
		en->shown_read = st->read;
	}
	if (now_us - en->said_us >= SAY_US) {
		say_drops(en);
		en->said_us = now_us;
	}
	enrich_show(en);
}

static void note_trouble(struct enrich *en, enum txn_verdict verdict, const struct error *err)
{
	en->trouble = verdict;
	snprintf(en->status.last_error, sizeof en->status.last_error, "%.199s", err->text);
	log_warn("%s", err->text);
}

static void set_open(struct enrich *en, bool open)
{
	en->open = open;
	atomic_store(&en->unsettled, open);
}

void loop_settle(struct enrich *en)
{
	struct error err = {0};
	if (!en->open || en->trouble)
		return;
	rd_kafka_topic_partition_list_t *offsets = events_progress(en);
	enum txn_verdict verdict = txn_commit(en->txn, offsets, en->events, &err);
	if (verdict == TXN_OK) {
		events_committed(en, offsets);
		set_open(en, false);
		add_tally(&en->total, &en->now);
		en->status.commits++;
		en->alive_us = clock_mono_us();
	} else {
		note_trouble(en, verdict, &err);
	}
	rd_kafka_topic_partition_list_destroy(offsets);
}

/* A producer is fenced by a later one of its id. The first time we take the id back; the other, if there is one, does the same, and whoever is
 * fenced twice within a minute gives way. A transaction that the broker ended for its age looks the same and is nobody's doing. */
static bool gives_way(struct enrich *en)
{
	int64_t now_us = clock_mono_us(), before_us = en->fenced_us;
	if (now_us - en->opened_us >= TXN_TIMEOUT_MS * 1000LL)
		return false;
	en->fenced_us = now_us;
	return before_us && now_us - before_us < FENCED_AGAIN_US;
}

/* Also when stopping: the new producer ends what the old one left open. */
static int renew(struct enrich *en, bool fenced)
{
	if (en->embedded)
		return enrich_fail(en, "%s", en->status.last_error);
	if (fenced && gives_way(en))
		return enrich_fail(en, "fenced: another join writes as %s (enrich.name tells machines of one name apart)", en->id);
	if (!fenced)
		enrich_pause(en, RENEW_PAUSE_MS);
	close_producer(en);
	return open_producer(en) || loop_open(en) ? -1 : 0;
}

int loop_recover(struct enrich *en)
{
	enum txn_verdict verdict = en->trouble;
	struct error err = {0};
	if (verdict == TXN_OK)
		return 0;
	en->trouble = TXN_OK;
	set_open(en, false);
	en->status.aborts++;
	if (verdict == TXN_ABORT)
		verdict = txn_abort(en->txn, &err);
	if (verdict == TXN_STOP)
		return enrich_fail(en, "the broker does not answer: %s", en->status.last_error);
	if (verdict != TXN_OK && renew(en, verdict == TXN_FENCED))
		return -1;
	return events_rewind(en);
}

static enum txn_verdict open_transaction(struct enrich *en, struct error *err)
{
	if (en->open)
		return TXN_OK;
	enum txn_verdict verdict = txn_begin(en->txn, err);
	set_open(en, true); /* also when it failed: there is something to recover from */
	en->opened_us = clock_mono_us();
	en->now = (struct tally){0};
	for (size_t i = 0; i < en->nparts; i++)
		en->parts[i].marked = false;
	return verdict;
}

static enum txn_verdict write_event(struct enrich *en, const struct part *pt, rd_kafka_message_t *msg, struct text key, struct text value,
				    int64_t time_ms, struct error *err)
{
	rd_kafka_headers_t *headers = NULL;
	rd_kafka_message_detach_headers(msg, &headers);
	en->now.joined++;
	return txn_produce(en->txn, pt->side->produce, key, value, time_ms, headers, err);
}

struct joined {
	struct text key, value; /* borrowed until the next one */
	int64_t time_ms;
	enum ksql_bad bad;
};

static enum join_outcome join_on(struct enrich *en, int32_t partition, const rd_kafka_message_t *msg, struct joined *out)
{
	return join_event(en->join, partition, (struct text){msg->key, msg->key_len}, (struct text){msg->payload, msg->len}, out->time_ms,
			  &out->key, &out->value, &out->bad);
}

/* A key that has its row on another partition may be there because the stream has more partitions than it had. */
static enum join_outcome join(struct enrich *en, struct side *side, const rd_kafka_message_t *msg, struct joined *out)
{
	enum join_outcome outcome = join_on(en, side->co_partitioned ? msg->partition : JOIN_ANY_PARTITION, msg, out);
	if (outcome != JOIN_UNKNOWN || !side->co_partitioned || join_on(en, JOIN_ANY_PARTITION, msg, out) != JOIN_WRITTEN)
		return outcome;
	return events_widened(en, side) ? JOIN_WRITTEN : JOIN_UNKNOWN;
}

static enum txn_verdict handle(struct enrich *en, struct part *pt, rd_kafka_message_t *msg, struct error *err)
{
	enum txn_verdict verdict = open_transaction(en, err);
	if (verdict != TXN_OK)
		return verdict;
	struct joined out = {.time_ms = rd_kafka_message_timestamp(msg, NULL)};
	check_mark(pt, msg);
	pt->moved = true;
	en->now.read++;
	switch (join(en, pt->side, msg, &out)) {
	case JOIN_WRITTEN:
		return write_event(en, pt, msg, out.key, out.value, out.time_ms, err);
	case JOIN_UNKNOWN:
		en->now.unknown++;
		break;
	case JOIN_BAD:
		en->now.bad[out.bad]++;
		break;
	case JOIN_NULL:
		en->now.empty++;
		break;
	case JOIN_NO_TIME:
		en->now.no_time++;
	}
	return TXN_OK;
}

/* −1: we cannot go on. */
static int take(struct enrich *en, rd_kafka_message_t *msg)
{
	struct error err = {0};
	int rc = 0;
	struct part *pt = msg->err ? NULL : events_part(en, msg);
	if (msg->err) {
		rc = events_problem(en, msg);
	} else if (pt) {
		enum txn_verdict verdict = handle(en, pt, msg, &err);
		if (verdict != TXN_OK)
			note_trouble(en, verdict, &err);
	}
	rd_kafka_message_destroy(msg);
	return rc;
}

/* Until the next commit is due, or a burst is read. */
static int read_burst(struct enrich *en)
{
	int64_t left_us = en->open ? en->opened_us + COMMIT_US - clock_mono_us() : COMMIT_US;
	int wait_ms = left_us > 0 ? (int)(left_us / 1000) : 0;
	for (int i = 0; i < BURST && !en->trouble && !en->fenced; i++) {
		rd_kafka_message_t *msg = rd_kafka_consumer_poll(en->events, wait_ms);
		if (!msg)
			break;
		wait_ms = 0;
		en->alive_us = clock_mono_us();
		if (take(en, msg))
			return -1;
	}
	return 0;
}

int loop_turn(struct enrich *en)
{
	if (read_burst(en) || (en->fenced && events_come_back(en)))
		return -1;
	table_follow(en);
	int64_t now_us = clock_mono_us();
	bool due = en->open && (now_us - en->opened_us >= COMMIT_US || en->now.read >= COMMIT_EVENTS);
	if (due)
		loop_settle(en);
	if (!en->trouble)
		check_parts(en);
	if (en->trouble && loop_recover(en))
		return -1;
	if (en->exit_at_end && now_us - en->alive_us > SILENT_US)
		return enrich_fail(en, "the broker has given nothing for %lld s, and the end is not reached", SILENT_US / 1000000);
	if (due || now_us - en->shown_us >= SHOW_US)
		loop_show(en);
	return en->status.state == ENRICH_FAILED ? -1 : 0;
}
