/* The broker does not have an offset that it was asked for: retention was quicker than we, or the log is another one. Of which partition that
 * is true, the library does not say, and that partition it reads no more: so all are looked at, and all are read on from where they were. */
#include "feed/group_inside.h"

#include "base/log.h"

#define ENDS_MS 3000
#define AGAIN_MS 1000

/* What is in flight of a log that is no more will get verdicts, but there is nothing left that they could be committed in. */
static void begin_anew(struct feed *fd, uint32_t i, const struct sighting *seen)
{
	struct partition *part = &fd->parts[i];
	struct follow *fo = &fd->follow[i];
	part->generation = ++fo->assignments;
	part->fresh_from = fd->group->again ? INT64_MAX : seen->high;
	tracker_begin(&fo->tracker, part->next_offset);
}

static void find_place(struct feed *fd, uint32_t i, const struct sighting *seen)
{
	struct partition *part = &fd->parts[i];
	struct follow *fo = &fd->follow[i];
	int32_t epoch = part->epoch;
	fo->unsure = fo->refused = false;
	fo->low = seen->low;
	if (part->next_offset > seen->high)
		ledger_settle(&part->ledger, &part->ledger.released, part->ledger.in_flight);
	group_go_on(fd, i, part->next_offset, seen);
	if (part->epoch != epoch)
		begin_anew(fd, i, seen);
	else
		tracker_reach(&fo->tracker, part->next_offset);
}

static int look_at(struct feed *fd, const struct seat *seat, rd_kafka_topic_partition_list_t *list, struct error *err)
{
	struct sighting seen = {0};
	const struct partition *part = &fd->parts[seat->part[0]];
	if (consumer_ends(&fd->cs, part->topic, part->partition, ENDS_MS, &seen.low, &seen.high, err))
		return -1;
	for (unsigned p = 0; p < seat->parts; p++)
		find_place(fd, seat->part[p], &seen);
	rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset = part->next_offset;
	return 0;
}

static bool refused(const struct feed *fd)
{
	for (size_t k = 0; k < fd->group->nseats; k++)
		if (fd->follow[fd->group->seats[k].part[0]].refused)
			return true;
	return false;
}

void group_look_again(struct feed *fd)
{
	struct error err;
	struct group *gr = fd->group;
	if (gr->paused || gr->member.change != CHANGE_NONE || feed_now_ms() < gr->look_at_ms || !refused(fd))
		return;
	int rc = 0;
	gr->look_at_ms = feed_now_ms() + AGAIN_MS;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)gr->nseats);
	for (size_t k = 0; k < gr->nseats && !rc; k++)
		rc = look_at(fd, &gr->seats[k], list, &err);
	if (!rc)
		rc = member_restart(&gr->member, list, &err);
	rd_kafka_topic_partition_list_destroy(list);
	for (size_t k = 0; k < gr->nseats && rc; k++)
		fd->follow[gr->seats[k].part[0]].refused = true;
	if (rc)
		report_error(fd, RD_KAFKA_RESP_ERR_NO_ERROR, err.text);
}
