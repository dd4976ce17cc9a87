#include "sim/producer.h"

#include "base/log.h"
#include "feed/kafka.h"

#include <stdio.h>
#include <string.h>

#define PURGE_WAIT_MS 1000

/* What a delivery report needs to know travels in the record's opaque pointer. */
_Static_assert(sizeof(void *) >= 8, "station, direction and minute are packed into a pointer");

static void *pack(uint32_t station, enum direction direction, uint32_t minute)
{
	return (void *)(uintptr_t)((uint64_t)minute << 32 | station << 1 | direction);
}

/* An idempotent producer reports each record once, with its last verdict: retries are the library's. */
static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *report, void *arg)
{
	(void)rk;
	struct producer *pr = arg;
	uint64_t packed = (uint64_t)(uintptr_t)report->_private;
	if (!report->err) {
		pr->acknowledged++;
		account_add(&pr->account, (uint32_t)packed >> 1, packed & 1 ? EXIT : ENTRY, (uint32_t)(packed >> 32));
		return;
	}
	if (!pr->failed++)
		log_error("simulator: topic %s: %s", rd_kafka_topic_name(report->rkt), rd_kafka_err2str(report->err));
	snprintf(pr->last_error, sizeof pr->last_error, "topic %s: %s", rd_kafka_topic_name(report->rkt), rd_kafka_err2str(report->err));
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *arg)
{
	struct producer *pr = arg;
	char why[160] = "";
	if (code == RD_KAFKA_RESP_ERR__FATAL && rd_kafka_fatal_error(rk, why, sizeof why))
		pr->dead = true;
	snprintf(pr->last_error, sizeof pr->last_error, "%.190s", *why ? why : reason);
}

static int open_topics(struct producer *pr, const struct config *cfg, struct error *err)
{
	static const char *const keys[] = {[ENTRY] = "topic.entries", [EXIT] = "topic.exits"};
	for (int i = 0; i < 2; i++) {
		pr->topic[i] = rd_kafka_topic_new(pr->rk, config_text(cfg, keys[i]), NULL);
		if (!pr->topic[i])
			return error_set(err, "topic %s: %s", config_text(cfg, keys[i]), rd_kafka_err2str(rd_kafka_last_error()));
	}
	return 0;
}

int producer_init(struct producer *pr, const struct config *cfg, const struct wake *wake, struct error *err)
{
	static const uint64_t one = 1; /* what raising a wake writes */
	*pr = (struct producer){0};
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_PRODUCER, err);
	if (!conf)
		return -1;
	rd_kafka_conf_set_opaque(conf, pr);
	rd_kafka_conf_set_dr_msg_cb(conf, on_report);
	rd_kafka_conf_set_error_cb(conf, on_error);
	pr->rk = kafka_new(KAFKA_PRODUCER, conf, err);
	if (!pr->rk || open_topics(pr, cfg, err)) {
		producer_fini(pr);
		return -1;
	}
	rd_kafka_queue_t *reports = rd_kafka_queue_get_main(pr->rk);
	rd_kafka_queue_io_event_enable(reports, wake->fd, &one, sizeof one);
	rd_kafka_queue_destroy(reports);
	return 0;
}

void producer_fini(struct producer *pr)
{
	for (int i = 0; i < 2; i++)
		if (pr->topic[i])
			rd_kafka_topic_destroy(pr->topic[i]);
	if (pr->rk)
		rd_kafka_destroy(pr->rk);
	account_fini(&pr->account);
}

int producer_send(struct producer *pr, const struct passing *ps, const struct travellers *tr)
{
	char user[TRAVELLER_NAME_MAX];
	const char *station = pr->account.census->rows[ps->station].name;
	uint32_t minute = (uint32_t)(ps->time_ms / 60000 - pr->account.first_minute);
	message_make(&pr->message, ps->time_ms, user, travellers_name(tr, ps->who, user), ps->direction);
	rd_kafka_resp_err_t rc = rd_kafka_producev(
		pr->rk, RD_KAFKA_V_RKT(pr->topic[ps->direction]), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY(station, strlen(station)), RD_KAFKA_V_VALUE(pr->message.text, pr->message.len),
		RD_KAFKA_V_TIMESTAMP(ps->time_ms), RD_KAFKA_V_OPAQUE(pack(ps->station, ps->direction, minute)), RD_KAFKA_V_END);
	if (rc == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return 1;
	pr->sent[ps->direction]++;
	if (!rc)
		return 0;
	if (!pr->failed++)
		log_error("simulator: %s", rd_kafka_err2str(rc));
	snprintf(pr->last_error, sizeof pr->last_error, "%s", rd_kafka_err2str(rc));
	return -1;
}

void producer_serve(struct producer *pr)
{
	rd_kafka_poll(pr->rk, 0);
}

bool producer_idle(const struct producer *pr)
{
	return pr->acknowledged + pr->failed == pr->sent[ENTRY] + pr->sent[EXIT];
}

void producer_give_up(struct producer *pr)
{
	rd_kafka_purge(pr->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(pr->rk, PURGE_WAIT_MS);
}
