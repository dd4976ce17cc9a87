/* producer.h: passings as records of the entries and exits topics: key = station name, record time = event time, each accounted for when
 * the broker has acknowledged it. Thread: simulator. */
#ifndef TFLTOP_SIM_PRODUCER_H
#define TFLTOP_SIM_PRODUCER_H

#include "base/config.h"
#include "base/error.h"
#include "base/wake.h"
#include "sim/account.h"
#include "sim/journey.h"
#include "sim/message.h"

#include <librdkafka/rdkafka.h>

struct producer {
	rd_kafka_t *rk;
	rd_kafka_topic_t *topic[2];   /* by direction */
	struct message message;
	struct account account;
	uint64_t sent[2];             /* handed over, by direction */
	uint64_t acknowledged, failed;
	bool dead;                    /* the library has given up; nothing can be sent any more */
	char last_error[200];
};

/* wake is raised when a delivery report waits. The account is begun by the owner. */
int producer_init(struct producer *pr, const struct config *cfg, const struct wake *wake, struct error *err);
void producer_fini(struct producer *pr);

/* 0, 1: the queue is full, serve reports and try again; -1: it cannot be sent, and counts as failed. */
int producer_send(struct producer *pr, const struct passing *ps, const struct travellers *tr);

void producer_serve(struct producer *pr);     /* delivery reports that have arrived */
bool producer_idle(const struct producer *pr); /* nothing waits for an answer */
void producer_give_up(struct producer *pr);   /* what is not acknowledged counts as failed */

#endif
