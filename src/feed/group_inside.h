/* group_inside.h: what the files of a feed in a consumer group share beside feed_inside.h: group.c (life), group_loop.c (poll, write, wait),
 * group_assign.c (partitions come and go), group_commit.c, group_judge.c (verdicts). Thread: feed. */
#ifndef TFLTOP_FEED_GROUP_INSIDE_H
#define TFLTOP_FEED_GROUP_INSIDE_H

#include "base/wake.h"
#include "feed/dead_topic.h"
#include "feed/feed_inside.h"
#include "feed/member.h"

struct seat { /* a partition that is ours, in the order of cs.assigned */
	uint32_t part[2]; /* one of the feed's; of the dead-letter topic two: a direction each */
	unsigned parts;
};

struct group {
	struct member member;
	struct wake wake;             /* the library, the dead-letter topic, or whoever asks for a stop, has news */
	struct judge judge;
	struct dead_topic *dead;
	char *id;                     /* of the group */
	char connector[64];           /* as which it signs dead letters */
	bool again;                   /* it is the dead letters that are fed … */
	const char *origin[2];        /* … which came from these, by direction */
	bool from_end;                /* where a partition begins for which the group has no offset */
	struct seat *seats;
	size_t nseats;
	struct header *headers;       /* of the records at hand */
	size_t nheaders, headers_cap;
	bool ends_known;              /* exit_at_end: they are taken once */
	bool enough;                  /* … and all are reached: nothing more is taken */
	bool more;                    /* the library has more at hand */
	bool paused;
	int64_t full_since_ms;        /* monotonic, as all below; 0 there is room */
	int64_t flush_at_ms;          /* what the sink has collected is to be sent then; 0 it has nothing */
	int64_t change_at_ms;         /* what the group wants is tried again then */
	int64_t look_at_ms;           /* what is in doubt is looked at again then */
	int64_t none_since_ms;        /* no partition is ours since; 0 one is, or that is not known yet */
	char stalled[256];            /* why the sink refuses for now; "" it does not */
	size_t reasons;
	struct reason_count reason[FEED_REASONS_MAX];
};

/* group.c */
int group_new(struct feed *fd, struct error *err);       /* before the clients are made */
int group_begin(struct feed *fd, struct error *err);     /* joins */
void group_leave(struct feed *fd);                       /* before the consumer is closed */
void group_free(struct feed *fd);                        /* the thread has ended */

/* group_loop.c */
void group_run(struct feed *fd);
void group_settle_wanted(struct feed *fd); /* gives what is under way of the partitions that go a moment to be decided */
bool group_drain(struct feed *fd); /* whether nothing is in flight and all is committed */

/* group_assign.c */
void group_go_on(struct feed *fd, uint32_t i, int64_t offset, const struct sighting *seen); /* from there, if the log has it; else a gap */
void group_rebalance(void *arg, rd_kafka_resp_err_t what, const rd_kafka_topic_partition_list_t *list); /* consumer_calls.rebalance */
uint64_t group_wanted_in_flight(const struct feed *fd); /* of the partitions that the group wants back */
void group_follow(struct feed *fd);            /* makes the change that the group wants, if any */

/* group_doubt.c */
void group_look_again(struct feed *fd);        /* where to go on, if the broker has refused an offset */
bool group_at_end(const struct feed *fd);      /* every partition that is ours has reached its end */

/* group_batch.c */
void group_take_messages(struct feed *fd);     /* the messages at hand become records */
void group_set_progress(struct feed *fd);      /* positions, now that the sink has the records */

/* group_commit.c */
void group_commit_turn(struct feed *fd);       /* about once a second, without waiting */
bool group_commit_now(struct feed *fd, int64_t wait_ms); /* whether all that may be is committed */

/* group_judge.c */
void group_count_reason(struct feed *fd, const char *reason);
void group_letter_settled(void *arg, const struct ticket *tick, enum verdict verdict, const char *reason); /* dead_calls.settled */
void group_judge_init(struct feed *fd);

#endif
