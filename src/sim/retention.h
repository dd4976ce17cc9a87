/* retention.h: whether a topic would keep records of the past. Thread: main. */
#ifndef TFLTOP_SIM_RETENTION_H
#define TFLTOP_SIM_RETENTION_H

#include "base/config.h"
#include "base/error.h"

#include <librdkafka/rdkafka.h>
#include <stdint.h>

/* 0 if the topics of entries and exits would keep events from from_ms on. -1 + err, with the command that changes it, if not. Brokers that
 * do not tell (the embedded one, or missing rights) are taken at their best. */
int retention_check(rd_kafka_t *rk, const struct config *cfg, int64_t from_ms, int64_t now_ms, struct error *err);

#endif
