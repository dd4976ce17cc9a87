/* From the library's messages to records that a sink is given. */
#include "feed/group_inside.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <string.h>

/* Their places are known when all are there: until then the array moves. */
static size_t take_headers(struct group *gr, const rd_kafka_message_t *msg)
{
	rd_kafka_headers_t *headers;
	size_t count = 0;
	if (rd_kafka_message_headers(msg, &headers))
		return 0;
	for (;; count++) {
		struct header head;
		if (rd_kafka_header_get_all(headers, count, &head.name, &head.value, &head.len))
			return count;
		gr->headers = xgrow(gr->headers, gr->nheaders, &gr->headers_cap, sizeof *gr->headers);
		gr->headers[gr->nheaders++] = head;
	}
}

static void place_headers(struct feed *fd)
{
	const struct header *next = fd->group->headers;
	for (size_t i = 0; i < fd->nrecords; i++) {
		fd->records[i].headers = fd->records[i].nheaders ? next : NULL;
		next += fd->records[i].nheaders;
	}
}

/* What is not handed to the sink: a dead letter of another's, or one that does not say what it was. */
static void skip(struct feed *fd, const struct record *rec, const char *reason, const struct error *why)
{
	struct ledger *led = &fd->parts[rec->part].ledger;
	tracker_settle(&fd->follow[rec->part].tracker, rec->offset);
	ledger_settle(led, &led->skipped, 1);
	group_count_reason(fd, reason);
	log_debug("%s: %s [%d] offset %" PRId64 " is not fed again: %s", fd->ops->name, fd->parts[rec->part].topic,
		  (int)fd->parts[rec->part].partition, rec->offset, why->text);
}

/* Of which direction a dead letter is. -1 + err and the reason: of none. */
static int direction_of(const struct feed *fd, const struct header *headers, size_t count, const char **reason, struct error *err)
{
	struct dead_origin origin;
	bool foreign;
	if (dead_header_read(headers, count, fd->group->connector, &origin, &foreign, err)) {
		*reason = foreign ? "foreign" : "no_origin";
		return -1;
	}
	for (int d = ENTRY; d <= EXIT; d++)
		if (!strcmp(fd->group->origin[d], origin.topic))
			return d;
	*reason = "other_topic";
	return error_set(err, "it came from topic %s, which this feed does not read", origin.topic);
}

/* The record at the end of the batch belongs to the partition's part of that direction. */
static void take_again(struct feed *fd, const rd_kafka_message_t *msg, uint32_t part)
{
	struct group *gr = fd->group;
	struct error err;
	const char *reason = NULL;
	size_t first = gr->nheaders, count = take_headers(gr, msg);
	int dir = direction_of(fd, gr->headers + first, count, &reason, &err);
	if (dir == EXIT)
		part = places_part(fd, EXIT, msg->partition);
	if (!tracker_take(&fd->follow[part].tracker, msg->offset)) {
		gr->nheaders = first;
		return;
	}
	feed_take_record(fd, part, msg);
	fd->records[fd->nrecords - 1].nheaders = count;
	if (dir >= 0)
		return;
	skip(fd, &fd->records[--fd->nrecords], reason, &err);
	gr->nheaders = first;
}

static void take_message(struct feed *fd, const rd_kafka_message_t *msg)
{
	uint32_t part;
	if (!places_of(fd, msg, &part) || !fd->parts[part].generation)
		return;
	if (fd->group->again) {
		take_again(fd, msg, part);
	} else if (tracker_take(&fd->follow[part].tracker, msg->offset)) {
		feed_take_record(fd, part, msg);
		fd->records[fd->nrecords - 1].nheaders = take_headers(fd->group, msg);
	}
}

void group_take_messages(struct feed *fd)
{
	fd->nrecords = 0;
	fd->group->nheaders = 0;
	for (size_t i = 0; i < fd->nmessages; i++) {
		if (fd->messages[i]->err)
			check_error(fd, fd->messages[i]->err, rd_kafka_message_errstr(fd->messages[i]));
		else
			take_message(fd, fd->messages[i]);
	}
	place_headers(fd);
}

/* Positions at the batch boundary: behind control records and aborted transactions too, so that lag reaches 0. */
void group_set_progress(struct feed *fd)
{
	consumer_positions(&fd->cs);
	for (size_t k = 0; k < fd->group->nseats; k++) {
		int64_t position = consumer_position(&fd->cs, k);
		const struct seat *seat = &fd->group->seats[k];
		for (unsigned p = 0; p < seat->parts; p++) {
			struct partition *part = &fd->parts[seat->part[p]];
			if (position <= part->next_offset)
				continue;
			part->next_offset = position;
			tracker_reach(&fd->follow[seat->part[p]].tracker, position);
			fd->moved_at_ms = feed_now_ms();
		}
	}
}
