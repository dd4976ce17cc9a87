#include "feed/member.h"

#include "base/clock.h"
#include "feed/kafka.h"

#include <string.h>

#define COOPERATIVE_FROM 0x020a0000 /* before that release, incremental rebalancing crashes, hangs and loses positions */

void member_conf(rd_kafka_conf_t *conf, const struct config *cfg, const char *group)
{
	kafka_set(conf, "group.id", group);
	kafka_prefer(conf, cfg, "partition.assignment.strategy", rd_kafka_version() >= COOPERATIVE_FROM ? "cooperative-sticky" : "range,roundrobin");
	kafka_prefer(conf, cfg, "topic.metadata.refresh.interval.ms", "10000");
	if (kafka_is_embedded(cfg)) { /* there, the next member waits for nearly so long when another has left */
		kafka_prefer(conf, cfg, "session.timeout.ms", "3000");
		kafka_prefer(conf, cfg, "heartbeat.interval.ms", "500");
	}
}

static bool cooperative(const struct member *mb)
{
	const char *protocol = rd_kafka_rebalance_protocol(mb->cs->rk);
	return protocol && !strcmp(protocol, "COOPERATIVE");
}

static void drop_wanted(struct member *mb)
{
	if (mb->wanted)
		rd_kafka_topic_partition_list_destroy(mb->wanted);
	mb->wanted = NULL;
	mb->change = CHANGE_NONE;
}

/* While the consumer closes. */
static void let_go(struct member *mb, const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_error_t *error = NULL;
	if (cooperative(mb))
		error = rd_kafka_incremental_unassign(mb->cs->rk, list);
	else
		rd_kafka_assign(mb->cs->rk, NULL);
	if (error)
		rd_kafka_error_destroy(error);
}

void member_rebalance(void *arg, rd_kafka_resp_err_t what, const rd_kafka_topic_partition_list_t *list)
{
	struct member *mb = arg;
	if (mb->closing) {
		let_go(mb, list);
		return;
	}
	drop_wanted(mb);
	if (what != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && what != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
		mb->cs->calls.error(mb->cs->calls.arg, what, rd_kafka_err2str(what));
		list = mb->cs->assigned;
	}
	mb->change = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? CHANGE_ASSIGN : CHANGE_REVOKE;
	mb->wanted = rd_kafka_topic_partition_list_copy(list);
	mb->lost = mb->change == CHANGE_REVOKE && rd_kafka_assignment_lost(mb->cs->rk);
}

static void watch(rd_kafka_queue_t *queue, int fd)
{
	static const uint64_t one = 1;
	rd_kafka_queue_io_event_enable(queue, fd, &one, sizeof one);
}

int member_init(struct member *mb, struct consumer *cs, const char *const *topics, size_t count, int fd, struct error *err)
{
	mb->cs = cs;
	mb->fd = fd;
	mb->answers = rd_kafka_queue_new(cs->rk);
	watch(mb->answers, fd);
	watch(cs->queue, fd);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t i = 0; i < count; i++)
		rd_kafka_topic_partition_list_add(list, topics[i], RD_KAFKA_PARTITION_UA);
	rd_kafka_resp_err_t rc = rd_kafka_subscribe(cs->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rc ? error_set(err, "cannot join the group: %s", rd_kafka_err2str(rc)) : 0;
}

/* A queue that still writes to a descriptor which is another file's by then would be a nasty guest. */
void member_leave(struct member *mb)
{
	if (!mb->cs)
		return;
	mb->closing = true;
	if (mb->change != CHANGE_NONE && !cooperative(mb))
		rd_kafka_assign(mb->cs->rk, NULL);
	else if (mb->change != CHANGE_NONE)
		member_change(mb, NULL);
	drop_wanted(mb);
	rd_kafka_queue_io_event_enable(mb->cs->queue, -1, NULL, 0);
	rd_kafka_queue_io_event_enable(mb->answers, -1, NULL, 0);
	rd_kafka_queue_destroy(mb->answers);
}

int member_committed(struct member *mb, int wait_ms, struct error *err)
{
	rd_kafka_resp_err_t rc = rd_kafka_committed(mb->cs->rk, mb->wanted, wait_ms);
	for (int i = 0; i < mb->wanted->cnt && !rc; i++)
		rc = mb->wanted->elems[i].err;
	return rc ? error_set(err, "the group's offsets are not known: %s", rd_kafka_err2str(rc)) : 0;
}

static rd_kafka_error_t *assign_all(struct member *mb, const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_resp_err_t rc = rd_kafka_assign(mb->cs->rk, list);
	return rc ? rd_kafka_error_new(rc, "%s", rd_kafka_err2str(rc)) : NULL;
}

int member_restart(struct member *mb, const rd_kafka_topic_partition_list_t *list, struct error *err)
{
	rd_kafka_error_t *error = NULL;
	if (!cooperative(mb))
		error = assign_all(mb, list);
	else if (!(error = rd_kafka_incremental_unassign(mb->cs->rk, list)))
		error = rd_kafka_incremental_assign(mb->cs->rk, list);
	for (int k = 0; k < mb->cs->assigned->cnt; k++)
		mb->cs->assigned->elems[k].offset = RD_KAFKA_OFFSET_INVALID;
	if (!error)
		return 0;
	error_set(err, "cannot read on: %s", rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return -1;
}

static rd_kafka_error_t *carry_out(struct member *mb)
{
	bool assigns = mb->change == CHANGE_ASSIGN;
	if (!cooperative(mb))
		return assign_all(mb, assigns ? mb->wanted : NULL);
	return assigns ? rd_kafka_incremental_assign(mb->cs->rk, mb->wanted) : rd_kafka_incremental_unassign(mb->cs->rk, mb->wanted);
}

/* What is assigned when the change is made. Offsets in it are positions: none yet. */
static void keep_assigned(struct member *mb)
{
	rd_kafka_topic_partition_list_t *now = mb->cs->assigned;
	while (now->cnt && mb->change == CHANGE_ASSIGN && !cooperative(mb))
		rd_kafka_topic_partition_list_del_by_idx(now, now->cnt - 1);
	for (int i = 0; i < mb->wanted->cnt; i++) {
		const rd_kafka_topic_partition_t *at = &mb->wanted->elems[i];
		if (mb->change == CHANGE_ASSIGN)
			rd_kafka_topic_partition_list_add(now, at->topic, at->partition)->offset = RD_KAFKA_OFFSET_INVALID;
		else
			rd_kafka_topic_partition_list_del(now, at->topic, at->partition);
	}
}

int member_change(struct member *mb, struct error *err)
{
	rd_kafka_error_t *error = carry_out(mb);
	if (!error)
		keep_assigned(mb);
	else
		error_set(err, "cannot follow the group: %s", rd_kafka_error_string(error));
	drop_wanted(mb);
	if (!error)
		return 0;
	rd_kafka_error_destroy(error);
	return -1;
}

void member_pause(struct member *mb, bool pause)
{
	if (pause)
		rd_kafka_pause_partitions(mb->cs->rk, mb->cs->assigned);
	else
		rd_kafka_resume_partitions(mb->cs->rk, mb->cs->assigned);
}

void member_commit(struct member *mb, rd_kafka_topic_partition_list_t *take_list)
{
	mb->committing = true;
	mb->commit_began_us = clock_mono_us();
	rd_kafka_commit_queue(mb->cs->rk, take_list, mb->answers, NULL, NULL);
	rd_kafka_topic_partition_list_destroy(take_list);
}

bool member_may_commit_again(rd_kafka_resp_err_t rc)
{
	switch (rc) {
	case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
	case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
	case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
	case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
		return false;
	default:
		return true;
	}
}

bool member_answer(struct member *mb, int wait_ms, void (*each)(void *arg, const rd_kafka_topic_partition_t *at), void *arg,
		   rd_kafka_resp_err_t *rc)
{
	rd_kafka_event_t *event = mb->committing ? rd_kafka_queue_poll(mb->answers, wait_ms) : NULL;
	if (!event)
		return false;
	mb->committing = false;
	*rc = rd_kafka_event_error(event);
	const rd_kafka_topic_partition_list_t *list = rd_kafka_event_topic_partition_list(event);
	for (int i = 0; list && i < list->cnt; i++)
		each(arg, &list->elems[i]);
	rd_kafka_event_destroy(event);
	return true;
}

