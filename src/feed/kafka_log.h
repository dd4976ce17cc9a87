/* kafka_log.h: librdkafka's log lines on their way to ours, thinned out: a broker that is gone says so once in a while, not per attempt. */
#ifndef TFLTOP_FEED_KAFKA_LOG_H
#define TFLTOP_FEED_KAFKA_LOG_H

#include <librdkafka/rdkafka.h>

void kafka_log(const rd_kafka_t *rk, int level, const char *facility, const char *text); /* thread: any, lock: kafka_log (leaf) */

#endif
