/* Verdicts: one counts once, for the assignment in which its record was taken, and moves what may be committed. */
#include "feed/group_inside.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void group_count_reason(struct feed *fd, const char *reason)
{
	struct group *gr = fd->group;
	size_t i = 0;
	while (i < gr->reasons && strncmp(gr->reason[i].reason, reason, sizeof gr->reason[i].reason - 1))
		i++;
	if (i == FEED_REASONS_MAX)
		i--; /* a sink with so many words does not exist */
	if (i == gr->reasons)
		snprintf(gr->reason[gr->reasons++].reason, sizeof gr->reason->reason, "%s", reason);
	gr->reason[i].count++;
}

static bool is_current(const struct feed *fd, const struct ticket *tick)
{
	return tick->part < fd->nparts && tick->generation && fd->parts[tick->part].generation == tick->generation;
}

/* False: it is not in flight any more. */
static bool settle(struct feed *fd, const struct ticket *tick, enum verdict verdict)
{
	if (!is_current(fd, tick) || !tracker_settle(&fd->follow[tick->part].tracker, tick->offset))
		return false;
	struct ledger *led = &fd->parts[tick->part].ledger;
	uint64_t *terms[] = {
		[VERDICT_STORED] = &led->stored, [VERDICT_DUPLICATE] = &led->duplicate, [VERDICT_LATE] = &led->late,
		[VERDICT_DEAD] = &led->dead,	 [VERDICT_SKIPPED] = &led->skipped,
	};
	ledger_settle(led, terms[verdict], 1);
	return true;
}

static void judge_settle(void *feed, const struct ticket *tick, enum verdict verdict)
{
	settle(feed, tick, verdict);
}

void group_letter_settled(void *arg, const struct ticket *tick, enum verdict verdict, const char *reason)
{
	struct feed *fd = arg;
	if (settle(fd, tick, verdict))
		group_count_reason(fd, reason);
}

/* Of a dead letter that is fed again, where it was a record first. */
static void find_origin(const struct feed *fd, const struct ticket *tick, const struct record *rec, struct dead_origin *out)
{
	bool foreign;
	const struct partition *part = &fd->parts[tick->part];
	if (fd->group->again && !dead_header_read(rec->headers, rec->nheaders, fd->group->connector, out, &foreign, NULL)) {
		out->round++;
		return;
	}
	*out = (struct dead_origin){.partition = part->partition, .offset = tick->offset, .round = 1};
	snprintf(out->topic, sizeof out->topic, "%s", part->topic);
}

static void judge_refuse(void *feed, const struct ticket *tick, enum verdict verdict, const struct record *rec, const char *reason,
			 const char *detail)
{
	struct feed *fd = feed;
	if (!is_current(fd, tick))
		return;
	struct dead_letter letter = {.tick = *tick, .verdict = verdict, .rec = rec, .cause = {fd->group->connector, reason, detail}};
	find_origin(fd, tick, rec, &letter.origin);
	log_debug("%s: %s [%d] offset %" PRId64 " is a dead letter: %s: %s", fd->ops->name, letter.origin.topic, (int)letter.origin.partition,
		  letter.origin.offset, reason, detail);
	dead_topic_send(fd->group->dead, &letter);
}

void group_judge_init(struct feed *fd)
{
	fd->group->judge = (struct judge){judge_settle, judge_refuse, fd};
}

