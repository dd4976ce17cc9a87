/* What the group is told: of each partition the offset before which every verdict is final. Told again only when it has moved. */
#include "feed/group_inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define EVERY_MS 1000
#define AGAIN_MS 100 /* after a failure, when it must be now */

static int64_t prefix_of(const struct feed *fd, const struct seat *seat)
{
	int64_t prefix = INT64_MAX;
	for (unsigned p = 0; p < seat->parts; p++) {
		int64_t its = tracker_prefix(&fd->follow[seat->part[p]].tracker);
		prefix = its < prefix ? its : prefix;
	}
	return prefix;
}

/* NULL: there is nothing to tell. */
static rd_kafka_topic_partition_list_t *what_moved(const struct feed *fd)
{
	const struct group *gr = fd->group;
	rd_kafka_topic_partition_list_t *list = NULL;
	for (size_t k = 0; k < gr->nseats; k++) {
		const struct partition *part = &fd->parts[gr->seats[k].part[0]];
		int64_t prefix = prefix_of(fd, &gr->seats[k]);
		if (prefix == fd->follow[gr->seats[k].part[0]].committed)
			continue;
		list = list ? list : rd_kafka_topic_partition_list_new((int)gr->nseats);
		rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset = prefix;
	}
	return list;
}

static bool begin(struct feed *fd)
{
	rd_kafka_topic_partition_list_t *list = what_moved(fd);
	if (list)
		member_commit(&fd->group->member, list);
	return list != NULL;
}

static void take_committed(void *arg, const rd_kafka_topic_partition_t *at)
{
	struct feed *fd = arg;
	for (size_t k = 0; k < fd->group->nseats && !at->err; k++) {
		const struct seat *seat = &fd->group->seats[k];
		const struct partition *part = &fd->parts[seat->part[0]];
		if (part->partition != at->partition || strcmp(part->topic, at->topic))
			continue;
		for (unsigned p = 0; p < seat->parts; p++)
			fd->follow[seat->part[p]].committed = at->offset;
	}
}

static bool answered(struct feed *fd, int wait_ms, rd_kafka_resp_err_t *rc)
{
	struct error err;
	if (!member_answer(&fd->group->member, wait_ms, take_committed, fd, rc))
		return false;
	if (*rc) {
		error_set(&err, "offsets were not committed to group %s: %s", fd->group->id, rd_kafka_err2str(*rc));
		report_error(fd, *rc, err.text);
	} else {
		report_commit(fd, (double)(clock_mono_us() - fd->group->member.commit_began_us) / 1000);
	}
	return true;
}

void group_commit_turn(struct feed *fd)
{
	rd_kafka_resp_err_t rc;
	answered(fd, 0, &rc);
	if (fd->group->member.committing || feed_now_ms() < fd->commit_at_ms)
		return;
	fd->commit_at_ms = feed_now_ms() + EVERY_MS;
	begin(fd);
}

bool group_commit_now(struct feed *fd, int64_t wait_ms)
{
	int64_t until_ms = feed_now_ms() + wait_ms;
	for (;;) {
		rd_kafka_resp_err_t rc = RD_KAFKA_RESP_ERR_NO_ERROR;
		int64_t left_ms = until_ms - feed_now_ms();
		if (!fd->group->member.committing && !begin(fd))
			return true;
		if (left_ms <= 0 || !answered(fd, (int)left_ms, &rc) || !member_may_commit_again(rc))
			return false;
		if (rc)
			feed_rest(fd, AGAIN_MS);
	}
}
