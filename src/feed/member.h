/* member.h: a consumer as one of a group. What the group wants is not done inside the library's callback but kept until the owner has seen to
 * it: between two batches, so that no batch holds records of two assignments. Thread: the owner's. */
#ifndef TFLTOP_FEED_MEMBER_H
#define TFLTOP_FEED_MEMBER_H

#include "feed/consumer.h"

#include <stdbool.h>

enum change { CHANGE_NONE, CHANGE_ASSIGN, CHANGE_REVOKE };

struct member {
	struct consumer *cs;
	int fd;                                 /* an eventfd: raised when the consumer or a commit has news; borrowed */
	enum change change;                     /* what the group wants now … */
	rd_kafka_topic_partition_list_t *wanted;/* … with these; NULL none */
	bool lost;                              /* they are another's already: their offsets may not be committed */
	bool closing;                           /* nobody will see to a change any more */
	rd_kafka_queue_t *answers;              /* of commits */
	bool committing;                        /* one is under way */
	int64_t commit_began_us;
};

/* The rebalance callback of the consumer, arg: the member. */
void member_rebalance(void *arg, rd_kafka_resp_err_t what, const rd_kafka_topic_partition_list_t *list);

/* What a group's consumer is to be made of: the group, a quick look for new topics, how partitions are shared out. */
void member_conf(rd_kafka_conf_t *conf, const struct config *cfg, const char *group);

/* cs: made with member_rebalance as its callback. */
int member_init(struct member *mb, struct consumer *cs, const char *const *topics, size_t count, int fd, struct error *err);
void member_leave(struct member *mb); /* frees what is left and lets the consumer be closed; before consumer_fini */

/* Fills in the committed offsets of mb->wanted; RD_KAFKA_OFFSET_INVALID where there is none. */
int member_committed(struct member *mb, int wait_ms, struct error *err);

/* Makes the change: assigns mb->wanted from the offsets in it, or gives them up. cs->assigned is then what is assigned. */
int member_change(struct member *mb, struct error *err);

/* Reads on from the offsets in list, which are what is assigned. */
int member_restart(struct member *mb, const rd_kafka_topic_partition_list_t *list, struct error *err);

/* All that are assigned. A paused one is still ours, its prefetched records are read again later. */
void member_pause(struct member *mb, bool pause);

/* Commits these, takes the list. The answer comes by member_answer. One at a time. */
void member_commit(struct member *mb, rd_kafka_topic_partition_list_t *take_list);

/* True when a commit was answered within wait_ms: each is called for every partition, *rc is the answer to the whole. */
bool member_answer(struct member *mb, int wait_ms, void (*each)(void *arg, const rd_kafka_topic_partition_t *at), void *arg,
		   rd_kafka_resp_err_t *rc);

/* Whether a commit may succeed when it is tried again: not if the group has gone on without this member. */
bool member_may_commit_again(rd_kafka_resp_err_t rc);

#endif
