/*
 * A letter lives here, whole, until Kafka says that it is in the topic; what the library fails to deliver goes back to those that wait.
 *
 * How large a record a topic takes, nobody says before it is tried (the limit may be the broker's or the topic's, and counts the compressed
 * batch). A batch that is too large is refused with all the letters in it, so:
 *   1. each of them is sent again, alone;
 *   2. one that is too large alone is sent with the head of its value, then without value, then without key and headers of its own as well,
 *      and a header says how long the value was;
 *   3. one that is refused even so is given up with an error in the log: nothing may hold up a partition for ever.
 */
#include "feed/dead_topic.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "feed/kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define LETTERS_MAX 10000
#define BYTES_MAX (8 * 1024 * 1024)
#define CUT_TO (64 * 1024)
#define AGAIN_MS 1000
#define METADATA_MS 1000

enum size { BATCHED, ALONE, CUT, EMPTY, BARE };

struct letter {
	TAILQ_ENTRY(letter) entry;
	struct ticket tick;
	enum verdict verdict;
	enum size size;
	int64_t time_ms;
	struct dead_origin origin;
	rd_kafka_headers_t *headers;
	char *connector, *reason, *detail, *key, *value; /* key, value: NULL if it has none */
	size_t key_len, value_len;
	size_t bytes;
	char data[];
};

TAILQ_HEAD(letters, letter);

struct dead_topic {
	const struct config *cfg;
	char *topic;
	int fd;
	struct dead_calls calls;
	rd_kafka_t *rk;
	rd_kafka_queue_t *news;      /* of its delivery reports */
	bool ready;                  /* the topic is there */
	struct letters waiting, sent;
	size_t letters, bytes, nsent;
	bool alone;                  /* the one that is sent is to stay alone */
	int64_t again_at_ms;         /* monotonic: not before */
	char trouble[256];
};

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

static void forget(struct dead_topic *dt, struct letter *let)
{
	dt->letters--;
	dt->bytes -= let->bytes;
	rd_kafka_headers_destroy(let->headers);
	free(let);
}

static void settle(struct dead_topic *dt, struct letter *let)
{
	dt->calls.settled(dt->calls.arg, &let->tick, let->verdict, let->reason);
	forget(dt, let);
}

static void wait_a_while(struct dead_topic *dt, const char *why)
{
	dt->again_at_ms = now_ms() + AGAIN_MS;
	snprintf(dt->trouble, sizeof dt->trouble, "dead letters wait for topic %.80s: %.140s", dt->topic, why);
}

static bool too_large(rd_kafka_resp_err_t rc)
{
	return rc == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || rc == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       rc == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

/* Takes a letter that is in no list: to be sent again, smaller; or given up. */
static void shrink(struct dead_topic *dt, struct letter *let)
{
	if (let->size == BARE) {
		log_error("topic %s takes not even the bare headers of a dead letter (%s [%d] offset %" PRId64 ", %s): it is lost there", dt->topic,
			  let->origin.topic, (int)let->origin.partition, let->origin.offset, let->reason);
		settle(dt, let);
		return;
	}
	let->size++;
	if (let->size == CUT)
		log_warn("topic %s does not take a dead letter of %zu bytes whole (%s [%d] offset %" PRId64 "): its value is cut", dt->topic,
			 let->bytes, let->origin.topic, (int)let->origin.partition, let->origin.offset);
	TAILQ_INSERT_HEAD(&dt->waiting, let, entry);
}

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque)
{
	(void)rk;
	struct dead_topic *dt = opaque;
	struct letter *let = msg->_private;
	TAILQ_REMOVE(&dt->sent, let, entry);
	dt->nsent--;
	if (!msg->err) {
		dt->trouble[0] = '\0';
		settle(dt, let);
	} else if (too_large(msg->err)) {
		shrink(dt, let);
	} else {
		dt->ready &= msg->err != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC && msg->err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		wait_a_while(dt, rd_kafka_err2str(msg->err));
		TAILQ_INSERT_TAIL(&dt->waiting, let, entry);
	}
}

static int make_client(struct dead_topic *dt, struct error *err)
{
	static const uint64_t one = 1;
	rd_kafka_conf_t *conf = kafka_conf(dt->cfg, KAFKA_PRODUCER, err);
	if (!conf)
		return -1;
	kafka_set(conf, "message.timeout.ms", "0"); /* tried for ever */
	kafka_prefer(conf, dt->cfg, "message.max.bytes", "33554432"); /* the topic decides what is too large */
	rd_kafka_conf_set_opaque(conf, dt);
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	dt->rk = kafka_new(KAFKA_PRODUCER, conf, err);
	if (!dt->rk)
		return -1;
	dt->news = rd_kafka_queue_get_main(dt->rk);
	rd_kafka_queue_io_event_enable(dt->news, dt->fd, &one, sizeof one);
	return 0;
}

/* All that was sent comes back to those that wait. */
static void drop_client(struct dead_topic *dt)
{
	rd_kafka_queue_io_event_enable(dt->news, -1, NULL, 0);
	rd_kafka_queue_destroy(dt->news);
	rd_kafka_purge(dt->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_poll(dt->rk, 0);
	rd_kafka_destroy(dt->rk);
	dt->rk = NULL;
	TAILQ_CONCAT(&dt->waiting, &dt->sent, entry);
	dt->nsent = 0;
}

struct dead_topic *dead_topic_new(const struct config *cfg, const char *topic, int fd, const struct dead_calls *calls, struct error *err)
{
	struct dead_topic *dt = xcalloc(1, sizeof *dt);
	dt->cfg = cfg;
	dt->topic = xstrdup(topic);
	dt->fd = fd;
	dt->calls = *calls;
	TAILQ_INIT(&dt->waiting);
	TAILQ_INIT(&dt->sent);
	if (!make_client(dt, err))
		return dt;
	dead_topic_free(dt);
	return NULL;
}

void dead_topic_free(struct dead_topic *dt)
{
	if (!dt)
		return;
	if (dt->rk)
		drop_client(dt);
	while (!TAILQ_EMPTY(&dt->waiting)) {
		struct letter *let = TAILQ_FIRST(&dt->waiting);
		TAILQ_REMOVE(&dt->waiting, let, entry);
		forget(dt, let);
	}
	free(dt->topic);
	free(dt);
}

int dead_topic_prepare(struct dead_topic *dt, struct error *err)
{
	if (dt->ready || !dt->rk)
		return 0;
	const struct topic_want want = {dt->topic, (int)config_count(dt->cfg, "topic.partitions"), false};
	if (kafka_partitions(dt->rk, dt->topic, METADATA_MS, err) < 0 || kafka_topics_ensure(dt->rk, dt->cfg, &want, 1, false, err)) {
		wait_a_while(dt, err->text);
		return -1;
	}
	dt->ready = true;
	dt->again_at_ms = 0;
	dt->trouble[0] = '\0';
	return 0;
}

static char *copy(char **at, const void *bytes, size_t len)
{
	if (!bytes)
		return NULL;
	char *to = *at;
	memcpy(to, bytes, len);
	to[len] = '\0';
	*at += len + 1;
	return to;
}

void dead_topic_send(struct dead_topic *dt, const struct dead_letter *dl)
{
	const struct record *rec = dl->rec;
	const struct dead_cause *cause = &dl->cause;
	size_t texts = strlen(cause->connector) + strlen(cause->reason) + strlen(cause->detail) + 3;
	struct letter *let = xcalloc(1, sizeof *let + rec->key_len + rec->value_len + texts + 2);
	char *at = let->data;
	let->tick = dl->tick;
	let->verdict = dl->verdict;
	let->time_ms = rec->time_ms;
	let->origin = dl->origin;
	let->connector = copy(&at, cause->connector, strlen(cause->connector));
	let->reason = copy(&at, cause->reason, strlen(cause->reason));
	let->detail = copy(&at, cause->detail, strlen(cause->detail));
	let->key = copy(&at, rec->key, rec->key_len);
	let->key_len = rec->key_len;
	let->value = copy(&at, rec->value, rec->value_len);
	let->value_len = rec->value_len;
	let->headers = dead_header_make(rec->headers, rec->nheaders, &dl->origin, cause);
	let->bytes = sizeof *let + rec->key_len + rec->value_len + texts;
	for (size_t i = 0; i < rec->nheaders; i++)
		let->bytes += rec->headers[i].len;
	dt->letters++;
	dt->bytes += let->bytes;
	TAILQ_INSERT_TAIL(&dt->waiting, let, entry);
}

/* For one attempt; the library takes them. */
static rd_kafka_headers_t *headers_of(const struct letter *let)
{
	const struct dead_cause cause = {let->connector, let->reason, let->size < BARE ? let->detail : ""};
	rd_kafka_headers_t *headers = let->size < BARE ? rd_kafka_headers_copy(let->headers) : dead_header_make(NULL, 0, &let->origin, &cause);
	if (let->size >= CUT) {
		char size[24];
		snprintf(size, sizeof size, "%zu", let->value_len);
		rd_kafka_header_add(headers, DEAD_HEADER_CUT, -1, size, -1);
	}
	return headers;
}

static size_t value_len(const struct letter *let)
{
	size_t most = let->size < CUT ? SIZE_MAX : let->size == CUT ? CUT_TO : 0;
	return let->value_len < most ? let->value_len : most;
}

/* The value stays ours, and where it is, until it is delivered. */
static rd_kafka_resp_err_t produce(struct dead_topic *dt, struct letter *let)
{
	bool bare = let->size == BARE;
	rd_kafka_headers_t *headers = headers_of(let);
	rd_kafka_resp_err_t rc = rd_kafka_producev(
		dt->rk, RD_KAFKA_V_TOPIC(dt->topic), RD_KAFKA_V_KEY(bare ? NULL : let->key, bare ? 0 : let->key_len),
		RD_KAFKA_V_VALUE(let->value, value_len(let)), RD_KAFKA_V_TIMESTAMP(let->time_ms > 0 ? let->time_ms : 0),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(let), RD_KAFKA_V_END);
	if (rc)
		rd_kafka_headers_destroy(headers);
	return rc;
}

/* False: no more for now. */
static bool send_first(struct dead_topic *dt)
{
	struct letter *let = TAILQ_FIRST(&dt->waiting);
	if (!let || (dt->nsent && (dt->alone || let->size >= ALONE)))
		return false;
	rd_kafka_resp_err_t rc = produce(dt, let);
	if (rc && !too_large(rc)) {
		if (rc != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			wait_a_while(dt, rd_kafka_err2str(rc));
		return false;
	}
	TAILQ_REMOVE(&dt->waiting, let, entry);
	if (rc) {
		shrink(dt, let);
		return true;
	}
	TAILQ_INSERT_TAIL(&dt->sent, let, entry);
	dt->nsent++;
	dt->alone = let->size >= ALONE;
	return true;
}

/* A producer that the broker no longer knows by its sequence is of no use any more. */
static void drop_if_fatal(struct dead_topic *dt)
{
	char why[256];
	if (!rd_kafka_fatal_error(dt->rk, why, sizeof why))
		return;
	log_warn("topic %s: the producer of dead letters begins anew: %s", dt->topic, why);
	drop_client(dt);
}

void dead_topic_turn(struct dead_topic *dt)
{
	struct error err;
	if (dt->rk) {
		rd_kafka_poll(dt->rk, 0);
		drop_if_fatal(dt);
	}
	if (!dt->letters || !dt->ready || now_ms() < dt->again_at_ms)
		return;
	if (!dt->rk && make_client(dt, &err)) {
		wait_a_while(dt, err.text);
		return;
	}
	while (send_first(dt)) {
	}
}

size_t dead_topic_waiting(const struct dead_topic *dt)
{
	return dt->letters;
}

bool dead_topic_full(const struct dead_topic *dt)
{
	return dt->letters >= LETTERS_MAX || dt->bytes >= BYTES_MAX;
}

const char *dead_topic_trouble(const struct dead_topic *dt)
{
	return dt->letters ? dt->trouble : "";
}
