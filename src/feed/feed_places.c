/* Which partitions there are, and where to begin in each. */
#include "feed/feed_inside.h"

#include "base/log.h"
#include "base/mem.h"
#include "feed/kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METADATA_MS 1000
#define OFFSET_MS 3000

bool places_missing(const struct feed *fd)
{
	return !fd->source[ENTRY].there || !fd->source[EXIT].there;
}

bool places_there(const struct feed *fd, uint32_t i)
{
	return (size_t)fd->parts[i].partition < fd->source[fd->parts[i].direction].there;
}

/* Partition counts of both topics, 0 where one is missing. */
static int count_partitions(struct feed *fd, int *counts, struct error *err)
{
	fd->broker_silent = false;
	for (int d = ENTRY; d <= EXIT; d++) {
		counts[d] = kafka_partitions(fd->cs.rk, fd->source[d].topic, METADATA_MS, err);
		if (counts[d] < 0) {
			fd->broker_silent = true;
			return -1;
		}
		fd->source[d].there = (size_t)counts[d];
	}
	return 0;
}

static void append(struct feed *fd, enum direction dir, int32_t partition)
{
	struct source *src = &fd->source[dir];
	fd->parts = xgrow(fd->parts, fd->nparts, &fd->parts_cap, sizeof *fd->parts);
	fd->follow = xgrow(fd->follow, fd->nparts, &fd->follow_cap, sizeof *fd->follow);
	fd->parts[fd->nparts] = (struct partition){
		.topic = src->topic,
		.partition = partition,
		.direction = dir,
		.next_offset = -1,
		.last = {.offset = -1},
		.first = {.offset = -1},
		.stable = -1,
		.high = -1,
		.fresh_from = INT64_MAX,
	};
	fd->follow[fd->nparts] = (struct follow){.end = -1, .committed = -1, .watch = WATCH_NONE, .low = -1};
	src->place = xreallocarray(src->place, (size_t)partition + 1, sizeof *src->place);
	src->place[partition] = (uint32_t)fd->nparts++;
	src->places = (size_t)partition + 1;
}

uint32_t places_part(struct feed *fd, enum direction dir, int32_t partition)
{
	while (fd->source[dir].places <= (size_t)partition)
		append(fd, dir, (int32_t)fd->source[dir].places);
	return fd->source[dir].place[partition];
}

static void append_new(struct feed *fd, const int *counts)
{
	for (enum direction d = ENTRY; d <= EXIT; d++)
		for (size_t p = fd->source[d].places; p < (size_t)counts[d]; p++)
			append(fd, d, (int32_t)p);
}

/* Takes back what append_new added: the next look-up finds it again. */
static void forget(struct feed *fd, size_t nparts)
{
	while (fd->nparts > nparts) {
		const struct partition *part = &fd->parts[--fd->nparts];
		fd->source[part->direction].places--;
	}
}

static void note_cluster(struct feed *fd, char *take_id)
{
	if (!take_id)
		return;
	snprintf(fd->cluster, sizeof fd->cluster, "%s", take_id);
	report_cluster(fd, take_id);
	rd_kafka_mem_free(fd->cs.rk, take_id);
}

/* What the sink has of the new ones. A refusal (another cluster's history) needs a person. */
static int restore(struct feed *fd, size_t old)
{
	if (fd->ops->progress != PROGRESS_SINK)
		return 0;
	struct error err = {0};
	char *cluster = rd_kafka_clusterid(fd->cs.rk, METADATA_MS);
	int rc = fd->ops->restore(fd->sink, cluster ? cluster : "", fd->parts + old, fd->nparts - old, &err);
	note_cluster(fd, cluster);
	if (rc)
		feed_fail(fd, &err);
	return rc;
}

int places_same_cluster(struct feed *fd, struct error *err)
{
	char *now = *fd->cluster ? rd_kafka_clusterid(fd->cs.rk, 0) : NULL;
	int rc = now && strcmp(now, fd->cluster)
			 ? error_set(err, "the brokers at %s are another cluster now: %s, no longer %s; what is kept belongs to the latter",
				     config_text(fd->cfg, "kafka.bootstrap.servers"), now, fd->cluster)
			 : 0;
	if (now)
		rd_kafka_mem_free(fd->cs.rk, now);
	return rc;
}

/* Where a partition of which nothing is stored begins. Those that appear while the feed runs begin at their beginning. */
static int begin_from(struct feed *fd, uint32_t i, const struct sighting *seen, struct error *err)
{
	struct partition *part = &fd->parts[i];
	check_apply(fd, i, seen, false);
	if (fd->restored)
		return 0;
	if (fd->from == FROM_END)
		part->next_offset = seen->high;
	if (fd->from == FROM_TIME)
		return consumer_offset_at(&fd->cs, part->topic, part->partition, fd->from_ms, OFFSET_MS, &part->next_offset, err);
	return 0;
}

static int begin(struct feed *fd, uint32_t i, const struct sighting *seen, struct error *err)
{
	if (begin_from(fd, i, seen, err))
		return -1;
	struct follow *fo = &fd->follow[i];
	fo->before = fd->parts[i].ledger;
	fo->low = seen->low;
	if (fd->goal.exit_at_end && !fd->restored)
		fo->end = seen->high;
	log_debug("%s: %s [%d] epoch %d from offset %" PRId64, fd->ops->name, fd->parts[i].topic, (int)fd->parts[i].partition,
		  (int)fd->parts[i].epoch, fd->parts[i].next_offset);
	return 0;
}

static int begin_all(struct feed *fd, size_t old, struct error *err)
{
	size_t count = fd->nparts - old;
	uint32_t *which = xcalloc(count, sizeof *which);
	struct sighting *seen = xcalloc(count, sizeof *seen);
	for (size_t i = 0; i < count; i++)
		which[i] = (uint32_t)(old + i);
	int rc = check_see(fd, which, count, seen, err);
	for (size_t i = 0; i < count && !rc; i++)
		rc = begin(fd, which[i], &seen[i], err);
	for (size_t i = 0; i < count && !rc; i++)
		rc = consumer_add(&fd->cs, fd->parts[which[i]].topic, fd->parts[which[i]].partition, fd->parts[which[i]].next_offset, err);
	free(which);
	free(seen);
	return rc;
}

/* A round of re-reading would not fit what is changed here. */
static int assign_new(struct feed *fd, const int *counts, struct error *err)
{
	size_t old = fd->nparts;
	append_new(fd, counts);
	if (fd->nparts == old)
		return 0;
	patrol_cancel(&fd->patrol);
	if (restore(fd, old) || begin_all(fd, old, err)) {
		forget(fd, old);
		return -1;
	}
	fd->restored = true;
	fd->dirty = true; /* even an empty partition has progress: that it was seen */
	return 0;
}

int places_look_up(struct feed *fd, struct error *err)
{
	int counts[2];
	if (count_partitions(fd, counts, err))
		return -1;
	if (places_missing(fd) && fd->goal.exit_at_end && !fd->restored)
		return error_set(err, "topic %s is missing", fd->source[fd->source[EXIT].there ? ENTRY : EXIT].topic);
	if (!fd->group)
		return assign_new(fd, counts, err);
	append_new(fd, counts); /* which of them are ours, the group says */
	if (!*fd->cluster)
		note_cluster(fd, rd_kafka_clusterid(fd->cs.rk, 0));
	return 0;
}

void places_ask_again(struct feed *fd)
{
	struct error err;
	if (fd->group || feed_now_ms() >= fd->denied_until_ms)
		return;
	for (size_t i = 0; i < fd->nparts; i++)
		if (!fd->follow[i].unsure && consumer_move(&fd->cs, i, fd->parts[i].next_offset, &err))
			log_debug("%s: %s", fd->ops->name, err.text);
}

bool places_of(struct feed *fd, const rd_kafka_message_t *msg, uint32_t *part)
{
	if (!msg->rkt || msg->partition < 0)
		return false;
	for (int d = ENTRY; d <= EXIT; d++) {
		struct source *src = &fd->source[d];
		if (src->rkt != msg->rkt && strcmp(rd_kafka_topic_name(msg->rkt), src->topic))
			continue;
		src->rkt = msg->rkt;
		if ((size_t)msg->partition >= src->places)
			return false;
		*part = src->place[msg->partition];
		return true;
	}
	return false;
}

bool places_at_end(const struct feed *fd)
{
	if (!fd->restored)
		return false;
	for (size_t i = 0; i < fd->nparts; i++)
		if (fd->follow[i].end >= 0 && fd->parts[i].next_offset < fd->follow[i].end)
			return false;
	return true;
}

void places_fini(struct feed *fd)
{
	for (size_t i = 0; i < fd->nparts; i++)
		tracker_fini(&fd->follow[i].tracker);
	free(fd->source[ENTRY].place);
	free(fd->source[EXIT].place);
	free(fd->parts);
	free(fd->follow);
}
