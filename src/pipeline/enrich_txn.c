#include "pipeline/enrich_txn.h"

#include "base/mem.h"
#include "feed/kafka.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS 5000 /* after which a call comes back to ask whether to go on */
#define PAUSE_MS 100   /* before a call is repeated */

struct txn {
	rd_kafka_t *rk;
	bool transactional;
	bool (*keep_trying)(void *arg);
	void *arg;
	rd_kafka_resp_err_t failure; /* of the first record that was not acknowledged */
	const rd_kafka_topic_partition_list_t *offsets; /* of the commit at hand */
	rd_kafka_t *consumer;
};

/* thread: enrich (inside poll and flush) */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque)
{
	(void)rk;
	struct txn *tx = opaque;
	if (msg->err && !tx->failure)
		tx->failure = msg->err;
}

struct txn *txn_new(const struct config *cfg, const char *id, bool (*keep_trying)(void *arg), void *arg, struct error *err)
{
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_PRODUCER, err);
	if (!conf)
		return NULL;
	char timeout[16];
	snprintf(timeout, sizeof timeout, "%d", TXN_TIMEOUT_MS);
	struct txn *tx = xcalloc(1, sizeof *tx);
	*tx = (struct txn){.transactional = id, .keep_trying = keep_trying, .arg = arg};
	if (id) {
		kafka_set(conf, "transactional.id", id);
		kafka_set(conf, "transaction.timeout.ms", timeout);
	}
	rd_kafka_conf_set_opaque(conf, tx);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	tx->rk = kafka_new(KAFKA_PRODUCER, conf, err);
	if (tx->rk)
		return tx;
	free(tx);
	return NULL;
}

void txn_free(struct txn *tx)
{
	if (!tx)
		return;
	rd_kafka_purge(tx->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_destroy(tx->rk);
	free(tx);
}

rd_kafka_t *txn_client(struct txn *tx)
{
	return tx->rk;
}

static bool is_fencing(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

/* A record that is not accepted: is the producer of no more use, or only this transaction? */
static enum txn_verdict refused(struct txn *tx)
{
	rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(tx->rk, NULL, 0);
	return !fatal ? TXN_ABORT : is_fencing(fatal) ? TXN_FENCED : TXN_RENEW;
}

/* Repeats one call until it succeeds or its error says that repeating does not help. */
static enum txn_verdict insist(struct txn *tx, rd_kafka_error_t *(*call)(struct txn *tx), const char *what, struct error *err)
{
	for (;;) {
		rd_kafka_error_t *error = call(tx);
		if (!error)
			return TXN_OK;
		bool fatal = rd_kafka_error_is_fatal(error), retriable = rd_kafka_error_is_retriable(error);
		bool abortable = rd_kafka_error_txn_requires_abort(error), fenced = is_fencing(rd_kafka_error_code(error));
		error_set(err, "%s: %s", what, rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
		if (fenced && !abortable)
			return TXN_FENCED;
		if (fatal)
			return TXN_RENEW;
		if (abortable)
			return TXN_ABORT;
		if (!retriable)
			return TXN_RENEW;
		if (!tx->keep_trying(tx->arg))
			return TXN_STOP;
		rd_kafka_poll(tx->rk, PAUSE_MS);
	}
}

static rd_kafka_error_t *call_init(struct txn *tx)
{
	return rd_kafka_init_transactions(tx->rk, ANSWER_MS);
}

static rd_kafka_error_t *call_begin(struct txn *tx)
{
	return rd_kafka_begin_transaction(tx->rk);
}

static rd_kafka_error_t *call_offsets(struct txn *tx)
{
	rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(tx->consumer);
	rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(tx->rk, tx->offsets, group, ANSWER_MS);
	rd_kafka_consumer_group_metadata_destroy(group);
	return error;
}

static rd_kafka_error_t *call_commit(struct txn *tx)
{
	return rd_kafka_commit_transaction(tx->rk, ANSWER_MS);
}

static rd_kafka_error_t *call_abort(struct txn *tx)
{
	return rd_kafka_abort_transaction(tx->rk, ANSWER_MS);
}

enum txn_verdict txn_init(struct txn *tx, struct error *err)
{
	return tx->transactional ? insist(tx, call_init, "no transactions from the broker", err) : TXN_OK;
}

enum txn_verdict txn_begin(struct txn *tx, struct error *err)
{
	tx->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
	return tx->transactional ? insist(tx, call_begin, "cannot begin a transaction", err) : TXN_OK;
}

enum txn_verdict txn_produce(struct txn *tx, rd_kafka_topic_t *topic, struct text key, struct text value, int64_t time_ms,
			     rd_kafka_headers_t *take_headers, struct error *err)
{
	for (;;) {
		rd_kafka_resp_err_t rc = rd_kafka_producev(tx->rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
							   RD_KAFKA_V_KEY(key.data, key.len), RD_KAFKA_V_VALUE((void *)value.data, value.len),
							   RD_KAFKA_V_TIMESTAMP(time_ms), RD_KAFKA_V_HEADERS(take_headers), RD_KAFKA_V_END);
		if (!rc)
			return TXN_OK;
		if (rc == RD_KAFKA_RESP_ERR__QUEUE_FULL && tx->keep_trying(tx->arg)) {
			rd_kafka_poll(tx->rk, PAUSE_MS);
			continue;
		}
		error_set(err, "topic %s: %s", rd_kafka_topic_name(topic), rd_kafka_err2str(rc));
		if (take_headers)
			rd_kafka_headers_destroy(take_headers);
		if (rc == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			return TXN_STOP;
		return refused(tx);
	}
}

static enum txn_verdict flush(struct txn *tx, struct error *err)
{
	while (rd_kafka_flush(tx->rk, ANSWER_MS) == RD_KAFKA_RESP_ERR__TIMED_OUT)
		if (!tx->keep_trying(tx->arg))
			return TXN_STOP;
	if (!tx->failure)
		return TXN_OK;
	error_set(err, "a joined event was not acknowledged: %s", rd_kafka_err2str(tx->failure));
	return TXN_RENEW;
}

enum txn_verdict txn_commit(struct txn *tx, const rd_kafka_topic_partition_list_t *offsets, rd_kafka_t *consumer, struct error *err)
{
	if (!tx->transactional)
		return flush(tx, err);
	tx->offsets = offsets;
	tx->consumer = consumer;
	enum txn_verdict verdict = insist(tx, call_offsets, "offsets are not accepted", err);
	return verdict == TXN_OK ? insist(tx, call_commit, "a transaction is not committed", err) : verdict;
}

enum txn_verdict txn_abort(struct txn *tx, struct error *err)
{
	enum txn_verdict verdict = tx->transactional ? insist(tx, call_abort, "a transaction cannot be aborted", err) : TXN_RENEW;
	return verdict == TXN_ABORT ? TXN_RENEW : verdict;
}
