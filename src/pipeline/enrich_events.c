#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "feed/kafka.h"
#include "pipeline/enrich_inside.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 5000
#define LOOK_US 1000000LL
#define LOST_AGAIN_US (60 * 1000000LL)
#define NO_PARTITION_US (10 * 1000000LL) /* -e: then others have them all */

static rd_kafka_topic_partition_list_t *list_of_parts(const struct enrich *en)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)en->nparts);
	for (size_t i = 0; i < en->nparts; i++)
		rd_kafka_topic_partition_list_add(list, en->parts[i].side->in, en->parts[i].number)->offset = en->parts[i].committed;
	return list;
}

/* What the group has committed, as starting points: the beginning where it has committed nothing. Keeps asking until it knows: a guess
 * would join events twice. −1 only when stopping, or fenced. */
static int ask_committed(struct enrich *en, rd_kafka_topic_partition_list_t *list)
{
	if (en->embedded)
		return 0;
	rd_kafka_resp_err_t rc;
	while ((rc = rd_kafka_committed(en->events, list, ANSWER_MS))) {
		snprintf(en->status.last_error, sizeof en->status.last_error, "committed offsets: %s", rd_kafka_err2str(rc));
		en->fenced = rd_kafka_fatal_error(en->events, NULL, 0) == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
		if (en->fenced || !enrich_pause(en, 500))
			return -1;
	}
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].offset < 0)
			list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
	return 0;
}

static struct side *side_of(struct enrich *en, const char *topic)
{
	return &en->side[strcmp(topic, en->side[0].in) ? 1 : 0];
}

/* The end of a partition for -e: its last stable offset now, 0 when it holds nothing. Asked until it is known. */
static int64_t ask_end(struct enrich *en, const char *topic, int32_t partition)
{
	int64_t low, high;
	while (rd_kafka_query_watermark_offsets(en->events, topic, partition, &low, &high, ANSWER_MS))
		if (!enrich_pause(en, 500))
			return INT64_MAX;
	return high > low ? high : 0;
}

/* A stream that has got more partitions than the table: its keys are on other partitions than their rows now. */
static void look_at_width(struct enrich *en, struct side *side)
{
	int now = kafka_partitions(en->events, side->in, ANSWER_MS, NULL);
	if (now <= side->partitions)
		return;
	if (side->co_partitioned)
		log_warn("%s has %d partitions now, no longer %d: joined across all of them; ksqlDB would refuse", side->in, now, side->partitions);
	side->partitions = now;
	side->co_partitioned = false;
}

/* At most once a second: keys may be on wrong partitions for other reasons. */
bool events_widened(struct enrich *en, struct side *side)
{
	int64_t now_us = clock_mono_us();
	if (en->embedded || (side->looked_us && now_us - side->looked_us < LOOK_US))
		return false;
	side->looked_us = now_us;
	look_at_width(en, side);
	return !side->co_partitioned;
}

static int assign(struct enrich *en, rd_kafka_topic_partition_list_t *list)
{
	if (ask_committed(en, list))
		return -1;
	for (size_t s = 0; s < SIDES && !en->embedded; s++)
		look_at_width(en, &en->side[s]);
	patrol_cancel(&en->patrol);
	free(en->parts);
	en->nparts = (size_t)list->cnt;
	en->parts = xcalloc(en->nparts, sizeof *en->parts);
	for (size_t i = 0; i < en->nparts; i++) {
		const rd_kafka_topic_partition_t *at = &list->elems[i];
		en->parts[i] = (struct part){.side = side_of(en, at->topic), .number = at->partition, .committed = at->offset};
		check_recall(&en->parts[i], at);
		if (en->exit_at_end)
			en->parts[i].end = ask_end(en, at->topic, at->partition);
	}
	if (check_assigned(en, list))
		return -1;
	en->assigned_once = true;
	en->idle_since_us = clock_mono_us();
	rd_kafka_resp_err_t rc = rd_kafka_assign(en->events, list);
	return rc ? enrich_fail(en, "cannot read the events: %s", rd_kafka_err2str(rc)) : 0;
}

/* What is open is settled before anybody else reads these partitions; when they are lost already, only dropping it is right. */
static void leave(struct enrich *en)
{
	if (rd_kafka_assignment_lost(en->events))
		en->trouble = en->open ? TXN_ABORT : en->trouble;
	else
		loop_settle(en);
	en->nparts = 0;
	patrol_cancel(&en->patrol);
	loop_recover(en);
	en->idle_since_us = clock_mono_us();
	rd_kafka_assign(en->events, NULL);
}

/* thread: enrich (inside poll and close) */
static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct enrich *en = opaque;
	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		log_info("%d partitions assigned", list->cnt);
		if (assign(en, list))
			rd_kafka_assign(rk, NULL);
		return;
	}
	if (code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
		log_warn("rebalance: %s", rd_kafka_err2str(code));
	leave(en);
}

static int assign_all(struct enrich *en)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	for (size_t s = 0; s < SIDES; s++)
		for (int p = 0; p < en->side[s].partitions; p++)
			rd_kafka_topic_partition_list_add(list, en->side[s].in, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
	int rc = assign(en, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rc;
}

static int subscribe(struct enrich *en)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(SIDES);
	for (size_t s = 0; s < SIDES; s++)
		rd_kafka_topic_partition_list_add(list, en->side[s].in, RD_KAFKA_PARTITION_UA);
	rd_kafka_resp_err_t rc = rd_kafka_subscribe(en->events, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rc ? enrich_fail(en, "cannot subscribe: %s", rd_kafka_err2str(rc)) : 0;
}

/* Eager assignment: what is revoked is settled before anybody else reads it. Our name in the group is that of the transactions: a join that
 * was killed gives its partitions to its successor at once, not after the session timed out. */
int events_open(struct enrich *en)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = kafka_conf(en->cfg, KAFKA_CONSUMER, &err);
	if (!conf)
		return enrich_fail(en, "%s", err.text);
	kafka_set(conf, "group.id", config_text(en->cfg, "enrich.group"));
	/* Where the next offset is gone, by retention or because the topic was made anew, the library goes on at the first that is left. We do
	 * not, by assigning again: two assignments on each other's heels abort the library (an assertion in its 2.0). */
	kafka_set(conf, "auto.offset.reset", "earliest");
	if (!en->embedded) {
		/* A name that comes back gets the partitions it had: with more partitions it is another name, so that all are dealt out. */
		char *name = xasprintf("%s-%d", en->id, en->side[0].partitions + en->side[1].partitions);
		kafka_set(conf, "group.instance.id", name);
		free(name);
		kafka_set(conf, "session.timeout.ms", "10000");
		kafka_prefer(conf, en->cfg, "topic.metadata.refresh.interval.ms", "10000"); /* partitions that are added */
		kafka_set(conf, "partition.assignment.strategy", "range,roundrobin");
		rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	}
	rd_kafka_conf_set_opaque(conf, en);
	en->events = kafka_new(KAFKA_CONSUMER, conf, &err);
	if (!en->events || (!en->embedded && patrol_init(&en->patrol, en->cfg, &err)))
		return enrich_fail(en, "%s", err.text);
	rd_kafka_poll_set_consumer(en->events);
	kafka_partitions(en->events, en->side[0].in, ANSWER_MS, NULL); /* as for the table: leaders are known by then */
	en->idle_since_us = clock_mono_us();
	return en->embedded ? assign_all(en) : subscribe(en);
}

void events_close(struct enrich *en)
{
	if (!en->events)
		return;
	rd_kafka_consumer_close(en->events);
	rd_kafka_destroy(en->events);
	en->events = NULL;
	patrol_fini(&en->patrol);
}

struct part *events_part(struct enrich *en, const rd_kafka_message_t *msg)
{
	const struct side *side = side_of(en, rd_kafka_topic_name(msg->rkt));
	for (size_t i = 0; i < en->nparts; i++)
		if (en->parts[i].number == msg->partition && en->parts[i].side == side)
			return &en->parts[i];
	return NULL;
}

/* The library's positions, in the order of the parts. */
static rd_kafka_topic_partition_list_t *positions(struct enrich *en)
{
	rd_kafka_topic_partition_list_t *list = list_of_parts(en);
	rd_kafka_position(en->events, list);
	return list;
}

rd_kafka_topic_partition_list_t *events_progress(struct enrich *en)
{
	rd_kafka_topic_partition_list_t *at = positions(en), *ahead = rd_kafka_topic_partition_list_new(at->cnt);
	for (int i = 0; i < at->cnt; i++)
		if (en->parts[i].moved && at->elems[i].offset >= 0 && at->elems[i].offset != en->parts[i].committed) {
			rd_kafka_topic_partition_t *next = rd_kafka_topic_partition_list_add(ahead, at->elems[i].topic, at->elems[i].partition);
			next->offset = at->elems[i].offset;
			next->metadata = check_metadata(&en->parts[i]);
			next->metadata_size = next->metadata ? strlen(next->metadata) : 0;
		}
	rd_kafka_topic_partition_list_destroy(at);
	return ahead;
}

void events_committed(struct enrich *en, const rd_kafka_topic_partition_list_t *offsets)
{
	for (size_t i = 0; i < en->nparts; i++) {
		struct part *pt = &en->parts[i];
		const rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_find(
			(rd_kafka_topic_partition_list_t *)offsets, pt->side->in, pt->number);
		if (at)
			pt->committed = at->offset;
	}
}

int events_rewind(struct enrich *en)
{
	rd_kafka_topic_partition_list_t *list = list_of_parts(en);
	int rc = en->nparts ? ask_committed(en, list) : 0;
	if (!rc && en->nparts) {
		for (size_t i = 0; i < en->nparts; i++) {
			en->parts[i].committed = list->elems[i].offset;
			en->parts[i].moved = false;
		}
		rd_kafka_resp_err_t code = rd_kafka_assign(en->events, list);
		if (code)
			rc = enrich_fail(en, "cannot read again what was not committed: %s", rd_kafka_err2str(code));
	}
	rd_kafka_topic_partition_list_destroy(list);
	return en->fenced ? 0 : rc; /* then another consumer begins where this one was to go on */
}

/* A member is fenced by another of its name, or by itself: when the answer to its joining is lost with a broker that dies, the group knows it by
 * an id that it never learnt. So it comes back once, as a new member; another one, if there is one, does the same, and whoever is fenced twice
 * within a minute gives way. What was open is dropped: it is read again. */
int events_come_back(struct enrich *en)
{
	int64_t now_us = clock_mono_us();
	if (en->lost_us && now_us - en->lost_us < LOST_AGAIN_US)
		return enrich_fail(en, "another join called %s has taken over (enrich.name tells machines of one name apart)", en->id);
	log_warn("no longer a member of the group: joining it again");
	en->lost_us = now_us;
	en->fenced = false;
	en->nparts = 0;
	if (en->open && !en->trouble)
		en->trouble = TXN_ABORT;
	if (loop_recover(en))
		return -1;
	events_close(en);
	return events_open(en);
}

int events_problem(struct enrich *en, const rd_kafka_message_t *msg)
{
	char why[256];
	rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(en->events, why, sizeof why);
	if (fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
		en->fenced = true; /* not from here: the message is of the consumer that has to go */
		return 0;
	}
	if (fatal)
		return enrich_fail(en, "reading the events: %s", why);
	snprintf(en->status.last_error, sizeof en->status.last_error, "%s", rd_kafka_message_errstr(msg));
	return 0;
}

bool events_at_end(struct enrich *en)
{
	if (!en->nparts)
		return clock_mono_us() - en->idle_since_us > NO_PARTITION_US;
	rd_kafka_topic_partition_list_t *at = positions(en);
	bool all = true;
	for (size_t i = 0; i < en->nparts && all; i++) {
		const struct part *pt = &en->parts[i];
		int64_t next = at->elems[i].offset >= 0 && (pt->moved || at->elems[i].offset > pt->committed) ? at->elems[i].offset : pt->committed;
		all = pt->end == 0 || next >= pt->end;
	}
	rd_kafka_topic_partition_list_destroy(at);
	return all;
}

int64_t events_lag(struct enrich *en)
{
	rd_kafka_topic_partition_list_t *at = positions(en);
	int64_t lag = en->nparts ? 0 : -1;
	for (size_t i = 0; i < en->nparts; i++) {
		int64_t low, high, next = en->parts[i].moved ? at->elems[i].offset : en->parts[i].committed;
		if (rd_kafka_get_watermark_offsets(en->events, en->parts[i].side->in, en->parts[i].number, &low, &high) || high < 0)
			continue;
		next = next < low ? low : next;
		lag += high > next ? high - next : 0;
	}
	rd_kafka_topic_partition_list_destroy(at);
	return lag;
}
