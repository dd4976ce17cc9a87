/* lane.h: items that wait for their verdict, and the bulk that is made of the first of them. An item is a record: its document as it is
 * sent, and what is needed to give the record back whole (key, headers, value, time) when it is refused. No allocation per item: bytes and
 * items are two arrays that are kept. Thread: the feed's. */
#ifndef TFLTOP_ELASTIC_LANE_H
#define TFLTOP_ELASTIC_LANE_H

#include "base/strbuf.h"
#include "feed/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { /* flags of an item */
	ITEM_FRESH = 1,    /* nobody can have stored it before, as it was not there when the partition was assigned … */
	ITEM_UNSURE = 2,   /* … but by now we may have: it was in a request whose outcome nobody knows */
	ITEM_ALTERED = 4,  /* its document is not its value: that follows the headers */
	ITEM_ASKED = 8,    /* what is there in its place is being looked up */
	ITEM_GONE = 16,    /* it has its verdict, or is no longer ours */
	ITEM_NO_KEY = 32,
	ITEM_SENT = 64,        /* at least once */
};

struct item {
	int64_t offset;
	int64_t record_ms;
	int64_t event_ms;
	uint32_t part;
	uint32_t generation;
	uint32_t at;           /* in the bytes of its lane: document, key, headers, value if altered */
	uint32_t doc_len, key_len, headers_len, value_len;
	uint32_t failing_since_s; /* of the sink's clock */
	uint16_t failures;     /* of its own, while others passed */
	uint16_t flags;
	uint32_t passed;       /* how many others had passed when it last failed, cut to 32 bits */
};

struct target { /* where the records of a partition go */
	const char *topic;
	int32_t partition;
	enum direction direction;
	bool plain;            /* documents get an id of ours */
	char *action;          /* {"create":{"_index":"topic"}} and the end of the line */
	size_t action_len;
};

struct lane {
	void *owner;
	char *bytes;
	size_t len, cap, normal; /* normal: the room a bulk needs */
	struct item *items;
	size_t count, items_cap;
	size_t bulk_bytes;     /* what all items would come to as a bulk */
	int64_t since_ms;      /* when the oldest came; of the sink's clock */

	size_t in_bulk;        /* the first so many are under way; 0: nothing is */
	size_t sent_bytes;     /* … as so many bytes, … */
	int64_t sent_ms;       /* … since then, … */
	bool with_ids;         /* … and the answer names the documents */
	const struct target *targets; /* while a bulk is read; indexed by item.part */
	size_t read_item, read_part, read_at; /* how far; the parts of an item are action, document, end of line */
	char action[512];      /* of the item that is read, where it has an id */
	size_t action_len;

	unsigned attempts;     /* in a row after which some items were left; 0: none are */
	int64_t due_ms;        /* nothing is sent before */
	bool trouble;          /* something in the last answer wants a wait */
	bool flush;            /* it is not to wait for more */
	size_t most_items;     /* of a bulk, while one is looked for that is refused as a whole; 0 = any number */

	struct strbuf body;    /* of a lookup */
	struct strbuf asks;    /* documents to look up, a line each, in the order of the items that are ITEM_ASKED */
	size_t asks_done, asks_begun; /* bytes of it that are answered, that are asked for */
	size_t asked;          /* items in the lookup under way; 0: none is */
};

void lane_init(struct lane *ln, size_t bulk_bytes);
void lane_fini(struct lane *ln);

/* Copies the record in; doc NULL: its document is its value. Sets part, offset, times and lengths; the caller adds generation and flags. */
struct item *lane_add(struct lane *ln, const struct record *rec, const struct event *ev, const struct strbuf *doc, const struct target *to);

/* The record of an item, as it came; headers: room for them, freed by the caller. Borrowed from the lane. */
struct record lane_record(const struct lane *ln, const struct item *it, struct header **headers);
const char *lane_document(const struct lane *ln, const struct item *it);

/* Makes a bulk of the first items, of at most `most` bytes but one item at least; its size. */
size_t lane_begin_bulk(struct lane *ln, const struct target *targets, size_t most);
size_t lane_read(void *lane, char *room, size_t size); /* its next bytes; a http_read_fn */
void lane_rewind(void *lane);

/* Takes out what is ITEM_GONE. Nothing may be under way. */
void lane_compact(struct lane *ln, const struct target *targets);

/* Moves the first `count` items of `from` to the end of `to`. Nothing may be under way in `from`. */
void lane_move(struct lane *to, struct lane *from, size_t count, const struct target *targets);

/* Memory in use; of the first `count` items only. */
size_t lane_held(const struct lane *ln);
size_t lane_size(const struct lane *ln, size_t count);

#endif
