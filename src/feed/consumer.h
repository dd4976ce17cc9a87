/* consumer.h: a read_committed consumer: of explicitly assigned partitions, or of those that a group gives it (member.h). All of it on one
 * thread, from which the callbacks come as well (the library's batch call must not run beside a change of assignment); but for
 * consumer_ends, which only asks. Thread: the owner's. */
#ifndef TFLTOP_FEED_CONSUMER_H
#define TFLTOP_FEED_CONSUMER_H

#include "base/config.h"
#include "base/error.h"

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

struct consumer_calls {
	void (*stats)(void *arg, const char *json, size_t len);                       /* every second */
	void (*error)(void *arg, rd_kafka_resp_err_t code, const char *text);          /* broker down and the like */
	/* In a group (then conf has its group.id), else NULL: the group wants a change; the library waits until it is made, by whoever. */
	void (*rebalance)(void *arg, rd_kafka_resp_err_t what, const rd_kafka_topic_partition_list_t *list);
	void *arg;
};

struct consumer {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue;
	rd_kafka_topic_partition_list_t *assigned; /* in the order they were added */
	struct consumer_calls calls;
};

/* conf: kafka_conf's, taken. calls may be NULL. cs must not move afterwards. */
int consumer_init(struct consumer *cs, rd_kafka_conf_t *take_conf, const struct consumer_calls *calls, struct error *err);
void consumer_fini(struct consumer *cs); /* may hang for ever in librdkafka 2.0.2 */

/* Without a group. */
int consumer_add(struct consumer *cs, const char *topic, int32_t partition, int64_t offset, struct error *err);
int consumer_move(struct consumer *cs, size_t i, int64_t offset, struct error *err); /* partition i, to go on elsewhere */
int consumer_clear(struct consumer *cs, struct error *err);                          /* none is assigned any more */

/* At most max messages, those that came within wait_ms. Destroy each. */
size_t consumer_batch(struct consumer *cs, rd_kafka_message_t **messages, size_t max, int wait_ms);

/* Position of partition i after consumer_positions: behind everything delivered, control records too. -1: none yet. */
void consumer_positions(struct consumer *cs);
int64_t consumer_position(const struct consumer *cs, size_t i);

/* The end for a reader of committed records, and the low watermark; asks the broker. Thread: any. */
int consumer_ends(struct consumer *cs, const char *topic, int32_t partition, int wait_ms, int64_t *low, int64_t *stable, struct error *err);

/* First offset whose record time is at or after time_ms; the end when there is none. */
int consumer_offset_at(struct consumer *cs, const char *topic, int32_t partition, int64_t time_ms, int wait_ms, int64_t *offset,
		       struct error *err);

#endif
